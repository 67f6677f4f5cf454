//! What a pack says of itself: read once when it is installed, and everything in it checked.
//!
//! [`Description::parse`] is the gate for text from a stranger's component: it bounds, reads and
//! validates all of it, so that help, completion, parsing, consent and the run can rely on it. It
//! compiles nothing, runs nothing and asks nobody; clashes with other packs are the store's business.
//! The store calls it at `plugin add`, the host for its bundled packs.

mod arguments;
mod error;
mod model;
mod paths;
mod validate;
mod values;
mod words;

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::Value;

pub use arguments::{RESERVED_LONG, RESERVED_PREFIX, RESERVED_SHORT};
pub use error::DescriptionError;
pub use model::{
    Answer, Argument, Choice, Column, Command, Description, Example, Group, OperationSource, Request, Setting,
};
pub use words::{ColumnFormat, Effect, Kind, Shape};

use crate::capability::Capability;
use crate::gate::Operation;
use crate::json;
use crate::text::excerpt;

/// The longest description, in bytes.
pub const DESCRIPTION_LENGTH: usize = 1024 * 1024;

/// The most commands, and the most operations, of one pack.
pub const COMMANDS: usize = 200;

/// How deep the JSON of a description may nest.
const DEPTH: usize = 64;

/// The number of the schema that this host reads.
const SCHEMA: u64 = 1;

/// Features that a pack may name in `needs` because this host has them. There are none yet.
pub const KNOWN_NEEDS: &[&str] = &[];

/// What must be known before the rest of a description can be judged.
#[derive(Deserialize)]
struct Head {
    schema: Value,
    #[serde(default)]
    needs: Value,
}

impl Description {
    /// Reads and validates what a pack's `describe` returned.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with the place where it stands. Never panics, whatever the
    /// text.
    pub fn parse(text: &str) -> Result<Description, DescriptionError> {
        if text.len() > DESCRIPTION_LENGTH {
            let problem = format!("it has {} bytes; at most {DESCRIPTION_LENGTH} are read", text.len());
            return Err(DescriptionError::new("", problem));
        }
        json::reprint(text, DEPTH)
            .map_err(|refusal| DescriptionError::new(refusal.pointer, refusal.problem))?;
        check_head(text)?;
        let mut reader = serde_json::Deserializer::from_str(text);
        let description: Description =
            serde_path_to_error::deserialize(&mut reader).map_err(DescriptionError::from_serde)?;
        validate::validate(&description)?;
        Ok(description)
    }

    /// Reads each declared document through the gate, in the order of the description.
    ///
    /// # Errors
    ///
    /// The first document that the gate refuses; none after [`Description::parse`].
    pub fn operations(&self) -> Result<Vec<Operation>, DescriptionError> {
        self.operations.iter().enumerate().map(|(index, source)| read(index, source)).collect()
    }

    /// Reads one declared document through the gate; none where the pack declares no such operation.
    ///
    /// # Errors
    ///
    /// The gate's refusal; none after [`Description::parse`].
    pub fn operation(&self, name: &str) -> Result<Option<Operation>, DescriptionError> {
        let found = self.operations.iter().enumerate().find(|(_, source)| source.name == name);
        found.map(|(index, source)| read(index, source)).transpose()
    }

    /// The command at a path, as in `["cluster", "list"]`; aliases are not looked at.
    pub fn command<Word: AsRef<str>>(&self, path: &[Word]) -> Option<&Command> {
        self.commands
            .iter()
            .find(|command| command.path.iter().map(String::as_str).eq(path.iter().map(AsRef::as_ref)))
    }

    /// All that the pack asks for: what its documents reach, and its requests.
    ///
    /// # Errors
    ///
    /// The first document or request that is refused; none after [`Description::parse`].
    pub fn capabilities(&self) -> Result<BTreeSet<Capability>, DescriptionError> {
        let mut capabilities: BTreeSet<Capability> =
            self.operations()?.iter().flat_map(Operation::capabilities).collect();
        for index in 0..self.requests.len() {
            capabilities.insert(self.request(index)?);
        }
        Ok(capabilities)
    }

    /// How many bytes the pack asks to keep on this computer.
    pub fn storage(&self) -> Option<u64> {
        (0..self.requests.len()).find_map(|index| match self.request(index) {
            Ok(Capability::Storage(bytes)) => Some(bytes),
            _ => None,
        })
    }

    /// The capability of one request.
    pub(crate) fn request(&self, index: usize) -> Result<Capability, DescriptionError> {
        let pointer = || format!("/requests/{index}/capability");
        let text = self.requests.get(index).map(|request| request.capability.as_str()).unwrap_or_default();
        let capability: Capability =
            text.parse().map_err(|error| DescriptionError::new(pointer(), format!("{error}")))?;
        match capability {
            Capability::Persona(_) | Capability::Storage(_) | Capability::Dynamic { .. } => Ok(capability),
            _ => Err(DescriptionError::new(
                pointer(),
                format!("`{capability}` is not for requests: it follows from a document in `operations`"),
            )),
        }
    }
}

fn read(index: usize, source: &OperationSource) -> Result<Operation, DescriptionError> {
    Operation::read(&source.name, &source.api, &source.document)
        .map_err(|error| DescriptionError::gate(format!("/operations/{index}/document"), error))
}

/// Checks the schema's number and `needs` before anything that a later schema might have changed.
fn check_head(text: &str) -> Result<(), DescriptionError> {
    let head: Head = serde_json::from_str(text)
        .map_err(|_| DescriptionError::new("", "it must be an object with a `schema` number".to_owned()))?;
    match head.schema.as_u64() {
        Some(SCHEMA) => {}
        Some(number) if number > SCHEMA => {
            return Err(DescriptionError::newer("/schema", format!("the schema {number}")));
        }
        _ => return Err(DescriptionError::new("/schema", format!("it must be {SCHEMA}"))),
    }
    let needs = head.needs.as_array().map(Vec::as_slice).unwrap_or_default();
    for (index, need) in needs.iter().enumerate() {
        if let Some(need) = need.as_str().filter(|need| !KNOWN_NEEDS.contains(need)) {
            return Err(DescriptionError::newer(
                format!("/needs/{index}"),
                format!("the feature `{}`", excerpt(need)),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests;
