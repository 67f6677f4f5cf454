//! Which key signs for a publisher, and from where: trust on first use, and never less than before.
//!
//! A signature proves that the holder of a key made a pack, and nothing of who that is. So the first key
//! of a publisher is shown, and bound to the publisher and to the origin that the pack came from; from
//! then on another key, or none, is refused until the user says otherwise ([`Store::trust`]). Beside the
//! keys stand the highest versions that were seen of packs, below which no range leads. Both are in
//! the index, and change in one step with it. Whether a signature holds is decided in `signature.rs`.

use semver::Version;
use serde::{Deserialize, Serialize};

use crate::add::NewPack;
use crate::error::StoreError;
use crate::index::{Index, Loaded};
use crate::signature::{self, PublicKey};
use crate::source::Source;
use crate::store::Store;

/// A key that signs for a publisher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct TrustedKey {
    /// The first word of the ids of its packs.
    pub publisher: String,
    /// Where its packs come from, as [`Source::origin`] gives it.
    pub origin: String,
    /// None where the user takes packs without a signature from there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// When that was decided, in RFC 3339.
    pub since: String,
}

/// How a pack stands with its publisher's keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Signed with the key that is known for this publisher and origin.
    Known {
        /// When the key was first seen.
        since: String,
    },
    /// Signed with a new key, which the one that was known until now names.
    Succeeded {
        /// The key before it.
        old: PublicKey,
    },
    /// Signed with a key that the publisher has elsewhere: its packs come from here now, too.
    Moved {
        /// Where it was known from.
        from: String,
    },
    /// Signed, and nothing is known of the publisher.
    First,
    /// Not signed, and the publisher never did.
    Unsigned,
}

/// Why a pack is not taken for its publisher's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Another key than before.
    #[error(
        "`{publisher}` signs what comes from `{origin}` with key {known}, and this is signed with {found}"
    )]
    OtherKey {
        /// The publisher.
        publisher: String,
        /// Where the pack comes from.
        origin: String,
        /// The ids of the keys that are known.
        known: String,
        /// The id of the key that signed.
        found: String,
        /// The key that signed, whole.
        key: PublicKey,
    },
    /// No signature, where there was one before.
    #[error("`{publisher}` signs its packs with key {known}, and this one is not signed")]
    Unsigned {
        /// The publisher.
        publisher: String,
        /// Where the pack comes from.
        origin: String,
        /// The ids of the keys that are known.
        known: String,
    },
    /// The publisher's name, from elsewhere and with another key.
    #[error(
        "packs of `{publisher}` come from `{known}`, and this one comes from `{origin}` with another key"
    )]
    OtherOrigin {
        /// The publisher.
        publisher: String,
        /// Where the pack comes from.
        origin: String,
        /// Where its packs came from.
        known: String,
        /// The key that signed, whole.
        key: PublicKey,
    },
    /// An older version than was seen before, where the newest was asked for.
    #[error("`{id}` {found} is older than {seen}, which `{origin}` had before")]
    Older {
        /// The pack.
        id: String,
        /// Where it comes from.
        origin: String,
        /// The version that came.
        found: Version,
        /// The highest version that was seen.
        seen: Version,
    },
}

impl TrustError {
    /// What the user can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        let ask = |publisher: &str, origin: &str, choice: &str| {
            vec![
                "ask its publisher, elsewhere than where the pack is, whether that is right".to_owned(),
                format!("if it is: vantage plugin trust {publisher} --from {origin} {choice}"),
            ]
        };
        match self {
            Self::OtherKey { publisher, origin, key, .. }
            | Self::OtherOrigin { publisher, origin, key, .. } => {
                ask(publisher, origin, &format!("--key {key}"))
            }
            Self::Unsigned { publisher, origin, .. } => ask(publisher, origin, "--unsigned"),
            Self::Older { found, .. } => {
                vec![format!("to go back all the same, name the version exactly, as in @={found}")]
            }
        }
    }
}

impl Source {
    /// What a publisher's key is bound to: a web server, or the part of a registry where the pack's
    /// repository has its siblings. All files of this computer are one.
    pub fn origin(&self) -> String {
        match self {
            Self::File { .. } => "file".to_owned(),
            Self::Web { url, .. } => match url::Url::parse(url) {
                Ok(url) => url.origin().ascii_serialization(),
                Err(_) => url.clone(),
            },
            Self::Oci { repository, .. } => {
                let (above, _) = repository.rsplit_once('/').unwrap_or((repository, ""));
                above.to_owned()
            }
        }
    }
}

impl Store {
    /// How a pack of `publisher` from `source` stands, signed with `key` or not at all. `succession` is
    /// the record by which that key follows another, if one came along.
    ///
    /// # Errors
    /// [`StoreError::Trust`] where it is not taken.
    pub fn standing(
        &self,
        publisher: &str,
        source: &Source,
        key: Option<&PublicKey>,
        succession: Option<&str>,
    ) -> Result<Standing, StoreError> {
        self.load()?.index.standing(publisher, &source.origin(), key, succession)
    }

    /// The highest version that was seen of a pack from where `source` is.
    pub fn seen(&self, id: &str, source: &Source) -> Result<Option<Version>, StoreError> {
        Ok(self.load()?.index.seen.get(&seen_key(id, source)).cloned())
    }

    /// All keys, by publisher and origin.
    pub fn trusted(&self) -> Result<Vec<TrustedKey>, StoreError> {
        Ok(self.load()?.index.keys)
    }

    /// Takes packs of a publisher from an origin with this key alone from now on, or without any.
    pub fn trust(&self, decided: TrustedKey) -> Result<(), StoreError> {
        self.change(|loaded| {
            let is_same =
                |one: &TrustedKey| one.publisher == decided.publisher && one.origin == decided.origin;
            loaded.index.keys.retain(|one| !is_same(one));
            loaded.index.keys.push(decided);
            loaded.index.sort_keys();
            Ok(())
        })
    }

    /// Forgets the keys of a publisher, from everywhere or one origin; gives them.
    pub fn distrust(&self, publisher: &str, origin: Option<&str>) -> Result<Vec<TrustedKey>, StoreError> {
        self.change(|loaded| {
            let goes = |one: &TrustedKey| {
                one.publisher == publisher && origin.is_none_or(|origin| one.origin == origin)
            };
            let (gone, kept) = std::mem::take(&mut loaded.index.keys).into_iter().partition(goes);
            loaded.index.keys = kept;
            Ok(gone)
        })
    }
}

/// Notes, in the step that stores a pack, with which key it came and which version it is; gives how it
/// stands.
pub(crate) fn note(loaded: &mut Loaded, id: &str, new: &NewPack<'_>) -> Result<Standing, StoreError> {
    let (publisher, origin) = (id.split('/').next().unwrap_or_default(), new.source.origin());
    let succession = new.succession.as_deref();
    let standing = loaded.index.standing(publisher, &origin, new.key.as_ref(), succession)?;
    let is_new = matches!(standing, Standing::First | Standing::Moved { .. } | Standing::Succeeded { .. });
    if let (true, Some(key)) = (is_new, new.key) {
        loaded.index.keys.retain(|one| one.publisher != publisher || one.origin != origin);
        let (publisher, since) = (publisher.to_owned(), new.now.clone());
        loaded.index.keys.push(TrustedKey { publisher, origin, key: Some(key), since });
        loaded.index.sort_keys();
    }
    let (version, source) = (&new.description.version, &new.source);
    let seen = loaded.index.seen.entry(seen_key(id, source)).or_insert_with(|| version.clone());
    if *seen < *version {
        seen.clone_from(version);
    }
    Ok(standing)
}

fn seen_key(id: &str, source: &Source) -> String {
    format!("{id} {}", source.origin())
}

impl Index {
    fn standing(
        &self,
        publisher: &str,
        origin: &str,
        key: Option<&PublicKey>,
        succession: Option<&str>,
    ) -> Result<Standing, StoreError> {
        let known: Vec<&TrustedKey> = self.keys.iter().filter(|one| one.publisher == publisher).collect();
        let here = known.iter().find(|one| one.origin == origin);
        let ids = |keys: &[&TrustedKey]| {
            let ids = keys.iter().filter_map(|one| Some(one.key.as_ref()?.key_id()));
            ids.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(", ")
        };
        let (publisher, origin) = (publisher.to_owned(), origin.to_owned());
        let refused = match (here.map(|here| here.key), key) {
            // What the user said of this origin counts before what is known of others.
            (Some(expected), found) if expected.as_ref() == found => {
                let since = here.map(|here| here.since.clone()).unwrap_or_default();
                return Ok(if found.is_some() { Standing::Known { since } } else { Standing::Unsigned });
            }
            (Some(None), _) => return Ok(Standing::First),
            (Some(Some(expected)), Some(found))
                if succession.is_some_and(|record| {
                    signature::verify_succession(record, &expected, found, &publisher).is_ok()
                }) =>
            {
                return Ok(Standing::Succeeded { old: expected });
            }
            (Some(Some(expected)), Some(found)) => {
                let known = expected.key_id();
                TrustError::OtherKey { publisher, origin, known, found: found.key_id(), key: *found }
            }
            (Some(Some(expected)), None) => {
                TrustError::Unsigned { publisher, origin, known: expected.key_id() }
            }
            (None, None) if known.iter().all(|one| one.key.is_none()) => return Ok(Standing::Unsigned),
            (None, None) => TrustError::Unsigned { publisher, origin, known: ids(&known) },
            (None, Some(_)) if known.iter().all(|one| one.key.is_none()) => return Ok(Standing::First),
            (None, Some(found)) => match known.iter().find(|one| one.key.as_ref() == Some(found)) {
                Some(same) => return Ok(Standing::Moved { from: same.origin.clone() }),
                None => {
                    let known = known.iter().map(|one| one.origin.as_str()).collect::<Vec<_>>().join(", ");
                    TrustError::OtherOrigin { publisher, origin, known, key: *found }
                }
            },
        };
        Err(StoreError::Trust(Box::new(refused)))
    }

    fn sort_keys(&mut self) {
        self.keys.sort_by(|a, b| (&a.publisher, &a.origin).cmp(&(&b.publisher, &b.origin)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::key;

    fn oci(repository: &str) -> Source {
        let manifest = crate::Digest::of(b"");
        Source::Oci { repository: repository.into(), tag: None, range: None, manifest }
    }

    fn known(publisher: &str, origin: &str, key: Option<PublicKey>) -> TrustedKey {
        let (publisher, origin) = (publisher.to_owned(), origin.to_owned());
        TrustedKey { publisher, origin, key, since: "2026-11-25T12:00:00Z".to_owned() }
    }

    #[test]
    fn a_key_is_bound_to_publisher_and_origin() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path());
        store.trust(known("acme", "oci://ghcr.io/acme", Some(key(1)))).unwrap();
        store.trust(known("loose", "file", None)).unwrap();
        let judged = |publisher: &str, source: &Source, key: Option<PublicKey>| match store.standing(
            publisher,
            source,
            key.as_ref(),
            None,
        ) {
            Ok(standing) => format!("{standing:?}"),
            Err(error) => error.to_string(),
        };
        let (home, away) = (oci("oci://ghcr.io/acme/x"), oci("oci://evil.example/acme/x"));
        insta::assert_snapshot!(judged("acme", &home, Some(key(1))), @r#"Known { since: "2026-11-25T12:00:00Z" }"#);
        insta::assert_snapshot!(judged("acme", &oci("oci://ghcr.io/acme/y"), Some(key(1))), @r#"Known { since: "2026-11-25T12:00:00Z" }"#);
        insta::assert_snapshot!(judged("acme", &home, Some(key(2))), @"`acme` signs what comes from `oci://ghcr.io/acme` with key 0101010101010101, and this is signed with 0202020202020202");
        insta::assert_snapshot!(judged("acme", &home, None), @"`acme` signs its packs with key 0101010101010101, and this one is not signed");
        insta::assert_snapshot!(judged("acme", &away, Some(key(1))), @r#"Moved { from: "oci://ghcr.io/acme" }"#);
        insta::assert_snapshot!(judged("acme", &away, Some(key(2))), @"packs of `acme` come from `oci://ghcr.io/acme`, and this one comes from `oci://evil.example/acme` with another key");
        insta::assert_snapshot!(judged("acme", &away, None), @"`acme` signs its packs with key 0101010101010101, and this one is not signed");
        insta::assert_snapshot!(judged("acme", &Source::File { path: "/x".into(), link: false }, None), @"`acme` signs its packs with key 0101010101010101, and this one is not signed");
        insta::assert_snapshot!(judged("other", &home, Some(key(2))), @"First");
        insta::assert_snapshot!(judged("other", &home, None), @"Unsigned");
        insta::assert_snapshot!(judged("loose", &Source::File { path: "/x".into(), link: false }, None), @"Unsigned");
        insta::assert_snapshot!(judged("loose", &Source::File { path: "/x".into(), link: false }, Some(key(1))), @"First");
        store.trust(known("acme", "oci://ghcr.io/acme", Some(key(2)))).unwrap();
        insta::assert_snapshot!(judged("acme", &home, Some(key(1))), @"`acme` signs what comes from `oci://ghcr.io/acme` with key 0202020202020202, and this is signed with 0101010101010101");
        assert_eq!(store.distrust("acme", Some("oci://elsewhere")).unwrap(), []);
        assert_eq!(store.distrust("acme", None).unwrap().len(), 1);
        insta::assert_snapshot!(judged("acme", &home, Some(key(1))), @"First");
    }
}
