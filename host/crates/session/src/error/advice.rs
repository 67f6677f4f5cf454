//! What kind of error it is, and what the user can do about it.
//!
//! Kept apart from the messages: the host prints hints on lines of their own, and turns the kind
//! into the exit status. Nothing here decides anything.

use super::SessionError;

/// What sort of failure it is; the host gives each its exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// Something the user wrote is wrong.
    Usage,
    /// Something the user named is not there.
    NotFound,
    /// A sign-in is needed.
    NotSignedIn,
    /// The platform or the session's own rules say no.
    Denied,
    /// It collides with what is there.
    Conflict,
    /// Worth trying again later.
    Unavailable,
    /// Anything else.
    Failed,
}

impl SessionError {
    /// What sort of failure it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Syntax { .. }
            | Self::ConfigurationVersion { .. }
            | Self::Setting { .. }
            | Self::SettingUnknown { .. }
            | Self::ProfileName { .. }
            | Self::ProfileBuiltIn { .. }
            | Self::OrganizationSeveral { .. }
            | Self::TokenGiven { .. }
            | Self::Address { .. }
            | Self::ApiName { .. }
            | Self::Variables { .. } => ErrorKind::Usage,
            Self::ProfileUnknown { .. } => ErrorKind::NotFound,
            Self::NotSignedIn { .. }
            | Self::SignInEnded { .. }
            | Self::RecordCorrupted { .. }
            | Self::RecordDamaged { .. }
            | Self::RecordLocked { .. }
            | Self::GivenFile { .. }
            | Self::NotKept { .. }
            | Self::DeviceExpired
            | Self::TokenUnusable { .. }
            | Self::ApiUnauthenticated { .. } => ErrorKind::NotSignedIn,
            Self::DeviceDenied
            | Self::OrganizationMissing { .. }
            | Self::OriginRefused { .. }
            | Self::ApiDenied { .. } => ErrorKind::Denied,
            Self::ProfileExists { .. }
            | Self::ProfileActive { .. }
            | Self::KeepsNothing { .. }
            | Self::SignedInAlready { .. }
            | Self::ConfigurationChanged { .. } => ErrorKind::Conflict,
            Self::Unavailable { .. }
            | Self::Unreachable { .. }
            | Self::Offline { .. }
            | Self::LockBusy { .. }
            | Self::LockUnsupported { .. }
            | Self::KeyringUnreachable { .. }
            | Self::CredentialCommand { .. }
            | Self::CannotKeep { .. }
            | Self::RenewedElsewhere
            | Self::TooSlow
            | Self::RefreshInterrupted => ErrorKind::Unavailable,
            Self::Refresh(cause) => cause.kind(),
            _ => ErrorKind::Failed,
        }
    }

    /// What the user can do about it, a sentence or a command each.
    pub fn hints(&self) -> Vec<String> {
        match self {
            Self::NotSignedIn { profile } | Self::SignInEnded { profile, .. } => vec![sign_in(profile)],
            Self::RecordCorrupted { .. } | Self::RecordDamaged { .. } | Self::DeviceExpired => {
                vec!["`vantage login` signs in again".into()]
            }
            Self::ApiUnauthenticated { .. } => {
                vec!["`vantage login --force` signs in again".into()]
            }
            Self::OriginRefused { profile, bound, .. } => vec![
                format!("it is for {}; tokens never go anywhere else", bound.join(", ")),
                format!(
                    "`vantage login --force --profile {profile}` signs in for the endpoints as they are now"
                ),
            ],
            Self::OrganizationSeveral { names, profile } => vec![
                format!("`--organization {}` chooses one for this command", first(names)),
                format!("`vantage profile set {profile} organization {}` chooses one for good", first(names)),
            ],
            Self::OrganizationMissing { wanted, .. } => {
                vec![format!("`vantage login --organization {wanted}` signs in for it, if you belong to it")]
            }
            Self::NotKept { profile, source } => {
                let mut hints = source.hints();
                hints.push(sign_in(profile));
                hints
            }
            Self::LockUnsupported { .. } => vec![
                "`VANTAGE_HOME` on a local disk keeps the sign-in where files can be locked".into(),
                "`VANTAGE_CREDENTIAL_STORE=memory` signs in for one command and keeps nothing".into(),
            ],
            Self::CredentialCommand { attempt, .. } => vec![format!("`{attempt}` asks it by hand")],
            Self::Refresh(cause) => cause.hints(),
            Self::CannotKeep { source } => {
                let mut hints = source.hints();
                hints.push("make room or mend the permissions there; the sign-in is still whole".into());
                hints
            }
            _ => self.hints_about_settings(),
        }
    }

    fn hints_about_settings(&self) -> Vec<String> {
        match self {
            Self::ConfigurationVersion { found, known, .. } if found > known => {
                vec!["upgrade vantage, or point VANTAGE_HOME at another folder".into()]
            }
            Self::ConfigurationVersion { known, .. } => vec![format!("write `version = {known}`")],
            Self::ConfigurationChanged { .. } => vec!["run the command again".into()],
            Self::SettingUnknown { nearest: Some(nearest), .. } => vec![format!("did you mean `{nearest}`?")],
            Self::ProfileName { .. } => vec![
                "a name has 1 to 64 of the characters a-z, 0-9, `.`, `_` and `-`, and starts with a letter or digit".into(),
            ],
            Self::ProfileUnknown { .. } => {
                vec!["`vantage profile create NAME --issuer URL --api URL` makes a new one".into()]
            }
            Self::ProfileExists { name } => vec![
                format!("`vantage profile set {name} KEY VALUE` changes it"),
                format!("`vantage profile use {name}` makes it the one in use"),
            ],
            Self::ProfileBuiltIn { name } => vec![
                format!("`vantage profile set {name} KEY VALUE` writes it down; then it can be renamed"),
                "`vantage profile create NAME --issuer URL --api URL` makes one of another name".into(),
            ],
            Self::ProfileActive { .. } => vec!["`vantage profile use OTHER` first chooses another".into()],
            Self::GivenFile { from, .. } => vec![format!("name a file in {from} that holds it, or unset {from}")],
            Self::KeyringUnreachable { .. } => vec![
                "start or unlock the keyring, then try again".into(),
                "`vantage profile set PROFILE credential-store file` keeps sign-ins without one".into(),
            ],
            Self::RecordLocked { .. } => vec![
                "unlock the keyring, or run the command where it can be reached".into(),
                "`vantage login --force` signs in anew and replaces what is locked".into(),
            ],
            Self::SignedInAlready { .. } => {
                vec!["--force replaces the sign-in that is there".into()]
            }
            Self::KeepsNothing { profile } => {
                vec![format!("`vantage logout --profile {profile}` signs out first")]
            }
            Self::Unsafe { remedy, .. } => vec![remedy.clone()],
            Self::RecordVersion { .. } => {
                vec!["upgrade vantage, or sign in with another profile".into()]
            }
            Self::LockBusy { .. } => vec!["look for a vantage process that hangs, then try again".into()],
            Self::DeviceUnsupported { .. } => {
                vec!["ask the provider's administrator to enable the device flow for this client".into()]
            }
            Self::TokenGiven { from } => vec![format!("unset {from} to sign in as somebody else")],
            Self::ApiName { .. } => vec!["a name is like `cluster`: a-z, 0-9 and `-`".into()],
            Self::Unreachable { remedy, .. } => vec![(*remedy).into()],
            Self::Offline { .. } => {
                vec!["leave --offline out, and VANTAGE_OFFLINE unset, to ask it".into()]
            }
            Self::Client { .. } => vec![
                "`-v` shows the cause; where the system has no certificates, SSL_CERT_FILE names a PEM file of them".into(),
            ],
            Self::Unavailable { .. } => vec!["`vantage doctor` checks the way to the servers".into()],
            _ => Vec::new(),
        }
    }

    /// The id of the request that failed, if one was made.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Provider { request_id, .. }
            | Self::ProviderRefused { request_id, .. }
            | Self::Unavailable { request_id, .. }
            | Self::Unreachable { request_id, .. }
            | Self::ApiDenied { request_id, .. }
            | Self::ApiUnauthenticated { request_id, .. }
            | Self::ApiAnswer { request_id, .. }
            | Self::TokenEchoed { request_id, .. } => {
                Some(request_id).filter(|id| !id.is_empty()).map(String::as_str)
            }
            Self::Refresh(cause) => cause.request_id(),
            _ => None,
        }
    }
}

fn sign_in(profile: &str) -> String {
    if profile == crate::configuration::DEFAULT_PROFILE {
        "`vantage login` signs in".into()
    } else {
        format!("`vantage login --profile {profile}` signs in")
    }
}

fn first(names: &[String]) -> &str {
    names.first().map_or("NAME", String::as_str)
}
