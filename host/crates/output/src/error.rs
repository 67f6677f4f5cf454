//! Why an answer could not be written, or could not be asked for as it was.
//!
//! A reader that goes away is no error: it is [`crate::Flow::Closed`]. Which exit status an error
//! has is the host's to say; [`OutputError::is_usage`] tells it what the user can put right.

use std::io;

use thiserror::Error;

use crate::style::Format;

/// Why output failed.
#[derive(Debug, Error)]
pub enum OutputError {
    /// Standard output cannot take more: a full disk, for one. Never a closed pipe.
    #[error("could not write to standard output")]
    Write {
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// `--columns` or `--sort` names a column that the answer does not have.
    #[error("there is no column `{name}`")]
    UnknownColumn {
        /// The name that was given.
        name: String,
        /// The names that would do.
        known: Vec<String>,
    },
    /// `--columns` was given with a format that writes whole records.
    #[error("`--columns` cannot be used with `{}`, which gives whole records", .format.name())]
    WholeRecords {
        /// The format.
        format: Format,
    },
    /// `--sort` was given for an answer that goes on.
    #[error("`--sort` cannot be used with an answer that goes on")]
    SortLive,
    /// More records than are held to be sorted.
    #[error("the answer is too large to be sorted: more than {} MiB", .allowed / 1024 / 1024)]
    TooMuchToSort {
        /// How many bytes are held.
        allowed: usize,
    },
    /// A longer text than is given whole.
    #[error("the answer is too long to be given as one text: more than {} MiB", .allowed / 1024 / 1024)]
    TooMuchText {
        /// How many bytes are held.
        allowed: usize,
    },
    /// The expression of `--jq` cannot be read.
    #[error("the filter of `--jq` cannot be used: {problem}")]
    Filter {
        /// What is wrong, and where.
        problem: String,
    },
    /// `--jq` was given with a format that is not JSON.
    #[error("`--jq` gives JSON, and cannot be used with `{}`", .format.name())]
    FilterNeedsJson {
        /// The format.
        format: Format,
    },
    /// The filter failed on the answer.
    #[error("the filter of `--jq` failed: {problem}")]
    Filtering {
        /// What the filter said.
        problem: String,
    },
    /// More records than are held for a filter.
    #[error("the answer is too large to be filtered at once: more than {} MiB", .allowed / 1024 / 1024)]
    TooMuchToFilter {
        /// How many bytes are held.
        allowed: usize,
    },
    /// A format that does not exist.
    #[error("there is no format `{name}`")]
    UnknownFormat {
        /// The name that was given.
        name: String,
    },
    /// A record is not JSON.
    #[error("a record of the answer is not valid JSON")]
    Record {
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// The command answered with something else than it had said.
    #[error("the command's answer has the shape `{shape}`, but {came}")]
    Shape {
        /// What the command had said.
        shape: &'static str,
        /// What came instead.
        came: &'static str,
    },
}

impl OutputError {
    /// Whether the user's options are at fault, so that the exit status is that of usage.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::UnknownColumn { .. }
            | Self::WholeRecords { .. }
            | Self::SortLive
            | Self::Filter { .. }
            | Self::FilterNeedsJson { .. }
            | Self::UnknownFormat { .. } => true,
            Self::TooMuchToSort { .. }
            | Self::TooMuchText { .. }
            | Self::TooMuchToFilter { .. }
            | Self::Filtering { .. }
            | Self::Write { .. }
            | Self::Record { .. }
            | Self::Shape { .. } => false,
        }
    }

    /// What the user can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::UnknownColumn { known, .. } if known.is_empty() => Vec::new(),
            Self::UnknownColumn { known, .. } => vec![format!("the columns are {}", known.join(", "))],
            Self::WholeRecords { .. } => {
                vec!["leave it out, or choose table, text, csv or tsv with --output".to_owned()]
            }
            Self::SortLive => vec!["leave it out".to_owned()],
            Self::TooMuchToSort { .. } => {
                vec!["without --sort, records are written as they come".to_owned()]
            }
            Self::Filter { .. } => {
                vec!["it is an expression of jq's, as in --jq '.[].name'".to_owned()]
            }
            Self::FilterNeedsJson { .. } => vec!["leave one of the two out".to_owned()],
            Self::Filtering { .. } => {
                vec!["-o json without --jq shows what it was given".to_owned()]
            }
            Self::TooMuchToFilter { .. } => {
                vec!["-o jsonl filters record by record".to_owned()]
            }
            Self::TooMuchText { .. } => vec!["-o text writes it as it comes".to_owned()],
            Self::UnknownFormat { .. } => vec![format!("the formats are {}", Format::NAMES.join(", "))],
            Self::Write { source } if source.kind() == io::ErrorKind::StorageFull => {
                vec!["make room on the disk that the output goes to".to_owned()]
            }
            Self::Write { .. } => Vec::new(),
            Self::Record { .. } | Self::Shape { .. } => {
                vec!["this is a fault of the command; its author would like to know".to_owned()]
            }
        }
    }
}
