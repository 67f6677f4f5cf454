//! Runs in which a system call goes wrong, exactly where a test says, through `strace`.
//!
//! strace stops the program at the Nth call of a name, and delivers a signal or answers with an
//! error instead. The program has no code for this: it is the one that users run. strace counts
//! calls by thread, so a run is held at its lock until strace watches the thread that will refresh;
//! from there on the Nth call is the same one every time.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use crate::bounded;
use crate::ran::Ran;
use crate::stored::Stored;
use crate::world::World;

/// The name that tokio gives to the threads that run tasks.
const WORKER: &str = "tokio-rt-worker";

/// What is written down; a name that an architecture does not have is passed over.
const WATCHED: &str = "trace=?open,?openat,?openat2,?write,?pwrite64,?writev,?sendto,?sendmsg,?recvfrom,?recvmsg,\
                       ?lseek,?ftruncate,?fsync,?fdatasync,?flock,?rename,?renameat,?renameat2,?close";

/// One system call of the thread that refreshes.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its name, such as `fsync`.
    pub name: String,
    /// The whole line that strace wrote.
    pub line: String,
    /// How many calls of the name there were, this one included.
    pub nth: usize,
}

impl Call {
    /// strace's words for something that happens as this call begins, as in `signal=SIGKILL`.
    pub fn fault(&self, effect: &str) -> String {
        format!("{}:{effect}:when={}", self.name, self.nth)
    }
}

/// A run that waits for a lock which the test holds.
pub struct Held<'world> {
    world: &'world World,
    child: Child,
    lock: File,
}

impl World {
    /// Starts a command that wants the lock of `stored`, and holds it there.
    ///
    /// # Panics
    /// Where the command ends without having wanted it.
    pub fn held(&self, stored: &Stored, command: &mut Command) -> Held<'_> {
        let path = stored.lock_file();
        let lock = File::options().read(true).write(true).open(&path).unwrap();
        lock.lock().unwrap();
        let mut child = self.start(command);
        wait_until_open(&mut child, &path);
        Held { world: self, child, lock }
    }

    /// Runs a command, and does `fault` to its calls that concern `path`; to any if there is none.
    ///
    /// A signal that ends it counts as shells count: 128 and its number.
    pub fn tampered(&self, path: Option<&Path>, fault: &str, command: &Command) -> Ran {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-qq", "-o", "/dev/null"]);
        if let Some(path) = path {
            strace.arg("-P").arg(path);
        }
        strace.arg("-e").arg(format!("inject={fault}")).arg("--").arg(command.get_program());
        strace.args(command.get_args()).env_clear().stdin(Stdio::null());
        strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = bounded::output(self.start(&mut strace));
        ended(self, &output)
    }
}

impl Held<'_> {
    /// Lets the command go on, and does `fault` to the thread that refreshes. Gives its end, and the
    /// calls of that thread from the lock on.
    ///
    /// # Panics
    /// Where strace cannot watch it.
    pub fn go_on(self, fault: Option<&str>) -> (Ran, Vec<Call>) {
        let Self { world, child, lock } = self;
        let written = tempfile::NamedTempFile::new().unwrap();
        let mut strace = Command::new("strace");
        strace.arg("-o").arg(written.path()).args(["-s", "0", "-e", WATCHED]);
        if let Some(fault) = fault {
            strace.arg("-e").arg(format!("inject={fault}"));
        }
        // Threads name themselves when they start, which may be after another one wanted the lock.
        let workers = loop {
            let workers = workers(&child);
            if !workers.is_empty() {
                break workers;
            }
            std::thread::yield_now();
        };
        for worker in &workers {
            strace.args(["-p", worker]);
        }
        let mut strace = strace.stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(strace.stderr.take().unwrap());
        for _ in &workers {
            let mut line = String::new();
            said.read_line(&mut line).unwrap();
            assert!(line.contains("attached"), "strace: {line}");
        }
        drop(lock);
        let ran = ended(world, &bounded::output(child));
        let mut rest = String::new();
        said.read_to_string(&mut rest).unwrap();
        strace.wait().unwrap();
        (ran, calls(&fs::read_to_string(written.path()).unwrap()))
    }
}

/// Waits until `child` has `path` open, as one who waits for its lock has.
///
/// # Panics
/// Where it ends without.
pub fn wait_until_open(child: &mut Child, path: &Path) {
    while !has_open(child, path) {
        if let Some(status) = child.try_wait().unwrap() {
            panic!("`{}` was not wanted: {status}", path.display());
        }
        std::thread::yield_now();
    }
}

fn ended(world: &World, output: &Output) -> Ran {
    let mut ran = Ran::new(output, |text| world.normal(text));
    if let Some(signal) = output.status.signal() {
        ran.status = 128 + signal;
    }
    ran
}

fn has_open(child: &Child, path: &Path) -> bool {
    let path = fs::canonicalize(path).unwrap();
    let files = fs::read_dir(format!("/proc/{}/fd", child.id())).into_iter().flatten().flatten();
    files.filter_map(|file| fs::read_link(file.path()).ok()).any(|open| open == path)
}

fn workers(child: &Child) -> Vec<String> {
    let threads = fs::read_dir(format!("/proc/{}/task", child.id())).unwrap();
    let threads: Vec<PathBuf> = threads.map(|thread| thread.unwrap().path()).collect();
    let named = |thread: &&PathBuf| {
        fs::read_to_string(thread.join("comm")).is_ok_and(|name| name.trim_end() == WORKER)
    };
    let id = |thread: &PathBuf| Some(thread.file_name()?.to_str()?.to_owned());
    threads.iter().filter(named).filter_map(id).collect()
}

/// Reads what strace wrote: a line for each call, after the thread's number where it watched several.
fn calls(written: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in written.lines() {
        let line = line.trim_start_matches(|character: char| character.is_ascii_digit()).trim_start();
        let Some((name, _)) = line.split_once('(') else { continue };
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            continue;
        }
        let nth = 1 + calls.iter().filter(|call| call.name == name).count();
        calls.push(Call { name: name.to_owned(), line: line.to_owned(), nth });
    }
    calls
}

#[cfg(test)]
mod tests {
    use super::calls;

    #[test]
    fn calls_are_counted_by_name() {
        let written = "17 fsync(3) = 0\n17 <... close resumed> = 0\n17 write(4, \"\"..., 8) = 8\n\
                       --- SIGINT {si_signo=SIGINT} ---\nfsync(5 <unfinished ...>\n+++ killed by SIGKILL +++\n";
        let counted: Vec<_> = calls(written).iter().map(|call| call.fault("signal=SIGINT")).collect();
        assert_eq!(
            counted,
            ["fsync:signal=SIGINT:when=1", "write:signal=SIGINT:when=1", "fsync:signal=SIGINT:when=2"]
        );
    }
}
