//! What an entry of `deny` names: bytes, a pack, or some of its versions.

use std::fmt;

use semver::{Version, VersionReq};

use super::Candidate;
use crate::text::{excerpt, is_word};

/// The longest part of a pack's id, in bytes.
const PART: usize = 63;

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Deny {
    /// `sha256:…`
    Digest(String),
    /// `acme/x`, or `acme/x@<1.2`.
    Pack {
        /// Publisher and name.
        id: String,
        /// Which versions; all where none are named.
        versions: Option<VersionReq>,
    },
}

impl Deny {
    /// Reads an entry; says what would have been right where it is none.
    pub(super) fn parse(text: &str) -> Result<Deny, String> {
        if let Some(hash) = text.strip_prefix("sha256:") {
            let hexadecimal = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
            return match hash.len() == 64 && hash.bytes().all(hexadecimal) {
                true => Ok(Deny::Digest(text.to_owned())),
                false => Err(format!(
                    "`{}` is no digest: expected `sha256:` and 64 digits of 0-9, a-f",
                    excerpt(text)
                )),
            };
        }
        let (id, versions) = text.split_once('@').map_or((text, None), |(id, rest)| (id, Some(rest)));
        let is_id = id.split_once('/').is_some_and(|(one, two)| is_word(one, PART) && is_word(two, PART));
        if !is_id {
            return Err(format!(
                "`{}` names no pack: expected `acme/x`, `acme/x@<1.2` or `sha256:…`",
                excerpt(text)
            ));
        }
        let versions = versions.map(VersionReq::parse).transpose();
        let versions = versions.map_err(|error| format!("`{}` names no versions: {error}", excerpt(text)))?;
        Ok(Deny::Pack { id: id.to_owned(), versions })
    }

    /// Whether it names the pack, as far as that is known.
    pub(super) fn hits(&self, pack: &Candidate<'_>) -> bool {
        match (self, pack.identity) {
            (Deny::Digest(digest), _) => digest == pack.digest,
            (Deny::Pack { id, versions }, Some((own, version))) => {
                id == own && versions.as_ref().is_none_or(|versions| are_among(versions, version))
            }
            (Deny::Pack { .. }, None) => false,
        }
    }
}

/// Whether `version` is one of `versions`. A requirement passes over pre-releases that it does not
/// name, which is right for finding a version and wrong for denying one: a pre-release lies between
/// two releases, and is denied where either of them is.
fn are_among(versions: &VersionReq, version: &Version) -> bool {
    let release = Version::new(version.major, version.minor, version.patch);
    let before = match (version.major, version.minor, version.patch) {
        (0, 0, 0) => release.clone(),
        (major, 0, 0) => Version::new(major - 1, u64::MAX, u64::MAX),
        (major, minor, 0) => Version::new(major, minor - 1, u64::MAX),
        (major, minor, patch) => Version::new(major, minor, patch - 1),
    };
    versions.matches(version)
        || (!version.pre.is_empty() && (versions.matches(&release) || versions.matches(&before)))
}

impl fmt::Display for Deny {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Deny::Digest(digest) => formatter.write_str(digest),
            Deny::Pack { id, versions: None } => formatter.write_str(id),
            Deny::Pack { id, versions: Some(versions) } => write!(formatter, "{id}@{versions}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::authority::Trust;

    fn hits(entry: &str, id: &str, version: &str) -> bool {
        let version = version.parse().unwrap();
        let digest = format!("sha256:{}", "0".repeat(64));
        Deny::parse(entry).unwrap().hits(&Candidate {
            trust: Trust::ThirdParty,
            digest: &digest,
            source: None,
            identity: Some((id, &version)),
        })
    }

    #[test]
    fn versions_are_those_of_the_requirement() {
        for (entry, id, version, expected) in [
            ("acme/x", "acme/x", "9.9.9", true),
            ("acme/x", "acme/xy", "1.0.0", false),
            ("acme/x", "acme/x-y", "1.0.0", false),
            ("acme/x@<1.2", "acme/x", "1.1.9", true),
            ("acme/x@<1.2", "acme/x", "1.2.0", false),
            ("acme/x@<1.2", "beta/x", "1.1.9", false),
            ("acme/x@=1.2.3", "acme/x", "1.2.3", true),
            ("acme/x@=1.2.3", "acme/x", "1.2.4", false),
            ("acme/x@>=1, <1.2.4", "acme/x", "1.2.3", true),
            ("acme/x@*", "acme/x", "0.0.1", true),
        ] {
            assert_eq!(hits(entry, id, version), expected, "{entry} of {id} {version}");
        }
    }

    #[test]
    fn a_pre_release_is_no_way_around() {
        assert!(hits("acme/x@<1.2", "acme/x", "1.1.0-rc.1"));
        assert!(hits("acme/x@<1.2", "acme/x", "1.2.0-rc.1"), "it comes before 1.2.0");
        assert!(hits("acme/x@<2", "acme/x", "2.0.0-rc.1"));
        assert!(hits("acme/x@<=1.2.3", "acme/x", "1.2.4-rc.1"));
        assert!(hits("acme/x@=1.2.3", "acme/x", "1.2.3-rc.1"));
        assert!(hits("acme/x@*", "acme/x", "0.0.0-rc.1"));
        assert!(!hits("acme/x@<1.2", "acme/x", "1.3.0-rc.1"));
        assert!(hits("acme/x@<1.2", "acme/x", "1.1.0+build"));
    }

    #[test]
    fn bytes_are_named_by_their_digest() {
        let digest = format!("sha256:{}", "ab".repeat(32));
        let candidate = |digest| Candidate { trust: Trust::ThirdParty, digest, source: None, identity: None };
        let deny = Deny::parse(&digest).unwrap();
        assert!(deny.hits(&candidate(&digest)));
        let other = format!("sha256:{}", "ac".repeat(32));
        assert!(!deny.hits(&candidate(&other)));
        assert!(!Deny::parse("acme/x").unwrap().hits(&candidate(&digest)), "not known yet");
    }

    #[test]
    fn what_names_nothing_is_refused() {
        for text in [
            "",
            "acme",
            "acme/",
            "/x",
            "Acme/x",
            "acme/x/y",
            "acme/*",
            "acme/x@",
            "acme/x@soon",
            "sha256:ab",
            "sha512:ab",
        ] {
            assert!(Deny::parse(text).is_err(), "{text}");
        }
        let upper = format!("sha256:{}", "AB".repeat(32));
        assert!(Deny::parse(&upper).unwrap_err().contains("a-f"), "it would match nothing");
        for text in ["acme/x", "acme/x@<1.2", "acme/x@=1.2.3"] {
            assert_eq!(Deny::parse(text).unwrap().to_string(), text);
        }
    }
}
