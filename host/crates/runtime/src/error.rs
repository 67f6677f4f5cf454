//! Why a component could not be loaded, described or run.
//!
//! A run that ended with the pack's own `error` is not here: that is an outcome, in
//! [`crate::RunOutcome`]. The host's `error.rs` turns these into kinds and exit statuses.

use std::path::PathBuf;

use crate::limits::LimitKind;

/// What goes wrong between a component's bytes and the end of its run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The bytes are no WebAssembly at all: a text file, an archive, an image.
    #[error("not a WebAssembly component: {found}")]
    NotWebAssembly {
        /// What the bytes look like.
        found: String,
    },
    /// A core module, which has no typed imports and exports.
    #[error("this is a core WebAssembly module, not a component")]
    CoreModule,
    /// The bytes begin like a component and then stop making sense.
    #[error("the component is truncated or malformed at byte {offset}: {message}")]
    Malformed {
        /// Where the reader gave up.
        offset: usize,
        /// What it found there.
        message: String,
    },
    /// A valid component that exports no commands.
    #[error("the component is not a command pack: it does not export `{wanted}`")]
    OtherWorld {
        /// The interface that a pack exports.
        wanted: String,
        /// What it exports instead, at most 8 names.
        exports: Vec<String>,
    },
    /// The pack was built for a later contract.
    #[error("the pack needs vantage ≥ one that has `{needed}`; this one has `{offered}`")]
    NeedsNewerHost {
        /// The interface and version that the pack asks for.
        needed: String,
        /// The contract's version here.
        offered: String,
    },
    /// The pack imports interfaces that no pack is given.
    #[error("the component imports what packs are not given: {}", quoted(.imports))]
    ForeignImports {
        /// Their names, sorted.
        imports: Vec<String>,
    },
    /// The component is valid, and this host cannot link it.
    #[error("the component does not fit this host's contract")]
    Mismatch {
        /// wasmtime's words: which import or export has another type.
        #[source]
        source: wasmtime::Error,
    },
    /// The component could not be translated to machine code.
    #[error("the component could not be compiled: {message}")]
    Compile {
        /// The compiler's words.
        message: String,
    },
    /// The bytes that were read are not those that were installed.
    #[error("the component changed on disk: expected `{expected}`, found `{found}`")]
    Changed {
        /// The digest that was asked for.
        expected: String,
        /// The digest of what is there.
        found: String,
    },
    /// The component's bytes could not be read.
    #[error("the component `{}` could not be read", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The engine could not be set up on this machine.
    #[error("the WebAssembly engine cannot start")]
    Engine {
        /// wasmtime's words.
        #[source]
        source: wasmtime::Error,
    },
    /// The pack trapped, panicked or ended itself.
    #[error("the pack crashed: {message}")]
    Crashed {
        /// The trap, in one line.
        message: String,
        /// The last lines that the pack wrote to its standard error, at most 20.
        stderr: Vec<String>,
        /// wasmtime's backtrace of the pack's functions, one line each; may be empty.
        backtrace: Vec<String>,
    },
    /// The pack went over a limit.
    #[error("the pack went over its limit of {which}: {allowed}")]
    Limit {
        /// Which limit.
        which: LimitKind,
        /// How much is allowed, as in `256 MiB` or `30 s`.
        allowed: String,
        /// The last lines that the pack wrote to its standard error, at most 20.
        stderr: Vec<String>,
    },
    /// `describe` answered with more than it may.
    #[error("the pack's description has {bytes} bytes; at most {allowed} are read")]
    DescriptionTooLarge {
        /// Its length.
        bytes: usize,
        /// The bound.
        allowed: usize,
    },
}

impl RuntimeError {
    /// What the user or the pack's author can do, one line each.
    #[must_use]
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::NotWebAssembly { .. } => "a command pack is one file, a component, usually named `….wasm`",
            Self::CoreModule => {
                "build for `wasm32-wasip2`, or wrap the module with `wasm-tools component new`"
            }
            Self::Malformed { .. } => "fetch or build the file again",
            Self::OtherWorld { exports, .. } if exports.is_empty() => {
                "a command pack implements the world `command-pack` of `vantage:plugin`"
            }
            Self::OtherWorld { exports, .. } => {
                return vec![format!(
                    "a command pack implements the world `command-pack` of `vantage:plugin`; \
                     this component exports {}",
                    quoted(exports)
                )];
            }
            Self::NeedsNewerHost { .. } => "update vantage, or add an older version of the pack",
            Self::ForeignImports { .. } => {
                "packs have the interfaces of `vantage:plugin` and an empty WASI 0.2; \
                 build the pack without the rest"
            }
            Self::Mismatch { .. } => "rebuild the pack against the contract in `wit/v1`",
            Self::Compile { .. } => "tell the pack's author",
            Self::Changed { .. } => "add the pack again",
            Self::Crashed { .. } => "this is a fault of the pack: tell its author",
            Self::Limit { which, .. } => return which.hints(),
            Self::Read { .. } | Self::Engine { .. } | Self::DescriptionTooLarge { .. } => {
                return Vec::new();
            }
        };
        vec![hint.to_owned()]
    }
}

fn quoted(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
