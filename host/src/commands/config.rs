//! `vantage config`: settings, each with where its value comes from, and where they are kept.

use clap::{Args, Subcommand};
use serde_json::json;
use vantage_output::AnswerSpec;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Show settings and where their values come from
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// List the settings in force and where each value comes from
    List,
    /// Print the files and folders in use
    Path,
}

/// How each action answers.
pub fn answer(arguments: &Arguments) -> AnswerSpec {
    match arguments.action {
        Action::List => reply::many_records(
            "settings",
            vec![
                reply::column("Key", "/key"),
                reply::column("Value", "/value"),
                reply::column("Origin", "/origin"),
            ],
        ),
        Action::Path => reply::one_record(vec![
            reply::column("Configuration", "/config"),
            reply::column("Data", "/data"),
            reply::column("State", "/state"),
            reply::column("Cache", "/cache"),
        ]),
    }
}

/// Answers with a record per setting, or with the paths.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    match arguments.action {
        Action::List => list(context),
        Action::Path => path(context),
    }
}

fn list(context: &Context) -> Result<Reply, HostError> {
    let resolved = context.resolved()?;
    let records = resolved
        .values
        .iter()
        .map(|(key, value, origin)| json!({ "key": key, "value": value, "origin": origin.to_string() }));
    Ok(Reply::many(records))
}

fn path(context: &Context) -> Result<Reply, HostError> {
    let folders = context.folders()?;
    let record = json!({
        "config": folders.config_file(),
        "data": folders.data,
        "state": folders.state,
        "cache": folders.cache,
    });
    Ok(Reply::one(record))
}
