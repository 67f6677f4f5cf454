//! Why the gate refuses a document or its variables.
//!
//! Refusals name what was met and what is allowed. They repeat text of the document only as
//! shortened, escaped excerpts, since the document is a stranger's.

use thiserror::Error;

/// Why a document, or the variables of a call, did not pass the gate.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum GateError {
    /// The document is longer than the gate reads.
    #[error("the document has {length} bytes; at most {limit} are read")]
    Length {
        /// Its bytes.
        length: usize,
        /// The most that are read.
        limit: usize,
    },
    /// The document holds a NUL character.
    #[error("the document holds a NUL character")]
    Nul,
    /// The document is no GraphQL, or nests or goes on beyond the parser's limits.
    #[error("line {line}, column {column}: {message}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column, from 1, in characters.
        column: usize,
        /// What the parser expected or met.
        message: String,
    },
    /// The parser gave up in a way that it should not.
    #[error("the document cannot be read as GraphQL")]
    Unreadable,
    /// The document defines something of a schema.
    #[error("only operations and fragments may be defined, nothing of a schema")]
    Definition,
    /// The document holds no operation, or several.
    #[error("the document must hold exactly one operation, it holds {count}")]
    Operations {
        /// How many it holds.
        count: usize,
    },
    /// The operation has no name.
    #[error("the operation must have a name")]
    Anonymous,
    /// The operation has another name than it was declared under.
    #[error("the operation is declared as `{expected}` and named `{found}` in its document")]
    OtherName {
        /// The declared name.
        expected: String,
        /// The document's.
        found: String,
    },
    /// The API's name is none.
    #[error("`{api}` cannot be the name of an API: expected lower case letters, digits and hyphens")]
    Api {
        /// The name.
        api: String,
    },
    /// A name is longer than people read.
    #[error("the name `{name}` is too long; at most 128 characters are read")]
    NameLength {
        /// The name's beginning.
        name: String,
    },
    /// Two things share a name that must differ.
    #[error("the {what} `{name}` stands there twice")]
    Duplicate {
        /// What sort of thing.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// A fragment is used that is not defined.
    #[error("the fragment `{name}` is not defined")]
    UnknownFragment {
        /// Its name.
        name: String,
    },
    /// A fragment reaches itself.
    #[error("the fragment `{name}` contains itself")]
    CyclicFragment {
        /// Its name.
        name: String,
    },
    /// A variable is used that is not declared.
    #[error("the variable `${name}` is not declared")]
    UnknownVariable {
        /// Its name.
        name: String,
    },
    /// A fragment at the root is on another type than the root's.
    #[error("a fragment at the root must be on `{expected}`, this one is on `{found}`")]
    RootType {
        /// The operation's root type.
        expected: &'static str,
        /// The fragment's type.
        found: String,
    },
    /// A directive other than `@skip` and `@include`.
    #[error("the directive `@{name}` is not allowed; only `@skip` and `@include` are")]
    Directive {
        /// Its name.
        name: String,
    },
    /// `__typename` with arguments or selections, which no server could answer.
    #[error("`__typename` takes neither arguments nor selections")]
    Typename,
    /// More of something than is allowed once fragments are expanded.
    #[error("the operation has more than {limit} {what} once its fragments are expanded")]
    Budget {
        /// What there is too much of.
        what: &'static str,
        /// The most that is allowed.
        limit: usize,
    },
    /// The variables are no acceptable JSON object.
    #[error("the variables are refused{}: {problem}", at(pointer))]
    Variables {
        /// A JSON Pointer to the place; empty for the whole.
        pointer: String,
        /// What is wrong there.
        problem: String,
    },
}

/// A place as a message names it; the whole needs no naming.
pub(crate) fn at(pointer: &str) -> String {
    if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") }
}

impl GateError {
    /// What the pack's author, or the user of `vantage api`, can do; one line each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            GateError::Operations { .. } => {
                "put each operation in a document of its own, with the fragments it uses"
            }
            GateError::Anonymous => "give the operation a name, as in `query ListClusters { … }`",
            GateError::Budget { .. } => "split it into several operations",
            GateError::Variables { .. } => {
                "pass a JSON object whose keys are variables that the operation declares"
            }
            _ => return Vec::new(),
        };
        vec![hint.to_owned()]
    }
}
