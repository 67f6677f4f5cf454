//! What a SOURCE on the command line means: a file, a file of a web server, a repository of a
//! registry, or a pack's id, which the configuration's registries are asked for.
//!
//! Text only: nothing is looked up here but the registry that the configuration names for a
//! publisher. An address must read as it is written, so that what a person sees, what a policy
//! compares and what is asked for are one and the same. Fetching is the business of `fetch.rs`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

use semver::VersionReq;
use url::{Host, Url};
use vantage_policy::text::{ID_LENGTH, check_pack_id, excerpt, is_word};

use crate::digest::Digest;

/// What can be written as SOURCE, for hints.
const FORMS: &str =
    "a pack is ./FILE.wasm, https://HOST/FILE.wasm, oci://HOST/REPOSITORY[:TAG] or PUBLISHER/NAME[@RANGE]";

/// Where a pack is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// A file of this computer.
    File(PathBuf),
    /// A file of a web server.
    Web(WebAddress),
    /// A repository of a registry.
    Registry(RegistryAddress),
}

/// A file of a web server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebAddress {
    /// Without a fragment; https, or http on loopback.
    pub url: Url,
    /// What its content must be, from `#sha256=…`.
    pub digest: Option<Digest>,
}

/// A repository of an OCI registry, and what of it is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryAddress {
    /// Host and, where it is not the usual one, port.
    pub host: String,
    /// The repository's path.
    pub repository: String,
    /// Which of its packs.
    pub wanted: Wanted,
}

/// Which pack of a repository is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// The one of this tag, whatever that points to.
    Tag(String),
    /// The one whose manifest has this digest.
    Manifest(Digest),
    /// The highest version that matches, among tags that are versions.
    Range(VersionReq),
}

/// A SOURCE that means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no source of a pack: {problem}")]
pub struct AddressError {
    text: String,
    problem: String,
}

impl AddressError {
    fn new(text: &str, problem: impl Into<String>) -> Self {
        Self { text: excerpt(text), problem: problem.into() }
    }

    /// What the user can do.
    pub fn hints(&self) -> Vec<String> {
        vec![FORMS.to_owned()]
    }
}

impl Address {
    /// Reads SOURCE. `registries` is the configuration's: publishers, each with the address that its
    /// packs lie below, as in `oci://ghcr.io/acme`.
    ///
    /// # Errors
    /// For what is none of the forms, and for a publisher that has no registry.
    pub fn parse(text: &str, registries: &BTreeMap<String, String>) -> Result<Self, AddressError> {
        let wrong = |problem: String| AddressError::new(text, problem);
        match text.split_once("://") {
            Some(("oci", rest)) => RegistryAddress::parse(rest).map(Self::Registry).map_err(wrong),
            Some(("https" | "http", _)) => WebAddress::parse(text).map(Self::Web).map_err(wrong),
            Some((scheme, _)) => Err(wrong(format!("`{}://` is not known", excerpt(scheme)))),
            None => match PackName::parse(text) {
                Some(name) if !is_path(text) => name.resolve(registries).map(Self::Registry).map_err(wrong),
                _ => Ok(Self::File(PathBuf::from(text))),
            },
        }
    }
}

/// Whether a text without a scheme is meant as a file, even where it could be a pack's id.
fn is_path(text: &str) -> bool {
    text.starts_with(['.', '/']) || text.ends_with(".wasm")
}

/// `PUBLISHER/NAME[@RANGE]`.
struct PackName<'a> {
    publisher: &'a str,
    name: &'a str,
    range: Option<&'a str>,
}

impl<'a> PackName<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (id, range) = match text.split_once('@') {
            Some((id, range)) => (id, Some(range)),
            None => (text, None),
        };
        let (publisher, name) = id.split_once('/')?;
        (is_word(publisher, ID_LENGTH) && is_word(name, ID_LENGTH)).then_some(Self { publisher, name, range })
    }

    fn resolve(&self, registries: &BTreeMap<String, String>) -> Result<RegistryAddress, String> {
        let publisher = self.publisher;
        check_pack_id(&format!("{publisher}/{}", self.name))?;
        let base = registries.get(publisher).ok_or_else(|| {
            format!("no registry is configured for `{publisher}`: `[registries]` names one, as in {publisher} = \"oci://HOST/{publisher}\"")
        })?;
        let wrong = |problem: String| {
            format!("the registry `{}` of `{publisher}` is wrong: {problem}", excerpt(base))
        };
        let rest =
            base.strip_prefix("oci://").ok_or_else(|| wrong("it does not begin with oci://".into()))?;
        let rest = rest.trim_end_matches('/');
        let below = match rest.contains('/') {
            true => RegistryAddress::parse(rest).map_err(&wrong)?,
            false => RegistryAddress::parse(&format!("{rest}/{publisher}")).map_err(&wrong)?,
        };
        if below.wanted != Wanted::Range(VersionReq::STAR) {
            return Err(wrong("it names a tag, a digest or a range".into()));
        }
        let wanted = Wanted::Range(self.range.map_or(Ok(VersionReq::STAR), range)?);
        let repository = match rest.contains('/') {
            true => format!("{}/{}", below.repository, self.name),
            false => self.name.to_owned(),
        };
        Ok(RegistryAddress { repository, wanted, ..below })
    }
}

fn range(text: &str) -> Result<VersionReq, String> {
    VersionReq::parse(text).map_err(|error| format!("`{}` is no range of versions: {error}", excerpt(text)))
}

impl WebAddress {
    fn parse(text: &str) -> Result<Self, String> {
        let mut url = web_url(text)?;
        let digest = match url.fragment() {
            None => None,
            Some(fragment) => {
                let hex =
                    fragment.strip_prefix("sha256=").ok_or("behind `#` stands sha256= and 64 digits")?;
                let digest = format!("sha256:{hex}").parse::<Digest>();
                Some(digest.map_err(|_| "behind `#` stands sha256= and 64 digits".to_owned())?)
            }
        };
        url.set_fragment(None);
        Ok(Self { url, digest })
    }
}

/// Reads an address of the web that is encrypted, or stays on this machine, and reads as it is written.
pub(crate) fn web_url(text: &str) -> Result<Url, String> {
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err("it contains spaces or control characters".into());
    }
    if text.contains('\\') {
        return Err("it contains a backslash".into());
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    check_url(&url)?;
    let authority =
        text.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let host = url.host_str().unwrap_or_default();
    let written = authority.strip_suffix(&url.port().map_or(String::new(), |port| format!(":{port}")));
    if !written.is_some_and(|written| written.eq_ignore_ascii_case(host)) {
        return Err(format!("its host is read as `{host}`; write it so"));
    }
    Ok(url)
}

/// Says what is wrong with a parsed URL, wherever it came from.
pub(crate) fn check_url(url: &Url) -> Result<(), String> {
    match url.scheme() {
        "https" => {}
        "http" if is_loopback(url) => {}
        "http" => return Err("http is for loopback addresses only; use https".into()),
        _ => return Err("only https addresses can be used".into()),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains a user name or a password".into());
    }
    match url.host() {
        Some(Host::Domain(name)) if !is_domain(name) => Err("its host is none".into()),
        None => Err("it names no host".into()),
        Some(_) => Ok(()),
    }
}

/// Whether a name could be looked up, and is written without the dot that it may end with.
fn is_domain(name: &str) -> bool {
    name.len() <= 253 && name.split('.').all(|label| (1..=63).contains(&label.len()))
}

/// Whether requests to `url` stay on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

impl RegistryAddress {
    /// Reads what stands behind `oci://`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (host, rest) = text.split_once('/').ok_or("it names no repository")?;
        let (repository, wanted) = match (rest.split_once('@'), rest.rsplit_once(':')) {
            (Some((repository, wanted)), _) if wanted.starts_with("sha256:") => {
                let digest = wanted.parse().map_err(|_| "the digest is sha256: and 64 digits".to_owned())?;
                (repository, Wanted::Manifest(digest))
            }
            (Some((repository, wanted)), _) => (repository, Wanted::Range(range(wanted)?)),
            (None, Some((repository, tag))) => (repository, Wanted::Tag(checked_tag(tag)?)),
            (None, None) => (rest, Wanted::Range(VersionReq::STAR)),
        };
        if repository.len() > 255 || !repository.split('/').all(is_repository_part) {
            return Err(format!("`{}` is no name of a repository", excerpt(repository)));
        }
        let address = Self { host: host.to_ascii_lowercase(), repository: repository.to_owned(), wanted };
        web_url(&format!("{}/", address.origin_of(host)))?;
        Ok(address)
    }

    /// Scheme, host and port of the registry.
    pub fn origin(&self) -> String {
        self.origin_of(&self.host)
    }

    /// Registries on loopback are asked without encryption, as every client does.
    fn origin_of(&self, host: &str) -> String {
        let plain = format!("http://{host}");
        match Url::parse(&plain) {
            Ok(url) if is_loopback(&url) => plain,
            _ => format!("https://{host}"),
        }
    }
}

impl fmt::Display for RegistryAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "oci://{}/{}", self.host, self.repository)?;
        match &self.wanted {
            Wanted::Tag(tag) => write!(formatter, ":{tag}"),
            Wanted::Manifest(digest) => write!(formatter, "@{digest}"),
            Wanted::Range(range) if *range == VersionReq::STAR => Ok(()),
            Wanted::Range(range) => write!(formatter, "@{range}"),
        }
    }
}

fn checked_tag(tag: &str) -> Result<String, String> {
    let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-');
    let begins = tag.starts_with(|character: char| character.is_ascii_alphanumeric() || character == '_');
    match begins && tag.len() <= 128 && tag.chars().all(plain) {
        true => Ok(tag.to_owned()),
        false => Err(format!("`{}` is no tag", excerpt(tag))),
    }
}

/// A part of a repository's name, as the distribution specification has it, without its odder separators.
fn is_repository_part(part: &str) -> bool {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let (first, last) = (part.bytes().next(), part.bytes().last());
    first.is_some_and(inner)
        && last.is_some_and(inner)
        && part.bytes().all(|byte| inner(byte) || matches!(byte, b'.' | b'_' | b'-'))
        && !part.contains("..")
}

#[cfg(test)]
mod tests;
