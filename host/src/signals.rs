//! Signals that end a command: Ctrl-C, a request to end, and a terminal that hangs up.
//!
//! They are listened for before the command starts, so that none finds the process unprepared: a
//! refresh that one would cut off costs the sign-in.

use std::io;

use crate::error::Kind;

/// Listens for what ends a command.
pub struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(unix)]
    hang_up: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// Listens from now on; within a runtime.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for the next, and says how the command then ended.
    pub async fn next(&mut self) -> Kind {
        tokio::select! {
            _ = self.interrupt.recv() => Kind::Interrupted,
            _ = self.terminate.recv() => Kind::Terminated,
            _ = self.hang_up.recv() => Kind::HungUp,
        }
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Listens from now on; within a runtime.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for the next, and says how the command then ended.
    pub async fn next(&mut self) -> Kind {
        match tokio::signal::ctrl_c().await {
            Ok(()) => Kind::Interrupted,
            // There is nothing to wait for, so the command ends by itself.
            Err(_) => std::future::pending().await,
        }
    }
}
