//! The closed lists of words in a description: kinds, shapes, effects and formats.
//!
//! A description may come from a later time: a kind, shape or effect that this host does not know is
//! refused with advice to update, since guessing would be wrong; an unknown format is shown as text,
//! since that is always right. Called through serde by [`super::Description::parse`].

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::text::excerpt;

/// Marks the errors that a newer host would not have; [`super::DescriptionError`] looks for it.
pub(super) const NEWER: &str = "is not known to this version of vantage";

/// A word that stands in no list of this host.
#[derive(Debug)]
struct UnknownWord {
    list: &'static str,
    word: String,
    known: String,
}

impl fmt::Display for UnknownWord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the {} `{}` {NEWER}; it knows {}", self.list, excerpt(&self.word), self.known)
    }
}

/// Defines an enum whose variants are words, with serde as that word.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident, $list:literal { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(into = "String", try_from = "String")]
        pub enum $name { $($(#[$doc])* $variant,)+ }

        impl $name {
            /// All of them, in the order of the schema.
            pub const ALL: &[$name] = &[$($name::$variant,)+];

            /// The word that stands in a description.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            fn find(word: &str) -> Result<$name, UnknownWord> {
                $name::ALL.iter().copied().find(|known| known.as_str() == word).ok_or_else(|| UnknownWord {
                    list: $list,
                    word: word.to_owned(),
                    known: $name::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }

        impl From<$name> for String {
            fn from(word: $name) -> String {
                word.as_str().to_owned()
            }
        }
    };
}

/// Reads a word of a list, refusing those that are not in it.
macro_rules! strict {
    ($($name:ident)+) => { $(
        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(word: String) -> Result<$name, String> {
                $name::find(&word).map_err(|unknown| unknown.to_string())
            }
        }
    )+ };
}

words! {
    /// What a run of a command does to the platform.
    Effect, "effect" {
        /// Nothing: mutations are denied.
        Read = "read",
        /// Makes or alters things.
        Change = "change",
        /// Deletes, or does what cannot be undone: the host asks first.
        Destroy = "destroy",
    }
}

words! {
    /// How an argument's text is read, and what the pack receives.
    Kind, "kind" {
        /// A boolean, true where the option stands.
        Flag = "flag",
        /// A string.
        Text = "text",
        /// One of the strings in `choices`.
        Choice = "choice",
        /// A whole number within ±(2^53−1).
        Integer = "integer",
        /// A number.
        Number = "number",
        /// `2h30m`, received as seconds.
        Duration = "duration",
        /// `16GiB`, received as bytes.
        Size = "size",
        /// RFC 3339 or a span ago, received as RFC 3339.
        Time = "time",
        /// Any JSON.
        Json = "json",
        /// A file that the host opens; `-` is standard input.
        File = "file",
    }
}

words! {
    /// What sort of answer a command gives.
    Shape, "shape" {
        /// None.
        Nothing = "nothing",
        /// One record, shown as fields.
        One = "one",
        /// Records, shown as a table.
        Many = "many",
        /// Records, each replacing the earlier one with the same key.
        Live = "live",
        /// Markdown.
        Text = "text",
    }
}

words! {
    /// How a column's values are drawn for people.
    ColumnFormat, "format" {
        /// As they are; also whatever this host does not know.
        Text = "text",
        /// A number, right-aligned.
        Number = "number",
        /// Bytes.
        Size = "size",
        /// Seconds.
        Duration = "duration",
        /// RFC 3339.
        Time = "time",
        /// A state word, coloured by what it means.
        Status = "status",
        /// 0 to 1, a bar.
        Ratio = "ratio",
    }
}

strict!(Effect Kind Shape);

impl From<String> for ColumnFormat {
    fn from(word: String) -> ColumnFormat {
        ColumnFormat::find(&word).unwrap_or(ColumnFormat::Text)
    }
}
