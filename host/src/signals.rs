//! Signals that end a command: Ctrl-C, a request to end, and a terminal that hangs up; and the one that tells
//! of a terminal of another size.
//!
//! They are listened for before the command starts, so that none finds the process unprepared: a
//! refresh that one would cut off costs the sign-in.

use std::io;

use crate::error::Kind;

/// Listens for what ends a command.
pub struct Signals {
    #[cfg(unix)]
    interrupt: Listener,
    #[cfg(unix)]
    terminate: Listener,
    #[cfg(unix)]
    hang_up: Listener,
}

/// `None` for a signal that the process was started to ignore, as under `nohup`: that stays so.
#[cfg(unix)]
type Listener = Option<tokio::signal::unix::Signal>;

#[cfg(unix)]
impl Signals {
    /// Listens from now on; within a runtime.
    pub fn listen() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let ignored = ignored();
        let listen = |kind: SignalKind| match ignored & (1 << (kind.as_raw_value() - 1)) {
            0 => signal(kind).map(Some),
            _ => Ok(None),
        };
        Ok(Self {
            interrupt: listen(SignalKind::interrupt())?,
            terminate: listen(SignalKind::terminate())?,
            hang_up: listen(SignalKind::hangup())?,
        })
    }

    /// Waits for the next, and says how the command then ended.
    pub async fn next(&mut self) -> Kind {
        tokio::select! {
            () = heard(&mut self.interrupt) => Kind::Interrupted,
            () = heard(&mut self.terminate) => Kind::Terminated,
            () = heard(&mut self.hang_up) => Kind::HungUp,
        }
    }
}

#[cfg(unix)]
async fn heard(listener: &mut Listener) {
    match listener {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// The signals that the process was started to ignore, a bit each. Where the system does not say,
/// none: listening is then the safer thing.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default()
}

/// Calls `act` each time the terminal gets another size, until the task is aborted; within a runtime.
pub fn on_resize(act: impl Fn() + Send + 'static) -> tokio::task::JoinHandle<()> {
    tokio::spawn(async move {
        #[cfg(unix)]
        if let Ok(mut resized) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::window_change())
        {
            while resized.recv().await.is_some() {
                act();
            }
        }
        #[cfg(not(unix))]
        drop(act);
    })
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
