//! `logging.log`: diagnostics for the pack's author, shown with `-vv`.
//!
//! The one function of the contract that needs no handle, so it is silent while a pack is described.

use super::contract::logging::{Host, Level};
use super::{State, text};

impl Host for State {
    fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        let Some(lent) = &self.lent else { return Ok(()) };
        let _pause = self.meter.pause();
        let level = match level {
            Level::Debug => "debug",
            Level::Info => "info",
            Level::Warn => "warn",
            Level::Error => "error",
        };
        lent.ports().answers.log(level, &text::cut(&message, text::DIAGNOSTIC));
        Ok(())
    }
}
