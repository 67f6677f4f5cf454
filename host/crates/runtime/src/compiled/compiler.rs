//! The compiler, in a process of its own: what a component makes it take in memory and time, or how it
//! ends, is then nobody else's.
//!
//! The host starts itself once more with one argument, gives the component on standard input and reads
//! compiled code, or one line of JSON with what is wrong, from standard output. That process has no
//! variables, no terminal and no file, and holds itself to [`limits::COMPILING_MEMORY`] and
//! [`limits::COMPILING`]. Both ends are in this file. Tests of this crate, which has no binary, compile
//! in their own process.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::process::{ExitCode, ExitStatus, Stdio};

use rustix::process::{Resource, Rlimit, Signal, getrlimit, setrlimit};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::process::{Child, Command};
use tokio::sync::oneshot;
use wasmtime::Engine;
use wasmtime::component::Component;

use crate::component::malformed;
use crate::engine::configuration;
use crate::error::RuntimeError;
use crate::limits::{self, LimitKind};

/// The argument by which the host is asked to compile. No person has a use for it, so it is no option
/// that help knows.
const COMPILE: &str = "--compile-component";

/// How many threads compile: each may reserve 64 MiB of addresses for its allocations, which count.
const THREADS: usize = 8;

/// More than the compiler ever says about what is wrong, in bytes.
const WORDS: u64 = 16 * 1024;

/// Where components are compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Compiler {
    /// In a process of this program, which asks [`compile_if_asked`] before anything else.
    Program(PathBuf),
    /// On a thread of this process, within no limit: for tests.
    Here,
}

/// What is wrong with a component, from one process to the other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Fault {
    Malformed { offset: usize, message: String },
    Compile { message: String },
}

impl Compiler {
    /// This program itself, also where its file has been replaced since it was started.
    ///
    /// # Errors
    ///
    /// Those of the system, where it does not tell.
    pub fn this_program() -> io::Result<Self> {
        let running = PathBuf::from("/proc/self/exe");
        Ok(Self::Program(if running.exists() { running } else { std::env::current_exe()? }))
    }

    /// Compiles a component and gives its code. Dropping the future ends the compiler.
    pub(crate) async fn compile(&self, engine: &Engine, bytes: Vec<u8>) -> Result<Vec<u8>, RuntimeError> {
        match self {
            Self::Program(program) => match started(program) {
                Ok(child) => attend(child, bytes).await,
                Err(error) => Err(compile_error(format!("the compiler cannot be started: {error}"))),
            },
            Self::Here => compile_on_thread(engine.clone(), bytes).await,
        }
    }
}

fn started(program: &PathBuf) -> io::Result<Child> {
    let processors = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    Command::new(program)
        .arg(COMPILE)
        // What the user's variables hold is no business of what a component may bring about.
        .env_clear()
        .env("RAYON_NUM_THREADS", processors.min(THREADS).to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Gives the component to the compiler, and takes what comes back.
async fn attend(mut child: Child, bytes: Vec<u8>) -> Result<Vec<u8>, RuntimeError> {
    let (Some(mut stdin), Some(stdout), Some(stderr)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(compile_error("the compiler has no streams".to_owned()));
    };
    let give = async move {
        // A compiler that has ended takes no more; its status says why.
        let _ = stdin.write_all(&bytes).await;
    };
    let (_, code, words) = tokio::join!(give, all(stdout, limits::COMPILED_CODE), all(stderr, WORDS));
    let status = child.wait().await.map_err(|error| compile_error(error.to_string()))?;
    let code = code.map_err(|error| compile_error(error.to_string()))?;
    let words = words.map(|words| String::from_utf8_lossy(&words).into_owned()).unwrap_or_default();
    match status.success() {
        true => Ok(code),
        false => Err(explain(status, &code, &words)),
    }
}

/// All that comes, but for what is beyond the limit: then the rest is not waited for.
async fn all(stream: impl AsyncRead + Unpin, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(limit).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Why the compiler gave no code.
fn explain(status: ExitStatus, answer: &[u8], words: &str) -> RuntimeError {
    if let Ok(fault) = serde_json::from_slice(answer) {
        return match fault {
            Fault::Malformed { offset, message } => RuntimeError::Malformed { offset, message },
            Fault::Compile { message } => compile_error(message),
        };
    }
    let over = |which: LimitKind| RuntimeError::Limit { which, allowed: which.allowed(), stderr: Vec::new() };
    match status.signal() {
        // At the hard limit the kernel kills; nobody else should.
        Some(signal) if signal == Signal::XCPU.as_raw() || signal == Signal::KILL.as_raw() => {
            over(LimitKind::Compiling)
        }
        // What Rust says before it aborts for want of memory.
        Some(_) if words.contains("memory allocation of") => over(LimitKind::CompilingMemory),
        _ => compile_error(format!("the compiler ended with {status}")),
    }
}

/// Compiles what comes on standard input, where this process was started for that; `None` where it was
/// not. To be asked before anything else.
#[must_use]
pub fn compile_if_asked(arguments: &[OsString]) -> Option<ExitCode> {
    match arguments {
        [_, word] if word == COMPILE => Some(serve()),
        _ => None,
    }
}

fn serve() -> ExitCode {
    let answered = hold_to_limits().and_then(|()| {
        let mut bytes = Vec::new();
        io::stdin().lock().read_to_end(&mut bytes)?;
        let (answer, code) = match compile(&bytes) {
            Ok(code) => (code, ExitCode::SUCCESS),
            Err(fault) => (serde_json::to_vec(&fault)?, ExitCode::FAILURE),
        };
        let mut stdout = io::stdout().lock();
        stdout.write_all(&answer)?;
        stdout.flush()?;
        Ok(code)
    });
    // Without its limits, or without anyone who listens, there is nothing to do.
    answered.unwrap_or(ExitCode::FAILURE)
}

/// Limits of this process, which it cannot raise again; it ends with the one that started it.
fn hold_to_limits() -> io::Result<()> {
    let seconds = limits::COMPILING.as_secs();
    at_most(Resource::As, limits::COMPILING_MEMORY, limits::COMPILING_MEMORY)?;
    // Between the two the kernel says that it was the time.
    at_most(Resource::Cpu, seconds, seconds + 1)?;
    at_most(Resource::Core, 0, 0)?;
    at_most(Resource::Fsize, 0, 0)?;
    #[cfg(target_os = "linux")]
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
    Ok(())
}

/// Sets a limit, or leaves one that is tighter.
fn at_most(resource: Resource, current: u64, maximum: u64) -> io::Result<()> {
    let old = getrlimit(resource);
    let tighter = |old: Option<u64>, new: u64| Some(old.map_or(new, |old| old.min(new)));
    let new = Rlimit { current: tighter(old.current, current), maximum: tighter(old.maximum, maximum) };
    Ok(setrlimit(resource, new)?)
}

fn compile(bytes: &[u8]) -> Result<Vec<u8>, Fault> {
    let engine =
        Engine::new(&configuration()).map_err(|error| Fault::Compile { message: format!("{error:#}") })?;
    compile_guarded(&engine, bytes).map_err(|error| match error {
        RuntimeError::Malformed { offset, message } => Fault::Malformed { offset, message },
        RuntimeError::Compile { message } => Fault::Compile { message },
        other => Fault::Compile { message: other.to_string() },
    })
}

/// Compiles on a thread of its own, so that the caller can be interrupted meanwhile.
///
/// A blocking task of the executor would be waited for at its end; this thread is not.
async fn compile_on_thread(engine: Engine, bytes: Vec<u8>) -> Result<Vec<u8>, RuntimeError> {
    let (send, receive) = oneshot::channel();
    std::thread::Builder::new()
        .name("vantage-compile".to_owned())
        .spawn(move || {
            // The receiver is gone when the caller was interrupted: then nobody minds.
            let _ = send.send(compile_guarded(&engine, &bytes));
        })
        .map_err(|error| compile_error(error.to_string()))?;
    receive.await.unwrap_or_else(|_| Err(compile_error("the compiler stopped".to_owned())))
}

/// Compiles; a panic of the compiler, which wasmtime does not count as a security fault, becomes
/// an error with its own words.
fn compile_guarded(engine: &Engine, bytes: &[u8]) -> Result<Vec<u8>, RuntimeError> {
    let compile = || Component::from_binary(engine, bytes).and_then(|component| component.serialize());
    match catch_unwind(AssertUnwindSafe(compile)) {
        Ok(Ok(code)) => Ok(code),
        Ok(Err(error)) => Err(match error.downcast::<wasmparser::BinaryReaderError>() {
            Ok(error) => malformed(error),
            Err(error) => compile_error(format!("{error:#}")),
        }),
        Err(_) => Err(compile_error("the compiler panicked".to_owned())),
    }
}

fn compile_error(message: String) -> RuntimeError {
    RuntimeError::Compile { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_line_of_a_persons_is_none_of_this() {
        for words in [&["vantage"][..], &["vantage", "login"], &["vantage", COMPILE, "x"], &[COMPILE], &[]] {
            let line: Vec<OsString> = words.iter().map(OsString::from).collect();
            assert_eq!(compile_if_asked(&line), None, "{words:?}");
        }
    }

    #[test]
    fn how_the_compiler_ended_is_told_as_what_it_means() {
        let told = |status: i32, answer: &str, words: &str| {
            explain(ExitStatus::from_raw(status), answer.as_bytes(), words).to_string()
        };
        let failed = 1 << 8;
        insta::assert_snapshot!(told(failed, r#"{"malformed":{"offset":8,"message":"odd"}}"#, ""), @"the component is truncated or malformed at byte 8: odd");
        insta::assert_snapshot!(told(failed, r#"{"compile":{"message":"too odd"}}"#, ""), @"the component could not be compiled: too odd");
        insta::assert_snapshot!(told(Signal::XCPU.as_raw(), "", ""), @"the pack went over its limit of computing time to compile: 120 s");
        insta::assert_snapshot!(told(Signal::KILL.as_raw(), "half of", ""), @"the pack went over its limit of computing time to compile: 120 s");
        insta::assert_snapshot!(told(Signal::ABORT.as_raw(), "", "memory allocation of 9 bytes failed"), @"the pack went over its limit of memory to compile: 2048 MiB");
        insta::assert_snapshot!(told(Signal::ABORT.as_raw(), "", ""), @"the component could not be compiled: the compiler ended with signal: 6 (SIGABRT)");
        insta::assert_snapshot!(told(failed, "", ""), @"the component could not be compiled: the compiler ended with exit status: 1");
    }
}
