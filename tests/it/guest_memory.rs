//! No guest's memory ever holds a token: every one is looked into before it is given back.
//!
//! The binary here is `tests/watched`, which is the program but for where memories come from.

use std::fs::{self, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::json;
use vantage_test_support::World;

use crate::guests::{guest, third_party};
use crate::{VANTAGE, seeded};

/// Guests that end only when they are ended.
const ENDLESS: [&str; 3] = ["endless", "follower", "sleeps"];

/// The lines of guests that are more than their names.
const LINES: [(&str, &[&str]); 4] = [
    ("client_guessed", &["client-guessed", "--number", "1"]),
    ("fails", &["fails", "conflict"]),
    ("greeter", &["greeter", "Ada"]),
    ("grows_further", &["grows"]),
];

fn world() -> World {
    let watched = Path::new(VANTAGE).with_file_name("vantage-watched");
    assert!(watched.exists(), "{} is missing: run `cargo build --workspace` first", watched.display());
    World::signed_in(watched.to_str().unwrap(), seeded())
}

/// What was found in each memory since this was asked last: its size, whether the known text was there,
/// and the canary's form.
#[track_caller]
fn looked_into(world: &World) -> Vec<(usize, bool, String)> {
    let path = world.home().join("watched");
    let report = fs::read_to_string(&path).unwrap_or_default();
    let _ = fs::remove_file(path);
    let memory = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap().to_owned();
        (word().parse().unwrap(), word() == "true", word())
    };
    report.lines().map(memory).collect()
}

#[track_caller]
fn no_token(world: &World, line: &[&str]) -> Vec<(usize, bool, String)> {
    let memories = looked_into(world);
    assert!(!memories.is_empty(), "no memory was seen at {line:?}");
    assert!(memories.iter().all(|(_, _, found)| found == "nothing"), "a token at {line:?}: {memories:?}");
    memories
}

/// A second of computing: what a guest does to a memory it has done by then.
fn limit(world: &World, guest: &str) {
    let mut file = OpenOptions::new().append(true).open(world.home().join("config.toml")).unwrap();
    let id = guest.replace('_', "-");
    write!(file, "\n[packs.\"test/{id}\"]\ncomputing = \"1s\"\n").unwrap();
}

/// Runs a line whose answer may have no end: its reader goes away after the first mebibyte.
fn run_briefly(world: &World, line: &[&str]) {
    let mut command = world.command(line);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let answer = child.stdout.take().unwrap();
    io::copy(&mut answer.take(1 << 20), &mut io::sink()).unwrap();
    child.wait().unwrap();
}

/// All guests that there are: one that is added later is looked into as well.
fn guests() -> Vec<(String, PathBuf)> {
    let folder = guest("greeter").parent().unwrap().to_owned();
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path));
    let mut guests: Vec<_> = named.filter(|(name, _)| !ENDLESS.contains(&name.as_str())).collect();
    guests.sort();
    assert!(guests.len() > 40, "{guests:?}");
    guests
}

#[test]
fn a_text_that_a_guest_has_is_found_in_its_memory() {
    let world = world();
    let name = world.run(&["cluster", "list", "-o", "json"]).expect(0).json()[0]["name"].clone();
    fs::write(world.home().join("look-for"), name.as_str().unwrap()).unwrap();
    looked_into(&world);
    world.run(&["cluster", "list"]).expect(0);
    let memories = no_token(&world, &["cluster", "list"]);
    assert!(memories.iter().any(|(size, known, _)| *known && *size > 1 << 16), "{memories:?}");
    // The canary would be found as well as any text.
    fs::write(world.home().join("look-for"), "nowhere in any memory").unwrap();
    let canary = world.canary().text().to_owned();
    world.run(&["plugin", "add", &guest("scanner").display().to_string(), "--grant-all"]).expect(0);
    looked_into(&world);
    let mut handed = world.command(&["scanner", &canary]);
    handed.output().unwrap();
    let memories = looked_into(&world);
    assert!(memories.iter().any(|(_, known, found)| !known && found == "as it is"), "{memories:?}");
    world.has_tokens_in(world.home().join("state"));
}

#[test]
fn no_memory_of_any_guest_holds_a_token_first_half() {
    look_into_guests(0);
}

#[test]
fn no_memory_of_any_guest_holds_a_token_second_half() {
    look_into_guests(1);
}

/// Looks into every other guest, so that both halves of them are looked into at once.
#[track_caller]
fn look_into_guests(half: usize) {
    let world = world();
    let mut run = 0;
    for (name, path) in guests().into_iter().skip(half).step_by(2) {
        world.tell("expire", &json!({}));
        let added = world.run(&["plugin", "add", &path.display().to_string(), "--grant-all"]);
        if added.status != 0 {
            // Who is refused has described itself all the same, or is no component.
            assert!(looked_into(&world).iter().all(|(_, _, found)| found == "nothing"), "{name}");
            continue;
        }
        let word = name.replace('_', "-");
        let words = [word.as_str()];
        let words = LINES.iter().find(|(guest, _)| *guest == name).map_or(&words[..], |(_, words)| words);
        let line = [words, &["--yes", "-vvv"]].concat();
        limit(&world, &name);
        looked_into(&world);
        run_briefly(&world, &line);
        no_token(&world, &line);
        run += 1;
    }
    assert!(run > 15, "only {run} guests were run");
}

#[test]
fn no_memory_of_a_pack_that_people_use_holds_a_token() {
    let world = world();
    world.run(&["plugin", "add", &third_party("gpu_report").display().to_string(), "--grant-all"]).expect(0);
    for line in [
        &["cluster", "list"][..],
        &["cluster", "create", "mine", "--provider", "on_prem"],
        &["cluster", "delete", "mine", "--yes"],
        &["job", "template", "list"],
        &["gpu-report", "summary"],
        &["gpu-report", "me"],
    ] {
        world.tell("expire", &json!({}));
        looked_into(&world);
        world.run(line);
        no_token(&world, line);
    }
}

/// Where the platform gives tokens away in whatever it answers.
#[test]
fn no_memory_holds_a_token_that_the_platform_gives_away() {
    let world = world();
    world.run(&["plugin", "add", &guest("scanner").display().to_string(), "--grant-all"]).expect(0);
    let job = world.run(&["job", "submission", "list", "-o", "json"]).expect(0).json()[0]["id"].to_string();
    for place in ["errors", "extensions", "data", "html", "split", "stream"] {
        world.tell("faults", &json!({ "echo": place }));
        for line in [&["scanner", "--job", &job][..], &["cluster", "list"]] {
            looked_into(&world);
            world.run(line);
            no_token(&world, &[place, line[0]]);
        }
    }
}
