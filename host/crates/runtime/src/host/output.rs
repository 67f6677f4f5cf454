//! `output.output` and `output.progress`: the answer, and what is said beside it.
//!
//! Records are checked to be JSON and passed on as they are; the host renders them. A slow reader
//! slows the pack down, and that time is not the pack's.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::component::Resource;

use super::contract::output::{Host, HostOutput, HostProgress};
use super::{Failure, State, error, json, text};
use crate::ports::{Answers, Flow, PortError};

/// How often a progress display moves, ten times a second: people see no more, and a loop could send millions.
const BEAT: Duration = Duration::from_millis(100);

/// The handle has no state: records go straight through.
pub struct Output;

/// One display, and what it has not been told yet. It ends with the handle or with the run,
/// whichever is first.
pub struct Progress {
    answers: Arc<dyn Answers>,
    id: u64,
    steps: u32,
    message: Option<String>,
    told: Option<Instant>,
}

impl State {
    fn passed_on(&self, flow: Result<Flow, PortError>) -> Result<(), Failure> {
        match flow? {
            Flow::Continue => Ok(()),
            Flow::Closed => Err(Failure::Error(error("closed", "nobody reads the answer any more"))),
        }
    }
}

impl Progress {
    /// Tells the display what it has missed: at once where `now`, else only once a beat.
    fn tell(&mut self, now: bool) {
        if !now && self.told.is_some_and(|told| told.elapsed() < BEAT) {
            return;
        }
        self.told = Some(Instant::now());
        let steps = std::mem::take(&mut self.steps);
        if steps > 0 {
            self.answers.advance_progress(self.id, steps);
        }
        if let Some(message) = self.message.take() {
            self.answers.describe_progress(self.id, &message);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.tell(true);
        self.answers.end_progress(self.id);
    }
}

impl Host for State {}

impl HostOutput for State {
    fn emit(&mut self, output: Resource<Output>, value: String) -> Result<(), Failure> {
        self.emit_all(output, vec![value])
    }

    fn emit_all(&mut self, output: Resource<Output>, values: Vec<String>) -> Result<(), Failure> {
        self.table.get(&output)?;
        let lent = self.lent()?;
        lent.only_in_runs(None)?;
        let _pause = self.meter.pause();
        for value in &values {
            json::check(value, json::RECORD)?;
        }
        self.passed_on(lent.ports().answers.emit(&values))
    }

    fn text(&mut self, output: Resource<Output>, markdown: String) -> Result<(), Failure> {
        self.table.get(&output)?;
        let lent = self.lent()?;
        lent.only_in_runs(None)?;
        let _pause = self.meter.pause();
        self.passed_on(lent.ports().answers.text(&markdown))
    }

    fn note(&mut self, output: Resource<Output>, message: String) -> wasmtime::Result<()> {
        self.table.get(&output)?;
        let _pause = self.meter.pause();
        self.lent()?.ports().answers.note(&text::cut(&message, text::MESSAGE));
        Ok(())
    }

    fn warn(&mut self, output: Resource<Output>, message: String) -> wasmtime::Result<()> {
        self.table.get(&output)?;
        let _pause = self.meter.pause();
        self.lent()?.ports().answers.warn(&text::cut(&message, text::MESSAGE));
        Ok(())
    }

    fn start_progress(
        &mut self,
        output: Resource<Output>,
        title: String,
        total: Option<u32>,
    ) -> wasmtime::Result<Resource<Progress>> {
        self.table.get(&output)?;
        let answers = Arc::clone(&self.lent()?.ports().answers);
        let id = answers.start_progress(&text::cut(&title, text::MESSAGE), total);
        Ok(self.hand_out(Progress { answers, id, steps: 0, message: None, told: None })?)
    }

    fn drop(&mut self, output: Resource<Output>) -> wasmtime::Result<()> {
        self.table.delete(output)?;
        Ok(())
    }
}

impl HostProgress for State {
    fn advance(&mut self, progress: Resource<Progress>, by: u32) -> wasmtime::Result<()> {
        let _pause = self.meter.pause();
        let progress = self.table.get_mut(&progress)?;
        progress.steps = progress.steps.saturating_add(by);
        progress.tell(false);
        Ok(())
    }

    fn describe(&mut self, progress: Resource<Progress>, message: String) -> wasmtime::Result<()> {
        let _pause = self.meter.pause();
        let progress = self.table.get_mut(&progress)?;
        progress.message = Some(text::cut(&message, text::MESSAGE));
        progress.tell(false);
        Ok(())
    }

    fn drop(&mut self, progress: Resource<Progress>) -> wasmtime::Result<()> {
        let _pause = self.meter.pause();
        self.table.delete(progress)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::World;

    #[test]
    fn however_often_progress_moves_it_is_told_once_a_beat_and_whole() {
        let world = Arc::new(World::quiet());
        let answers = Arc::clone(&world) as Arc<dyn Answers>;
        let mut progress = Progress { answers, id: 7, steps: 0, message: None, told: None };
        let began = Instant::now();
        for step in 0..50_000 {
            progress.steps += 1;
            progress.message = Some(format!("step {step}"));
            progress.tell(false);
        }
        drop(progress);
        // One at once, one for each beat that has passed, and the last, however long all this took.
        let most = began.elapsed().as_millis() / BEAT.as_millis() + 2;
        let told = world.told.lock().unwrap();
        let steps: Vec<u32> =
            told.iter().filter_map(|line| line.strip_prefix("advance 7 ")?.parse().ok()).collect();
        assert!(steps.len() as u128 <= most, "{} times", steps.len());
        assert_eq!(steps.iter().sum::<u32>(), 50_000);
        assert_eq!(told[told.len() - 2..], ["describe 7 step 49999", "end 7"]);
    }
}
