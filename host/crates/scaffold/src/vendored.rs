//! The SDK and the contract of this program, as a project carries them along.
//!
//! The build script embeds them from where they are in the repository; nothing is changed in them but the
//! Rust SDK's manifest.

use crate::{File, Language};

include!(concat!(env!("OUT_DIR"), "/vendored.rs"));

/// Says what the folder is, to whoever finds it in a project.
const README: &str = include_str!("../templates/vendor.md");

/// The files of a project's `vendor/`.
pub(crate) fn files(language: Language) -> Vec<File> {
    let (sdk, folder) = match language {
        Language::Rust => (RUST, "sdk/rust"),
        Language::Python => (PYTHON, "sdk/python"),
    };
    let readme = README
        .replace("VANTAGE-VERSION", env!("CARGO_PKG_VERSION"))
        .replace("SDK-FOLDER", folder)
        .replace("SDK-LANGUAGE", language.title());
    let embedded = EVERY.iter().chain(sdk).map(|(path, text)| (*path, (*text).to_owned()));
    let files = embedded.chain([("README.md", readme)]);
    files.map(|(path, text)| File { path: format!("vendor/{path}"), text }).collect()
}
