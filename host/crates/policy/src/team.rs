//! What a team allows: caps on what any of its members may grant to packs.
//!
//! A policy is a file (`file.rs` reads its text) that caps publishers, sources and capabilities, names
//! packs that are denied, and may want every change asked about. Several apply together: what one of
//! them bars is barred, so that adding a rule or a file never allows more. A file that cannot be read
//! bars every pack from others; packs that are part of vantage go on, or nobody could mend anything
//! with them. It opens no file: the host reads them, and asks at `plugin add`, at `plugin grant`, at
//! the start of a run and, through [`Grants::within`](crate::decision::Grants::within), at each call.
//!
//! A cap is a guard for people who mean well. Whoever can replace `vantage` is not held by it.

mod cover;
mod deny;
mod file;
mod source;

use std::fmt;

use semver::Version;

use crate::authority::Trust;
use crate::capability::Capability;
use crate::text::excerpt;

use self::cover::Cover;
use self::deny::Deny;
use self::source::SourcePrefix;

/// All policies that apply on this machine; none is one of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policies {
    files: Vec<PolicyFile>,
}

/// One file, read or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFile {
    path: String,
    content: Result<Policy, String>,
}

/// What one file says; what it does not say it leaves open.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Policy {
    contact: Option<String>,
    publishers: Option<Vec<String>>,
    sources: Option<Vec<SourcePrefix>>,
    deny: Vec<Deny>,
    others: Caps,
    bundled: Caps,
}

/// What packs of one kind may be granted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Caps {
    capabilities: Option<Vec<Cover>>,
    changes_ask: bool,
}

/// A pack as far as it is known: its bytes and source before it has said anything, then its identity.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Whether it is part of the binary.
    pub trust: Trust,
    /// The digest of its component, `sha256:…`.
    pub digest: &'a str,
    /// Where it came from; none where it is part of the binary.
    pub source: Option<&'a str>,
    /// Its id and version, once it has told them.
    pub identity: Option<(&'a str, &'a Version)>,
}

/// What a team's policy bars, and the rule that does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// The policy's file.
    pub file: String,
    /// The key in it; none where the file as a whole cannot be read.
    pub key: Option<&'static str>,
    /// Whom to ask, as the policy says.
    pub contact: Option<String>,
    /// One line, lower case, no full stop.
    pub reason: String,
}

impl Bar {
    /// The rule's place: `/etc/vantage/policy.toml: capabilities`.
    pub fn rule(&self) -> String {
        match self.key {
            Some(key) => format!("{}: {key}", self.file),
            None => self.file.clone(),
        }
    }

    /// What the user can do, one line. Granting is never it.
    pub fn hint(&self) -> String {
        match (&self.contact, self.key) {
            (Some(contact), _) => format!("the rule is `{}`; ask {contact}", self.rule()),
            (None, Some(_)) => format!("the rule is `{}`; ask whoever keeps that file", self.rule()),
            (None, None) => format!("ask whoever keeps `{}` to put it right", self.file),
        }
    }
}

impl fmt::Display for Bar {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.reason)
    }
}

impl PolicyFile {
    /// A file with this text, which may turn out to be no policy.
    pub fn parse(path: &str, text: &str) -> Self {
        let content = file::read(text).map_err(|error| error.to_string());
        Self { path: path.to_owned(), content }
    }

    /// A file that is there and cannot be read or believed, and why: one line, lower case.
    pub fn unreadable(path: &str, fault: impl Into<String>) -> Self {
        Self { path: path.to_owned(), content: Err(fault.into()) }
    }

    /// Where it is.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What is wrong with it, if anything is.
    pub fn fault(&self) -> Option<&str> {
        self.content.as_ref().err().map(String::as_str)
    }

    fn bar(&self, key: &'static str, reason: String) -> Bar {
        let contact = self.content.as_ref().ok().and_then(|policy| policy.contact.clone());
        Bar { file: self.path.clone(), key: Some(key), contact, reason }
    }

    fn unread(&self, fault: &str) -> Bar {
        let reason = format!("the team policy `{}` cannot be used: {fault}", self.path);
        Bar { file: self.path.clone(), key: None, contact: None, reason }
    }

    fn admit(&self, pack: &Candidate<'_>) -> Result<(), Bar> {
        let policy = match (&self.content, pack.trust) {
            (Ok(policy), _) => policy,
            (Err(_), Trust::Bundled) => return Ok(()),
            (Err(fault), Trust::ThirdParty) => return Err(self.unread(fault)),
        };
        if let Some(deny) = policy.deny.iter().find(|deny| deny.hits(pack)) {
            return Err(self.bar("deny", format!("the team policy denies `{deny}`")));
        }
        if pack.trust == Trust::Bundled {
            return Ok(());
        }
        let publisher =
            pack.identity.map(|(id, _)| id.split_once('/').map_or(id, |(publisher, _)| publisher));
        if let (Some(publishers), Some(publisher)) = (&policy.publishers, publisher)
            && !publishers.iter().any(|allowed| allowed == publisher)
        {
            let reason = format!("the team policy does not allow packs of the publisher `{publisher}`");
            return Err(self.bar("publishers", reason));
        }
        if let Some(sources) = &policy.sources {
            // A pack of which nobody knows where it is from is from nowhere that is allowed.
            let source = pack.source.unwrap_or_default();
            if !sources.iter().any(|prefix| prefix.covers(source)) {
                let reason = format!("the team policy does not allow packs from `{}`", excerpt(source));
                return Err(self.bar("sources", reason));
            }
        }
        Ok(())
    }

    fn allow(&self, capability: &Capability, trust: Trust) -> Result<(), Bar> {
        let policy = match (&self.content, trust) {
            (Ok(policy), _) => policy,
            (Err(_), Trust::Bundled) => return Ok(()),
            (Err(fault), Trust::ThirdParty) => return Err(self.unread(fault)),
        };
        let (caps, key) = match trust {
            Trust::Bundled => (&policy.bundled, "bundled.capabilities"),
            Trust::ThirdParty => (&policy.others, "capabilities"),
        };
        match &caps.capabilities {
            Some(covers) if !covers.iter().any(|cover| cover.covers(capability)) => {
                Err(self.bar(key, format!("the team policy does not allow `{capability}`")))
            }
            _ => Ok(()),
        }
    }

    fn asks(&self, trust: Trust) -> Option<Bar> {
        let policy = self.content.as_ref().ok()?;
        let (caps, key) = match trust {
            Trust::Bundled => (&policy.bundled, "bundled.changes"),
            Trust::ThirdParty => (&policy.others, "changes"),
        };
        let reason = || "the team policy wants a person to agree to every change".to_owned();
        caps.changes_ask.then(|| self.bar(key, reason()))
    }
}

impl Policies {
    /// These files together.
    pub fn new(files: Vec<PolicyFile>) -> Self {
        Self { files }
    }

    /// Whether where a pack came from is asked for.
    pub fn cap_sources(&self) -> bool {
        let caps = |file: &PolicyFile| file.content.as_ref().is_ok_and(|policy| policy.sources.is_some());
        self.files.iter().any(caps)
    }

    /// The files.
    pub fn files(&self) -> &[PolicyFile] {
        &self.files
    }

    /// Whether a pack may be added and run at all, by what is known of it.
    ///
    /// # Errors
    ///
    /// The first rule that denies.
    pub fn admit(&self, pack: &Candidate<'_>) -> Result<(), Bar> {
        self.files.iter().try_for_each(|file| file.admit(pack))
    }

    /// Whether packs of that kind may be granted a capability.
    ///
    /// # Errors
    ///
    /// The first rule that denies.
    pub fn allow(&self, capability: &Capability, trust: Trust) -> Result<(), Bar> {
        self.files.iter().try_for_each(|file| file.allow(capability, trust))
    }

    /// The rule that wants a person's word for each change by packs of that kind, if one does.
    pub fn asks_about_changes(&self, trust: Trust) -> Option<Bar> {
        self.files.iter().find_map(|file| file.asks(trust))
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
