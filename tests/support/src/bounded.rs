//! Runs that may hang, and many runs at once.
//!
//! A test says nothing about how long a run takes. It only must not wait without end for one that
//! hangs: such a run is killed after a time that no working run needs, and the test has failed.

use std::io::Read;
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

use crate::ran::Ran;
use crate::world::World;

/// How long a run may take before it counts as hung: the longest documented wait is 30 seconds.
const PATIENCE: Duration = Duration::from_secs(120);

impl World {
    /// Runs a command of [`World::command`], and fails the test if it hangs.
    ///
    /// # Panics
    /// Where the command cannot be started, or hangs.
    pub fn bounded(&self, command: &mut Command) -> Ran {
        self.end(self.start(command))
    }

    /// Starts a command of [`World::command`].
    ///
    /// # Panics
    /// Where it cannot be started.
    pub fn start(&self, command: &mut Command) -> Child {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}"))
    }

    /// Waits for the end of what [`World::start`] started.
    ///
    /// # Panics
    /// Where it hangs.
    pub fn end(&self, child: Child) -> Ran {
        Ran::new(&output(child), |text| self.normal(text))
    }

    /// Runs the binary `count` times with the same arguments, all at once.
    pub fn crowd(&self, count: usize, arguments: &[&str]) -> Vec<Ran> {
        let started: Vec<_> = (0..count).map(|_| self.start(&mut self.command(arguments))).collect();
        started.into_iter().map(|child| self.end(child)).collect()
    }
}

/// What a process left when it ended.
pub(crate) fn output(mut child: Child) -> Output {
    let stdout = collect(child.stdout.take().unwrap());
    let stderr = collect(child.stderr.take().unwrap());
    let (Ok(stdout), Ok(stderr)) = (stdout.recv_timeout(PATIENCE), stderr.recv_timeout(PATIENCE)) else {
        // It may have ended just now, and then there is nobody to kill.
        let _ = child.kill();
        panic!("process {} hangs: {}", child.id(), child.wait().unwrap());
    };
    Output { status: child.wait().unwrap(), stdout, stderr }
}

/// Reads to the end, on a thread of its own: a pipe that nobody reads stops who writes into it.
fn collect(mut stream: impl Read + Send + 'static) -> Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        // Nobody receives it where the process was given up.
        let _ = sender.send(bytes);
    });
    receiver
}
