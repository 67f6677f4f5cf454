//! `cargo xtask demo`: the product in one sitting, on a machine that has only Rust and a network.
//!
//! It builds, starts the local platform on loopback, signs in through the real device flow, runs
//! built-in commands, adds a pack from others with its consent shown, runs it, and shows a call
//! that is denied. Every line it shows is run; nothing of it is kept, unless asked.

use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Args;
use portable_pty::CommandBuilder;

use crate::platform::Platform;
use crate::process::Workspace;
use crate::terminal::Terminal;
use crate::{Result, packs, say, tools};

/// Show the product: build, sign in, run commands, add a pack, see it denied
#[derive(Args)]
pub(crate) struct Arguments {
    /// Leave the platform running, and print what to export to go on by hand
    #[arg(long)]
    keep: bool,
}

/// Runs the demonstration; anything that does not go as told is an error.
pub(crate) fn run(workspace: &Workspace, arguments: &Arguments) -> Result<()> {
    say("== building (the first time takes some minutes; wasmtime is large)");
    tools::wasm_target()?;
    workspace.cargo(&["build", "--workspace", "--locked"])?;
    say("\n== a pack that somebody else wrote, in one file of Rust: sdk/rust/example");
    let pack = packs::example(workspace)?;
    let home = tempfile::Builder::new().prefix("vantage-demo-").tempdir()?;

    say("\n== a local Vantage platform, on loopback, with a small world of clusters");
    let platform = Platform::start(&workspace.binary("vantage-platform"), &["--seed", "7"])?;
    let demo = Demo { binary: workspace.binary("vantage"), home: home.path().to_owned() };
    demo.tour(&platform, &pack)?;

    if arguments.keep {
        say("\n== the platform stays; to go on by hand:");
        say(&format!("export VANTAGE_HOME={}", home.keep().display()));
        say(&format!("alias vantage={}", demo.binary.display()));
        say(&format!("kill {}    # ends the platform", platform.process.id()));
        std::mem::forget(platform);
        return Ok(());
    }
    say("\n== done; the platform and everything that was kept are gone");
    Ok(())
}

struct Demo {
    binary: PathBuf,
    home: PathBuf,
}

impl Demo {
    fn tour(&self, platform: &Platform, pack: &Path) -> Result<()> {
        let pack = pack.display().to_string();
        say("\n== a profile for it, and a sign-in by the device flow (the platform approves by itself)");
        let create =
            ["profile", "create", "demo", "--issuer", &platform.issuer, "--api", &platform.api, "--use"];
        self.vantage(&create, 0)?;
        self.vantage(&["login"], 0)?;
        self.vantage(&["whoami"], 0)?;

        say("\n== built-in commands are packs too; the same records as a table and for programs");
        self.on_terminal(&["cluster", "list"], None)?;
        self.vantage(
            &["cluster", "create", "demo-1", "--provider", "on_prem", "--description", "made by the demo"],
            0,
        )?;
        self.vantage(&["cluster", "get", "demo-1", "-o", "json"], 0)?;

        say("\n== adding the pack: who, what it adds, what it may do; the answer is typed as you would");
        self.on_terminal(&["plugin", "add", &pack], Some(("Add it and allow this?", "y\n")))?;
        self.on_terminal(&["gpu-report", "summary"], None)?;

        say("\n== taking away what it was allowed; the call is denied, with the remedy and exit status 5");
        self.vantage(&["plugin", "revoke", "acme/gpu-report", "query cluster/Query.clusters"], 0)?;
        self.vantage(&["gpu-report", "summary"], 5)?;

        say("\n== and out again");
        self.vantage(&["plugin", "remove", "acme/gpu-report"], 0)?;
        self.vantage(&["logout"], 0)
    }

    /// Runs a line with its output shown, and insists on its exit status.
    fn vantage(&self, arguments: &[&str], expected: i32) -> Result<()> {
        shown(arguments);
        let status = Command::new(&self.binary).args(arguments).env("VANTAGE_HOME", &self.home).status()?;
        if status.code() == Some(expected) {
            if expected != 0 {
                say(&format!("(exit status {expected})"));
            }
            return Ok(());
        }
        Err(format!("it should have ended with {expected}, and ended with {status}").into())
    }

    /// Runs a line on a terminal of its own, and types the answer when the question stands there.
    fn on_terminal(&self, arguments: &[&str], answer: Option<(&str, &str)>) -> Result<()> {
        shown(arguments);
        let mut command = CommandBuilder::new(&self.binary);
        command.args(arguments);
        command.env("VANTAGE_HOME", &self.home);
        command.env("TERM", "xterm-256color");
        let mut terminal = Terminal::start(command, 100)?;
        if let Some((question, answer)) = answer {
            terminal.wait_for(question)?;
            terminal.enter(answer)?;
        }
        let (text, status) = terminal.finish()?;
        say(text.trim_end());
        if status.success() { Ok(()) } else { Err(format!("it ended with {status:?}").into()) }
    }
}

fn shown(arguments: &[&str]) {
    let words = arguments
        .iter()
        .map(|word| if word.contains(' ') { format!("{word:?}") } else { (*word).to_owned() });
    say(&format!("\n$ vantage {}", words.collect::<Vec<_>>().join(" ")));
}
