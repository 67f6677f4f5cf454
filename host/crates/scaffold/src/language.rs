//! What differs from language to language: templates, next commands, and names that are taken.
//!
//! Templates are whole files in `templates/`, in which three words stand for the pack's names.

/// The language of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Rust, by cargo.
    Rust,
    /// Python, by componentize-py.
    Python,
}

/// What rustc, cargo or this project's own dependencies have already. Words that are keywords cannot be the
/// name of a library; the rest would be two crates of one name.
const TAKEN_IN_RUST: &[&str] = &[
    "alloc",
    "core",
    "proc-macro",
    "self",
    "serde",
    "serde-json",
    "std",
    "super",
    "test",
    "vantage-plugin",
    "wit-bindgen",
];

/// Keywords of Rust, those that are kept for later among them.
const RUST_KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct",
    "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use", "virtual", "where",
    "while", "yield",
];

const RUST: &[(&str, &str)] = &[
    (".github/workflows/pack.yml", include_str!("../templates/rust/workflow.yml")),
    (".gitignore", include_str!("../templates/rust/gitignore")),
    ("Cargo.toml", include_str!("../templates/rust/manifest.toml")),
    ("README.md", include_str!("../templates/rust/README.md")),
    ("src/lib.rs", include_str!("../templates/rust/src/lib.rs")),
    ("src/tests.rs", include_str!("../templates/rust/src/tests.rs")),
];

const PYTHON: &[(&str, &str)] = &[
    (".github/workflows/pack.yml", include_str!("../templates/python/workflow.yml")),
    (".gitignore", include_str!("../templates/python/gitignore")),
    ("README.md", include_str!("../templates/python/README.md")),
    ("requirements.txt", include_str!("../templates/python/requirements.txt")),
    ("src/pack.py", include_str!("../templates/python/src/pack.py")),
    ("tests/__init__.py", include_str!("../templates/python/tests/__init__.py")),
    ("tests/test_pack.py", include_str!("../templates/python/tests/test_pack.py")),
];

const NEXT_IN_RUST: &[&str] = &[
    "rustup target add wasm32-wasip2",
    "cargo test",
    "cargo build --release --target wasm32-wasip2",
    "vantage plugin add ./target/wasm32-wasip2/release/PACK_NAME.wasm --link",
];

const NEXT_IN_PYTHON: &[&str] = &[
    "python3 -m unittest",
    "python3 -m venv .venv",
    ".venv/bin/pip install --requirement requirements.txt",
    ".venv/bin/componentize-py --wit-path vendor/wit/v1 --world command-pack componentize pack \
     --python-path src --python-path vendor/sdk/python --output PACK-NAME.wasm",
    "vantage plugin add ./PACK-NAME.wasm --link",
];

impl Language {
    /// The language's name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
        }
    }

    /// Why no pack in this language can have the name.
    pub(crate) fn refusal(self, name: &str) -> Option<&'static str> {
        match self {
            Self::Rust if RUST_KEYWORDS.contains(&name) => Some("it is a keyword of Rust"),
            Self::Rust if TAKEN_IN_RUST.contains(&name) => {
                Some("Rust, or a crate that the pack needs, has that name")
            }
            // The module is called `pack`, whatever the pack is called.
            Self::Rust | Self::Python => None,
        }
    }

    pub(crate) fn templates(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Rust => RUST,
            Self::Python => PYTHON,
        }
    }

    pub(crate) fn next(self) -> &'static [&'static str] {
        match self {
            Self::Rust => NEXT_IN_RUST,
            Self::Python => NEXT_IN_PYTHON,
        }
    }
}
