//! A lease: a file that says who is at work, for disks whose locks hold on one machine alone.
//!
//! Made exclusively, which every file system does right; good for 60 seconds, while the work that it
//! covers is bounded well below that. Its age is counted by the clock of the file system: two
//! machines can disagree about the time, but both read it from the same disk. A lease is stale when
//! it is too old, or when its process is known to be dead. Who finds it so claims that very lease
//! first, which only one can, and then renames its own over it.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::SessionError;
use crate::files;
use crate::http::{hex, random};

const VERSION: u64 = 1;
/// How long a lease is good for.
const LIFE: Duration = Duration::from_secs(60);
/// A lease this old is left to whoever takes it over: giving it back could delete theirs.
const NEARLY_OVER: Duration = Duration::from_secs(50);
/// More than any lease has; the rest of a longer file is nobody's.
const LONGEST: u64 = 4 * 1024;

/// A lease that this process has. Dropping it gives it back.
#[derive(Debug)]
pub(super) struct Lease {
    path: PathBuf,
    text: String,
}

/// Who holds a lease.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Holder {
    version: u64,
    /// The machine's name, for whoever looks at the file.
    host: String,
    /// Which run of the machine, and which of its worlds of process numbers (containers have their
    /// own): a number means nothing in another.
    boot: String,
    pid: u32,
    /// Makes every lease different from every other.
    nonce: String,
}

/// A lease as it was found.
struct Found {
    bytes: Vec<u8>,
    modified: SystemTime,
}

impl Lease {
    /// Takes the lease at `path` if it is free or stale; `None` if somebody has it.
    ///
    /// # Errors
    /// A folder in which nothing can be written.
    pub(super) fn take(path: &Path) -> Result<Option<Self>, SessionError> {
        let fault = |error| files::fault("make the lease", path, error);
        let holder = Holder::this_process()?;
        let text = serde_json::to_string(&holder).map_err(|error| fault(error.into()))?;
        let lease = Self { path: path.to_owned(), text };
        match lease.create(path) {
            Ok(()) => return Ok(Some(lease)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(fault(error)),
        }
        let Some(found) = Found::read(path).map_err(fault)? else {
            // Given back this instant: the next try finds out.
            return Ok(None);
        };
        if !found.is_stale(path, &holder).map_err(fault)? {
            return Ok(None);
        }
        Ok(lease.take_over(&found).map_err(fault)?.then_some(lease))
    }

    /// Writes the lease to a file that is not there yet.
    fn create(&self, path: &Path) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        let written = file.write_all(self.text.as_bytes()).and_then(|()| file.sync_all());
        if written.is_err() {
            // Nobody takes an unreadable lease for free, so it must not be left behind.
            let _ = fs::remove_file(path);
        }
        written
    }

    /// Replaces the stale lease `found`; says whether nobody else was first.
    fn take_over(&self, found: &Found) -> io::Result<bool> {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        let beside = |end: &str| self.path.with_file_name(format!(".{name}.{end}"));
        let claim = beside(&found.identity());
        match self.create(&claim) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                // The claim of a process that died with it goes the way of stale leases.
                if Found::read(&claim)?.is_some_and(|claim| claim.is_old(&self.path).unwrap_or(false)) {
                    let _ = fs::remove_file(&claim);
                }
                return Ok(false);
            }
            Err(error) => return Err(error),
        }
        // The claim is of this lease and no other, but it may have been replaced before the claim.
        let same = Found::read(&self.path)?.is_some_and(|present| present.identity() == found.identity());
        let taken = if same { fs::rename(&claim, &self.path) } else { fs::remove_file(&claim) };
        taken.map(|()| same)
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let Ok(Some(found)) = Found::read(&self.path) else {
            return;
        };
        let ours = found.bytes == self.text.as_bytes();
        if ours && found.age(&self.path).is_ok_and(|age| age < NEARLY_OVER) {
            // What cannot be removed is stale in a minute.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Found {
    fn read(path: &Path) -> io::Result<Option<Self>> {
        use io::Read;
        let file = match File::open(path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let modified = file.metadata()?.modified()?;
        let mut bytes = Vec::new();
        file.take(LONGEST).read_to_end(&mut bytes)?;
        Ok(Some(Self { bytes, modified }))
    }

    /// What tells it from every other lease, also where a crash left it empty.
    fn identity(&self) -> String {
        let since = self.modified.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let mut digest = Sha256::new();
        digest.update(since.as_nanos().to_le_bytes());
        digest.update(&self.bytes);
        hex(&digest.finalize()[..16])
    }

    fn is_stale(&self, path: &Path, asking: &Holder) -> io::Result<bool> {
        let holder = serde_json::from_slice::<Holder>(&self.bytes).ok();
        let dead = holder.is_some_and(|holder| {
            holder.version == VERSION
                && !holder.boot.is_empty()
                && (&holder.host, &holder.boot) == (&asking.host, &asking.boot)
                && !is_alive(holder.pid)
        });
        Ok(dead || self.is_old(path)?)
    }

    fn is_old(&self, beside: &Path) -> io::Result<bool> {
        Ok(self.age(beside)? >= LIFE)
    }

    /// By the clock that stamped it: a file touched now, on the same disk, says what that shows.
    fn age(&self, beside: &Path) -> io::Result<Duration> {
        let folder = beside.parent().unwrap_or(Path::new("."));
        let mut probe = tempfile::Builder::new().prefix(".lease-clock.").tempfile_in(folder)?;
        probe.write_all(b"?")?;
        probe.as_file().sync_all()?;
        let now = probe.as_file().metadata()?.modified()?;
        Ok(match now.duration_since(self.modified) {
            Ok(age) => age,
            // The disk's clock was set back a little, or by so much that waiting for it is no use.
            Err(ahead) if ahead.duration() < LIFE => Duration::ZERO,
            Err(_) => LIFE,
        })
    }
}

impl Holder {
    fn this_process() -> Result<Self, SessionError> {
        let nonce = hex(random::<16>()?.as_slice());
        Ok(Self { version: VERSION, host: host(), boot: boot(), pid: std::process::id(), nonce })
    }
}

/// Empty where the system keeps no such file; then nobody's death is known, as below.
fn host() -> String {
    fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim().to_owned()
}

/// Empty where the system does not tell, and then nobody's death is known.
fn boot() -> String {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let world = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    if boot.is_empty() { String::new() } else { format!("{} {}", boot.trim(), world.display()) }
}

#[cfg(unix)]
fn is_alive(pid: u32) -> bool {
    let pid = i32::try_from(pid).ok().and_then(rustix::process::Pid::from_raw);
    let asked = pid.map(rustix::process::test_kill_process);
    !matches!(asked, Some(Err(rustix::io::Errno::SRCH)))
}

#[cfg(not(unix))]
fn is_alive(_: u32) -> bool {
    true
}

#[cfg(test)]
mod tests;
