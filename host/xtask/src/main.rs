//! `cargo xtask`: what the project does with itself.
//!
//! `demo` shows the product on a fresh machine, `test` runs everything that the machine checks run,
//! `guests` builds the packs that tests and authors use, `servers` installs what tests run against,
//! `fuzz` is a step of `test` by itself, `bench` measures what is shipped, `docs` writes and builds the book.
//! It is plain Rust, so that no shell has to be there; it knows no crate of the host and drives the built
//! binaries as a user would.

mod bench;
mod debian;
mod demo;
mod docs;
mod folder;
mod fuzz;
mod guests;
mod hostile;
mod npm;
mod packs;
mod platform;
mod process;
mod servers;
#[path = "../../../tests/support/src/terminal.rs"]
#[expect(unreachable_pub, dead_code, reason = "shared with a library, where these are reached")]
mod terminal;
mod test;
mod tools;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::process::Workspace;

/// What goes wrong in a task: a sentence for the developer.
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "What the project does with itself")]
struct Line {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Show the product: build, sign in, run commands, add a pack, see it denied
    Demo(demo::Arguments),
    /// Run everything that the machine checks run
    Test(test::Arguments),
    /// Build the packs of every language that the tests run
    Guests(guests::Arguments),
    /// Look for inputs that break the readers of what strangers send
    Fuzz(fuzz::Arguments),
    /// Install the servers and the browser that the tests run
    Servers(servers::Arguments),
    /// Measure what is shipped, and write the ratios down
    Bench(bench::Arguments),
    /// Write what of the documentation is made from the program, check all links, and build the book
    Docs(docs::Arguments),
}

fn main() -> ExitCode {
    let line = Line::parse();
    let outcome = Workspace::find().and_then(|workspace| match line.task {
        Task::Demo(arguments) => demo::run(&workspace, &arguments),
        Task::Test(arguments) => test::run(&workspace, &arguments),
        Task::Bench(arguments) => bench::run(&workspace, &arguments),
        Task::Docs(arguments) => docs::run(&workspace, &arguments),
        Task::Fuzz(arguments) => fuzz::run(&workspace, arguments.seconds),
        Task::Guests(arguments) => {
            packs::guests(&workspace).and_then(|()| guests::run(&workspace, &arguments))
        }
        Task::Servers(arguments) => servers::run(&workspace, &arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

/// Tells the developer something, on standard error.
fn say(line: &str) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{line}");
}
