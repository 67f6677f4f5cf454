//! Getting a pack from elsewhere: its bytes, in memory, and whatever signs them.
//!
//! Nothing is written, compiled or believed here: what came is checked against the digest that names
//! it, and handed over. Everything is bounded: bytes, redirects, pages of tags, silence, time. The
//! credentials of the platform are never seen by this crate; those for registries are Docker's
//! (`fetch/credentials.rs`). What SOURCE means is in `address.rs`; who signed is judged in `trust.rs`.

mod credentials;
mod error;
mod fault;
mod http;
mod layout;
mod manifest;
mod registry;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use semver::Version;
use url::Url;

pub use self::error::FetchError;
use self::http::Http;
pub use self::layout::Layout;
pub use self::registry::publish::{Publication, Published};
use crate::address::{Address, RegistryAddress, Wanted, WebAddress};
use crate::digest::Digest;
use crate::error::StoreError;
use crate::files;
use crate::signature::{KEY_FILE, SUCCESSION_FILE};
use crate::source::Source;
use crate::stamp::Stamp;

/// The longest signature and the longest public key, in bytes.
const SIGNATURE_LIMIT: u64 = 8 << 10;

/// Hears how far a download is.
pub trait Progress: Send + Sync {
    /// So many bytes have come, of so many if that is known.
    fn at(&self, bytes: u64, of: Option<u64>);
}

/// A pack that was fetched, of which nothing is believed yet.
#[derive(Debug)]
pub struct Fetched {
    /// The component.
    pub bytes: Vec<u8>,
    /// Of `bytes`.
    pub digest: Digest,
    /// Where it came from, as it is remembered.
    pub source: Source,
    /// The version that it was chosen for, where a range chose it; the pack must be of that version.
    pub version: Option<Version>,
    /// What signs it, as it was found there; none where there is nothing.
    pub signature: Option<FoundSignature>,
    /// What the file was when it was read; none for what is no file of this computer.
    pub stamp: Option<Stamp>,
}

/// A signature as it was found, with the key that came along, if one did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundSignature {
    /// The text of a minisign signature.
    pub text: String,
    /// The text of a minisign public key. It proves nothing by itself: who signs can bring any key.
    pub key: Option<String>,
    /// The text of the record by which that key follows another, if one came along.
    pub succession: Option<String>,
}

/// Gets packs.
pub struct Fetcher {
    http: Http,
    limit: u64,
}

impl Fetcher {
    /// Takes packs of at most `limit` bytes. `user_agent` is how requests introduce themselves, and
    /// `credentials` are the files, in Docker's form, that may have something for a registry that asks.
    pub fn new(user_agent: &str, credentials: Vec<PathBuf>, limit: u64, progress: Arc<dyn Progress>) -> Self {
        Self { http: Http::new(user_agent.to_owned(), credentials, progress), limit }
    }

    /// The same, which asks no server if `offline`.
    pub fn offline(self, offline: bool) -> Self {
        Self { http: self.http.offline(offline), ..self }
    }

    /// Gets what `address` names.
    ///
    /// # Errors
    /// What is not there, does not have the digest that was asked for, is larger than a pack may be, or
    /// comes from a server that fails or makes no sense.
    pub async fn fetch(&self, address: &Address) -> Result<Fetched, FetchError> {
        match address {
            Address::File(path) => self.file(path),
            Address::Web(web) => self.web(web).await,
            Address::Registry(address) => registry::fetch(&self.http, address, self.limit).await,
        }
    }

    /// The versions that a source offers, and the address of the highest that `wanted` allows; none
    /// where a source has no versions to choose from.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`].
    pub async fn versions(&self, address: &RegistryAddress) -> Result<Vec<Version>, FetchError> {
        let tags = registry::tags(&self.http, address).await?;
        let mut versions: Vec<Version> = tags.into_iter().map(|(version, _)| version).collect();
        versions.sort_unstable();
        versions.dedup();
        Ok(versions)
    }

    /// Writes a pack to a registry, under the tag of `address`.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`]; a tag that holds something else.
    pub async fn publish(
        &self,
        address: &RegistryAddress,
        publication: &Publication<'_>,
    ) -> Result<Published, FetchError> {
        registry::publish::publish(&self.http, address, publication).await
    }

    fn file(&self, path: &Path) -> Result<Fetched, FetchError> {
        let (bytes, metadata) = files::read_source(path, self.limit)?;
        let beside = |path: &Path| match files::read_source(path, SIGNATURE_LIMIT) {
            Ok((bytes, _)) => Ok(Some(text(&path.display().to_string(), bytes)?)),
            Err(StoreError::SourceNotFound { .. }) => Ok(None),
            Err(error) => Err(FetchError::from(error)),
        };
        let mut name = path.as_os_str().to_owned();
        name.push(".minisig");
        let signature = match beside(Path::new(&name))? {
            Some(text) => Some(FoundSignature {
                text,
                key: beside(&path.with_file_name(KEY_FILE))?,
                succession: beside(&path.with_file_name(SUCCESSION_FILE))?,
            }),
            None => None,
        };
        let digest = Digest::of(&bytes);
        let (source, stamp) = (Source::found_at(path)?, Some(Stamp::of(&metadata)));
        Ok(Fetched { bytes, digest, source, version: None, signature, stamp })
    }

    async fn web(&self, web: &WebAddress) -> Result<Fetched, FetchError> {
        let bytes = self
            .http
            .file(&web.url, self.limit, true)
            .await?
            .ok_or_else(|| FetchError::NotThere { what: web.url.to_string() })?;
        let digest = Digest::of(&bytes);
        if let Some(expected) = web.digest.filter(|expected| *expected != digest) {
            return Err(FetchError::Digest { what: web.url.to_string(), expected, found: digest });
        }
        let mut signature = web.url.clone();
        signature.set_path(&format!("{}.minisig", web.url.path()));
        let signature = match self.http.file(&signature, SIGNATURE_LIMIT, false).await? {
            None => None,
            Some(bytes) => Some(FoundSignature {
                text: text(signature.as_str(), bytes)?,
                key: self.beside(&web.url, KEY_FILE).await?,
                succession: self.beside(&web.url, SUCCESSION_FILE).await?,
            }),
        };
        let source = Source::Web { url: web.url.to_string(), pinned: web.digest.is_some() };
        Ok(Fetched { bytes, digest, source, version: None, signature, stamp: None })
    }

    /// The text of a small file in the folder of `url`; none where there is none.
    async fn beside(&self, url: &Url, name: &str) -> Result<Option<String>, FetchError> {
        let url = url
            .join(name)
            .map_err(|error| FetchError::Answer { url: url.to_string(), problem: error.to_string() })?;
        let found = self.http.file(&url, SIGNATURE_LIMIT, false).await?;
        found.map(|bytes| text(url.as_str(), bytes)).transpose()
    }
}

impl RegistryAddress {
    /// The address under which exactly `version` is asked for.
    pub fn exactly(&self, version: &Version) -> Self {
        let exact = semver::Comparator {
            op: semver::Op::Exact,
            major: version.major,
            minor: Some(version.minor),
            patch: Some(version.patch),
            pre: version.pre.clone(),
        };
        let wanted = Wanted::Range(semver::VersionReq { comparators: vec![exact] });
        Self { wanted, ..self.clone() }
    }
}

fn text(what: &str, bytes: Vec<u8>) -> Result<String, FetchError> {
    String::from_utf8(bytes)
        .map_err(|_| FetchError::Answer { url: what.to_owned(), problem: "it is not text in UTF-8".into() })
}
