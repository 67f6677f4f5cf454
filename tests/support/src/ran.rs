//! What a run printed and how it ended, in the form that snapshots have.

use std::fmt;
use std::process::Output;

use serde_json::Value;

/// A run that has ended.
#[derive(Debug, Clone)]
pub struct Ran {
    /// The exit status; −1 where a signal ended the run.
    pub status: i32,
    /// Standard output, normalised.
    pub stdout: String,
    /// Standard error, normalised.
    pub stderr: String,
}

impl Ran {
    /// From what the program left, each stream passed through `normal`.
    pub fn new(output: &Output, normal: impl Fn(&str) -> String) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            stdout: normal(&String::from_utf8_lossy(&output.stdout)),
            stderr: normal(&String::from_utf8_lossy(&output.stderr)),
        }
    }

    /// Standard output as JSON.
    ///
    /// # Panics
    /// Where it is none: the test has failed then.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("no JSON ({error}) in:\n{self}"))
    }

    /// The error that JSON on standard error ends with.
    ///
    /// # Panics
    /// Where a line is no JSON, or the last is no error.
    pub fn json_error(&self) -> Value {
        let lines: Vec<Value> = self
            .stderr
            .lines()
            .map(|line| {
                serde_json::from_str(line).unwrap_or_else(|_| panic!("`{line}` is no JSON in:\n{self}"))
            })
            .collect();
        let last = lines.last().unwrap_or_else(|| panic!("standard error is empty:\n{self}"));
        assert!(last.get("error").is_some(), "the last line is no error:\n{self}");
        last["error"].clone()
    }

    /// This run, where it ended with `status`.
    ///
    /// # Panics
    /// Where it ended otherwise.
    #[track_caller]
    pub fn expect(self, status: i32) -> Self {
        assert_eq!(self.status, status, "exit status of:\n{self}");
        self
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "exit: {}\n--- stdout\n{}--- stderr\n{}", self.status, self.stdout, self.stderr)
    }
}
