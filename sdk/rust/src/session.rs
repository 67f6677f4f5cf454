//! The session: everything that a command is lent for one run.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::SessionPort;
use crate::{Graphql, InputFile, Output, Persona, Prompter, Result, Storage};

/// What a command is lent for one run. Every handle from it ends with the run.
pub struct Session {
    port: Box<dyn SessionPort>,
}

/// How much a diagnostic message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Of use while the pack is developed.
    Debug,
    /// Worth knowing.
    Info,
    /// Not as it should be.
    Warn,
    /// Wrong.
    Error,
}

impl Session {
    pub(crate) fn new(port: Box<dyn SessionPort>) -> Self {
        Session { port }
    }

    /// The platform, limited to the operations that the user granted.
    pub fn graphql(&self) -> Graphql {
        Graphql::new(self.port.graphql())
    }

    /// Who is signed in, limited to the aspects that the user granted.
    ///
    /// Fails with kind `denied` where nothing was granted.
    pub fn persona(&self) -> Result<Persona> {
        self.port.persona().map(Persona::new)
    }

    /// Where the answer goes.
    pub fn output(&self) -> Output {
        Output::new(self.port.output())
    }

    /// The user, where one is there to ask.
    pub fn prompter(&self) -> Prompter {
        Prompter::new(self.port.prompter())
    }

    /// What the pack keeps between runs, per profile.
    ///
    /// Fails with kind `denied` where no storage was granted.
    pub fn storage(&self) -> Result<Storage> {
        self.port.storage().map(Storage::new)
    }

    /// The files that the user named for the `file` argument `argument`, in order.
    pub fn files(&self, argument: &str) -> Result<Vec<InputFile>> {
        Ok(self.port.files(argument)?.into_iter().map(InputFile::new).collect())
    }

    /// The pack's settings from the user's configuration.
    pub fn settings<T: DeserializeOwned>(&self) -> Result<T> {
        Ok(serde_json::from_str(&self.port.settings())?)
    }

    /// Writes a diagnostic message for the pack's author, shown with `-vv`.
    pub fn log(&self, level: Level, message: &str) {
        self.port.log(level, message);
    }
}
