//! `vantage profile`: named sets of endpoints, client and organization.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use vantage_output::AnswerSpec;
use vantage_session::{NewProfile, Profile};

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Manage profiles: named sets of endpoints, client and organization
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Clone, Subcommand)]
enum Action {
    /// List the profiles
    List,
    /// Show one profile, by default the one in use
    Show {
        /// Profile to show
        name: Option<String>,
    },
    /// Create a profile
    Create(Create),
    /// Change one setting of a profile
    Set {
        /// Profile to change
        name: String,
        /// Setting, as `vantage config list` names it
        key: String,
        /// New value
        value: String,
    },
    /// Make a profile the one that is used by default
    Use {
        /// Profile to use
        name: String,
    },
}

#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage profile create lab --issuer https://auth.lab.example/realms/vantage --api https://apis.lab.example
      Adds a second platform beside the default one")]
struct Create {
    /// Name of the profile: lower-case letters, digits, `.`, `_` and `-`
    name: String,
    /// OpenID Connect issuer, exactly as the provider spells it
    #[arg(long, value_name = "URL")]
    issuer: String,
    /// Base address of the platform's APIs
    #[arg(long, value_name = "URL")]
    api: String,
    /// OAuth client
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Where tokens are kept: auto, file or memory
    #[arg(long, value_name = "KIND")]
    credential_store: Option<String>,
    /// Use the profile from now on
    #[arg(long = "use")]
    activate: bool,
}

/// How each action answers.
pub fn answer(arguments: &Arguments) -> AnswerSpec {
    match arguments.action {
        Action::List => reply::many_records(
            "profiles",
            vec![
                reply::column("Name", "/name"),
                reply::column("Active", "/active"),
                reply::column("Issuer", "/issuer"),
                reply::column("API", "/api"),
                reply::column("Organization", "/organization"),
            ],
        ),
        Action::Show { .. } | Action::Create(_) | Action::Set { .. } => reply::one_record(columns()),
        Action::Use { .. } => reply::no_answer(),
    }
}

/// Answers with the profiles, or with the one that was shown, made or chosen.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    match &arguments.action {
        Action::List => list(context),
        Action::Show { name } => show(context, name.as_deref()),
        Action::Create(create) => make(context, create),
        Action::Set { name, key, value } => {
            let mut configuration = context.configuration()?;
            configuration.set_profile(name, key, value)?;
            configuration.save()?;
            Ok(Reply::one(record(&context.profile(name)?)))
        }
        Action::Use { name } => {
            let mut configuration = context.configuration()?;
            configuration.use_profile(name)?;
            configuration.save()?;
            context.console().note(&format!("profile `{name}` is used from now on"));
            Ok(Reply::nothing())
        }
    }
}

fn list(context: &Context) -> Result<Reply, HostError> {
    let active = context.resolved()?.profile.name;
    let mut records = Vec::new();
    for name in context.configuration()?.profile_names() {
        let mut record = record(&context.profile(&name)?);
        record["active"] = json!(name == active);
        records.push(record);
    }
    Ok(Reply::many(records))
}

fn show(context: &Context, name: Option<&str>) -> Result<Reply, HostError> {
    let profile = match name {
        Some(name) => context.profile(name)?,
        None => context.resolved()?.profile,
    };
    Ok(Reply::one(record(&profile)))
}

fn make(context: &Context, create: &Create) -> Result<Reply, HostError> {
    let mut configuration = context.configuration()?;
    let profile = NewProfile {
        issuer: Some(create.issuer.clone()),
        api: Some(create.api.clone()),
        client_id: create.client_id.clone(),
        organization: context.globals().organization.clone(),
        credential_store: create.credential_store.clone(),
    };
    configuration.create_profile(&create.name, profile)?;
    if create.activate {
        configuration.use_profile(&create.name)?;
    }
    configuration.save()?;
    Ok(Reply::one(record(&context.profile(&create.name)?)))
}

fn columns() -> Vec<vantage_output::Column> {
    vec![
        reply::column("Name", "/name"),
        reply::column("Issuer", "/issuer"),
        reply::column("Client", "/client-id"),
        reply::column("API", "/api"),
        reply::column("Organization", "/organization"),
        reply::column("Credential store", "/credential-store"),
        reply::column("Scopes", "/scopes"),
    ]
}

fn record(profile: &Profile) -> Value {
    json!({
        "name": profile.name,
        "issuer": profile.issuer.as_str(),
        "client-id": profile.client_id,
        "api": profile.api.as_str().trim_end_matches('/'),
        "organization": profile.organization,
        "credential-store": profile.credential_store.to_string(),
        "scopes": profile.scopes,
    })
}
