//! What an error is, in one table: its word in JSON, its exit status, what it means and what to do.
//!
//! `docs/reference/exit-codes.md` is made from this table and compared with it in every test run, so
//! that it cannot go stale. Which error is of which kind is decided in the module above.

/// What an error is, for programs: a word in JSON and an exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Something failed that has no kind of its own.
    Failed,
    /// The command line, a file of the user's or a setting is wrong.
    Usage,
    /// What was named does not exist.
    NotFound,
    /// Nobody is signed in.
    NotSignedIn,
    /// Refused: by grant, by policy or by the platform.
    Denied,
    /// What was to be made exists, or was changed meanwhile.
    Conflict,
    /// Network, time-out or a fault of the server: worth retrying.
    Unavailable,
    /// A pack crashed or hit a limit.
    PackCrashed,
    /// Ended by Ctrl-C.
    Interrupted,
    /// Ended by a request to end, as a scheduler sends it.
    Terminated,
    /// Ended because its terminal was closed.
    HungUp,
}

/// A row of the table.
struct Row {
    kind: Kind,
    exit: u8,
    word: &'static str,
    meaning: &'static str,
    remedy: &'static str,
}

const fn row(kind: Kind, exit: u8, word: &'static str, meaning: &'static str, remedy: &'static str) -> Row {
    Row { kind, exit, word, meaning, remedy }
}

/// In the order of [`Kind`], which a test holds it to. Signals have 128 and their number, as shells do.
const TABLE: [Row; 11] = [
    row(
        Kind::Failed,
        1,
        "failed",
        "failed, for a reason that has no status of its own; also when No was the answer to a command's question",
        "read the message; `-v` shows its causes",
    ),
    row(
        Kind::Usage,
        2,
        "usage",
        "the command line, a named file or a setting is wrong; or a question could not be asked",
        "correct the line: `vantage help COMMAND` explains it",
    ),
    row(
        Kind::NotFound,
        3,
        "not-found",
        "what was named does not exist",
        "look for its name with the command's `list`, and see with `vantage whoami` whose you are looking at",
    ),
    row(
        Kind::NotSignedIn,
        4,
        "not-signed-in",
        "nobody is signed in, or the sign-in has ended",
        "`vantage login`; on machines, give a token by one of the variables",
    ),
    row(
        Kind::Denied,
        5,
        "denied",
        "refused: by grant, policy or platform; also a pack that was not added because its authority was not agreed to",
        "the hint names who refused, and the line that grants it where it is yours to grant",
    ),
    row(
        Kind::Conflict,
        6,
        "conflict",
        "what was to be made exists already, or was changed meanwhile",
        "look at what is there, and decide anew",
    ),
    row(
        Kind::Unavailable,
        7,
        "unavailable",
        "network, time-out or a fault of the server",
        "try again later; `vantage doctor` tells what cannot be reached",
    ),
    row(
        Kind::PackCrashed,
        8,
        "pack-crashed",
        "a pack crashed or went over a limit",
        "tell the pack's author; `-vv` shows where it happened",
    ),
    row(
        Kind::Interrupted,
        130,
        "interrupted",
        "ended by Ctrl-C, or the terminal was closed while a question stood there",
        "run it again",
    ),
    row(
        Kind::Terminated,
        143,
        "terminated",
        "ended by SIGTERM; a refresh that is under way is stored first",
        "run it again",
    ),
    row(
        Kind::HungUp,
        129,
        "hung-up",
        "ended because the terminal was closed (SIGHUP); a refresh that is under way is stored first",
        "run it again",
    ),
];

impl Kind {
    /// All kinds, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|row| row.kind)
    }

    /// The exit status.
    pub fn exit(self) -> u8 {
        self.row().exit
    }

    /// Whether a signal ended the command.
    pub fn is_signal(self) -> bool {
        matches!(self, Self::Interrupted | Self::Terminated | Self::HungUp)
    }

    /// The word that stands for it in JSON.
    pub fn word(self) -> &'static str {
        self.row().word
    }

    /// What it means, in Markdown.
    pub fn meaning(self) -> &'static str {
        self.row().meaning
    }

    /// What to do about it, in Markdown.
    pub fn remedy(self) -> &'static str {
        self.row().remedy
    }

    fn row(self) -> &'static Row {
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_kinds_and_no_status_stands_there_twice() {
        for (at, row) in TABLE.iter().enumerate() {
            assert_eq!(row.kind as usize, at, "{:?}", row.kind);
            let same = TABLE.iter().filter(|other| other.exit == row.exit || other.word == row.word);
            assert_eq!(same.count(), 1, "{:?}", row.kind);
        }
    }
}
