//! `prompt.prompter`: questions to the person at the terminal, under the pack's name.
//!
//! The host draws the frame; there is no secret prompt. Where nobody can be asked the port answers
//! `unattended`.

use wasmtime::component::Resource;

use super::contract::prompt::{Host, HostPrompter};
use super::{Failure, State, text};

/// Choices of one question; more is a list to search, not to choose from.
const CHOICES: usize = 1_000;

/// The handle has no state.
pub struct Prompter;

impl Host for State {}

impl HostPrompter for State {
    async fn confirm(&mut self, prompter: Resource<Prompter>, question: String) -> Result<bool, Failure> {
        self.table.get(&prompter)?;
        self.lent()?.only_in_runs(None)?;
        let question = text::cut(&question, text::MESSAGE);
        let questions = &self.lent()?.ports().questions;
        Ok(self.meter.host(questions.confirm(&question)).await?)
    }

    async fn choose(
        &mut self,
        prompter: Resource<Prompter>,
        question: String,
        choices: Vec<String>,
    ) -> Result<u32, Failure> {
        self.table.get(&prompter)?;
        self.lent()?.only_in_runs(None)?;
        if choices.is_empty() || choices.len() > CHOICES {
            let message = format!("a question has 1 to {CHOICES} choices, not {}", choices.len());
            return Err(Failure::invalid(message));
        }
        let question = text::cut(&question, text::MESSAGE);
        let choices: Vec<String> = choices.iter().map(|choice| text::cut(choice, text::MESSAGE)).collect();
        let questions = &self.lent()?.ports().questions;
        Ok(self.meter.host(questions.choose(&question, &choices)).await?)
    }

    async fn ask(
        &mut self,
        prompter: Resource<Prompter>,
        question: String,
        suggestion: Option<String>,
    ) -> Result<String, Failure> {
        self.table.get(&prompter)?;
        self.lent()?.only_in_runs(None)?;
        let question = text::cut(&question, text::MESSAGE);
        let suggestion = suggestion.map(|suggestion| text::cut(&suggestion, text::MESSAGE));
        let questions = &self.lent()?.ports().questions;
        Ok(self.meter.host(questions.ask(&question, suggestion.as_deref())).await?)
    }

    fn drop(&mut self, prompter: Resource<Prompter>) -> wasmtime::Result<()> {
        self.table.delete(prompter)?;
        Ok(())
    }
}
