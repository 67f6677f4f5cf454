//! What is wrong with an audit log, and where.

use std::fmt;
use std::path::PathBuf;

/// Something that is not as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditProblem {
    /// The file.
    pub path: PathBuf,
    /// The line in it, from 1, where it is about one.
    pub line: Option<u64>,
    /// What is wrong.
    pub fault: AuditFault,
}

/// What can be wrong with an audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AuditFault {
    /// The line's hash is not that of its content.
    Altered,
    /// The line is longer than any that is written.
    TooLong,
    /// The line's hash is right, and its content is none of a line.
    Foreign {
        /// Why it is none.
        reason: String,
    },
    /// A later version of this program wrote the line.
    Newer {
        /// Which.
        version: u32,
    },
    /// Lines are gone from before this one.
    MissingBefore {
        /// The first number that is not there.
        from: u64,
        /// The last.
        to: u64,
    },
    /// Lines are gone from the end.
    MissingAfter {
        /// The first number that is not there.
        from: u64,
        /// The last.
        to: u64,
    },
    /// The line's number is not above that of one before it.
    OutOfOrder {
        /// Its number.
        sequence: u64,
        /// The number that was there before.
        after: u64,
    },
    /// The line does not hold the hash of the one before it.
    Unlinked,
    /// The line's hash is not the one that `audit.head` has for it.
    Replaced,
    /// The line was written whole, and is cut off.
    Cut,
    /// The head was gone when the line was written.
    HeadWasGone,
    /// `audit.head` is gone.
    HeadMissing,
    /// `audit.head` cannot be read.
    HeadDamaged,
    /// `audit.head` is of a later version.
    HeadNewer {
        /// Which.
        version: u32,
    },
    /// `audit.head` is of an earlier state of the log.
    HeadBehind {
        /// The number in it.
        sequence: u64,
        /// The log's last.
        last: u64,
    },
}

impl fmt::Display for AuditProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "`{}`", self.path.display())?;
        if let Some(line) = self.line {
            write!(formatter, " line {line}")?;
        }
        write!(formatter, ": {}", self.fault)
    }
}

impl fmt::Display for AuditFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Altered => formatter.write_str("was altered: its hash is not that of its content"),
            Self::TooLong => formatter.write_str("is longer than any line of the log"),
            Self::Foreign { reason } => write!(formatter, "is no line of the log: {reason}"),
            Self::Newer { version } => {
                write!(formatter, "has version {version}, which this vantage cannot check")
            }
            Self::MissingBefore { from, to } => write!(formatter, "{} before it", missing(*from, *to)),
            Self::MissingAfter { from, to } => write!(formatter, "{} at the end", missing(*from, *to)),
            Self::OutOfOrder { sequence, after } => {
                write!(formatter, "is out of order: it has number {sequence}, after number {after}")
            }
            Self::Unlinked => {
                formatter.write_str("does not continue the line before it: one of the two was replaced")
            }
            Self::Replaced => formatter.write_str("was replaced: `audit.head` has another hash for it"),
            Self::Cut => formatter.write_str("is cut off, and was written whole"),
            Self::HeadWasGone => formatter.write_str(
                "`audit.head` was gone or damaged when this was written: lines before it may be missing",
            ),
            Self::HeadMissing => {
                formatter.write_str("is gone: whether lines are missing at the end cannot be told")
            }
            Self::HeadDamaged => {
                formatter.write_str("is damaged: whether lines are missing at the end cannot be told")
            }
            Self::HeadNewer { version } => {
                write!(formatter, "has version {version}, which this vantage cannot check")
            }
            Self::HeadBehind { sequence, last } => {
                write!(
                    formatter,
                    "is of an earlier state: it ends with number {sequence}, the log with {last}"
                )
            }
        }
    }
}

fn missing(from: u64, to: u64) -> String {
    match to - from {
        0 => format!("line number {from} is missing"),
        _ => format!("lines number {from} to {to} are missing"),
    }
}
