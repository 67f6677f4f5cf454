//! A profile: what it is made of, what it is by default, and which values it can have.
//!
//! Pure. Reading one from the file is in `resolve.rs`, changing one in `edit.rs`; both ask here
//! whether a text is a value.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use url::Url;

use crate::address;

/// The profile that is there when nothing is configured.
pub const DEFAULT_PROFILE: &str = "default";
pub(super) const DEFAULT_ISSUER: &str = "https://auth.vantagecompute.ai/realms/vantage";
pub(super) const DEFAULT_API: &str = "https://apis.vantagecompute.ai";
pub(super) const DEFAULT_CLIENT_ID: &str = "default";
pub(super) const DEFAULT_SCOPES: [&str; 2] = ["openid", "offline_access"];
const LONGEST_THRESHOLD: Duration = Duration::from_secs(24 * 3600);

/// A named set of endpoints, client, organization and store.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// What the user calls it.
    pub name: String,
    /// The identity provider, as it names itself.
    pub issuer: Url,
    /// What this program is called at the provider.
    pub client_id: String,
    /// Where the APIs are: each at `{api}/{name}/graphql`.
    pub api: Url,
    /// APIs that are elsewhere, with their whole endpoint.
    pub apis: BTreeMap<String, Url>,
    /// For which organization the user acts.
    pub organization: Option<String>,
    /// Where the sign-in is kept.
    pub credential_store: StoreKind,
    /// The program that keeps it and its arguments, where the store is [`StoreKind::Command`].
    pub credential_command: Vec<String>,
    /// What is asked of the provider.
    pub scopes: Vec<String>,
    /// The claims whose roles count.
    pub role_claims: Vec<RoleClaim>,
    /// How long before its expiry a token is renewed; by default a tenth of its life.
    pub refresh_threshold: Option<Duration>,
}

impl Profile {
    /// How a provider is asked for a token of the profile's organization: Keycloak's scope.
    pub(crate) fn organization_scope(&self) -> Option<String> {
        Some(format!("organization:{}", self.organization.as_ref()?))
    }
}

/// A claim of a token that holds roles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RoleClaim {
    /// Those of the realm.
    Realm,
    /// Those of every client, or of one.
    Clients(Option<String>),
    /// Groups, taken as roles.
    Groups,
}

impl RoleClaim {
    /// What counts where nothing is said.
    pub(super) const DEFAULT: [Self; 2] = [Self::Realm, Self::Clients(None)];

    /// Whether it is the claim of this name, in which clients have theirs by name.
    pub(crate) fn names(&self, claim: &str) -> bool {
        match self {
            Self::Realm => claim == "realm_access",
            Self::Clients(None) => claim.starts_with("resource_access."),
            Self::Clients(Some(client)) => claim.strip_prefix("resource_access.") == Some(client),
            Self::Groups => claim == "groups",
        }
    }
}

impl fmt::Display for RoleClaim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Realm => formatter.write_str("realm_access"),
            Self::Clients(None) => formatter.write_str("resource_access"),
            Self::Clients(Some(client)) => write!(formatter, "resource_access.{client}"),
            Self::Groups => formatter.write_str("groups"),
        }
    }
}

impl FromStr for RoleClaim {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match (text, text.strip_prefix("resource_access.")) {
            ("realm_access", _) => Ok(Self::Realm),
            ("resource_access", _) => Ok(Self::Clients(None)),
            ("groups", _) => Ok(Self::Groups),
            (_, Some(client)) => plain_word(client).map(|client| Self::Clients(Some(client))),
            _ => Err(format!(
                "`{}` is none of realm_access, resource_access, resource_access.CLIENT, groups",
                crate::http::printable(text)
            )),
        }
    }
}

/// Where a sign-in is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum StoreKind {
    /// The best there is on this machine.
    #[default]
    Auto,
    /// The operating system's keyring.
    Keyring,
    /// A file that only the user can read.
    File,
    /// Nowhere: it ends with the process.
    Memory,
    /// A program of the user's choosing.
    Command,
}

impl StoreKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Keyring, Self::File, Self::Memory, Self::Command];

    /// As it stands in the configuration.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Keyring => "keyring",
            Self::File => "file",
            Self::Memory => "memory",
            Self::Command => "command",
        }
    }
}

impl fmt::Display for StoreKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for StoreKind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let kind = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        kind.ok_or_else(|| format!("`{text}` is none of {}", Self::ALL.map(Self::as_str).join(", ")))
    }
}

/// A client id, an organization, a scope: something without spaces that is shown and sent.
pub(super) fn plain_word(text: &str) -> Result<String, String> {
    if text.is_empty() {
        Err("it is empty".into())
    } else if text.len() > 256 {
        Err("it is longer than 256 bytes".into())
    } else if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        Err("it contains spaces or control characters".into())
    } else {
        Ok(text.to_owned())
    }
}

/// The words of a command line as a shell would split it: quotes keep words together.
pub(super) fn command_words(text: &str) -> Result<Vec<String>, String> {
    let words = shell_words::split(text).map_err(|_| "a quote in it is not closed".to_owned())?;
    check_command(&words).map(|()| words)
}

/// A program and its arguments, ready to be started.
pub(super) fn check_command(words: &[String]) -> Result<(), String> {
    if words.first().is_none_or(String::is_empty) {
        Err("it names no program".into())
    } else if words.iter().any(|word| word.chars().any(char::is_control)) {
        Err("it contains control characters".into())
    } else {
        Ok(())
    }
}

/// A span of time like `60s` or `2m`.
pub(super) fn span(text: &str) -> Result<Duration, String> {
    let span: jiff::SignedDuration =
        text.parse().map_err(|_| format!("`{text}` is not a span of time like `60s` or `2m`"))?;
    let span = Duration::try_from(span).map_err(|_| "it is negative".to_owned())?;
    if span > LONGEST_THRESHOLD { Err("it is longer than a day".into()) } else { Ok(span) }
}

/// What can be said of `key` by its text alone; for edits, before they are saved.
pub(super) fn check_value(key: &str, text: &str) -> Result<(), String> {
    match key {
        "issuer" | "api" | "apis" => address::parse(text).map(drop),
        "credential-store" => text.parse::<StoreKind>().map(drop),
        "refresh-threshold" => span(text).map(drop),
        "role-claims" => text.parse::<RoleClaim>().map(drop),
        "credential-command" => command_words(text).map(drop),
        _ => plain_word(text).map(drop),
    }
}
