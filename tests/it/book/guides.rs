//! The command blocks of the README and the guides, run in their order: a page is a world of its own.
//!
//! Each page has a home, a folder to work in and a platform that approves every sign-in. The page speaks of
//! the platform as if it listened at 8470. `$PACKS` names the folder of the packs that tests have. What a
//! block is and how it is compared stands in `blocks`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use vantage_platform::Options;
use vantage_test_support::World;

use super::blocks::{self, Block, Part, Typed};
use super::screen::{Run, Screen};
use crate::{VANTAGE, seeded};

/// The width of the terminal, which is that of a page.
const COLUMNS: u16 = 90;

/// Where the platform listens, as the pages have it.
const PORT: &str = "127.0.0.1:8470";

/// A user code as the pages have it, and a digest's first digits.
const CODE: &str = "WDJB-MJHT";

/// The pages whose blocks are run.
fn pages() -> Vec<PathBuf> {
    let docs = super::docs();
    let mut pages = vec![docs.join("../README.md")];
    for folder in ["guide", "authors", "reference"] {
        let entries = fs::read_dir(docs.join(folder)).unwrap();
        let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
        found.retain(|path| path.extension().is_some_and(|end| end == "md"));
        found.sort();
        pages.extend(found);
    }
    pages
}

#[test]
fn every_command_of_the_guides_does_what_the_page_says() {
    let pages = pages();
    assert!(pages.len() > 8, "{pages:?}");
    let (mut ran, mut left) = (0, BTreeMap::<String, usize>::new());
    let mut problems = Vec::new();
    for path in &pages {
        let text = fs::read_to_string(path).unwrap();
        let mut parts = blocks::parse(&text);
        for part in &parts {
            match part {
                Part::Block(block) if block.no_run().is_some() => {
                    *left.entry(block.no_run().unwrap_or_default().to_owned()).or_default() += 1;
                }
                Part::Block(block) => ran += block.commands.len(),
                Part::Unmarked { source, .. } => {
                    problems.push(format!("{}: not marked `console`:\n{source}", path.display()));
                }
                _ => {}
            }
        }
        if parts.iter().any(|part| matches!(part, Part::Block(block) if block.no_run().is_none())) {
            problems.extend(Page::new(path).run(&mut parts));
        }
        if super::writes() && blocks::print(&parts) != text {
            fs::write(path, blocks::print(&parts)).unwrap();
        }
    }
    assert!(problems.is_empty(), "{}\n`cargo xtask docs` writes what is printed now", problems.join("\n"));
    assert!(ran > 30, "only {ran} lines were run");
    // For whoever looks for what no test runs.
    eprintln!("{ran} lines of the guides were run; blocks that were not, by reason: {left:?}");
}

#[test]
fn excerpts_of_code_stand_in_the_files_that_they_are_from() {
    let repository = super::docs().join("..");
    let mut count = 0;
    for path in pages() {
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("<!-- from: ").skip(1) {
            let (file, rest) = part.split_once(" -->\n```").unwrap();
            let (_, rest) = rest.split_once('\n').unwrap();
            let (excerpt, _) = rest.split_once("\n```").unwrap();
            let source = fs::read_to_string(repository.join(file)).unwrap();
            assert!(source.contains(excerpt), "{}: not in {file} any more:\n{excerpt}", path.display());
            count += 1;
        }
    }
    assert!(count > 4, "only {count} excerpts");
}

/// A page that is run.
struct Page<'a> {
    path: &'a Path,
    world: World,
    folder: tempfile::TempDir,
}

impl<'a> Page<'a> {
    fn new(path: &'a Path) -> Self {
        let options = Options {
            auto_approve: true,
            ready_after: Duration::from_secs(1),
            job_step: Duration::from_millis(200),
            ..seeded()
        };
        let world = World::new(VANTAGE, options);
        world.run(&["profile", "set", "test", "credential-store", "file"]).expect(0);
        Self { path, world, folder: tempfile::Builder::new().prefix("work").tempdir().unwrap() }
    }

    /// Runs the page, and tells what was not as it says; the parts then say what was printed.
    fn run(&self, parts: &mut [Part]) -> Vec<String> {
        let mut problems = Vec::new();
        for part in parts {
            match part {
                Part::Hidden { line, .. } => {
                    let (printed, status) = self.command(line, &[]);
                    if status != 0 {
                        problems.push(self.problem(0, line, &[], &printed));
                    }
                }
                Part::Block(block) if block.no_run().is_none() => problems.extend(self.block(block)),
                _ => {}
            }
        }
        problems
    }

    fn block(&self, block: &mut Block) -> Vec<String> {
        let mut problems = Vec::new();
        let (at, hides) = (block.at, block.hides_output());
        for Typed { line, printed: expected } in &mut block.commands {
            let (mut printed, status) = self.command(line, expected);
            if status != 0 {
                printed.push(format!("(exit status {status})"));
            }
            let agrees = if hides { status == 0 } else { blocks::agrees(expected, &printed) };
            if agrees {
                continue;
            }
            if hides || !super::writes() {
                problems.push(self.problem(at, line, expected, &printed));
            } else {
                *expected = printed.iter().map(|line| masked(line)).collect();
            }
        }
        problems
    }

    fn problem(&self, at: usize, line: &str, expected: &[String], printed: &[String]) -> String {
        let path = self.path.display();
        format!("{path}:{at}: `{line}` printed\n{}\nand not\n{}\n", printed.join("\n"), expected.join("\n"))
    }

    /// Runs a line on a terminal; what people would type stands in what is expected.
    fn command(&self, line: &str, expected: &[String]) -> (Vec<String>, u32) {
        let address = self.world.ready().api.trim_start_matches("http://").to_owned();
        let line = line.replace(PORT, &address);
        let packs = crate::guests::built();
        let repository = super::docs().join("..").canonicalize().unwrap();
        let home = self.folder.path().display().to_string();
        let run = Run {
            script: &line,
            folder: self.folder.path(),
            columns: COLUMNS,
            variables: &[
                ("NO_COLOR", "1"),
                ("PACKS", packs.to_str().unwrap()),
                ("REPOSITORY", repository.to_str().unwrap()),
                ("HOME", &home),
                ("EDITOR", "true"),
                ("LC_ALL", "C.UTF-8"),
            ],
            answers: &expected.iter().filter_map(|line| answer(line)).collect::<Vec<_>>(),
        };
        let screen = Screen::of(&self.world, &run);
        let printed = self.normal(&screen.text(), &address);
        let mut lines: Vec<String> = printed.lines().map(str::to_owned).collect();
        lines.retain({
            // A terminal's own echo of nothing at the top.
            let mut seen = false;
            move |line| {
                seen |= !line.is_empty();
                seen
            }
        });
        (lines, screen.status)
    }

    /// What differs from run to run as the pages have it.
    fn normal(&self, text: &str, address: &str) -> String {
        let home = self.world.home().display().to_string();
        let work = self.folder.path().display().to_string();
        let text =
            text.replace(address, PORT).replace(&home, "/home/ada/vantage").replace(&work, "/home/ada/work");
        let words = text.split_inclusive([' ', '\n', '=', '"']);
        words
            .map(
                |word| {
                    if is_user_code(word.trim()) { word.replace(word.trim(), CODE) } else { word.to_owned() }
                },
            )
            .collect()
    }
}

/// A question with its answer, where the line is one.
fn answer(line: &str) -> Option<(String, String)> {
    let at = line.find("[y/N]")? + "[y/N]".len();
    let (question, answer) = line.split_at(at);
    Some((question.to_owned(), answer.trim().to_owned()))
}

/// The line as it is written down, with `…` for what another run prints otherwise: digests, keys, the time
/// that it is now, and how long something took.
fn masked(line: &str) -> String {
    let now = jiff::Timestamp::now().to_string();
    let line = match line.find(&now[..10]) {
        Some(at) => format!("{}…", &line[..at]),
        None => line.to_owned(),
    };
    let is_key = |word: &str| word.starts_with("RW") && word.len() == 56;
    let is_digest =
        |word: &str| word.strip_prefix("sha256:").is_some_and(|hexadecimal| hexadecimal.len() > 30);
    let is_id = |word: &str| word.len() == 16 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let words = line.split(' ').map(|word| match word {
        _ if is_key(word) => "RW…",
        _ if is_digest(word) => "sha256:…",
        _ if is_id(word) => "…",
        _ => word,
    });
    words.collect::<Vec<_>>().join(" ")
}

fn is_user_code(word: &str) -> bool {
    let is_half = |half: &str| half.len() == 4 && half.bytes().all(|byte| byte.is_ascii_uppercase());
    word.split_once('-').is_some_and(|(one, other)| is_half(one) && is_half(other))
}
