//! `vantage whoami`: the persona, the profile it belongs to, and when the sign-in expires.
//!
//! What it shows of the persona are claims decoded for display; the platform verifies them.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;
use vantage_session::{Session, StoreKind};

/// Show who is signed in
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("username", Is::Text),
    ("name", Is::OptionalText),
    ("email", Is::OptionalText),
    ("subject", Is::Text),
    ("organization", Is::OptionalText),
    ("organizations", Is::Texts),
    ("roles", Is::Texts),
    ("profile", Is::Text),
    ("issuer", Is::Text),
    ("api", Is::Text),
    ("source", Is::Text),
    ("store", Is::OptionalText),
    ("expires", Is::OptionalTime),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("whoami", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("User", "/username"),
        reply::column("Name", "/name"),
        reply::column("Email", "/email"),
        reply::column("Organization", "/organization"),
        reply::column("Roles", "/roles"),
        reply::column("Profile", "/profile"),
        reply::column("Issuer", "/issuer"),
        reply::column("API", "/api"),
        reply::column("Source", "/source"),
        reply::time_column("Expires", "/expires"),
        reply::wide_column("Subject", "/subject"),
    ])
}

/// Answers with one record; fails with exit status 4 where nobody is signed in.
pub async fn run(_: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let session = context.session()?;
    let persona = session.persona().await?;
    let identity = identity(&session).await?;
    let resolved = context.resolved()?;
    let record = json!({
        "username": persona.username,
        "name": persona.display_name,
        "email": persona.email,
        "subject": persona.subject,
        "organization": persona.organization.as_ref().map(|organization| &organization.name),
        "organizations": persona.organizations.iter().map(|organization| &organization.name).collect::<Vec<_>>(),
        "roles": persona.roles,
        "profile": resolved.profile.name,
        "issuer": resolved.profile.issuer.as_str(),
        "api": resolved.profile.api.as_str().trim_end_matches('/'),
        "source": identity.source,
        "store": identity.store.map(StoreKind::as_str),
        "expires": identity.expires,
    });
    Ok(Reply::one(record))
}

/// Where the identity comes from.
struct Identity {
    source: String,
    /// The kind of store; none has what a variable gives.
    store: Option<StoreKind>,
    expires: Option<String>,
}

async fn identity(session: &Session) -> Result<Identity, HostError> {
    if let Some(from) = session.identity_given_by() {
        let expires = session.identity_expires_at().await?.map(|at| at.to_string());
        return Ok(Identity { source: format!("the variable `{from}`"), store: None, expires });
    }
    let stored = session.stored()?;
    let store = stored.as_ref().map(|stored| stored.store);
    let source = match store {
        Some(StoreKind::Command) => "sign-in kept by the credential command".to_owned(),
        Some(kind) => format!("sign-in in {kind}"),
        None => "sign-in".to_owned(),
    };
    let expires = stored.and_then(|stored| Some(stored.expires_at?.to_string()));
    Ok(Identity { source, store, expires })
}
