//! Which pack answers to which word: the bundled ones from the binary, the others from the catalog.
//!
//! One small file is read, and only the pack that the line names is described in full. A store that
//! cannot be read costs the packs of others, and a warning, but no built-in command.

mod shadowed;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use vantage_bundle::BundledPack;
use vantage_output::Console;
use vantage_output::visible::Visible;
use vantage_policy::authority::Trust;
use vantage_policy::description::Description;
use vantage_store::{CatalogCommand, CatalogEntry, Store, StoreError};

use crate::cli::peek::Peek;
use crate::cli::{self, BUILT_INS, PackWord, help};
use crate::context;
use crate::environment::{Environment, Folders};
use crate::error::{HostError, Kind};

/// How many commands of packs help lists: more than fit on a screen help nobody, and take time.
const LISTED: usize = 50;

/// The variable that leaves the packs of others out.
const NO_PLUGINS: &str = "VANTAGE_NO_PLUGINS";

/// The packs' words, and the one pack that the line is about.
pub struct Commands {
    words: Vec<PackWord>,
    /// How many words of packs help leaves out, since there are so many.
    unlisted: usize,
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
    /// The file that it follows, where there is something new in it.
    pub outrun: Option<PathBuf>,
    /// The pack's own path of each command, by the path that the user types.
    own_paths: BTreeMap<Vec<String>, Vec<String>>,
}

impl Chosen {
    fn bundled(pack: &'static BundledPack, word: &str) -> Result<Self, HostError> {
        Ok(Self {
            word: word.to_owned(),
            description: Description::parse(pack.description)?,
            origin: PackOrigin::Bundled(pack),
            outrun: None,
            own_paths: BTreeMap::new(),
        })
    }

    fn installed(entry: &CatalogEntry<'_>, named: &str, store: &Store) -> Result<Self, HostError> {
        let description = entry.description()?;
        let paths = description.commands.iter().map(|command| &command.path);
        Ok(Self {
            word: by_its_first_name(&description, named),
            own_paths: paths.map(|path| (path.clone(), entry.own_path(path))).collect(),
            description,
            outrun: entry.outrun()?,
            origin: PackOrigin::Installed {
                component: store.component_path(&entry.digest())?,
                digest: entry.digest(),
            },
        })
    }

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
    /// Reads the words, where the line needs them, and describes the pack that `peek` names.
    pub fn find(environment: &Environment, peek: &Peek, console: &Console) -> Result<Self, HostError> {
        let mut commands = Self { words: Vec::new(), unlisted: 0, chosen: None };
        commands.bundled(peek.named())?;
        if !environment.is_set(NO_PLUGINS)
            && let Some(folders) = environment.folders()
            && let Err(error) = commands.installed(&folders, peek, Some(console))
        {
            console.warn(&format!("installed packs are not available: {error}"));
            for hint in error.report().hints {
                console.note(&format!("hint: {hint}"));
            }
        }
        Ok(commands)
    }

    /// As [`Commands::find`], for a line of which `peek` has seen the words before the one that is being typed:
    /// that may be any word where it is the first. Nobody is told anything.
    pub fn to_complete(environment: &Environment, peek: &Peek) -> Self {
        let mut commands = Self { words: Vec::new(), unlisted: 0, chosen: None };
        // What cannot be read costs its words, and no others.
        let _ = commands.bundled(peek.named());
        if !environment.is_set(NO_PLUGINS)
            && let Some(folders) = environment.folders()
        {
            let _ = commands.installed(&folders, peek, None);
        }
        commands
    }

    /// Describes the pack `pack`, an id or a word of its own, for a line that begins with one of its words.
    ///
    /// # Errors
    /// A pack that is not there, is disabled or broken, or has no such word.
    pub fn of_pack(environment: &Environment, pack: &str, peek: &Peek) -> Result<Self, HostError> {
        let bundled = vantage_bundle::PACKS
            .iter()
            .find(|one| one.id == pack || one.words.iter().any(|(word, _)| *word == pack));
        let chosen = match bundled {
            Some(bundled) => {
                let words: Vec<&str> = bundled.words.iter().map(|(word, _)| *word).collect();
                Chosen::bundled(bundled, first_word(bundled.id, &words, peek)?)?
            }
            None => {
                if environment.is_set(NO_PLUGINS) {
                    let hint = format!("leave {NO_PLUGINS} unset to run it");
                    let message = format!("{NO_PLUGINS} keeps `{pack}` from running");
                    return Err(HostError::said(Kind::Denied, message, vec![hint]));
                }
                let store = Store::open(&context::folders(environment)?.data);
                let installed = store.find(pack)?;
                let words: Vec<&str> = installed.words.iter().map(String::as_str).collect();
                if !installed.enabled && installed.broken.is_none() {
                    let hint = format!("vantage plugin enable {} gives it its commands back", installed.id);
                    let message = format!("pack `{}` is disabled", installed.id);
                    return Err(HostError::said(Kind::Conflict, message, vec![hint]));
                }
                let named = first_word(&installed.id, &words, peek)?;
                let catalog = store.catalog()?;
                let entry = catalog.pack(&installed.id);
                let entry = entry.ok_or_else(|| StoreError::NotInstalled { name: installed.id.clone() })?;
                Chosen::installed(&entry, named, &store)?
            }
        };
        Ok(Self { words: Vec::new(), unlisted: 0, chosen: Some(chosen) })
    }

    /// Every pack's word, for the tree; the bundled ones alone where the line needs no others.
    pub fn words(&self) -> &[PackWord] {
        &self.words
    }

    /// How many words of packs are left out of [`Commands::words`].
    pub fn unlisted(&self) -> usize {
        self.unlisted
    }

    /// The pack that the line names, for the tree.
    pub fn described(&self) -> Option<(&str, &Description)> {
        let chosen = self.chosen.as_ref()?;
        Some((&chosen.word, &chosen.description))
    }

    /// The pack that the line names and the file that it follows, where there is something new in it.
    pub fn outrun(&self) -> Option<(&str, &Path)> {
        let chosen = self.chosen.as_ref()?;
        Some((&chosen.description.id, chosen.outrun.as_deref()?))
    }

    /// The pack that answers to `word`.
    pub fn pack(&self, word: &str) -> Option<&Chosen> {
        self.chosen.as_ref().filter(|chosen| chosen.word == word)
    }

    fn bundled(&mut self, named: Option<&str>) -> Result<(), HostError> {
        for pack in vantage_bundle::PACKS {
            for (word, summary) in pack.words {
                self.words.push(PackWord {
                    word: (*word).to_owned(),
                    summary: (*summary).to_owned(),
                    bundled: true,
                    hidden: false,
                });
                if named == Some(*word) {
                    self.chosen = Some(Chosen::bundled(pack, word)?);
                }
            }
        }
        Ok(())
    }

    /// The packs of the catalog; without a console for a line that is being typed.
    fn installed(
        &mut self,
        folders: &Folders,
        peek: &Peek,
        console: Option<&Console>,
    ) -> Result<(), HostError> {
        let store = Store::open(&folders.data);
        let catalog = store.catalog()?;
        if let Some(named) = peek.named()
            && let Some(entry) = catalog.find(named)
        {
            // Names that came with a newer vantage win over packs that were there before.
            if cli::is_own(named) {
                if let Some(console) = console {
                    shadowed::tell(named, entry.id(), &folders.state, console);
                }
            } else {
                self.chosen = Some(Chosen::installed(&entry, named, &store)?);
            }
        }
        let is_unknown =
            self.chosen.is_none() && peek.named().is_some_and(|named| !BUILT_INS.contains(&named));
        let others = || catalog.commands().filter(|command| !cli::is_own(command.word));
        if console.is_none() && peek.named().is_none() {
            self.words.extend(others().filter(|command| !command.hidden).map(|command| word(&command)));
        } else if is_unknown {
            self.words.extend(others().map(|command| word(&command)));
        } else if !help::names_a_command(peek) {
            let mut shown = others().filter(|command| !command.hidden);
            self.words.extend(shown.by_ref().take(LISTED).map(|command| word(&command)));
            self.unlisted = shown.count();
        } else if let Some(chosen) =
            self.chosen.as_ref().filter(|chosen| chosen.origin.trust() == Trust::ThirdParty)
        {
            // The tree takes the one that is described.
            let (word, summary) = (chosen.word.clone(), chosen.description.summary.clone());
            self.words.push(PackWord { word, summary, bundled: false, hidden: false });
        }
        Ok(())
    }
}

fn word(command: &CatalogCommand<'_>) -> PackWord {
    PackWord {
        word: command.word.to_owned(),
        summary: Visible::line(command.summary).to_string(),
        bundled: false,
        hidden: command.hidden,
    }
}

/// The word of the line, which must be one of the pack's.
fn first_word<'a>(id: &str, words: &[&'a str], peek: &Peek) -> Result<&'a str, HostError> {
    let has = words.join(", ");
    let refused = |problem: String| {
        HostError::usage(problem, vec![format!("`{id}` has {has}: vantage plugin exec {id} -- COMMAND")])
    };
    let Some(named) = peek.named() else {
        return Err(refused("a command of the pack is missing".to_owned()));
    };
    let found = words.iter().find(|word| **word == named);
    found.copied().ok_or_else(|| refused(format!("pack `{id}` has no command `{named}`")))
}

/// The word that a command of one word is called by first, where `named` is another name of it.
fn by_its_first_name(description: &Description, named: &str) -> String {
    let mut commands = description.commands.iter();
    let called =
        commands.find(|command| command.path.len() == 1 && command.aliases.iter().any(|name| name == named));
    called.map_or(named, |command| command.path[0].as_str()).to_owned()
}
