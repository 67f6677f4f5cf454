//! The local platform as tasks run it: on loopback, with whoever signs in approved at once.
//!
//! Called by `demo` and `bench`; the tests have it in their own process.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::{Result, say};

/// The local platform, ended when this is dropped.
pub(crate) struct Platform {
    pub(crate) process: Child,
    pub(crate) issuer: String,
    pub(crate) api: String,
}

impl Platform {
    /// Starts the program with further `options`, and waits until it answers.
    pub(crate) fn start(program: &Path, options: &[&str]) -> Result<Self> {
        let line = [&["--port", "0", "--auto-approve", "--poll-interval", "1"], options].concat();
        say(&format!("$ vantage-platform {}", line.join(" ")));
        let mut process =
            Command::new(program).args(&line).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let mut line = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut line)?;
        }
        say(line.trim_end());
        let ready: Value = serde_json::from_str(&line)?;
        let text = |key: &str| ready[key].as_str().map(str::to_owned).ok_or(format!("no {key} in `{line}`"));
        Ok(Self { issuer: text("issuer")?, api: text("api")?, process })
    }
}

impl Drop for Platform {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to mend then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
