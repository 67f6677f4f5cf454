//! The stage on which each hostile pack has its turn: a user who is signed in and has a pack of use, and
//! who wants to find everything as it was afterwards.
//!
//! What ran and what was contained is written down for `cargo xtask test`, which says so at its end.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use vantage_platform::Options;
use vantage_test_support::{Ran, World};

use crate::guests::guest;
use crate::{VANTAGE, seeded};

/// Has a hostile pack do what it does, and asserts that nothing else has changed.
pub(super) fn contained(name: &str, act: impl FnOnce(&Stage)) {
    write_down("run", name);
    let stage = Stage::new(name);
    act(&stage);
    stage.assert_intact();
    write_down("contained", name);
}

/// Signs in by a token, which spares each of these tests the second that the device flow waits.
fn sign_in(world: &World) {
    let tokens = world.fresh_tokens();
    let mut child = world.start(world.command(&["login", "--token-stdin"]).stdin(Stdio::piped()));
    child.stdin.take().unwrap().write_all(tokens["access_token"].as_str().unwrap().as_bytes()).unwrap();
    world.end(child).expect(0);
}

/// One line in a file that many processes may write to.
fn write_down(what: &str, name: &str) {
    if let Some(path) = std::env::var_os("VANTAGE_TEST_HOSTILE") {
        let mut file = File::options().append(true).create(true).open(path).unwrap();
        file.write_all(format!("{what} {name}\n").as_bytes()).unwrap();
    }
}

/// See the module's text.
pub(super) struct Stage {
    pub(super) world: World,
    name: String,
    before: RefCell<Intact>,
}

impl Stage {
    fn new(name: &str) -> Self {
        let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
        sign_in(&world);
        world.run(&["plugin", "add", &guest("keeper").display().to_string(), "--grant-all"]).expect(0);
        world.run(&["keeper"]).expect(0);
        let before = RefCell::new(Intact::of(&world));
        Self { world, name: name.to_owned(), before }
    }

    /// The pack's id.
    pub(super) fn id(&self) -> String {
        format!("test/{}", self.word())
    }

    /// The pack's first word on the command line.
    pub(super) fn word(&self) -> String {
        self.name.replace('_', "-")
    }

    /// Adds the pack with all that it asks for, and from then on holds everything else to what it is.
    pub(super) fn add(&self) -> Ran {
        let ran = self.try_add(&guest(&self.name)).expect(0);
        self.take_note();
        ran
    }

    /// Adds a component with all that it asks for, if it can be added.
    pub(super) fn try_add(&self, component: &Path) -> Ran {
        let line = ["plugin", "add", &component.display().to_string(), "--grant-all"];
        self.world.bounded(&mut self.world.command(&line))
    }

    /// From now on everything has to stay as it is.
    pub(super) fn take_note(&self) {
        *self.before.borrow_mut() = Intact::of(&self.world);
    }

    /// Runs the pack's command with these arguments.
    pub(super) fn run(&self, rest: &[&str]) -> Ran {
        self.world.bounded(&mut self.world.command(&[&[self.word().as_str()], rest].concat()))
    }

    /// Sets a limit of the pack in the user's configuration.
    pub(super) fn limit(&self, key: &str, value: &str) {
        let mut file = File::options().append(true).open(self.world.home().join("config.toml")).unwrap();
        write!(file, "\n[packs.\"{}\"]\n{key} = \"{value}\"\n", self.id()).unwrap();
        self.take_note();
    }

    fn assert_intact(&self) {
        let now = Intact::of(&self.world);
        let before = self.before.borrow();
        assert_eq!((&now.packs, &now.who, &now.clusters), (&before.packs, &before.who, &before.clusters));
        for (path, bytes) in &before.files {
            assert!(now.files.get(path) == Some(bytes), "{} has changed", path.display());
        }
        for path in now.files.keys() {
            let own = path.parent().is_some_and(|folder| folder.ends_with("storage"));
            assert!(own || before.files.contains_key(path), "{} is new", path.display());
        }
        for path in now.locks {
            let lock = File::options().read(true).write(true).open(&path).unwrap();
            assert!(lock.try_lock().is_ok(), "{} is held", path.display());
        }
    }
}

/// What has to be as it was: the packs, who is signed in, what the platform answers, and every file that
/// decides of these, the index of packs and what other packs keep among them.
struct Intact {
    packs: BTreeMap<String, String>,
    who: Value,
    clusters: Value,
    files: BTreeMap<PathBuf, Vec<u8>>,
    locks: Vec<PathBuf>,
}

impl Intact {
    fn of(world: &World) -> Self {
        let json = |line: &[&str]| world.run(&[line, &["-o", "json"]].concat()).expect(0).json();
        let (packs, who) = (world.packs(), json(&["whoami"]));
        let clusters = json(&["cluster", "list"]);
        let mut intact = Self { packs, who, clusters, files: BTreeMap::new(), locks: Vec::new() };
        for folder in ["data/packs", "state/sessions"] {
            intact.look(&world.home().join(folder));
        }
        let configuration = world.home().join("config.toml");
        intact.files.insert(configuration.clone(), fs::read(&configuration).unwrap());
        assert!(intact.files.keys().any(|path| path.ends_with("data/packs/index.toml")), "no index was seen");
        intact
    }

    fn look(&mut self, folder: &Path) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                self.look(&path);
            } else if path
                .file_name()
                .is_some_and(|name| name == "lock" || name.as_encoded_bytes().ends_with(b".lock"))
            {
                self.locks.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                self.files.insert(path, bytes);
            }
        }
    }
}
