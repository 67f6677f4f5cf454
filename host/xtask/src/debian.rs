//! Debian packages: found, or installed through apt when run by root.
//!
//! Only what no other registry has comes from here. Called by the builders of `guests` and by
//! `servers`.

use std::process::Command;

use crate::Result;
use crate::process;

/// Makes sure that the packages are there; `needed` says what they are for where Debian is not.
pub(crate) fn packages(names: &[&str], needed: &str) -> Result<()> {
    let missing: Vec<&str> = names.iter().copied().filter(|name| !is_package(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let line = format!("apt-get install {}", missing.join(" "));
    if !process::is_installed("apt-get") {
        return Err(format!("{needed}: `{line}`").into());
    }
    if !is_root() {
        return Err(format!("packages are missing; as root: `{line}`").into());
    }
    install(&missing).or_else(|_| {
        // The lists of packages may be missing or older than the archive.
        process::run(Command::new("apt-get").args(["update", "--quiet=2"]))?;
        install(&missing)
    })
}

fn install(missing: &[&str]) -> Result<()> {
    let mut apt = Command::new("apt-get");
    apt.args(["install", "--yes", "--quiet=2", "--no-install-recommends"]).args(missing);
    process::run(apt.env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_package(name: &str) -> bool {
    let query =
        Command::new("dpkg-query").args(["--show", "--showformat=${db:Status-Status}", name]).output();
    query.is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

fn is_root() -> bool {
    Command::new("id").arg("--user").output().is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
