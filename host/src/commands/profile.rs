//! `vantage profile`: named sets of endpoints, client and organization.
//!
//! What changes a profile and what becomes of its sign-in is in `profile/change.rs`.

mod change;

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};
use vantage_output::AnswerSpec;
use vantage_session::Profile;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
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
    #[command(after_help = "Examples:
  vantage profile set lab organization acme
      Acts for organization acme from now on
  vantage profile set lab credential-store keyring
      Keeps the sign-in in the keyring from now on, and moves it there")]
    Set {
        /// Profile to change
        name: String,
        /// Setting, as `vantage config list` names it
        key: String,
        /// New value
        value: String,
    },
    /// Remove one setting of a profile, so that its default counts
    Unset {
        /// Profile to change
        name: String,
        /// Setting, as `vantage config list` names it
        key: String,
    },
    /// Make a profile the one that is used by default
    Use {
        /// Profile to use
        name: String,
    },
    /// Give a profile another name; it stays signed in
    Rename {
        /// Profile to rename
        name: String,
        /// Its new name
        new: String,
    },
    /// Delete a profile, and sign out of it
    Delete {
        /// Profile to delete
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
    /// Where sign-ins are kept: auto, keyring, file, memory or command
    #[arg(long, value_name = "KIND")]
    credential_store: Option<String>,
    /// Program that keeps sign-ins, with its arguments, where the store is `command`
    #[arg(long, value_name = "COMMAND")]
    credential_command: Option<String>,
    /// Scope to ask the provider for; may be given several times
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Use the profile from now on
    #[arg(long = "use")]
    activate: bool,
}

/// What a profile's record has; in a list, whether it is the active one, too.
const PROFILE: [Member; 11] = [
    ("name", Is::Text),
    ("issuer", Is::Text),
    ("client-id", Is::Text),
    ("api", Is::Text),
    ("organization", Is::OptionalText),
    ("credential-store", Is::Text),
    ("credential-command", Is::OptionalText),
    ("scopes", Is::Texts),
    ("role-claims", Is::Texts),
    ("refresh-threshold", Is::OptionalText),
    ("apis", Is::OptionalMap),
];

/// The JSON Schema of each action's records; none for one that answers nothing.
pub fn schema(arguments: &Arguments) -> Option<Value> {
    Some(match arguments.action {
        Action::List => {
            let members: Vec<Member> = PROFILE.into_iter().chain([("active", Is::Flag)]).collect();
            of_record("profile list", &members, &[])
        }
        Action::Delete { .. } => of_record("profile delete", &[("deleted", Is::Text)], &[]),
        Action::Use { .. } => return None,
        _ => of_record("profile", &PROFILE, &[]),
    })
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
        Action::Delete { .. } => reply::one_record(vec![reply::column("Deleted", "/deleted")]),
        Action::Use { .. } => reply::no_answer(),
        _ => reply::one_record(columns()),
    }
}

/// Answers with the profiles, or with the one that was shown, made, changed or deleted.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    match &arguments.action {
        Action::List => list(context),
        Action::Show { name } => show(context, name.as_deref()),
        Action::Create(create) => change::create(context, create),
        Action::Set { name, key, value } => change::set(context, name, key, value).await,
        Action::Unset { name, key } => change::unset(context, name, key).await,
        Action::Use { name } => change::choose(context, name),
        Action::Rename { name, new } => change::rename(context, name, new).await,
        Action::Delete { name } => change::delete(context, name).await,
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

fn columns() -> Vec<vantage_output::Column> {
    vec![
        reply::column("Name", "/name"),
        reply::column("Issuer", "/issuer"),
        reply::column("Client", "/client-id"),
        reply::column("API", "/api"),
        reply::column("Organization", "/organization"),
        reply::column("Credential store", "/credential-store"),
        reply::column("Credential command", "/credential-command"),
        reply::column("Scopes", "/scopes"),
        reply::column("Role claims", "/role-claims"),
        reply::column("Refresh threshold", "/refresh-threshold"),
        reply::column("Other APIs", "/apis"),
    ]
}

/// What is not set is null; the command is written as `profile set` takes it.
fn record(profile: &Profile) -> Value {
    let command = &profile.credential_command;
    let apis: Map<String, Value> =
        profile.apis.iter().map(|(name, url)| (name.clone(), json!(url.as_str()))).collect();
    json!({
        "name": profile.name,
        "issuer": profile.issuer.as_str(),
        "client-id": profile.client_id,
        "api": profile.api.as_str().trim_end_matches('/'),
        "organization": profile.organization,
        "credential-store": profile.credential_store.to_string(),
        "credential-command": (!command.is_empty()).then(|| shell_words::join(command)),
        "scopes": profile.scopes,
        "role-claims": profile.role_claims.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "refresh-threshold": profile.refresh_threshold.map(|threshold| format!("{}s", threshold.as_secs())),
        "apis": (!apis.is_empty()).then_some(apis),
    })
}
