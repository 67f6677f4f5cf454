//! `cargo xtask guests`: small packs in each language that is not Rust, as components.
//!
//! One module a toolchain, below; this file decides what is out of date and what the results are
//! called: `<target>/guests/{python,typescript,go,c,cpp}.wasm`, and `LANGUAGE-hostile.wasm` for those of
//! `tests/guests`. Toolchains are installed under the target folder, but for Debian's packages. What cannot be built is an error: a language is left
//! out only by `--skip`. The Rust packs are not its business: cargo builds those.

mod bindings;
mod clang;
mod go;
mod python;
mod stamp;
mod typescript;

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::process::Workspace;
use crate::{Result, folder, say};

/// Build the packs of every language that the tests run
#[derive(Args)]
pub(crate) struct Arguments {
    /// Build the packs of this language and no others; repeatable
    #[arg(long, value_name = "LANGUAGE")]
    only: Vec<Language>,
    /// Leave out a language's packs, where its toolchain cannot be had; repeatable
    #[arg(long, value_name = "LANGUAGE")]
    skip: Vec<Language>,
}

/// A language whose toolchain makes packs; also the name of the component of its example.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Language {
    Python,
    #[value(alias = "javascript")]
    Typescript,
    Go,
    C,
    Cpp,
}

impl Language {
    const ALL: &'static [Self] = &[Self::Python, Self::Typescript, Self::Go, Self::C, Self::Cpp];

    fn name(self) -> &'static str {
        match self {
            Self::Python => "python",
            Self::Typescript => "typescript",
            Self::Go => "go",
            Self::C => "c",
            Self::Cpp => "cpp",
        }
    }

    /// The folder that holds the language's helper and its example.
    fn sources(self) -> &'static str {
        match self {
            Self::Python => "sdk/python",
            Self::Typescript => "sdk/javascript",
            Self::Go => "sdk/go",
            Self::C | Self::Cpp => "sdk/c",
        }
    }

    /// The main source of the example that authors are shown.
    fn example(self) -> &'static str {
        match self {
            Self::Python => "sdk/python/example/py_report.py",
            Self::Typescript => "sdk/javascript/example/ts-report.ts",
            Self::Go => "sdk/go/example/go_report.go",
            Self::C => "sdk/c/example/c_report.c",
            Self::Cpp => "sdk/c/example/cpp_report.cpp",
        }
    }

    /// The main source of the pack that does everything wrong, where the language has one.
    fn hostile(self) -> Option<&'static str> {
        match self {
            Self::Python => Some("tests/guests/python/hostile.py"),
            Self::Typescript => Some("tests/guests/typescript/hostile.ts"),
            Self::C => Some("tests/guests/c/hostile.c"),
            Self::Go | Self::Cpp => None,
        }
    }

    /// The names of the language's components, each with its main source.
    fn packs(self) -> Vec<(String, &'static str)> {
        let hostile = self.hostile().map(|main| (format!("{self}-hostile"), main));
        [(self.name().to_owned(), self.example())].into_iter().chain(hostile).collect()
    }

    /// Builds the component and says where it lies.
    fn build(self, site: &Site<'_>) -> Result<PathBuf> {
        match self {
            Self::Python => python::build(site),
            Self::Typescript => typescript::build(site),
            Self::Go => go::build(site),
            Self::C => clang::build_c(site),
            Self::Cpp => clang::build_cpp(site),
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// Where one pack is built.
struct Site<'a> {
    workspace: &'a Workspace,
    /// The language's helper and example, in the repository; never written to.
    sources: PathBuf,
    /// The pack's main source, in the repository; what lies beside it belongs to it.
    main: PathBuf,
    /// The contract, in the repository.
    contract: PathBuf,
    /// A folder of the language's own for whatever is made on the way; kept between builds.
    work: PathBuf,
}

/// Runs `cargo xtask guests`.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    let chosen = if arguments.only.is_empty() { Language::ALL } else { &arguments.only };
    build_all(workspace, chosen, &arguments.skip)
}

/// Builds the packs of all languages but those that `skip` names.
///
/// # Errors
///
/// A name in `skip` that is no language, a toolchain that cannot be had, or a build that fails.
pub(crate) fn build(workspace: &Workspace, skip: &[String]) -> Result<()> {
    let skip: Vec<Language> =
        skip.iter().map(|name| Language::from_str(name, true)).collect::<std::result::Result<_, _>>()?;
    build_all(workspace, Language::ALL, &skip)
}

fn build_all(workspace: &Workspace, chosen: &[Language], skip: &[Language]) -> Result<()> {
    let guests = workspace.guests();
    fs::create_dir_all(&guests)?;
    // Two runs at once would install and build in the same folders.
    let lock = fs::File::create(guests.join(".lock"))?;
    lock.lock()?;
    for &language in chosen {
        if skip.contains(&language) {
            say(&format!("guests: {language}: skipped, as told"));
            continue;
        }
        let advice = format!("`--skip {language}` leaves this language out");
        for (name, main) in language.packs() {
            bring_up_to_date(workspace, language, &name, main)
                .map_err(|error| format!("guests: {name}: {error}; {advice}"))?;
        }
    }
    Ok(())
}

/// Builds one pack of a language, unless what stands there was made from the same sources.
fn bring_up_to_date(workspace: &Workspace, language: Language, name: &str, main: &str) -> Result<()> {
    let component = workspace.guests().join(format!("{name}.wasm"));
    let record = workspace.guests().join(format!("{name}.stamp"));
    let main = workspace.root.join(main);
    let stamp = stamp::of(&workspace.root, language.sources(), main.parent().unwrap_or(&main))?;
    if component.exists() && fs::read_to_string(&record).is_ok_and(|recorded| recorded == stamp) {
        say(&format!("guests: {name}: up to date"));
        return Ok(());
    }
    // A build that fails leaves no older component behind that tests could take for this one.
    folder::remove(&record)?;
    folder::remove(&component)?;
    let began = Instant::now();
    say(&format!("guests: {name}: building"));
    let site = Site {
        workspace,
        sources: workspace.root.join(language.sources()),
        main,
        contract: workspace.root.join("wit/v1"),
        work: workspace.guests().join("work").join(language.name()),
    };
    fs::create_dir_all(&site.work)?;
    let bytes = fs::read(language.build(&site)?)?;
    bindings::check(&bytes)?;
    folder::write(&component, &bytes)?;
    folder::write(&record, stamp.as_bytes())?;
    let (kilobytes, seconds) = (bytes.len() / 1000, began.elapsed().as_secs_f32());
    say(&format!("guests: {name}: {kilobytes} kB in {seconds:.1} s"));
    Ok(())
}

/// The file that an author would look at first: for messages.
fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}
