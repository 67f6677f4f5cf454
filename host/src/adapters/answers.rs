//! A pack's answer, notes and progress, on the console.

use std::sync::{Mutex, PoisonError};

use vantage_output::{Answer, Console};
use vantage_runtime::ports::{Answers, Flow, PortError};

use crate::adapters::Failures;
use crate::error::HostError;

/// Renders what one run of a pack emits.
pub struct ConsoleAnswers {
    console: Console,
    /// What stands before the pack's lines; empty for bundled packs, whose words are the host's.
    speaker: String,
    pack: String,
    answer: Mutex<Option<Answer>>,
    failures: Failures,
}

impl ConsoleAnswers {
    /// Renders into `answer`; lines beside it carry the pack's id unless it is `bundled`.
    pub fn new(console: Console, pack: &str, bundled: bool, answer: Answer, failures: Failures) -> Self {
        let speaker = if bundled { String::new() } else { pack.to_owned() };
        Self { console, speaker, pack: pack.to_owned(), answer: Mutex::new(Some(answer)), failures }
    }

    /// Ends the answer: what was held back is written.
    pub fn finish(&self) -> Result<(), HostError> {
        match self.answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(answer) => Ok(answer.finish()?),
            None => Ok(()),
        }
    }

    /// Ends the answer where it was cut off, without what would complete it.
    pub fn abandon(&self) -> Result<(), HostError> {
        match self.answer.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(answer) => Ok(answer.abandon()?),
            None => Ok(()),
        }
    }

    /// Draws anew what is drawn over and over: the terminal has another size.
    pub fn resized(&self) {
        if let Some(answer) = self.answer.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            // A failure comes up when the answer is written on or finished.
            let _ = answer.resized();
        }
    }

    fn with<T>(
        &self,
        ended: T,
        act: impl FnOnce(&mut Answer) -> Result<T, vantage_output::OutputError>,
    ) -> Result<T, PortError> {
        let _rendering = tracing::info_span!("render").entered();
        let mut answer = self.answer.lock().unwrap_or_else(PoisonError::into_inner);
        match answer.as_mut() {
            Some(answer) => act(answer).map_err(|error| self.failures.keep(HostError::from(error))),
            None => Ok(ended),
        }
    }
}

impl Answers for ConsoleAnswers {
    fn emit(&self, records: &[String]) -> Result<Flow, PortError> {
        self.with(Flow::Closed, |answer| {
            Ok(match answer.records(records)? {
                vantage_output::Flow::Continue => Flow::Continue,
                vantage_output::Flow::Full | vantage_output::Flow::Closed => Flow::Closed,
            })
        })
    }

    fn text(&self, markdown: &str) -> Result<Flow, PortError> {
        self.with(Flow::Closed, |answer| match answer.text(markdown)? {
            vantage_output::Flow::Continue => Ok(Flow::Continue),
            _ => Ok(Flow::Closed),
        })
    }

    fn note(&self, message: &str) {
        self.console.pack_note(&self.speaker, message);
    }

    fn warn(&self, message: &str) {
        self.console.pack_warn(&self.speaker, message);
    }

    fn line(&self, line: &str) {
        self.console.pack_line(&self.pack, line);
    }

    fn log(&self, level: &'static str, message: &str) {
        // A target of its own, so that `-vv` shows packs' diagnostics without every library's.
        let pack = self.pack.as_str();
        match level {
            "debug" => tracing::debug!(target: "pack", pack, "{message}"),
            "info" => tracing::info!(target: "pack", pack, "{message}"),
            "warn" => tracing::warn!(target: "pack", pack, "{message}"),
            _ => tracing::error!(target: "pack", pack, "{message}"),
        }
    }

    fn start_progress(&self, title: &str, total: Option<u32>) -> u64 {
        self.console.start_progress(&self.speaker, title, total)
    }

    fn advance_progress(&self, progress: u64, by: u32) {
        self.console.advance_progress(progress, by);
    }

    fn describe_progress(&self, progress: u64, message: &str) {
        self.console.describe_progress(progress, message);
    }

    fn end_progress(&self, progress: u64) {
        self.console.end_progress(progress);
    }
}
