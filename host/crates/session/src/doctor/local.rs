//! What is on this machine: folders, locks, the keyring, the stored sign-in and what lies beside it.

use std::path::Path;

use super::{Check, Verdict};
use crate::configuration::StoreKind;
use crate::error::SessionError;
use crate::files;
use crate::record::{Key, LARGEST, Record, Unreadable};
use crate::session::Session;
use crate::source::CredentialSource;
use crate::store::{self, KeyringError};

/// Who may look into a folder of the program's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Privacy {
    /// The user alone: there are secrets in it.
    Secret,
    /// Anybody may look, and the user alone may write.
    Open,
}

impl Session {
    /// Checks where the sign-in is kept, and the sign-in. Needs no network.
    pub fn check_store(&self) -> Vec<Check> {
        let CredentialSource::Store(store) = self.source() else {
            let from = self.identity_given_by().unwrap_or_default();
            return vec![Check::good("sign-in", format!("from {from}, for this run"))];
        };
        let kind = store.kind();
        let configured = self.profile().credential_store;
        let keyring = matches!(configured, StoreKind::Auto | StoreKind::Keyring)
            .then(|| self.surroundings().keyring.probe());
        let mut checks = vec![in_force(configured, kind, keyring.as_ref())];
        checks.extend(keyring.as_ref().map(|answer| check_keyring(configured, answer, &self.profile().name)));
        let folder = store::folder(&self.folders().state);
        if configured != StoreKind::Memory {
            checks.push(self::folder("sign-in folder", &folder, Privacy::Secret));
            checks.push(check_locks(&folder));
        }
        if let Some(path) = self.store().ok().and_then(|store| store.path()) {
            checks.push(self.check_record(path));
        }
        checks.extend(leftovers(&folder));
        checks
    }

    fn check_record(&self, path: &Path) -> Check {
        let bytes = match files::read_private(path, LARGEST) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let finding = format!("not signed in with profile `{}`", self.profile().name);
                return Check::warning("sign-in", finding, "vantage login");
            }
            Err(error) => return Check::failed("sign-in", &error),
        };
        let key = Key::of(self.profile());
        let opened = match store::sealed::peek(&bytes, &key, &self.surroundings().keyring) {
            Some(Ok(opened)) => opened,
            Some(Err(reason)) => {
                let error = SessionError::RecordLocked { path: path.to_owned(), reason };
                return Check::failed("sign-in", &error);
            }
            None => Record::from_json(&bytes, &key),
        };
        match opened {
            Ok(record) => self.describe(&record),
            Err(Unreadable::Version(found)) => {
                Check::failed("sign-in", &SessionError::RecordVersion { path: path.to_owned(), found })
            }
            Err(Unreadable::Damaged(problem)) => {
                let finding = format!("`{}` is damaged: {problem}", path.display());
                Check::bad("sign-in", finding, Some("vantage login".into()))
            }
        }
    }

    fn describe(&self, record: &Record) -> Check {
        let persona = &record.persona;
        let who = persona.username.as_deref().or(persona.email.as_deref()).unwrap_or(&persona.subject);
        let left = record.expires_at.map(|expires_at| expires_at.saturating_sub(self.now().as_second()));
        let (verdict, state) = match (left, record.refreshable) {
            (Some(left), false) if left <= 0 => (Verdict::Bad, "expired, and cannot be renewed".into()),
            (Some(left), true) if left <= 0 => (Verdict::Good, "to be renewed at the next request".into()),
            (Some(left), true) => (Verdict::Good, format!("good for {left} seconds, then renewed")),
            (Some(left), false) => {
                (Verdict::Warning, format!("good for {left} seconds, and cannot be renewed"))
            }
            (None, _) => (Verdict::Good, "good until the provider says otherwise".into()),
        };
        let remedy = (verdict != Verdict::Good).then(|| "vantage login --force".into());
        Check { subject: "sign-in", verdict, finding: format!("`{who}`, {state}"), remedy }
    }
}

/// The store that the profile asks for, and what becomes of `auto`.
fn in_force(configured: StoreKind, kind: StoreKind, keyring: Option<&Result<(), KeyringError>>) -> Check {
    let next = match keyring {
        Some(Ok(())) => StoreKind::Keyring,
        _ => StoreKind::File,
    };
    let finding = match configured {
        StoreKind::Auto if next != kind => {
            format!("`auto`: the sign-in is in the store `{kind}`, the next one goes to `{next}`")
        }
        StoreKind::Auto => format!("`auto`, which is `{kind}` here"),
        StoreKind::Memory => "`memory`: the sign-in ends with the process".into(),
        other => format!("`{other}`"),
    };
    Check::good("credential store", finding)
}

fn check_keyring(configured: StoreKind, answer: &Result<(), KeyringError>, profile: &str) -> Check {
    let needed = configured == StoreKind::Keyring;
    let error = match answer {
        Ok(()) => return Check::good("keyring", "answers, and is unlocked"),
        Err(KeyringError::Absent(why)) if !needed => return Check::good("keyring", format!("none: {why}")),
        Err(error) => error,
    };
    let elsewhere = format!("`vantage profile set {profile} credential-store file` does without it");
    let remedy = match error {
        KeyringError::Locked(_) => format!("unlock it, as at the desktop's login; {elsewhere}"),
        _ => elsewhere,
    };
    let verdict = if needed { Verdict::Bad } else { Verdict::Warning };
    Check { subject: "keyring", verdict, finding: error.to_string(), remedy: Some(remedy) }
}

fn check_locks(folder: &Path) -> Check {
    if !folder.exists() {
        return Check::good("locks", "to be tried when there is a sign-in to guard");
    }
    match store::describe(folder) {
        Ok(found) => Check::good("locks", found),
        Err(error) => Check::failed("locks", &error),
    }
}

/// What damage and killed processes left beside the sign-ins. It may hold tokens.
fn leftovers(folder: &Path) -> Option<Check> {
    let mut damaged = Vec::new();
    let mut unfinished = Vec::new();
    for entry in std::fs::read_dir(folder).ok()?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.contains(".json.corrupt-") {
            damaged.push(entry.path());
        } else if name.starts_with('.') && name.contains(".json.") {
            unfinished.push(entry.path());
        }
    }
    let first = damaged.first().or(unfinished.first())?;
    let mut found = Vec::new();
    if !damaged.is_empty() {
        found.push(format!("{} damaged and set aside", damaged.len()));
    }
    if !unfinished.is_empty() {
        found.push(format!("{} unfinished, if nothing is being written now", unfinished.len()));
    }
    let finding = format!("in `{}`: {}", folder.display(), found.join(", "));
    Some(Check::warning("files left over", finding, format!("rm '{}'", first.display())))
}

/// See [`Check::folder`].
pub(super) fn folder(subject: &'static str, path: &Path, privacy: Privacy) -> Check {
    let checked = match privacy {
        Privacy::Secret => files::check_folder(path),
        Privacy::Open => files::check_writers(path),
    };
    match checked {
        Ok(()) if privacy == Privacy::Secret => {
            Check::good(subject, format!("`{}` is the user's alone", path.display()))
        }
        Ok(()) => Check::good(subject, format!("`{}` is the user's to write", path.display())),
        Err(SessionError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            Check::good(subject, format!("`{}` will be made when it is needed", path.display()))
        }
        Err(error) => Check::failed(subject, &error),
    }
}

#[cfg(test)]
mod tests;
