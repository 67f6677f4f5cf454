//! How much memory the host takes while a pack does its worst, against what it takes for a harmless one:
//! so no figure here depends on the machine.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::io::ioctl_fionread;
use vantage_test_support::{Ran, with_environment};

use super::stage::Stage;
use super::watched;

/// What a pack may have by default, in MiB.
const PACK: u64 = 256;
/// What the host may take for itself beside a harmless run, in MiB.
const HOST: u64 = 64;

/// Between two looks at a stream that nobody reads.
const PAUSE: Duration = Duration::from_millis(100);

/// Waits for a program and writes down the most memory that it had, in KiB; its answer is nobody's. It is
/// Python since nothing of Rust's standard library tells, and the threads of a test have children of each other's.
const MEASURED: &str = "\
import os, sys
child = os.fork()
if child == 0:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.execv(sys.argv[2], sys.argv[2:])
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], 'w') as file:
    file.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status) % 256)
";

/// It asks for all memory there is: the host stays below the limit and 64 MiB.
pub(super) fn hog(stage: &Stage) {
    stage.add();
    let ran = assert_bounded(stage, &[], PACK + HOST).expect(8);
    assert!(ran.stderr.contains("cause: the pack went over its limit of memory: 256 MiB"), "{ran}");
}

/// It floods the host with this, and the host takes no more than 64 MiB beside the pack's own `pack` MiB.
pub(super) fn floods(
    pack: u64,
    runs: &'static [(&'static [&'static str], i32, &'static str)],
) -> impl FnOnce(&Stage) {
    move |stage| {
        stage.add();
        for (rest, status, words) in runs {
            let ran = assert_bounded(stage, rest, pack + HOST).expect(*status);
            assert!(ran.stderr.contains(words), "no `{words}` in:\n{}", ran.stderr);
        }
    }
}

/// As [`floods`], for one that would go on for the 30 seconds that packs have by default.
pub(super) fn floods_for_ever(stage: &Stage) {
    stage.add();
    stage.limit("computing", "1s");
    let ran = assert_bounded(stage, &[], HOST).expect(8);
    assert!(ran.stderr.contains("the pack went over its limit of computing time: 1 s"), "{ran}");
}

/// Runs the pack to its end, and asserts that the host took at most so many MiB more than for another.
pub(super) fn assert_bounded(stage: &Stage, rest: &[&str], mebibytes: u64) -> Ran {
    let (_, harmless) = measured(stage, &["keeper", "--forget"]);
    stage.world.run(&["keeper", "--forget"]).expect(0);
    let (ran, hostile) = measured(stage, &[&[stage.word().as_str()], rest].concat());
    let more = hostile.saturating_sub(harmless) / 1024;
    assert!(more <= mebibytes, "{rest:?}: {more} MiB more than a harmless pack, of at most {mebibytes}");
    ran
}

fn measured(stage: &Stage, line: &[&str]) -> (Ran, u64) {
    let written = tempfile::NamedTempFile::new().unwrap();
    let command = stage.world.command(line);
    let mut python = Command::new("python3");
    python.args(["-c", MEASURED]).arg(written.path()).arg(command.get_program()).args(line);
    let ran = stage.world.bounded(with_environment(python, &command).stdin(Stdio::null()));
    let peak = std::fs::read_to_string(written.path()).unwrap();
    (ran, peak.parse().unwrap())
}

/// Where nobody reads to the end.
#[derive(Clone, Copy)]
pub(super) enum Unread {
    Output,
    Error,
    Terminal,
}

/// Someone reads a little of a flood, slowly, and then no more: the pack waits, the host holds nothing
/// back, and Ctrl-C still ends both.
pub(super) fn assert_waits_for_readers(stage: &Stage, unread: Unread, rest: &[&str]) {
    let (_, harmless) = measured(stage, &["keeper", "--forget"]);
    stage.world.run(&["keeper", "--forget"]).expect(0);
    let mut command = stage.world.command(&[&[stage.word().as_str()], rest].concat());
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let (mut child, reader) = match unread {
        Unread::Output => {
            let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
            let reader = OwnedFd::from(child.stdout.take().unwrap());
            (child, reader)
        }
        Unread::Error => {
            let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
            let reader = OwnedFd::from(child.stderr.take().unwrap());
            (child, reader)
        }
        Unread::Terminal => {
            let (reader, terminal) = watched::terminal();
            let child = watched::on(&terminal, stage, rest).spawn().unwrap();
            (child, OwnedFd::from(reader))
        }
    };
    let mut reader = File::from(reader);
    read_a_little(&mut reader);
    let more = peak_of(child.id()).saturating_sub(harmless) / 1024;
    assert!(more <= HOST, "{more} MiB more than a harmless pack");
    assert_eq!(child.try_wait().unwrap(), None, "it did not wait");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

/// Reads in small pieces, and then waits until what is to be read stays as it is: whoever writes waits too.
/// Should it be looked at too early, the flood goes on a little, and what is asserted holds all the same.
fn read_a_little(reader: &mut File) {
    let mut piece = [0; 100];
    for _ in 0..1000 {
        reader.read_exact(&mut piece).unwrap();
        std::thread::yield_now();
    }
    let mut last = 0;
    loop {
        let waiting = ioctl_fionread(&*reader).unwrap();
        if waiting > 0 && waiting == last {
            return;
        }
        last = waiting;
        std::thread::sleep(PAUSE);
    }
}

/// The most memory that a running process had, in KiB.
fn peak_of(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    peak.trim().trim_end_matches(" kB").parse().unwrap()
}
