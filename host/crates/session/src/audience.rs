//! Whom a session speaks to while it works: the person at the terminal, if there is one.
//!
//! The session itself prints nothing. It hands over what the user has to know beside the answer,
//! and a device code when a sign-in has come to its end and somebody is there to begin a new one.

use crate::device::DeviceCode;

/// Takes what a session has to tell.
pub trait Audience: Send + Sync {
    /// Tells something that is good to know.
    fn note(&self, text: &str);
    /// Warns of what went wrong without ending the command.
    fn warn(&self, text: &str);
    /// Whether somebody is there to approve a sign-in in the middle of a command.
    fn attended(&self) -> bool;
    /// Shows a device code; asked only where [`Audience::attended`] says yes.
    fn show_code(&self, code: &DeviceCode);
    /// The code that was shown has been approved, refused, or has expired.
    fn code_decided(&self) {}
}

/// Nobody: what is told is traced, and no sign-in is begun unasked.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Audience for Nobody {
    fn note(&self, text: &str) {
        tracing::info!("{text}");
    }

    fn warn(&self, text: &str) {
        tracing::warn!("{text}");
    }

    fn attended(&self) -> bool {
        false
    }

    fn show_code(&self, _: &DeviceCode) {}
}
