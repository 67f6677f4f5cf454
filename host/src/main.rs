//! The `vantage` binary: arguments and environment in, exit status out. Everything else is in the
//! library, so that tests see what the binary sees; but for the allocator, which a library cannot choose.

use std::alloc::System;
use std::process::ExitCode;

use zeroizing_alloc::ZeroAlloc;

/// Memory is wiped when it is freed: whatever a library did with a token, nothing of it stays behind.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> ExitCode {
    vantage::run(std::env::args_os().collect(), vantage::Environment::from_process())
}
