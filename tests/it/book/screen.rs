//! What stands on a terminal when a command has ended, by `vt100`, which obeys what it is sent.

use std::path::Path;

use vantage_test_support::World;

/// More rows than anything in the documentation takes.
const ROWS: u16 = 400;

/// A script's run on a terminal.
pub(super) struct Run<'a> {
    pub(super) script: &'a str,
    pub(super) folder: &'a Path,
    pub(super) columns: u16,
    pub(super) variables: &'a [(&'a str, &'a str)],
    /// What is typed, each behind the text that asks for it.
    pub(super) answers: &'a [(String, String)],
}

/// A screen at the end of a run.
pub(super) struct Screen {
    parser: vt100::Parser,
    pub(super) status: u32,
}

impl Screen {
    /// Runs the script to its end.
    #[track_caller]
    pub(super) fn of(world: &World, run: &Run<'_>) -> Self {
        let mut terminal = world.shell(run.script, run.folder, run.columns, run.variables);
        for (question, answer) in run.answers {
            if let Err(problem) = terminal.wait_for(question) {
                panic!("`{}`: {problem}", run.script);
            }
            terminal.enter(&format!("{answer}\n")).unwrap();
        }
        let (drawn, status) = terminal.finish().unwrap();
        let mut parser = vt100::Parser::new(ROWS, run.columns, 0);
        let drawn = with_one_digest(&drawn);
        parser.process(drawn.replace('\n', "\r\n").as_bytes());
        Self { parser, status: status.exit_code() }
    }

    /// What can be read on it; rows that the terminal wrapped by itself are one.
    pub(super) fn text(&self) -> String {
        let text = self.parser.screen().contents();
        text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
    }

    /// The screen itself, with colours.
    pub(super) fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

/// The text with every digest replaced by one of the same length: compilers do not give the same bytes on
/// every machine.
fn with_one_digest(text: &str) -> String {
    const PREFIX: &str = "sha256:";
    const DIGEST: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(PREFIX) {
        let (before, digest) = rest.split_at(at + PREFIX.len());
        let length = digest.bytes().take_while(u8::is_ascii_hexdigit).count().min(DIGEST.len());
        out.push_str(before);
        out.push_str(&DIGEST[..length]);
        rest = &digest[length..];
    }
    out + rest
}
