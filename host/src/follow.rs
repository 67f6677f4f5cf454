//! Packs that follow a file: a new build is looked at and stored before anything of it runs.
//!
//! The steps are those of `plugin add`, without a question: the user said once that what is built there is
//! to run. It gets no more than was granted; what it asks for beyond that is denied at the call, with the
//! line that would grant it. Called before there is a command tree, since a new build can have other
//! commands.

use std::path::Path;

use vantage_output::Console;
use vantage_store::{Address, Occasion};

use crate::cli::globals::Globals;
use crate::commands::plugin::incoming::Incoming;
use crate::context::Context;
use crate::environment::Environment;
use crate::error::{HostError, Kind, Said};

/// Stores what is in the file now.
///
/// # Errors
/// Where that is no pack, another one, or one that may not be added; what was there before stays.
pub fn follow(id: &str, file: &Path, environment: &Environment, console: &Console) -> Result<(), HostError> {
    let context = Context::new(environment.clone(), Globals::default(), console.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime
        .map_err(|error| HostError::said(Kind::Failed, format!("cannot start: {error}"), Vec::new()))?;
    runtime.block_on(store(id, file, &context)).map_err(|error| failed(id, file, &error))
}

async fn store(id: &str, file: &Path, context: &Context) -> Result<(), HostError> {
    let alias = context.store()?.find(id)?.alias;
    let incoming = Incoming::get(&Address::File(file.to_owned()), alias.as_deref(), None, context).await?;
    let incoming = incoming.followed()?;
    let found = &incoming.description.id;
    if found != id {
        return Err(HostError::said(Kind::Denied, format!("it holds `{found}` now"), Vec::new()));
    }
    let version = incoming.description.version.to_string();
    incoming.store(None, None, Occasion::Upgraded, context)?;
    context.console().note(&format!("`{id}` {version}, as it was built since"));
    Ok(())
}

fn failed(id: &str, file: &Path, error: &HostError) -> HostError {
    let report = error.report();
    let mut hints = report.hints;
    hints.push(format!("vantage plugin add {id} from elsewhere, or vantage plugin remove {id}, ends that"));
    HostError::Said(Box::new(Said {
        kind: error.kind(),
        message: format!("`{}`, which pack `{id}` follows, cannot be used", file.display()),
        causes: std::iter::once(report.message).chain(report.causes).collect(),
        hints,
        request_id: None,
        details: None,
        backtrace: None,
    }))
}
