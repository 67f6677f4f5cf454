//! Where commands are measured: a home of their own, signed in at a platform of their own.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::client;
use crate::Result;
use crate::platform::Platform;
use crate::process::Workspace;

/// What `vantage cluster list` asks, for comparisons.
pub(super) const DOCUMENT: &str = "query ListClusters($first: Int!, $after: String, $filters: JSONScalar) { \
    clusters(first: $first, after: $after, filters: $filters) { edges { node { \
    name status provider clusterType ownerEmail description clientId cloudAccountId createdAt } } \
    pageInfo { hasNextPage endCursor } } }";

/// A home and a platform.
pub(super) struct Stage {
    vantage: PathBuf,
    guests: PathBuf,
    home: TempDir,
    pub(super) platform: Platform,
}

impl Stage {
    /// Starts a platform with `options`, and signs in at it.
    pub(super) fn new(
        workspace: &Workspace,
        vantage: &Path,
        platform: &Path,
        options: &[&str],
    ) -> Result<Self> {
        let platform = Platform::start(platform, options)?;
        let home = tempfile::Builder::new().prefix("vantage-bench-").tempdir()?;
        let guests = workspace.guests().join("guests");
        let stage = Self { vantage: vantage.to_owned(), guests, home, platform };
        let (issuer, api) = (&stage.platform.issuer, &stage.platform.api);
        stage.run(&["profile", "create", "bench", "--issuer", issuer, "--api", api, "--use"])?;
        stage.run(&["login"])?;
        // What is compiled once is out of the way then.
        stage.run(&["cluster", "list", "--limit", "1"])?;
        Ok(stage)
    }

    /// The binary with a line, and nothing of the developer's environment.
    pub(super) fn vantage(&self, line: &[&str]) -> Command {
        let mut command = Command::new(&self.vantage);
        command.args(line).env_clear().env("VANTAGE_HOME", self.home.path());
        command
    }

    /// Adds a guest of the tests, with all that it asks for.
    pub(super) fn add(&self, guest: &str) -> Result<()> {
        let file = self.guests.join(format!("{guest}.wasm")).display().to_string();
        self.run(&["plugin", "add", &file, "--grant-all"])
    }

    /// Adds copies of a guest under other ids of the same length, and other words.
    pub(super) fn add_copies(&self, guest: &str, number: usize) -> Result<()> {
        let bytes = std::fs::read(self.guests.join(format!("{guest}.wasm")))?;
        let id = format!("test/{guest}");
        let found = bytes.windows(id.len()).position(|found| found == id.as_bytes());
        let at = found.ok_or_else(|| format!("`{guest}` has no id that can be changed"))?;
        let file = self.home.path().join("copy.wasm");
        for copy in 0..number {
            let (mut bytes, digits) = (bytes.clone(), format!("{copy:04}"));
            bytes[at..at + 4]
                .copy_from_slice(&digits.bytes().map(|digit| digit - b'0' + b'a').collect::<Vec<_>>());
            crate::folder::write(&file, &bytes)?;
            let (file, word) = (file.display().to_string(), format!("copy-{digits}"));
            self.run(&["plugin", "add", &file, "--grant-all", "--as", &word])?;
        }
        Ok(())
    }

    /// Lets every answer of the API take so much longer.
    pub(super) fn latency(&self, duration: &str) -> Result<()> {
        client::tell(&self.platform.api, "/admin/faults", &serde_json::json!({ "latency": duration }))
    }

    /// Whether a command's help names an option.
    pub(super) fn knows(&self, command: &str, option: &str) -> Result<bool> {
        let output = self.vantage(&[command, "--help"]).output()?;
        Ok(String::from_utf8_lossy(&output.stdout).contains(option))
    }

    /// A program that prints a line and does nothing else, compiled as a user would.
    pub(super) fn hello(&self) -> Result<PathBuf> {
        let (source, program) = (self.home.path().join("hello.rs"), self.home.path().join("hello"));
        crate::folder::write(&source, b"fn main() { println!(\"hello\"); }\n")?;
        let mut rustc = Command::new("rustc");
        rustc.args(["-O", "-C", "strip=symbols", "-o"]).arg(&program).arg(&source);
        crate::process::run(&mut rustc)?;
        Ok(program)
    }

    fn run(&self, line: &[&str]) -> Result<()> {
        let output = self.vantage(line).output()?;
        if output.status.success() {
            return Ok(());
        }
        Err(format!("vantage {}: {}", line.join(" "), String::from_utf8_lossy(&output.stderr)).into())
    }
}
