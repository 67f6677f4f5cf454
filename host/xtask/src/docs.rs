//! `cargo xtask docs`: the documentation, written, checked and built.
//!
//! What is made from the program (the reference of commands, exit statuses, manual pages, what the guides'
//! commands print, pictures of terminals) is made by the tests `book::` of the end-to-end binary, which know
//! the command tree; told to write, they write it. `cargo xtask test` runs the same tests untold, and they
//! fail where what is committed differs. This file runs them, has the links checked, and builds the book.

mod links;

use std::process::Command;

use clap::Args;

use crate::process::{self, Workspace};
use crate::{Result, packs, say, tools};

/// Write what of the documentation is made from the program, check all links, and build the book
#[derive(Args)]
pub(crate) struct Arguments {
    /// Check links and build the book, and write nothing of its sources
    #[arg(long)]
    book: bool,
}

/// Runs `cargo xtask docs`.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    if !arguments.book {
        write(workspace)?;
    }
    book(workspace)?;
    say(&format!("the book: {}", workspace.target.join("book/index.html").display()));
    Ok(())
}

/// Checks every link, and builds the book below the target folder.
pub(crate) fn book(workspace: &Workspace) -> Result<()> {
    let checked = links::check(&workspace.root)?;
    say(&format!("{checked} links lead somewhere"));
    let mut build = Command::new(tools::mdbook(workspace)?);
    build.arg("build").arg(workspace.root.join("docs")).arg("--dest-dir").arg(workspace.target.join("book"));
    let output = build.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    // It warns of what it could not understand, and goes on.
    if !output.status.success() || said.lines().any(|line| line.contains("WARN") || line.contains("ERROR")) {
        return Err(format!("mdbook cannot build the book:\n{said}").into());
    }
    Ok(())
}

fn write(workspace: &Workspace) -> Result<()> {
    tools::wasm_target()?;
    workspace.cargo(&["build", "--workspace", "--bins", "--locked"])?;
    packs::guests(workspace)?;
    let mut tests = process::cargo();
    tests.args(["test", "--package", "vantage", "--test", "it", "--locked", "--", "book::"]);
    tests.current_dir(&workspace.root).env("VANTAGE_TEST_DOCS", "write");
    process::run(tests.env("VANTAGE_TEST_GUESTS", workspace.guests()))
}
