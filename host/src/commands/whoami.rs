//! `vantage whoami`: the persona, the profile it belongs to, and when the sign-in expires.
//!
//! What it shows of the persona are claims decoded for display; the platform verifies them.

use clap::Args;
use serde_json::json;

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};
use vantage_output::AnswerSpec;

/// Show who is signed in
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

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
        reply::time_column("Expires", "/expires"),
        reply::wide_column("Subject", "/subject"),
    ])
}

/// Answers with one record; fails with exit status 4 where nobody is signed in.
pub async fn run(_: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let session = context.session()?;
    let persona = session.persona().await?;
    let expires = session.stored()?.and_then(|stored| Some(stored.expires_at?.to_string()));
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
        "expires": expires,
    });
    Ok(Reply::one(record))
}
