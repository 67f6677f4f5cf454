//! Which pack answers to which word: the bundled ones from the binary, the others from the catalog.
//!
//! One small file is read, and only the pack that the line names is described in full. A store that
//! cannot be read costs the packs of others, and a warning, but no built-in command.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use vantage_bundle::BundledPack;
use vantage_output::Console;
use vantage_output::visible::Visible;
use vantage_policy::authority::Trust;
use vantage_policy::description::Description;
use vantage_store::Store;

use crate::cli::peek::Peek;
use crate::cli::{self, PackWord};
use crate::environment::Environment;
use crate::error::HostError;

/// The packs' words, and the one pack that the line is about.
pub struct Commands {
    words: Vec<PackWord>,
    chosen: Option<Chosen>,
}

/// The pack that a line names.
pub struct Chosen {
    /// The word by which it is called.
    pub word: String,
    /// What it says of itself, its first word replaced where it was added under another.
    pub description: Description,
    /// Where its component is.
    pub origin: PackOrigin,
    /// The pack's own path of each command, by the path that the user types.
    own_paths: BTreeMap<Vec<String>, Vec<String>>,
}

impl Chosen {
    /// The path by which the pack itself knows a command: a word given with `--as` is the host's.
    pub fn own_path(&self, path: &[String]) -> Vec<String> {
        self.own_paths.get(path).cloned().unwrap_or_else(|| path.to_vec())
    }
}

/// Where a pack's component is found.
#[derive(Debug, Clone)]
pub enum PackOrigin {
    /// Inside the binary.
    Bundled(&'static BundledPack),
    /// In the store.
    Installed {
        /// The component's file.
        component: PathBuf,
        /// Its SHA-256, as `sha256:…`.
        digest: String,
    },
}

impl PackOrigin {
    /// How far the pack's own account of its effects is believed.
    pub fn trust(&self) -> Trust {
        match self {
            Self::Bundled(_) => Trust::Bundled,
            Self::Installed { .. } => Trust::ThirdParty,
        }
    }

    /// The SHA-256 of its component, as `sha256:…`.
    pub fn digest(&self) -> &str {
        match self {
            Self::Bundled(pack) => pack.digest,
            Self::Installed { digest, .. } => digest,
        }
    }
}

impl Commands {
    /// Reads the words, and describes the pack that `peek` names.
    pub fn find(environment: &Environment, peek: &Peek, console: &Console) -> Result<Self, HostError> {
        let mut commands = Self { words: Vec::new(), chosen: None };
        let named = match peek.words.first().map(String::as_str) {
            Some("help") => peek.words.get(1),
            _ => peek.words.first(),
        };
        commands.bundled(named)?;
        if !environment.is_set("VANTAGE_NO_PLUGINS")
            && let Some(folders) = environment.folders()
            && let Err(error) = commands.installed(&Store::open(&folders.data), named)
        {
            console.warn(&format!("installed packs are not available: {error}"));
            for hint in error.report().hints {
                console.note(&format!("hint: {hint}"));
            }
        }
        Ok(commands)
    }

    /// Every pack's word, for the tree.
    pub fn words(&self) -> Vec<PackWord> {
        self.words.clone()
    }

    /// The pack that the line names, for the tree.
    pub fn described(&self) -> Option<(&str, &Description)> {
        let chosen = self.chosen.as_ref()?;
        Some((&chosen.word, &chosen.description))
    }

    /// The pack that answers to `word`.
    pub fn pack(&self, word: &str) -> Option<&Chosen> {
        self.chosen.as_ref().filter(|chosen| chosen.word == word)
    }

    fn bundled(&mut self, named: Option<&String>) -> Result<(), HostError> {
        for pack in vantage_bundle::PACKS {
            for (word, summary) in pack.words {
                self.words.push(PackWord {
                    word: (*word).to_owned(),
                    summary: (*summary).to_owned(),
                    bundled: true,
                    hidden: false,
                });
                if named.is_some_and(|named| named == word) {
                    self.chosen = Some(Chosen {
                        word: (*word).to_owned(),
                        description: Description::parse(pack.description)?,
                        origin: PackOrigin::Bundled(pack),
                        own_paths: BTreeMap::new(),
                    });
                }
            }
        }
        Ok(())
    }

    fn installed(&mut self, store: &Store, named: Option<&String>) -> Result<(), HostError> {
        let catalog = store.catalog()?;
        // Names that came with a newer vantage win over packs that were there before.
        let own = cli::own_names();
        if self.chosen.is_none()
            && let Some(named) = named.filter(|named| !own.contains(*named))
            && let Some(entry) = catalog.find(named)
        {
            let description = entry.description()?;
            let paths = description.commands.iter().map(|command| &command.path);
            self.chosen = Some(Chosen {
                word: by_its_first_name(&description, named),
                own_paths: paths.map(|path| (path.clone(), entry.own_path(path))).collect(),
                description,
                origin: PackOrigin::Installed {
                    component: store.component_path(&entry.digest())?,
                    digest: entry.digest(),
                },
            });
        }
        let other_names =
            self.chosen.as_ref().map(|chosen| other_names(&chosen.description)).unwrap_or_default();
        let is_free = |word: &str| !other_names.contains(word) && !own.iter().any(|name| name == word);
        for command in catalog.commands().filter(|command| is_free(command.word)) {
            self.words.push(PackWord {
                word: command.word.to_owned(),
                summary: Visible::line(command.summary).to_string(),
                bundled: false,
                hidden: command.hidden,
            });
        }
        Ok(())
    }
}

/// The word that a command of one word is called by first, where `named` is another name of it.
fn by_its_first_name(description: &Description, named: &str) -> String {
    let mut commands = description.commands.iter();
    let called =
        commands.find(|command| command.path.len() == 1 && command.aliases.iter().any(|name| name == named));
    called.map_or(named, |command| command.path[0].as_str()).to_owned()
}

/// Other names of commands of one word, which the tree gets with the command itself.
fn other_names(description: &Description) -> BTreeSet<String> {
    let commands = description.commands.iter().filter(|command| command.path.len() == 1);
    commands.flat_map(|command| command.aliases.iter().cloned()).collect()
}
