//! How much of what a pack may use it has used, for `-v` and for those who make packs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::humanize::{duration, size};

/// What was used, and what may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// The most bytes of memories and tables together.
    pub memory: u64,
    /// Bytes that it may have.
    pub memory_allowed: u64,
    /// Time spent computing.
    pub computing: Duration,
    /// Time that it may compute.
    pub computing_allowed: Duration,
}

impl Used {
    /// For people: `memory 1.1 MiB of 256 MiB, computing 12ms of 30s`.
    pub fn text(&self) -> String {
        let bytes = |bytes: u64| size(bytes as f64).unwrap_or_default();
        let time = |time: Duration| duration(time.as_secs_f64()).unwrap_or_default();
        format!(
            "memory {} of {}, computing {} of {}",
            bytes(self.memory),
            bytes(self.memory_allowed),
            time(self.computing),
            time(self.computing_allowed)
        )
    }

    /// For programs: bytes and milliseconds.
    pub fn json(&self) -> Value {
        let milliseconds = |time: Duration| time.as_micros() as f64 / 1000.0;
        json!({
            "memory": self.memory,
            "memory_allowed": self.memory_allowed,
            "computing_ms": milliseconds(self.computing),
            "computing_ms_allowed": milliseconds(self.computing_allowed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_shown_with_what_is_allowed() {
        let used = Used {
            memory: 1_153_434,
            memory_allowed: 256 << 20,
            computing: Duration::from_micros(12_345),
            computing_allowed: Duration::from_secs(30),
        };
        insta::assert_snapshot!(used.text(), @"memory 1.1 MiB of 256 MiB, computing 12ms of 30s");
        insta::assert_snapshot!(used.json(), @r#"{"memory":1153434,"memory_allowed":268435456,"computing_ms":12.345,"computing_ms_allowed":30000.0}"#);
    }
}
