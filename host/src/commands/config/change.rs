//! Changes of one setting: of the profile in use, of another one, or one that belongs to none.
//!
//! Each answers with what the setting is now and what it was before. A variable that stands above the
//! file is named, since the change would seem to have done nothing.

use serde_json::json;
use vantage_session::{Configuration, DEFAULT_PROFILE, Origin};

use crate::context::Context;
use crate::error::HostError;
use crate::reply::Reply;
use crate::sign_in::moving;
use crate::team_policy;

/// The key that names the file with the team's policy.
pub(super) const POLICY: &str = "policy";

/// What a key names.
pub(super) enum Key {
    /// `active-profile`: which profile is in use.
    ActiveProfile,
    /// `policy`: the file with the team's policy, in every profile.
    Policy,
    /// `KEY`: a setting of the profile in use.
    InUse(String),
    /// `profiles.NAME.KEY`: a setting of a profile.
    Of {
        /// Its name.
        profile: String,
        /// Its setting.
        key: String,
    },
}

impl Key {
    /// Reads a key as the user wrote it. Names of profiles may have dots in them, so those that exist
    /// are tried first.
    pub(super) fn read(configuration: &Configuration, text: &str) -> Self {
        let Some(rest) = text.strip_prefix("profiles.") else {
            return match text {
                "active-profile" => Self::ActiveProfile,
                POLICY => Self::Policy,
                _ => Self::InUse(text.to_owned()),
            };
        };
        let known = configuration.profile_names();
        let of_known =
            known.iter().find_map(|name| Some((name.as_str(), rest.strip_prefix(name)?.strip_prefix('.')?)));
        match of_known.or_else(|| rest.split_once('.')) {
            Some((profile, key)) => Self::Of { profile: profile.to_owned(), key: key.to_owned() },
            None => Self::InUse(text.to_owned()),
        }
    }

    /// A setting of the profile in use by its name alone: it may have a value that cannot be used,
    /// which this command is there to mend.
    fn of_profile(key: String, context: &Context, configuration: &Configuration) -> (String, String) {
        let given =
            context.globals().profile.as_deref().or_else(|| context.environment().text("VANTAGE_PROFILE"));
        (given.map_or_else(|| configuration.active_profile().0, str::to_owned), key)
    }
}

/// Sets a value and answers with it.
pub(super) async fn set(context: &Context, key: &str, value: &str) -> Result<Reply, HostError> {
    let mut configuration = context.configuration()?;
    let (name, key) = match Key::read(&configuration, key) {
        Key::ActiveProfile => {
            let before = configuration.active_profile().0;
            configuration.use_profile(value)?;
            configuration.save()?;
            return Ok(everywhere("active-profile", Some(value), Some(&before)));
        }
        Key::Policy => return set_policy(configuration, value),
        Key::InUse(key) => Key::of_profile(key, context, &configuration),
        Key::Of { profile, key } => (profile, key),
    };
    let before = configuration.written(&name, &key)?;
    moving::save(context, &mut configuration, &name, |configuration| {
        configuration.set_profile(&name, &key, value)
    })
    .await?;
    remark(context, &name, &key);
    let after = configuration.written(&name, &key)?;
    Ok(Reply::one(json!({ "key": key, "value": after, "before": before, "profile": name })))
}

/// Removes a value and answers with what it was.
pub(super) async fn unset(context: &Context, key: &str) -> Result<Reply, HostError> {
    let mut configuration = context.configuration()?;
    let (name, key) = match Key::read(&configuration, key) {
        Key::ActiveProfile => {
            let before = configuration.active_profile().0;
            configuration.use_no_profile()?;
            configuration.save()?;
            return Ok(everywhere("active-profile", Some(DEFAULT_PROFILE), Some(&before)));
        }
        Key::Policy => return unset_policy(context, configuration),
        Key::InUse(key) => Key::of_profile(key, context, &configuration),
        Key::Of { profile, key } => (profile, key),
    };
    let before = configuration.written(&name, &key)?;
    if before.is_none() {
        context.console().note(&format!("`{key}` was not set in profile `{name}`"));
    } else {
        moving::save(context, &mut configuration, &name, |configuration| {
            configuration.unset_profile(&name, &key).map(drop)
        })
        .await?;
        remark(context, &name, &key);
    }
    Ok(Reply::one(json!({ "key": key, "value": null, "before": before, "profile": name })))
}

/// Names another policy once it can be read: a file that cannot would deny every pack from others.
fn set_policy(mut configuration: Configuration, value: &str) -> Result<Reply, HostError> {
    let path = std::path::absolute(value).map_err(|error| HostError::input(value, error))?;
    let Some(path) = path.to_str().map(str::to_owned) else {
        return Err(HostError::usage(format!("`{value}` is no path in UTF-8"), Vec::new()));
    };
    let before = configuration.policy().map(|(value, _)| value);
    configuration.set_policy(Some(&path))?;
    if let Some(fault) = team_policy::configured(path.as_ref()).fault() {
        let message = format!("`{path}` cannot be the team policy: {fault}");
        return Err(HostError::usage(message, vec!["the configuration was not changed".to_owned()]));
    }
    configuration.save()?;
    Ok(everywhere(POLICY, Some(&path), before.as_deref()))
}

fn unset_policy(context: &Context, mut configuration: Configuration) -> Result<Reply, HostError> {
    let before = configuration.policy().map(|(value, _)| value);
    if before.is_none() {
        context.console().note(&format!("`{POLICY}` was not set"));
    } else {
        configuration.set_policy(None)?;
        configuration.save()?;
    }
    Ok(everywhere(POLICY, None, before.as_deref()))
}

/// A setting that belongs to no profile.
fn everywhere(key: &str, value: Option<&str>, before: Option<&str>) -> Reply {
    Reply::one(json!({ "key": key, "value": value, "before": before, "profile": null }))
}

/// Says what stands above the value that was changed, if anything does.
fn remark(context: &Context, name: &str, key: &str) {
    let Ok(resolved) = context.resolved() else {
        return;
    };
    let above = resolved
        .values
        .iter()
        .find(|(own, _, origin)| own == key && matches!(origin, Origin::Environment(_) | Origin::Flag(_)));
    if let Some((_, value, origin)) = above.filter(|_| resolved.profile.name == name) {
        context.console().note(&format!("{origin} stands above the profile: `{key}` is still `{value}`"));
    }
}
