//! Questions to the user, which the host draws under the pack's name.

use crate::Result;
use crate::ports::PrompterPort;

/// The user. Without one at a terminal every question fails with kind `unattended`.
pub struct Prompter {
    port: Box<dyn PrompterPort>,
}

impl Prompter {
    pub(crate) fn new(port: Box<dyn PrompterPort>) -> Self {
        Prompter { port }
    }

    /// Asks yes or no; the default is no.
    pub fn confirm(&self, question: &str) -> Result<bool> {
        self.port.confirm(question)
    }

    /// Asks for one of `choices` and gives its index.
    pub fn choose(&self, question: &str, choices: &[String]) -> Result<usize> {
        Ok(self.port.choose(question, choices)? as usize)
    }

    /// Asks for a line of text; `suggestion` is what an empty line means.
    pub fn ask(&self, question: &str, suggestion: Option<&str>) -> Result<String> {
        self.port.ask(question, suggestion)
    }
}
