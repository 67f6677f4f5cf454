//! Packs watched from outside the process: what the system is asked for, what becomes of the terminal, and
//! how they are ended.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::tcgetattr;

use vantage_test_support::with_environment;

use super::stage::Stage;
use crate::guests::guest;

/// It never ends by itself, has said so, and ends at Ctrl-C.
pub(super) fn ends_at_ctrl_c(stage: &Stage) {
    let mut command = stage.world.command(&[&stage.word()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    assert!(line.contains("this will take a while"), "{line}");
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    line.clear();
    stderr.read_to_string(&mut line).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130), "{line}");
    assert!(line.ends_with("error: interrupted\n"), "{line}");
}

/// By then compiled code is at rest, and what was checked of it is noted.
const AT_REST: Duration = Duration::from_secs(3);

/// Calls that reach beyond the process; a name that an architecture does not have is passed over.
const REACHING: &str =
    "trace=%file,?socket,?connect,?bind,?listen,?accept,?accept4,?execve,?execveat,?ptrace";

/// The system is asked for nothing that it is not asked for when a harmless pack runs.
pub(super) fn assert_reaches_nothing_new(stage: &Stage, rest: &[&str]) {
    // One that was only just added: the first time, there is more to look at.
    stage.try_add(&guest("greeter")).expect(0);
    let mut harmless = asked(stage, &["greeter"]);
    // And once it is two seconds old, when the check of its code is noted, and when it is noted: whichever
    // of them the hostile one meets.
    std::thread::sleep(AT_REST);
    harmless.extend(asked(stage, &["greeter"]));
    harmless.extend(asked(stage, &["greeter"]));
    assert!(harmless.iter().any(|call| call.contains("index.toml")), "strace saw nothing: {harmless:?}");
    let hostile = asked(stage, &[&[stage.word().as_str()], rest].concat());
    let new: Vec<_> = hostile.difference(&harmless).collect();
    assert!(new.is_empty(), "{new:#?}");
    stage.world.run(&["plugin", "remove", "test/greeter"]).expect(0);
    stage.take_note();
}

/// What a run asks the system for, without what differs from pack to pack and from run to run.
fn asked(stage: &Stage, line: &[&str]) -> BTreeSet<String> {
    let written = tempfile::NamedTempFile::new().unwrap();
    let command = stage.world.command(line);
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-s", "400", "-e", REACHING, "-e", "signal=none", "-o"]).arg(written.path());
    strace.arg("--").arg(command.get_program()).args(line);
    stage.world.bounded(&mut with_environment(strace, &command));
    let text = fs::read_to_string(written.path()).unwrap();
    text.lines()
        .filter(|line| !line.contains("+++ exited") && !line.contains("resumed>"))
        // A thread that ended while strace let go of it: what it asked for stands above.
        .filter(|line| !line.contains("<detached ...>"))
        // That compiled code was checked is noted once it is two seconds old, whichever run that is.
        .filter(|line| !line.contains("/data/compiled-code/checked"))
        .map(plain)
        .collect()
}

/// A line of strace's: the call with its arguments, digits and digests left out, and no result.
fn plain(line: &str) -> String {
    let call = line.split_once(' ').map_or(line, |(_, call)| call.trim_start());
    let call = call.split(" <unfinished").next().unwrap_or(call);
    // The program's own start carries its arguments.
    if call.starts_with("execve(") {
        return call.split(',').next().unwrap_or(call).to_owned();
    }
    let call = call.rsplit_once(" = ").map_or(call, |(call, _)| call).trim_end();
    let mut plain = String::new();
    for word in call.split_inclusive(|character: char| !character.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|character: char| !character.is_ascii_alphanumeric());
        let is_digest = bare.len() >= 6 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        let is_chance = bare.bytes().any(|byte| byte.is_ascii_digit()) || is_digest;
        plain.push_str(if is_chance { "N" } else { bare });
        plain.push_str(&word[bare.len()..]);
    }
    plain
}

/// A terminal that draws nothing more, as after Ctrl-S, keeps nothing from its end.
pub(super) fn assert_ends_unseen(stage: &Stage) {
    let (mut master, slave) = terminal();
    let mut child = on(&slave, stage, &[]).spawn().unwrap();
    drop(slave);
    // It has begun when something is drawn; from there on nothing is read.
    master.read_exact(&mut [0]).unwrap();
    let interrupted = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    // What was drawn may have been its last.
    let status = child.wait().unwrap().code();
    assert!(status == Some(130) || status == Some(0), "{status:?}");
}

/// A crash on a terminal leaves its modes as they were, and the words on it are the host's.
pub(super) fn assert_leaves_the_terminal(stage: &Stage, rest: &[&str], status: i32) -> String {
    let (master, slave) = terminal();
    let before = format!("{:?}", tcgetattr(&slave).unwrap());
    let collected = std::thread::spawn(move || {
        let (mut text, mut master, mut buffer) = (Vec::new(), master, [0; 4096]);
        // Linux answers EIO when the last of the terminal's other ends is closed.
        while let Ok(read @ 1..) = master.read(&mut buffer) {
            text.extend_from_slice(&buffer[..read]);
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let ended = on(&slave, stage, rest).status().unwrap();
    let after = format!("{:?}", tcgetattr(&slave).unwrap());
    drop(slave);
    let text = collected.join().unwrap().replace("\r\n", "\n");
    assert_eq!(ended.code(), Some(status), "{text}");
    assert_eq!(after, before, "{text}");
    // No mode of the terminal's own is left on: no hidden cursor, no other screen.
    assert!(!text.contains("\u{1b}[?"), "{text:?}");
    text
}

/// A terminal that nobody looks at yet: the end that a person would be at, and the program's.
pub(super) fn terminal() -> (File, File) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    let path = ptsname(&master, Vec::new()).unwrap().into_string().unwrap();
    (File::from(master), File::options().read(true).write(true).open(path).unwrap())
}

/// The pack's command with all of its streams on a terminal.
pub(super) fn on(slave: &File, stage: &Stage, rest: &[&str]) -> Command {
    let mut command = stage.world.command(&[&[stage.word().as_str()], rest].concat());
    let end = || Stdio::from(slave.try_clone().unwrap());
    command.env("TERM", "xterm-256color").stdin(end()).stdout(end()).stderr(end());
    command
}
