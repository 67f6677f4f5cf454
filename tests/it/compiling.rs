//! The compiler, in a process of its own: what a component makes of it is contained, and it ends with the
//! command that started it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use insta::assert_snapshot;
use vantage_test_support::{Ran, World, with_environment};

use crate::guests::guest;
use crate::signed_in;

/// A pack that runs as the one it is made of, with a module that is never used and keeps the compiler busy:
/// one function with so many additions.
fn laborious(world: &World, additions: usize) -> PathBuf {
    let path = world.home().join("laborious.wasm");
    let mut component = fs::read(guest("greeter")).unwrap();
    // A component's section 1 is a core module.
    section(&mut component, 1, &module(additions));
    fs::write(&path, component).unwrap();
    path
}

fn module(additions: usize) -> Vec<u8> {
    let mut body = vec![0];
    for addition in 0..additions {
        // local.get 0; i32.const; i32.add; local.set 0, in blocks of a hundred that may be left early.
        if addition % 100 == 0 {
            body.extend([0x02, 0x40, 0x20, 0x00, 0x0d, 0x00]);
        }
        body.extend([0x20, 0x00, 0x41, 0x05, 0x6a, 0x21, 0x00]);
        if addition % 100 == 99 {
            body.push(0x0b);
        }
    }
    body.extend(std::iter::repeat_n(0x0b, usize::from(!additions.is_multiple_of(100))));
    body.extend([0x20, 0x00, 0x0b]);
    let mut code = vec![1];
    number(&mut code, body.len());
    code.extend(body);
    let mut module = b"\0asm\x01\0\0\0".to_vec();
    // One type, from a number to a number, and one function of it.
    section(&mut module, 1, &[1, 0x60, 1, 0x7f, 1, 0x7f]);
    section(&mut module, 3, &[1, 0]);
    section(&mut module, 10, &code);
    module
}

fn section(bytes: &mut Vec<u8>, id: u8, content: &[u8]) {
    bytes.push(id);
    number(bytes, content.len());
    bytes.extend(content);
}

/// As LEB128.
fn number(bytes: &mut Vec<u8>, mut number: usize) {
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).unwrap() | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap());
}

/// Adds the pack in a shell that has set a limit: the compiler keeps what is tighter than its own.
fn added_within(world: &World, limit: &str, pack: &Path) -> Ran {
    let line = world.command(&["plugin", "add", &pack.display().to_string(), "--grant-all"]);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("ulimit {limit} && exec \"$0\" \"$@\"")]).arg(line.get_program());
    shell.args(line.get_args());
    world.finish(&mut with_environment(shell, &line))
}

#[test]
fn what_takes_the_compiler_too_long_or_too_much_is_refused() {
    let world = signed_in();
    let pack = laborious(&world, 1_000_000);
    assert_snapshot!(added_within(&world, "-t 2", &pack).expect(8), @"
    exit: 8
    --- stdout
    --- stderr
    error: the pack went over its limit of computing time to compile: 120 s
    hint: its code is too much for the compiler, perhaps on purpose: tell its author
    ");
    assert_snapshot!(added_within(&world, "-v 400000", &pack).expect(8), @"
    exit: 8
    --- stdout
    --- stderr
    error: the pack went over its limit of memory to compile: 2048 MiB
    hint: its code is too much for the compiler, perhaps on purpose: tell its author
    ");
    assert!(world.only_bundled());
    // What the compiler can do it does, and the pack is as good as the one that it was made of.
    let pack = laborious(&world, 1_000);
    added_within(&world, "-t 120", &pack).expect(0);
    world.run(&["greeter", "Ada"]).expect(0);
}

/// The compilers of a session, which is named by its first process. A zombie has no command line.
fn compilers(session: u32) -> Vec<u32> {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let ids = processes.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let compiles = |id: &u32| {
        let read = |file: &str| fs::read_to_string(format!("/proc/{id}/{file}")).unwrap_or_default();
        // Behind the name, which ends with a bracket: state, parent, group, session.
        let stat = read("stat");
        let of_session = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(3));
        of_session == Some(session.to_string().as_str()) && read("cmdline").contains("--compile-component")
    };
    ids.filter(compiles).collect()
}

#[test]
fn whoever_is_interrupted_leaves_no_compiler_behind() {
    let world = signed_in();
    let pack = laborious(&world, 1_000_000).display().to_string();
    let mut terminal = world.on_terminal(&["plugin", "add", &pack, "--grant-all"]);
    // It is seen that something takes its time.
    terminal.wait_for("compiling").unwrap();
    let session = terminal.process().unwrap();
    assert_eq!(compilers(session).len(), 1);
    terminal.enter("\u{3}").unwrap();
    let (text, status) = terminal.finish().unwrap();
    assert_eq!(status.exit_code(), 130, "{text}");
    let patience = Instant::now() + Duration::from_secs(60);
    while !compilers(session).is_empty() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(compilers(session), [0; 0]);
    assert!(world.only_bundled());
}
