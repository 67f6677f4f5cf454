//! Changes of the configuration under which a sign-in would be lost, and how it is taken along.
//!
//! A sign-in is kept under the name of its profile, in the store that the profile names. So what
//! changes either first copies the sign-in, then saves, and then forgets it where it was: whoever is
//! interrupted has it twice, and not lost.

use vantage_session::{Configuration, Origin, Overrides, Profile, Session, SessionError, StoreKind};

use crate::context::Context;
use crate::error::{HostError, Kind};

/// Changes settings of the profile `name`, and saves; its sign-in goes where the profile then says.
pub async fn save(
    context: &Context,
    configuration: &mut Configuration,
    name: &str,
    change: impl FnOnce(&mut Configuration) -> Result<(), SessionError>,
) -> Result<(), HostError> {
    let before = profile(configuration, name);
    change(configuration)?;
    let after = profile(configuration, name);
    match before.zip(after) {
        Some((before, after)) if where_kept(&before) != where_kept(&after) => {
            carried(context, configuration, before, after).await
        }
        _ => Ok(configuration.save()?),
    }
}

/// Renames a profile, and saves; its sign-in gets the new name too.
pub async fn rename(
    context: &Context,
    configuration: &mut Configuration,
    name: &str,
    new: &str,
) -> Result<(), HostError> {
    let before = profile(configuration, name);
    configuration.rename_profile(name, new)?;
    let after = profile(configuration, new);
    match before.zip(after) {
        Some((before, after)) => carried(context, configuration, before, after).await,
        None => Ok(configuration.save()?),
    }
}

/// Every sign-in of a profile: its own, and those for organizations that were named by option or
/// variable.
pub fn sign_ins(context: &Context, profile: &Profile) -> Result<Vec<Session>, HostError> {
    let own = context.session_for(profile.clone())?;
    let others = context.sessions()?.into_iter();
    let mut sessions: Vec<Session> =
        others.filter(|other| other.profile().name == profile.name && !other.is_for_the_same(&own)).collect();
    sessions.insert(0, own);
    Ok(sessions)
}

/// Moves the sign-ins of one profile to another, and saves.
async fn carried(
    context: &Context,
    configuration: &mut Configuration,
    before: Profile,
    after: Profile,
) -> Result<(), HostError> {
    let mut moves = Vec::new();
    for from in sign_ins(context, &before)? {
        let to = context.session_for(Profile {
            name: after.name.clone(),
            credential_store: after.credential_store,
            credential_command: after.credential_command.clone(),
            ..from.profile().clone()
        })?;
        moves.push((from, to));
    }
    if after.credential_store == StoreKind::Memory && is_signed_in(&moves)? {
        return Err(HostError::said(
            Kind::Conflict,
            format!("profile `{}` is signed in, and the store `memory` keeps no sign-in", before.name),
            vec![format!("vantage logout --profile {} signs out first", before.name)],
        ));
    }
    let mut copied = Vec::new();
    let renamed = before.name != after.name;
    if let Err(error) = copy(context, &moves, renamed, &mut copied).await.and_then(|()| configuration.save())
    {
        // The configuration is as it was, so the originals are what will be looked for.
        for (from, to) in copied {
            let restored = match is_one_place(from, to) {
                Ok(false) => to.discard(from).await,
                // Where that cannot be told, nothing is deleted.
                Ok(true) | Err(_) => to.copy_to(from).await.map(drop),
            };
            tell(context, &before.name, restored);
        }
        return Err(error.into());
    }
    for (from, to) in copied {
        tell(context, &before.name, from.forget(to).await);
    }
    Ok(())
}

/// Whether two sessions keep their sign-in in one file, once plain and once sealed, perhaps.
fn is_one_place(from: &Session, to: &Session) -> Result<bool, SessionError> {
    let path = |session: &Session| Ok::<_, SessionError>(session.stored()?.and_then(|stored| stored.path));
    let (from, to) = (path(from)?, path(to)?);
    Ok(from.is_some() && from == to)
}

fn tell(context: &Context, profile: &str, outcome: Result<(), SessionError>) {
    if let Err(error) = outcome {
        let what = format!("a second copy of the sign-in of profile `{profile}` was left behind: {error}");
        context.console().warn(&what);
    }
}

/// Copies what is there to be copied, and notes it in `copied`.
///
/// One that cannot be reached keeps nobody from choosing another store: it stays where it is. A new
/// name would lose it.
async fn copy<'a>(
    context: &Context,
    moves: &'a [(Session, Session)],
    renamed: bool,
    copied: &mut Vec<&'a (Session, Session)>,
) -> Result<(), SessionError> {
    for pair in moves {
        match pair.0.copy_to(&pair.1).await {
            Ok(true) => copied.push(pair),
            Ok(false) => {}
            Err(
                error @ (SessionError::RecordLocked { .. }
                | SessionError::CredentialCommand { .. }
                | SessionError::CommandRecord { .. }),
            ) if !renamed => {
                let what = format!("the sign-in stays where it was, and a new one is needed: {error}");
                context.console().warn(&what);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn is_signed_in(moves: &[(Session, Session)]) -> Result<bool, SessionError> {
    for (from, _) in moves {
        if from.stored()?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What decides where a sign-in of the profile is kept.
fn where_kept(profile: &Profile) -> (StoreKind, &[String]) {
    match profile.credential_store {
        StoreKind::Command => (StoreKind::Command, &profile.credential_command),
        kind => (kind, &[]),
    }
}

/// A profile as it is written. `None` where it cannot be used as it is: then it has no sign-in.
pub fn profile(configuration: &Configuration, name: &str) -> Option<Profile> {
    let only = Overrides { profile: Some((name.to_owned(), Origin::Profile)), ..Overrides::default() };
    Some(configuration.resolve(&only).ok()?.profile)
}
