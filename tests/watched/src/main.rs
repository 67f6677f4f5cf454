//! `vantage` with its guests' memories looked into: for tests, never shipped.
//!
//! It is the program itself but for where a guest's memory comes from, since components give no access
//! to theirs. Before a memory is given back it is searched for the canary of the tests' worlds, and a
//! line about it is added to the file `watched` in `VANTAGE_HOME`: its bytes, whether the text in the
//! file `look-for` stands in it, and the form in which the canary does, or `nothing`.

#![expect(clippy::disallowed_methods, reason = "it is told where it is by a variable, as tests are")]

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use memchr::memmem;
use vantage_test_support::canary::Canary;

fn main() -> ExitCode {
    // The compiler, which is started without variables, has to compile for such memories too.
    let home = std::env::var_os("VANTAGE_HOME").map(PathBuf::from);
    let canary = Canary::of_worlds();
    let known = home.as_ref().and_then(|home| fs::read(home.join("look-for")).ok()).unwrap_or_default();
    vantage_runtime::watched::watch(move |memory| {
        let Some(home) = &home else { return };
        let is_known = !known.is_empty() && memmem::find(memory, &known).is_some();
        let found = canary.found_in(memory).unwrap_or("nothing");
        let line = format!("{} {is_known} {found}\n", memory.len());
        let report = OpenOptions::new().create(true).append(true).open(home.join("watched"));
        // A report that cannot be written is missed by the test.
        let _ = report.and_then(|mut report| report.write_all(line.as_bytes()));
    });
    vantage::run(std::env::args_os().collect(), vantage::Environment::from_process())
}
