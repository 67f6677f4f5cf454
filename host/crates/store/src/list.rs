//! What is installed, pack by pack, with what is wrong with each.
//!
//! This reads the index and looks at the stored files; a pack whose files are gone or damaged is
//! listed as broken, with the reason and the remedy, among the others. It is for `plugin list`,
//! `plugin show` and `doctor`: help and the running of commands read the catalog.

use semver::Version;

use crate::catalog;
use crate::error::StoreError;
use crate::grants::{GrantRecord, Revocation};
use crate::index::{Generation, PackRecord};
use crate::objects::Sort;
use crate::source::Source;
use crate::store::Store;

/// An installed pack.
#[derive(Debug, Clone, PartialEq)]
pub struct Installed {
    /// Publisher and name.
    pub id: String,
    /// The active version, or the newest where none is active; none where the entry is unreadable.
    pub version: Option<Version>,
    /// The digest of that version's component; empty where the entry is unreadable.
    pub digest: String,
    /// One line, in the pack's own words; empty where its description is not to be had.
    pub summary: String,
    /// Where that version came from.
    pub source: Option<Source>,
    /// When that version was added, in RFC 3339.
    pub added: String,
    /// Whether a version is active and the pack was not disabled.
    pub enabled: bool,
    /// The name that the user gave with `--as`.
    pub alias: Option<String>,
    /// The lock whose sync installed it; none for a pack that the user added.
    pub lock: Option<String>,
    /// The words that the user types first for its commands.
    pub words: Vec<String>,
    /// All kept versions, the oldest first.
    pub generations: Vec<Generation>,
    /// What was granted, for all kept versions.
    pub grants: Vec<GrantRecord>,
    /// What was taken away from what all profiles have.
    pub revoked: Vec<Revocation>,
    /// Why it cannot be used, if it cannot.
    pub broken: Option<Broken>,
}

/// Why a pack cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// One line, lower case, no full stop.
    pub reason: String,
    /// What the user can do.
    pub remedy: String,
}

impl Store {
    /// All installed packs, sorted by id, broken ones among them.
    pub fn list(&self) -> Result<Vec<Installed>, StoreError> {
        let loaded = self.load()?;
        let packs = loaded.index.packs.iter().filter(|(_, record)| record.is_installed());
        let mut packs: Vec<_> = packs.map(|(id, record)| self.installed(id.as_str(), record)).collect();
        packs.extend(loaded.unreadable.iter().map(|(id, reason)| unreadable(id, reason)));
        packs.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(packs)
    }

    /// One installed pack, by its id or by the first word of its commands.
    ///
    /// # Errors
    ///
    /// [`StoreError::NotInstalled`] where there is none.
    pub fn find(&self, id_or_command: &str) -> Result<Installed, StoreError> {
        let loaded = self.load()?;
        if let Some((id, reason)) = loaded.unreadable.iter().find(|(id, _)| id == id_or_command) {
            return Ok(unreadable(id, reason));
        }
        let brings = |record: &PackRecord| record.words().iter().any(|word| word == id_or_command);
        let installed = || loaded.index.packs.iter().filter(|(_, record)| record.is_installed());
        installed()
            .find(|(id, _)| id.as_str() == id_or_command)
            .or_else(|| installed().find(|(_, record)| record.enabled && brings(record)))
            .or_else(|| installed().find(|(_, record)| brings(record)))
            .map(|(id, record)| self.installed(id.as_str(), record))
            .ok_or_else(|| StoreError::NotInstalled { name: id_or_command.to_owned() })
    }

    pub(crate) fn installed(&self, id: &str, record: &PackRecord) -> Installed {
        let shown = record.active().or(record.generations.last());
        let (summary, broken) = match self.examine(id, record) {
            Ok(summary) => (summary, None),
            Err(error) => {
                (String::new(), Some(Broken { reason: error.in_one_line(), remedy: remedy(&error, shown) }))
            }
        };
        Installed {
            id: id.to_owned(),
            version: shown.map(|one| one.version.clone()),
            digest: shown.map(|one| one.digest.to_string()).unwrap_or_default(),
            summary,
            source: shown.map(|one| one.source.clone()),
            added: shown.map(|one| one.added.clone()).unwrap_or_default(),
            enabled: record.enabled && record.active().is_some(),
            alias: record.alias.clone(),
            lock: record.lock.clone(),
            words: record.words(),
            generations: record.generations.clone(),
            grants: record.grants.clone(),
            revoked: record.revoked.clone(),
            broken,
        }
    }

    /// Looks at the stored files of a pack; gives its summary. The component's bytes are not read:
    /// that is done when it is compiled.
    fn examine(&self, id: &str, record: &PackRecord) -> Result<String, StoreError> {
        let Some(generation) = record.active() else {
            return match record.active {
                None => Ok(String::new()),
                Some(digest) => {
                    Err(StoreError::NoGeneration { id: id.to_owned(), digest: digest.to_string() })
                }
            };
        };
        self.objects().check(Sort::Component, &generation.digest, generation.size)?;
        let json = self.objects().read(Sort::Description, &generation.description)?;
        Ok(catalog::parse(id, &json)?.summary)
    }
}

fn remedy(error: &StoreError, generation: Option<&Generation>) -> String {
    match (error, generation) {
        (StoreError::ObjectMissing { .. } | StoreError::ObjectDamaged { .. }, Some(generation)) => {
            format!("add it again: vantage plugin add {}", generation.source)
        }
        (StoreError::Description { .. }, _) => "use the newer vantage that installed it".to_owned(),
        (error, _) => {
            error.hints().into_iter().next().unwrap_or_else(|| "add it again from its source".to_owned())
        }
    }
}

fn unreadable(id: &str, reason: &str) -> Installed {
    let reason = format!("a newer vantage installed it ({reason})");
    let remedy = "use the newer vantage that installed it".to_owned();
    Installed {
        id: id.to_owned(),
        version: None,
        digest: String::new(),
        summary: String::new(),
        source: None,
        added: String::new(),
        enabled: false,
        alias: None,
        lock: None,
        words: Vec::new(),
        generations: Vec::new(),
        grants: Vec::new(),
        revoked: Vec::new(),
        broken: Some(Broken { reason, remedy }),
    }
}
