//! Compiled code that is not what it was: the command works all the same, from fresh code, and says
//! nothing. Seen from outside; which doubt is which is tested beside the cache itself.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use vantage_test_support::World;

use crate::guests::guest;
use crate::signed_in;

/// A world with two packs, each compiled, and what is kept of the first.
struct Scene {
    world: World,
    /// Of the pack that compiles in no time.
    entry: PathBuf,
    sound: Vec<u8>,
    /// Of the other one.
    other: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let world = signed_in();
        let folder = world.home().join("cache/compiled");
        let mut entries: Vec<PathBuf> = Vec::new();
        for name in ["describe_counter", "greeter"] {
            world.run(&["plugin", "add", guest(name).to_str().unwrap(), "--grant-all"]).expect(0);
            let known = |path: &PathBuf| !entries.contains(path);
            let new = code(&folder).into_iter().find(known).unwrap();
            entries.push(new);
        }
        let [entry, other] = entries.try_into().unwrap();
        let sound = fs::read(&entry).unwrap();
        let scene = Self { world, entry, sound, other };
        scene.works("untouched");
        scene
    }

    /// Runs the command: it answers, and nothing is said of what was found.
    fn works(&self, context: &str) {
        let ran = self.world.bounded(&mut self.world.command(&["describe-counter", "-o", "jsonl"])).expect(0);
        assert_eq!((ran.stdout.trim(), ran.stderr.as_str()), (r#"{"ran":true}"#, ""), "{context}");
    }

    /// As [`Scene::works`], and what is kept is sound again: the code was fresh.
    fn mends(&self, context: &str) {
        self.works(context);
        assert!(self.entry.symlink_metadata().unwrap().is_file(), "{context}");
        assert!(fs::read(&self.entry).unwrap() == self.sound, "{context}: it was not compiled again");
    }

    /// Changes the entry's content in place, as a faulty disk does.
    fn write(&self, content: &[u8]) {
        let mut file = OpenOptions::new().write(true).truncate(true).open(&self.entry).unwrap();
        file.write_all(content).unwrap();
    }
}

/// The entries of a cache.
fn code(folder: &Path) -> Vec<PathBuf> {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "cwasm")).collect()
}

/// Numbers that look random, and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % bound as u64).unwrap()
    }
}

#[test]
fn a_byte_that_flips_costs_no_more_than_compiling() {
    let scene = Scene::new();
    let mut numbers = Numbers(0x5eed);
    for _ in 0..64 {
        let (place, change) = (numbers.below(scene.sound.len()), 1 + numbers.below(255));
        let mut flipped = scene.sound.clone();
        flipped[place] ^= u8::try_from(change).unwrap();
        scene.write(&flipped);
        scene.mends(&format!("byte {place} changed by {change}"));
    }
}

#[test]
fn what_is_cut_missing_or_another_packs_is_not_run() {
    let scene = Scene::new();
    let half = scene.sound.len() / 2;
    for length in [0, 1, half, scene.sound.len() - 1] {
        scene.write(&scene.sound[..length]);
        scene.mends(&format!("{length} bytes"));
    }
    scene.write(&[&scene.sound[..], b"more"].concat());
    scene.mends("longer");
    for path in [&scene.entry, &seal(&scene.entry)] {
        fs::remove_file(path).unwrap();
        scene.mends(&format!("without {}", path.display()));
    }
    // Each has what the other had, with its seal and without.
    for endings in [&["cwasm"][..], &["cwasm", "seal"]] {
        for ending in endings {
            let (one, two) = (scene.entry.with_extension(ending), scene.other.with_extension(ending));
            let between = scene.entry.with_extension("between");
            fs::rename(&one, &between).unwrap();
            fs::rename(&two, &one).unwrap();
            fs::rename(&between, &two).unwrap();
        }
        scene.mends(&format!("another pack's {endings:?}"));
        scene.world.run(&["greeter", "Ada"]).expect(0);
    }
}

#[test]
fn what_is_no_file_of_the_users_own_is_not_read() {
    let scene = Scene::new();
    let elsewhere = scene.world.home().join("elsewhere");
    let key = scene.world.home().join("data/compiled-code/key.json");
    for path in [&scene.entry, &seal(&scene.entry), &key] {
        let name = path.display();
        fs::rename(path, &elsewhere).unwrap();
        symlink(&elsewhere, path).unwrap();
        scene.mends(&format!("a link in the place of {name}"));
        fs::remove_file(path).unwrap();
        symlink("/dev/zero", path).unwrap();
        scene.mends(&format!("a link to what never ends in the place of {name}"));
        // Opening one of these waits for somebody to write into it.
        fs::remove_file(path).unwrap();
        mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o600), 0).unwrap();
        scene.mends(&format!("a pipe in the place of {name}"));
    }
    fs::set_permissions(&scene.entry, fs::Permissions::from_mode(0o666)).unwrap();
    scene.mends("a file that others can write");
    // Where there is a folder nothing can be kept, and still the command works.
    fs::remove_file(&scene.entry).unwrap();
    fs::create_dir(&scene.entry).unwrap();
    scene.works("a folder in its place");
    scene.works("a folder in its place, again");
}

/// Only root can give a file away; the test says nothing elsewhere.
#[test]
fn what_is_another_users_is_not_run() {
    const NOBODY: u32 = 65534;
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let scene = Scene::new();
    chown(&scene.entry, Some(NOBODY), None).unwrap();
    scene.mends("another user's entry");
    chown(seal(&scene.entry), Some(NOBODY), None).unwrap();
    scene.works("another user's seal");
    chown(scene.entry.parent().unwrap(), Some(NOBODY), None).unwrap();
    scene.works("another user's folder");
    scene.works("another user's folder, again");
}

fn seal(entry: &Path) -> PathBuf {
    entry.with_extension("seal")
}
