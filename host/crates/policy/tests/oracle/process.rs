//! The process of graphql-js: started where it is installed, asked a document at a time.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::{env, fs};

use serde::Deserialize;

/// What one release of graphql-js makes of a document; `tests/support/graphql/oracle.mjs` has the
/// meaning of the members.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    /// It executes it.
    Executed { kind: String, executed: Vec<String>, present: Vec<String>, meaning: String },
    /// It refuses it.
    Refused {
        #[expect(dead_code, reason = "shown by a test that fails")]
        refused: String,
    },
    /// Nobody would execute that much.
    Exhausted {
        #[expect(dead_code, reason = "shown by a test that fails")]
        exhausted: String,
    },
}

/// The process, which ends when its standard input does.
pub(crate) struct Oracle {
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
    _process: Child,
}

impl Oracle {
    /// Starts what `cargo xtask servers` has installed; `None` where its tests are left
    /// out, which `cargo xtask test --skip servers` tells.
    pub(crate) fn start() -> Option<Self> {
        if env::var("VANTAGE_TEST_SKIP").unwrap_or_default().split(',').any(|name| name == "servers") {
            return None;
        }
        let folder = env::var_os("VANTAGE_TEST_SERVERS")
            .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("../servers"), PathBuf::from)
            .join("graphql");
        assert!(
            folder.join("node_modules").is_dir(),
            "graphql-js is not installed in {}: run `cargo xtask servers` first, \
             or leave its tests out by VANTAGE_TEST_SKIP=servers",
            folder.display()
        );
        same_as_sources(&folder);
        let mut process = Command::new("node")
            .arg(folder.join("main.mjs"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot run `node`: {error}"));
        let questions = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap());
        Some(Self { questions, answers, _process: process })
    }

    /// What each release makes of the document.
    pub(crate) fn ask(&mut self, document: &str) -> Vec<Answer> {
        let question = serde_json::json!({ "document": document });
        writeln!(self.questions, "{question}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let answers: Vec<Answer> = serde_json::from_str(&line)
            .unwrap_or_else(|error| panic!("`{line}` is no answer to {question}: {error}"));
        assert_eq!(answers.len(), 2, "{line}");
        answers
    }
}

/// What runs is a copy: modules are found beside the file that imports them.
fn same_as_sources(folder: &Path) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/support/graphql");
    for entry in fs::read_dir(&sources).unwrap() {
        let path = entry.unwrap().path();
        let copy = folder.join(path.file_name().unwrap());
        let same = fs::read(&path).unwrap() == fs::read(&copy).unwrap_or_default();
        assert!(same, "{} is out of date: run `cargo xtask servers`", copy.display());
    }
}
