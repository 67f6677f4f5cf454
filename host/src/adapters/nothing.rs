//! What a pack is lent beside the platform while it completes a value: nothing, behind every port.
//!
//! The runtime denies these before it comes to that; they are here so that there is nothing to be had even
//! where it did not.

use vantage_runtime::ports::{
    Answers, Flow, Identity, InputFile, Inputs, PersonaFacts, PortError, PortFuture, Questions, Storage,
};

/// See the module's text.
pub struct Nothing;

fn denied<T>() -> Result<T, PortError> {
    Err(PortError {
        kind: "denied",
        message: "while a value is completed there is nothing of this".to_owned(),
        hints: Vec::new(),
        details: None,
    })
}

impl Identity for Nothing {
    fn persona(&self) -> PortFuture<'_, PersonaFacts> {
        Box::pin(async { denied() })
    }
}

impl Answers for Nothing {
    fn emit(&self, _: &[String]) -> Result<Flow, PortError> {
        denied()
    }

    fn text(&self, _: &str) -> Result<Flow, PortError> {
        denied()
    }

    fn note(&self, _: &str) {}

    fn warn(&self, _: &str) {}

    fn line(&self, _: &str) {}

    fn log(&self, _: &'static str, _: &str) {}

    fn start_progress(&self, _: &str, _: Option<u32>) -> u64 {
        0
    }

    fn advance_progress(&self, _: u64, _: u32) {}

    fn describe_progress(&self, _: u64, _: &str) {}

    fn end_progress(&self, _: u64) {}
}

impl Questions for Nothing {
    fn confirm(&self, _: &str) -> PortFuture<'_, bool> {
        Box::pin(async { denied() })
    }

    fn choose(&self, _: &str, _: &[String]) -> PortFuture<'_, u32> {
        Box::pin(async { denied() })
    }

    fn ask(&self, _: &str, _: Option<&str>) -> PortFuture<'_, String> {
        Box::pin(async { denied() })
    }
}

impl Storage for Nothing {
    fn get(&self, _: &str) -> Result<Option<String>, PortError> {
        denied()
    }

    fn set(&self, _: &str, _: &str) -> Result<(), PortError> {
        denied()
    }

    fn delete(&self, _: &str) -> Result<(), PortError> {
        denied()
    }

    fn keys(&self) -> Result<Vec<String>, PortError> {
        denied()
    }
}

impl Inputs for Nothing {
    fn open(&self, _: &str) -> Result<Vec<Box<dyn InputFile>>, PortError> {
        denied()
    }
}
