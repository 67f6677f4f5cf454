//! What the typed run side stands on: one small trait for each interface of the contract.
//!
//! `guest.rs` implements them over the host's handles, `testing.rs` over values, so that a pack's
//! commands run natively in its own tests. Nothing here is typed: JSON crosses as text.

use crate::{Level, Membership, Result};

/// What the platform answered, as JSON texts.
pub(crate) struct RawResponse {
    pub(crate) data: String,
    pub(crate) errors: String,
}

/// One of the calls that run at once.
pub(crate) struct RawCall {
    pub(crate) operation: String,
    pub(crate) variables: String,
}

pub(crate) trait SessionPort {
    fn graphql(&self) -> Box<dyn GraphqlPort>;
    fn persona(&self) -> Result<Box<dyn PersonaPort>>;
    fn output(&self) -> Box<dyn OutputPort>;
    fn prompter(&self) -> Box<dyn PrompterPort>;
    fn storage(&self) -> Result<Box<dyn StoragePort>>;
    fn files(&self, argument: &str) -> Result<Vec<Box<dyn FilePort>>>;
    fn settings(&self) -> String;
    fn log(&self, level: Level, message: &str);
}

pub(crate) trait GraphqlPort {
    fn execute(&self, operation: &str, variables: &str) -> Result<RawResponse>;
    fn execute_all(&self, calls: Vec<RawCall>) -> Vec<Result<RawResponse>>;
    fn paginate(&self, operation: &str, variables: &str, connection: &str) -> Result<Box<dyn PagesPort>>;
    fn subscribe(&self, operation: &str, variables: &str) -> Result<Box<dyn EventsPort>>;
    fn execute_document(&self, api: &str, document: &str, variables: &str) -> Result<RawResponse>;
}

pub(crate) trait PagesPort {
    fn next(&self) -> Result<Option<Vec<String>>>;
}

pub(crate) trait EventsPort {
    fn next(&self) -> Result<Option<RawResponse>>;
}

pub(crate) trait PersonaPort {
    fn subject(&self) -> Result<String>;
    fn display_name(&self) -> Result<String>;
    fn email(&self) -> Result<String>;
    fn organization(&self) -> Result<Option<Membership>>;
    fn roles(&self) -> Result<Vec<String>>;
    fn has_role(&self, role: &str) -> Result<bool>;
}

pub(crate) trait OutputPort {
    fn emit(&self, record: &str) -> Result;
    fn emit_all(&self, records: &[String]) -> Result;
    fn text(&self, markdown: &str) -> Result;
    fn note(&self, message: &str);
    fn warn(&self, message: &str);
    fn start_progress(&self, title: &str, total: Option<u32>) -> Box<dyn ProgressPort>;
}

/// Dropping it ends the display.
pub(crate) trait ProgressPort {
    fn advance(&self, by: u32);
    fn describe(&self, message: &str);
}

pub(crate) trait PrompterPort {
    fn confirm(&self, question: &str) -> Result<bool>;
    fn choose(&self, question: &str, choices: &[String]) -> Result<u32>;
    fn ask(&self, question: &str, suggestion: Option<&str>) -> Result<String>;
}

pub(crate) trait StoragePort {
    fn get(&self, key: &str) -> Result<Option<String>>;
    fn set(&self, key: &str, value: &str) -> Result;
    fn delete(&self, key: &str) -> Result;
    fn keys(&self) -> Result<Vec<String>>;
}

pub(crate) trait FilePort {
    fn name(&self) -> String;
    fn size(&self) -> Option<u64>;
    fn read(&self, max: u32) -> Result<Vec<u8>>;
}
