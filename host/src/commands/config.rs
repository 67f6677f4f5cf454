//! `vantage config`: settings, each with where its value comes from, and where they are kept.
//!
//! What is shown is what is in force; what is changed is the file (`config/change.rs`), by hand too
//! (`config/edit.rs`).

mod change;
mod edit;

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use vantage_output::{AnswerSpec, Format};
use vantage_session::{Origin, Overrides, check_key};

use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use change::{Key, POLICY};

/// Show and change settings
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// List the settings in force and where each value comes from
    List,
    /// Print the value of a setting that is in force
    #[command(after_help = "Examples:
  vantage config get api
      Prints the address of the APIs, whatever it comes from
  vantage config get organization -o json
      Also says where it comes from")]
    Get {
        /// Setting, as `vantage config list` names it
        key: String,
    },
    /// Change a setting of the profile in use
    #[command(after_help = "Examples:
  vantage config set organization acme
      Acts for organization acme from now on, with the profile in use
  vantage config set profiles.lab.refresh-threshold 2m
      Changes a setting of another profile
  vantage config set active-profile lab
      Makes another profile the one in use
  vantage config set policy /srv/vantage/policy.toml
      Lets a team's policy cap what packs may do, in every profile")]
    Set {
        /// Setting, as `vantage config list` names it
        key: String,
        /// New value
        value: String,
    },
    /// Remove a setting of the profile in use, so that its default counts
    Unset {
        /// Setting, as `vantage config list` names it
        key: String,
    },
    /// Print the files and folders in use
    Path,
    /// Open the configuration file in your editor
    ///
    /// The editor is what VISUAL or EDITOR says. It gets a copy, which replaces the file once it makes
    /// sense.
    Edit,
}

const SETTING: &[Member] = &[("key", Is::Text), ("value", Is::Text), ("origin", Is::Text)];
const CHANGED: &[Member] = &[
    ("key", Is::Text),
    ("value", Is::OptionalText),
    ("before", Is::OptionalText),
    ("profile", Is::OptionalText),
];
const FOLDERS: &[Member] =
    &[("config", Is::Text), ("data", Is::Text), ("state", Is::Text), ("cache", Is::Text)];

/// The JSON Schema of each action's records; none for one that answers nothing.
pub fn schema(arguments: &Arguments) -> Option<Value> {
    Some(match arguments.action {
        Action::List => of_record("config list", SETTING, &[]),
        Action::Get { .. } => of_record("config get", SETTING, &[]),
        Action::Set { .. } => of_record("config set", CHANGED, &[]),
        Action::Unset { .. } => of_record("config unset", CHANGED, &[]),
        Action::Path => of_record("config path", FOLDERS, &[]),
        Action::Edit => return None,
    })
}

/// How each action answers.
pub fn answer(arguments: &Arguments) -> AnswerSpec {
    match arguments.action {
        Action::List => reply::many_records("settings", setting_columns()),
        Action::Get { .. } => reply::one_record(setting_columns()),
        Action::Set { .. } | Action::Unset { .. } => reply::one_record(vec![
            reply::column("Key", "/key"),
            reply::column("Value", "/value"),
            reply::column("Before", "/before"),
            reply::column("Profile", "/profile"),
        ]),
        Action::Path => reply::one_record(vec![
            reply::column("Configuration", "/config"),
            reply::column("Data", "/data"),
            reply::column("State", "/state"),
            reply::column("Cache", "/cache"),
        ]),
        Action::Edit => reply::no_answer(),
    }
}

fn setting_columns() -> Vec<vantage_output::Column> {
    vec![reply::column("Key", "/key"), reply::column("Value", "/value"), reply::column("Origin", "/origin")]
}

/// Answers with a record per setting, with the one that was asked for or changed, or with the paths.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    match &arguments.action {
        Action::List => list(context),
        Action::Get { key } => get(context, key),
        Action::Set { key, value } => change::set(context, key, value).await,
        Action::Unset { key } => change::unset(context, key).await,
        Action::Path => path(context),
        Action::Edit => edit::run(context).await,
    }
}

fn list(context: &Context) -> Result<Reply, HostError> {
    let resolved = context.resolved()?;
    let settings = resolved.values.iter().map(|(key, value, origin)| setting(key, value, *origin));
    let policy = context.configuration()?.policy();
    Ok(Reply::many(settings.chain(policy.map(|(value, _)| setting(POLICY, &value, Origin::File)))))
}

fn setting(key: &str, value: &str, origin: Origin) -> Value {
    json!({ "key": key, "value": value, "origin": origin.to_string() })
}

/// The value alone, for scripts, unless a format was asked for.
fn get(context: &Context, key: &str) -> Result<Reply, HostError> {
    let (value, origin) = found(context, key)?;
    let style = context.console().style();
    if style.format.is_none_or(|format| format == Format::Text) && style.columns.is_none() {
        context.console().document(&format!("{value}\n"))?;
        return Ok(Reply::nothing());
    }
    Ok(Reply::one(setting(key, &value, origin)))
}

fn found(context: &Context, key: &str) -> Result<(String, Origin), HostError> {
    let configuration = context.configuration()?;
    let (values, wanted) = match Key::read(&configuration, key) {
        Key::ActiveProfile => return Ok(configuration.active_profile()),
        Key::Policy => {
            let value = configuration.policy().map(|(value, _)| (value, Origin::File));
            return value.ok_or_else(|| not_set(POLICY));
        }
        Key::InUse(key) => (context.resolved()?.values, key),
        Key::Of { profile, key } => {
            let profile = Some((profile, Origin::Profile));
            (configuration.resolve(&Overrides { profile, ..Overrides::default() })?.values, key)
        }
    };
    if let Some((_, value, origin)) = values.into_iter().find(|(key, ..)| *key == wanted) {
        return Ok((value, origin));
    }
    check_key(&wanted)?;
    Err(not_set(key))
}

fn not_set(key: &str) -> HostError {
    let hint = format!("vantage config set {key} VALUE sets it");
    HostError::said(Kind::NotFound, format!("`{key}` is not set"), vec![hint])
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
