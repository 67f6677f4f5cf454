//! `cargo xtask servers`: servers and a browser that nobody here wrote, for the tests.
//!
//! What runs on Node.js is copied from `tests/support/NAME` to `<target>/servers/NAME`, since Node.js
//! looks for modules beside the file that imports them, and no `node_modules` is to land in the
//! repository. The browser is Debian's, and a client of registries comes from PyPI. Nothing is started
//! here: the tests do that.

use std::fs;

use clap::{Args, ValueEnum};

use crate::process::{self, Workspace};
use crate::{Result, debian, folder, npm, say, tools};

/// What runs on Node.js: a provider of identities, graphql-js as an oracle for the gate, and the APIs on
/// servers that nobody here wrote.
const PROGRAMS: [&str; 3] = ["oidc", "graphql", "yoga"];

/// The browser, and what drives it.
const BROWSER: [&str; 2] = ["chromium", "chromium-driver"];

/// A client of registries, in an environment of its own. Its dependencies are whichever it takes.
const ORAS: &str = "oras==0.2.43";

/// What ends, holds and deceives processes in the tests of a sign-in's life, and keeps its keys; a registry
/// of packs, and what signs them; shells that complete lines; what reads manual pages.
const TOOLS: [&str; 14] = [
    "dbus",
    "docker-registry",
    "elvish",
    "faketime",
    "fish",
    "gnome-keyring",
    "groff-base",
    "libsecret-tools",
    "minisign",
    "python3",
    "strace",
    "tmux",
    "util-linux",
    "zsh",
];

/// Install the servers and the browser that the tests run
#[derive(Args)]
pub(crate) struct Arguments {
    /// Leave one out, where it cannot be had; repeatable
    #[arg(long, value_name = "SERVER")]
    skip: Vec<Server>,
}

/// What can be left out; also what `VANTAGE_TEST_SKIP` calls it.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Server {
    /// The provider of identities, graphql-js, and whatever else runs on Node.js
    Servers,
    /// Chromium and its driver
    Browser,
    /// The client of registries, on Python
    Oras,
    /// The installation of strace, keyring and the like, where they are there already
    Tools,
}

/// Runs `cargo xtask servers`.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    install_all(workspace, &arguments.skip)
}

/// Whether `name` is something that this module installs.
pub(crate) fn is_known(name: &str) -> bool {
    Server::from_str(name, true).is_ok()
}

/// Installs all but what `skip` names; names that are not known here are others' business.
pub(crate) fn install(workspace: &Workspace, skip: &[String]) -> Result<()> {
    let skip: Vec<Server> = skip.iter().filter_map(|name| Server::from_str(name, true).ok()).collect();
    install_all(workspace, &skip)
}

fn install_all(workspace: &Workspace, skip: &[Server]) -> Result<()> {
    if skip.contains(&Server::Servers) {
        say("servers: skipped, as told");
    } else {
        programs(workspace).map_err(|error| format!("{error}; `--skip servers` leaves their tests out"))?;
    }
    if skip.contains(&Server::Browser) {
        say("servers: browser: skipped, as told");
    } else if !process::is_installed("chromedriver") {
        debian::packages(&BROWSER, "Chromium and its driver are needed as Debian packages them")
            .map_err(|error| format!("{error}; `--skip browser` leaves its test out"))?;
    }
    if skip.contains(&Server::Oras) {
        say("servers: oras: skipped, as told");
    } else {
        tools::python_environment_in(workspace.servers().join("oras"))
            .and_then(|environment| tools::wheel(&environment, ORAS))
            .map_err(|error| format!("{error}; `--skip oras` leaves its tests out"))?;
    }
    if skip.contains(&Server::Tools) {
        say("servers: tools: not installed, as told; the tests need them all the same");
    } else if cfg!(target_os = "linux") {
        debian::packages(&TOOLS, "tools for the tests are needed as Debian packages them")
            .map_err(|error| format!("{error}; `--skip tools` goes on with what is there"))?;
    }
    Ok(())
}

fn programs(workspace: &Workspace) -> Result<()> {
    fs::create_dir_all(workspace.servers())?;
    // Two runs at once would install into the same folders.
    let lock = fs::File::create(workspace.servers().join(".lock"))?;
    lock.lock()?;
    PROGRAMS.iter().try_for_each(|name| program(workspace, name))
}

fn program(workspace: &Workspace, name: &str) -> Result<()> {
    let work = workspace.servers().join(name);
    for entry in fs::read_dir(workspace.root.join("tests/support").join(name))? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            folder::write(&work.join(entry.file_name()), &fs::read(entry.path())?)?;
        }
    }
    npm::install(&work)
}
