//! `docs/man`: a manual page for each command, made by `clap_mangen` and read by `groff`.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::process::{Command, Stdio};

use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};
use vantage::cli::help::explanation::Explanation;

use super::tree::{self, Node};

/// What is named at the foot of each page.
const MANUAL: &str = "Vantage";

/// What stands before every section that is made.
const APOSTROPHE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

#[test]
fn the_manual_pages_are_what_the_program_says() {
    let files = pages();
    assert!(files.len() > 30, "{:?}", files.keys());
    super::hold_folder("man", ".1", &files);
}

#[cfg(target_os = "linux")]
#[test]
fn groff_reads_every_manual_page_without_a_warning() {
    let all: String = pages().into_values().collect();
    let mut groff = Command::new("groff");
    groff.args(["-man", "-Tutf8", "-Kutf8", "-ww"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut groff = groff.stderr(Stdio::piped()).spawn().expect("groff is installed: `cargo xtask servers`");
    let mut input = groff.stdin.take().unwrap();
    let writing = std::thread::spawn(move || input.write_all(all.as_bytes()).unwrap());
    let read = groff.wait_with_output().unwrap();
    writing.join().unwrap();
    assert_eq!(String::from_utf8_lossy(&read.stderr), "");
    let shown = String::from_utf8_lossy(&read.stdout);
    // Headings are struck twice.
    assert!(shown.contains("Lists every cluster you can see"), "{shown}");
}

fn pages() -> BTreeMap<String, String> {
    let root = tree::root();
    let mut built = tree::built();
    // The page of the whole has the options that all commands have.
    let top = {
        let mut root = root.clone();
        root.build();
        root
    };
    built = built.display_name("vantage");
    let nodes = tree::nodes(&built);
    let mut files = BTreeMap::new();
    for node in &nodes {
        let mut name = node.line().replace(' ', "-");
        let command = if node.path.is_empty() { top.clone() } else { node.command.clone() };
        let page = page(node, command.display_name(name.clone()), &name);
        name.push_str(".1");
        files.insert(format!("man/{name}"), page);
    }
    files
}

fn page(node: &Node, command: clap::Command, name: &str) -> String {
    let Explanation { remarks, examples, .. } = Explanation::of(&command);
    let man = Man::new(command.clone())
        .title(name)
        .manual(MANUAL)
        .source(format!("vantage {}", env!("CARGO_PKG_VERSION")));
    let mut page = Vec::new();
    man.render_title(&mut page).unwrap();
    man.render_name_section(&mut page).unwrap();
    man.render_synopsis_section(&mut page).unwrap();
    man.render_description_section(&mut page).unwrap();
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut page).unwrap();
    }
    let mut rest = Roff::new();
    if node.below().next().is_some() {
        rest.control("SH", ["COMMANDS"]);
        for below in node.below() {
            rest.control("TP", []);
            rest.text([bold(format!("{name}-{}(1)", below.get_name()))]);
            rest.text([roman(Explanation::of(below).summary)]);
        }
    }
    if !remarks.is_empty() {
        rest.control("SH", ["REMARKS"]);
        for line in remarks.lines() {
            if line.is_empty() {
                rest.control("PP", []);
            } else {
                rest.text([roman(line)]);
            }
        }
    }
    if !examples.is_empty() {
        rest.control("SH", ["EXAMPLES"]);
        for example in examples {
            rest.control("TP", []);
            rest.text([bold(example.line)]);
            rest.text([roman(example.explanation)]);
        }
    }
    rest.control("SH", ["SEE ALSO"]);
    let above = match node.path.len() {
        0 => "vantage help COMMAND".to_owned(),
        1 => "vantage(1)".to_owned(),
        _ => format!("{}(1), vantage(1)", name.rsplit_once('-').map_or(name, |(above, _)| above)),
    };
    rest.text([roman(above)]);
    rest.to_writer(&mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    // Each section comes with the definition of an apostrophe; one is enough.
    match page.split_at_checked(APOSTROPHE.len()) {
        Some((APOSTROPHE, rest)) => format!("{APOSTROPHE}{}", rest.replace(APOSTROPHE, "")),
        _ => page,
    }
}
