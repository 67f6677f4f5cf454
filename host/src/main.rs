//! The `vantage` binary: arguments and environment in, exit status out. Everything else is in the
//! library, so that tests see what the binary sees.

use std::process::ExitCode;

fn main() -> ExitCode {
    vantage::run(std::env::args_os().collect(), vantage::Environment::from_process())
}
