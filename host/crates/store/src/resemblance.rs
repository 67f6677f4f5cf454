//! Names that could be taken for each other: of publishers, of packs and of commands.
//!
//! Ids are plain ASCII, so what is left are slips (`acmee`), swapped letters and characters that look
//! alike in some fonts (`rn` and `m`, `l` and `1`, `o` and `0`). A resemblance is told and refuses
//! nothing: short names resemble each other by nature. Used before the question of `plugin add`, for packs
//! that are not there yet.

use std::collections::BTreeSet;
use std::fmt;

use crate::error::StoreError;
use crate::store::Store;

/// The publisher of what is part of this program.
const OWN: &str = "vantage";
/// In names this short two slips make any name of any other.
const SHORT: usize = 5;
/// In names this short one slip does.
const SHORTEST: usize = 3;

/// What something new could be taken for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resemblance {
    /// A publisher that is not known here, for one that is.
    Publisher {
        /// The new one.
        new: String,
        /// The known one.
        known: String,
    },
    /// A pack, for one of another publisher.
    Pack {
        /// The new one's id.
        new: String,
        /// The known one's.
        known: String,
    },
    /// A command, for one that is there.
    Command {
        /// The new word.
        new: String,
        /// The word that is there.
        known: String,
    },
}

impl fmt::Display for Resemblance {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publisher { new, known } => {
                write!(formatter, "the publisher `{new}` is new here, and could be taken for `{known}`")
            }
            Self::Pack { new, known } => {
                write!(formatter, "`{new}` could be taken for `{known}`, which is another publisher's")
            }
            Self::Command { new, known } => {
                write!(formatter, "the command `{new}` could be taken for `{known}`, which is there already")
            }
        }
    }
}

impl Store {
    /// What the pack `id`, whose commands begin with `words`, could be taken for; nothing where it is
    /// installed. `own` are the packs of this program: ids, each with its words; built-in commands are
    /// those of an empty id.
    ///
    /// # Errors
    /// Where the index cannot be read.
    pub fn resemblances(
        &self,
        id: &str,
        words: &BTreeSet<&str>,
        own: &[(&str, Vec<&str>)],
    ) -> Result<Vec<Resemblance>, StoreError> {
        let index = self.load()?.index;
        let installed = || index.packs.iter().filter(|(_, record)| record.is_installed());
        if installed().any(|(one, _)| one.as_str() == id) {
            return Ok(Vec::new());
        }
        let (publisher, name) = id.split_once('/').unwrap_or((id, ""));
        let mut found = BTreeSet::new();
        let publishers = installed().filter_map(|(id, _)| id.as_str().split('/').next());
        let trusted = index.keys.iter().map(|one| one.publisher.as_str());
        let known: BTreeSet<&str> = publishers.chain(trusted).chain([OWN]).collect();
        if !known.contains(publisher)
            && let Some(known) = known.into_iter().find(|known| resemble(known, publisher))
        {
            found.insert(Resemblance::Publisher { new: publisher.to_owned(), known: known.to_owned() });
        }
        let ids = installed().map(|(id, _)| id.as_str()).chain(own.iter().map(|(id, _)| *id));
        found.extend(
            ids.filter(|known| is_anothers(known, publisher, name))
                .map(|known| Resemblance::Pack { new: id.to_owned(), known: known.to_owned() }),
        );
        let taken = installed().filter(|(_, record)| record.enabled).flat_map(|(_, record)| record.words());
        let taken: Vec<String> =
            taken.chain(own.iter().flat_map(|(_, words)| words).map(|word| (*word).to_owned())).collect();
        for word in words {
            // What is the same word is a clash, and refused elsewhere.
            found.extend(
                taken
                    .iter()
                    .filter(|known| *known != word && resemble(known, word))
                    .map(|known| Resemblance::Command { new: (*word).to_owned(), known: known.clone() }),
            );
        }
        Ok(found.into_iter().collect())
    }
}

/// Whether `known` is another publisher's pack with such a name.
fn is_anothers(known: &str, publisher: &str, name: &str) -> bool {
    known
        .split_once('/')
        .is_some_and(|(other, its)| other != publisher && (its == name || resemble(its, name)))
}

fn resemble(one: &str, other: &str) -> bool {
    let slips = match one.len().min(other.len()) {
        ..=SHORTEST => 0,
        length if length < SHORT => 1,
        _ => 2,
    };
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
    fn short_names_resemble_nothing_by_a_slip() {
        assert!(!resemble("job", "jobs") && !resemble("api", "app"));
        assert!(resemble("jobs", "jobz") && resemble("g1u", "glu"));
    }

    fn found(store: &Store, id: &str, words: &[&str]) -> String {
        let own = [("", vec!["login", "plugin"]), ("vantage/cluster", vec!["cluster"])];
        let found = store.resemblances(id, &words.iter().copied().collect(), &own).unwrap();
        found.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn who_is_known_resembles_nobody() {
        let data = tempfile::tempdir().unwrap();
        let store = Store::open(data.path());
        assert_eq!(found(&store, "vantage/x", &["x"]), "");
        insta::assert_snapshot!(found(&store, "vantagge/x", &["x"]), @"the publisher `vantagge` is new here, and could be taken for `vantage`");
        let since = "2026-11-25T12:00:00Z".to_owned();
        let trusted =
            crate::TrustedKey { publisher: "vantagge".into(), origin: "file".into(), key: None, since };
        store.trust(trusted).unwrap();
        assert_eq!(found(&store, "vantagge/x", &["x"]), "");
    }

    #[test]
    fn packs_and_commands_of_others_are_resembled() {
        let (_folder, store) = crate::tests::store();
        crate::tests::TestPack::new("acme/gpu-report", "1.0.0", "gpu-report").add_to(&store).unwrap();
        insta::assert_snapshot!(found(&store, "evil/gpu-rep0rt", &["gpu-rep0rt", "lgoin"]), @"
        `evil/gpu-rep0rt` could be taken for `acme/gpu-report`, which is another publisher's
        the command `gpu-rep0rt` could be taken for `gpu-report`, which is there already
        the command `lgoin` could be taken for `login`, which is there already
        ");
        insta::assert_snapshot!(found(&store, "other/cluster", &["clutser"]), @"
        `other/cluster` could be taken for `vantage/cluster`, which is another publisher's
        the command `clutser` could be taken for `cluster`, which is there already
        ");
        assert_eq!(found(&store, "acme/gpu-reports", &["queue"]), "");
        assert_eq!(found(&store, "acme/gpu-report", &["clutser"]), "");
    }
}
