//! A pack's questions, drawn by the host under the pack's name.

use vantage_output::Console;
use vantage_output::visible::Visible;
use vantage_runtime::ports::{PortError, PortFuture, Questions};

use crate::commands::pack::LINE;
use crate::error::HostError;
use crate::framed::framed;
use crate::terminal::{self, Terminal};

/// Columns that a suggested answer gets beside its question.
const SUGGESTION: usize = 30;

/// Asks on the terminal, where a person is.
pub struct TerminalQuestions {
    /// The pack that asks.
    pub pack: String,
    /// Whether a person can be asked at all.
    pub attended: bool,
    /// Whether `--yes` confirms.
    pub yes: bool,
    /// What draws nothing while a question stands.
    pub console: Console,
}

impl TerminalQuestions {
    async fn ask_person<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&mut Terminal) -> Result<T, HostError> + Send + 'static,
    ) -> Result<T, PortError> {
        if !self.attended {
            return Err(PortError {
                kind: "unattended",
                message: format!("`{}` has a question, and there is nobody to answer it", self.pack),
                hints: vec!["run the command in a terminal, without --no-input".to_owned()],
                details: None,
            });
        }
        terminal::blocking(&self.console, ask).await.map_err(failed)
    }

    /// The question under the pack's name.
    fn framed(&self, question: &str) -> String {
        let columns = self.console.style().width;
        framed(&format!("{} asks: ", self.pack), "  | ", question, columns)
    }
}

/// At most [`LINE`] columns of a pack's text, made visible, as of every line that it has to itself.
fn cut(text: &str) -> String {
    Visible::line(text).cut(LINE).to_string()
}

fn failed(error: HostError) -> PortError {
    PortError { kind: "cancelled", message: error.to_string(), hints: Vec::new(), details: None }
}

impl Questions for TerminalQuestions {
    fn confirm(&self, question: &str) -> PortFuture<'_, bool> {
        let question = self.framed(&cut(question));
        Box::pin(async move {
            if self.yes {
                return Ok(true);
            }
            self.ask_person(move |terminal| terminal.confirm(&question)).await
        })
    }

    fn choose(&self, question: &str, choices: &[String]) -> PortFuture<'_, u32> {
        let question = self.framed(&cut(question));
        let columns = self.console.style().width;
        let numbered = |(index, choice): (usize, &String)| {
            framed(&format!("  {}  ", index + 1), "      | ", &cut(choice), columns)
        };
        let choices: Vec<String> = choices.iter().enumerate().map(numbered).collect();
        Box::pin(async move {
            let index = self.ask_person(move |terminal| terminal.choose(&question, &choices)).await?;
            Ok(u32::try_from(index).unwrap_or_default())
        })
    }

    fn ask(&self, question: &str, suggestion: Option<&str>) -> PortFuture<'_, String> {
        let suggestion = suggestion.map(str::to_owned);
        let shown = suggestion.as_ref().map(|text| format!(" [{}]", Visible::line(text).cut(SUGGESTION)));
        let question = self.framed(&format!("{}{}", cut(question), shown.unwrap_or_default()));
        Box::pin(async move {
            self.ask_person(move |terminal| terminal.ask(&question, suggestion.as_deref())).await
        })
    }
}
