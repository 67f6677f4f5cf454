//! `vantage plugin new`: a project for a pack of one's own, which builds and passes its test as it is.
//!
//! What is in it comes from `vantage-scaffold`; here the name is checked by the rules of `plugin add`, and
//! the files are written. Nothing is built or fetched, and no repository is made.

mod folder;

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_policy::text;
use vantage_scaffold::{Language, Project};

use crate::cli;
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// The publisher where none is named: a pack that is for this computer, until somebody says whose it is.
const NOBODY: &str = "local";

/// Start a pack of your own: a project that builds, with its tests
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The project holds the SDK and the contract of this vantage: what it downloads is the language's own.
What to type next is said at the end, and in the project's README.md.

Examples:
  vantage plugin new gpu-watch --lang rust
      Makes the folder gpu-watch with a pack in Rust, whose command is vantage gpu-watch
  vantage plugin new acme/gpu-watch --lang python --path packs/watch
      The same in Python, published by acme, in another folder")]
pub struct Arguments {
    /// The pack's name, which is its command too; or its id, as in acme/gpu-watch
    #[arg(value_name = "NAME")]
    name: String,
    /// The language to write it in
    #[arg(long, value_name = "rust|python")]
    lang: Lang,
    /// Who publishes it: the first word of the pack's id [default: local]
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
    /// The folder to make, which may be there and empty [default: the pack's name]
    #[arg(long, value_name = "FOLDER")]
    path: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    Rust,
    Python,
}

/// What its record has.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("language", Is::Word(&["rust", "python"])),
    ("folder", Is::Text),
    ("files", Is::Texts),
    ("next", Is::Texts),
];

/// The JSON Schema of its record.
pub fn schema() -> serde_json::Value {
    of_record("plugin new", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("Language", "/language"),
        reply::column("Folder", "/folder"),
    ])
}

/// Answers with what was made, and where.
pub fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let (publisher, name) = names(arguments)?;
    check(publisher, name)?;
    let language = match arguments.lang {
        Lang::Rust => Language::Rust,
        Lang::Python => Language::Python,
    };
    let project = Project::new(publisher, name, language)
        .map_err(|error| HostError::usage(error.to_string(), error.hints()))?;
    let folder = arguments.path.as_deref().unwrap_or(Path::new(name));
    let files = project.files();
    folder::write(folder, &files)?;
    tell(folder, publisher, &project, context);
    Ok(Reply::one(json!({
        "id": format!("{publisher}/{name}"),
        "language": language.title().to_lowercase(),
        "folder": folder.display().to_string(),
        "files": files.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(),
        "next": project.next(),
    })))
}

/// The publisher and the name.
fn names(arguments: &Arguments) -> Result<(&str, &str), HostError> {
    let named = arguments.publisher.as_deref();
    match (arguments.name.split_once('/'), named) {
        (None, _) => Ok((named.unwrap_or(NOBODY), &arguments.name)),
        (Some((publisher, name)), None) => Ok((publisher, name)),
        (Some((publisher, name)), Some(named)) if publisher == named => Ok((publisher, name)),
        (Some((publisher, _)), Some(named)) => {
            let (publisher, named) = (text::excerpt(publisher), text::excerpt(named));
            let message = format!("the pack cannot be published by `{publisher}` and by `{named}`");
            Err(HostError::usage(message, vec!["leave out --publisher".to_owned()]))
        }
    }
}

/// Refuses what `plugin add` would refuse.
fn check(publisher: &str, name: &str) -> Result<(), HostError> {
    let works = |name: String| vec![format!("`{name}` is a name that works")];
    if !text::is_word(name, text::ID_LENGTH) {
        let name_shown = text::excerpt(name);
        let rule = "a name is a word of a-z, 0-9 and -, beginning with a letter";
        let message = format!("`{name_shown}` cannot name a pack: {rule}");
        return Err(HostError::usage(message, suggestion(name).map(works).unwrap_or_default()));
    }
    let unusable = |problem| format!("the pack's id cannot be used: {problem}");
    text::check_pack_id(&format!("{NOBODY}/{name}"))
        .map_err(|problem| HostError::usage(unusable(problem), works(format!("{name}-pack"))))?;
    let id = format!("{publisher}/{name}");
    text::check_pack_id(&id).map_err(|problem| HostError::usage(unusable(problem), Vec::new()))?;
    vantage_store::check_alias(name)?;
    if vantage_store::is_bundled(&id) {
        let hint = format!("--publisher names somebody else; without it, it is `{NOBODY}`");
        let message = format!("the publisher `{publisher}` is kept for what is part of vantage itself");
        return Err(HostError::usage(message, vec![hint]));
    }
    if cli::is_own(name) {
        let message = format!("the command `{name}` is taken by vantage itself");
        return Err(HostError::usage(message, works(format!("my-{name}"))));
    }
    Ok(())
}

/// A name that works, made of one that does not: `GPU Watch` becomes `gpu-watch`.
fn suggestion(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let letters = lower.trim_start_matches(|one: char| !one.is_ascii_lowercase());
    let words: Vec<&str> =
        letters.split(|one: char| !one.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    (vantage_store::check_alias(&name).is_ok() && !cli::is_own(&name)).then_some(name)
}

fn tell(folder: &Path, publisher: &str, project: &Project, context: &Context) {
    let console = context.console();
    let shown = folder.display().to_string();
    console.note(&format!("made `{shown}`; README.md says what is in it, and these come next:"));
    console.note(&format!("  cd {}", shell_words::quote(&shown)));
    for line in project.next() {
        console.note(&format!("  {line}"));
    }
    if publisher == NOBODY {
        console.note("its publisher is `local`; name yourself in the pack's id before you give it to others");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_does_not_work_leads_to_one_that_does() {
        for (wrong, right) in [("GPU Watch", "gpu-watch"), ("gpu_watch", "gpu-watch"), ("9lives", "lives")] {
            assert_eq!(suggestion(wrong).as_deref(), Some(right), "{wrong}");
        }
        for hopeless in ["", "-", "123", "\u{433}\u{43f}\u{443}", "Plugin", &"a b".repeat(30)] {
            assert_eq!(suggestion(hopeless), None, "{hopeless}");
        }
    }
}
