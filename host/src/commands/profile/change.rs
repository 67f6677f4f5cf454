//! Profiles made, changed, renamed and deleted.
//!
//! A profile's sign-in goes with it: to its new name, to its new store, and away when it is deleted.

use serde_json::json;
use vantage_session::{Configuration, LogoutOutcome, NewProfile};

use super::{Create, record};
use crate::commands::logout;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::Reply;
use crate::sign_in::moving;
use crate::terminal;

/// Adds a profile and answers with it.
pub(super) fn create(context: &Context, create: &Create) -> Result<Reply, HostError> {
    let mut configuration = editable(context)?;
    let command = create.credential_command.as_deref().map(vantage_session::command_words).transpose()?;
    let profile = NewProfile {
        issuer: Some(create.issuer.clone()),
        api: Some(create.api.clone()),
        client_id: create.client_id.clone(),
        organization: context.globals().organization.clone(),
        credential_store: create.credential_store.clone(),
        credential_command: command.unwrap_or_default(),
        scopes: create.scopes.clone(),
    };
    configuration.create_profile(&create.name, profile)?;
    if create.activate {
        configuration.use_profile(&create.name)?;
    }
    configuration.save()?;
    Ok(Reply::one(record(&context.profile(&create.name)?)))
}

/// Sets a value of a profile and answers with the profile.
pub(super) async fn set(context: &Context, name: &str, key: &str, value: &str) -> Result<Reply, HostError> {
    let mut configuration = editable(context)?;
    moving::save(context, &mut configuration, name, |configuration| {
        configuration.set_profile(name, key, value)
    })
    .await?;
    Ok(Reply::one(record(&context.profile(name)?)))
}

/// Removes a value of a profile and answers with the profile.
pub(super) async fn unset(context: &Context, name: &str, key: &str) -> Result<Reply, HostError> {
    let mut configuration = editable(context)?;
    if configuration.written(name, key)?.is_none() {
        context.console().note(&format!("`{key}` was not set in profile `{name}`"));
    } else {
        moving::save(context, &mut configuration, name, |configuration| {
            configuration.unset_profile(name, key).map(drop)
        })
        .await?;
    }
    Ok(Reply::one(record(&context.profile(name)?)))
}

/// Makes a profile the one in use.
pub(super) fn choose(context: &Context, name: &str) -> Result<Reply, HostError> {
    let mut configuration = editable(context)?;
    configuration.use_profile(name)?;
    configuration.save()?;
    context.console().note(&format!("profile `{name}` is used from now on"));
    Ok(Reply::nothing())
}

/// Gives a profile another name and answers with it.
pub(super) async fn rename(context: &Context, name: &str, new: &str) -> Result<Reply, HostError> {
    let mut configuration = editable(context)?;
    moving::rename(context, &mut configuration, name, new).await?;
    Ok(Reply::one(record(&context.profile(new)?)))
}

/// Signs out of a profile, deletes it and answers with its name.
pub(super) async fn delete(context: &Context, name: &str) -> Result<Reply, HostError> {
    let mut configuration = editable(context)?;
    // Refused before anybody is asked or signed out.
    configuration.delete_profile(name)?;
    let profile = moving::profile(&context.configuration()?, name);
    confirm(context, name).await?;
    for session in profile.map(|profile| moving::sign_ins(context, &profile)).transpose()?.unwrap_or_default()
    {
        match session.logout().await {
            Ok(LogoutOutcome::NotSignedIn) => {}
            Err(error) => context
                .console()
                .warn(&format!("{}: the sign-in stays where it is: {error}", logout::name(&session))),
            Ok(outcome) => {
                logout::tell(context.console(), &format!("{}: ", logout::name(&session)), &outcome)
            }
        }
    }
    configuration.save()?;
    Ok(Reply::one(json!({ "deleted": name })))
}

/// Asks as for any command that destroys.
async fn confirm(context: &Context, name: &str) -> Result<(), HostError> {
    if context.globals().yes {
        return Ok(());
    }
    let line = format!("vantage profile delete {name}");
    if !context.attended() {
        return Err(HostError::usage(
            format!("`{line}` asks for confirmation, and there is nobody to ask"),
            vec!["--yes confirms it".to_owned()],
        ));
    }
    if terminal::confirm(context.console(), format!("`{line}` cannot be undone. Go on?")).await? {
        return Ok(());
    }
    Err(HostError::said(Kind::Failed, "cancelled; nothing was changed", Vec::new()))
}

/// The configuration, with a warning for what in it nobody reads.
fn editable(context: &Context) -> Result<Configuration, HostError> {
    let configuration = context.configuration()?;
    configuration.warnings().iter().for_each(|warning| context.console().warn(warning));
    Ok(configuration)
}
