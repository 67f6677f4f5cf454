//! Names of publishers that could be taken for each other.
//!
//! Ids are plain ASCII, so what is left are slips (`acmee`), swapped letters and characters that look
//! alike in some fonts (`rn` and `m`, `l` and `1`, `o` and `0`). A resemblance is told and refuses
//! nothing: short names resemble each other by nature. Used before the question of `plugin add`.

use std::collections::BTreeSet;

use crate::error::StoreError;
use crate::store::Store;

/// The publisher of what is part of this program.
const OWN: &str = "vantage";
/// In names this short two slips make any name of any other.
const SHORT: usize = 5;

impl Store {
    /// A publisher that is known here, and that `publisher` could be taken for; none where `publisher`
    /// is known itself.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn resembles(&self, publisher: &str) -> Result<Option<String>, StoreError> {
        let index = self.load()?.index;
        let installed = index.packs.keys().filter_map(|id| id.as_str().split('/').next());
        let trusted = index.keys.iter().map(|one| one.publisher.as_str());
        let known: BTreeSet<&str> = installed.chain(trusted).chain([OWN]).collect();
        if known.contains(publisher) {
            return Ok(None);
        }
        Ok(known.into_iter().find(|known| resemble(known, publisher)).map(str::to_owned))
    }
}

fn resemble(one: &str, other: &str) -> bool {
    let slips = if one.len().min(other.len()) < SHORT { 1 } else { 2 };
    skeleton(one) == skeleton(other) || strsim::osa_distance(one, other) <= slips
}

/// The name without what the eye passes over.
fn skeleton(name: &str) -> String {
    let plain = name.replace("rn", "m").replace("vv", "w").replace("cl", "d");
    let same = |character| match character {
        '0' => 'o',
        '1' | 'i' => 'l',
        '5' => 's',
        other => other,
    };
    plain.chars().filter(|character| *character != '-').map(same).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_and_look_alikes_resemble() {
        for (one, other) in [
            ("acme", "acrne"),
            ("acme", "acmee"),
            ("acme", "amce"),
            ("vantage", "vantege"),
            ("vantage", "vanntagee"),
            ("vantage", "van-tage"),
            ("lab-one", "1ab-0ne"),
        ] {
            assert!(resemble(one, other) && resemble(other, one), "{one} and {other}");
        }
        for (one, other) in
            [("acme", "apex"), ("vantage", "advantages"), ("acme", "acme-labs"), ("uni-bonn", "uni-koeln")]
        {
            assert!(!resemble(one, other), "{one} and {other}");
        }
    }

    #[test]
    fn who_is_known_resembles_nobody() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path());
        assert_eq!(store.resembles("vantage").unwrap(), None);
        assert_eq!(store.resembles("vantagge").unwrap().as_deref(), Some("vantage"));
        let since = "2026-11-25T12:00:00Z".to_owned();
        let trusted =
            crate::TrustedKey { publisher: "vantagge".into(), origin: "file".into(), key: None, since };
        store.trust(trusted).unwrap();
        assert_eq!(store.resembles("vantagge").unwrap(), None);
    }
}
