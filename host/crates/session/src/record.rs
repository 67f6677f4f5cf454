//! A stored sign-in: its tokens, whose they are, and where they may be sent.
//!
//! Knows the plain form (JSON, version 1) and nothing of where that is: `store/` keeps the bytes, and
//! `store/sealed.rs` has the form whose tokens are encrypted. A record's name is made of everything
//! that decides which sign-in it is, so that two issuers or two organizations never share one.
//!
//! The refresh token is not part of a [`Record`]: what is read for every request knows only whether
//! there is one. It is read by whoever is about to spend it, carry it over or revoke it.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::address;
use crate::configuration::Profile;
use crate::discovery::without_content;
use crate::http::hex;
use crate::persona::Persona;
use crate::token::Token;

/// The version of the plain form.
pub(crate) const VERSION: u64 = 1;
/// What is made ready on disk before a token is spent; records are a tenth of it.
pub(crate) const ROOM: usize = 64 * 1024;
/// More than any record that this program writes.
pub(crate) const LARGEST: u64 = 256 * 1024;

/// Which sign-in it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Key {
    pub(crate) profile: String,
    pub(crate) issuer: String,
    pub(crate) client_id: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) organization: Option<String>,
}

/// A sign-in, as it is stored, but for its refresh token.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) key: Key,
    /// Counts the refreshes.
    pub(crate) generation: u64,
    /// The only origins that the access token is sent to.
    pub(crate) origins: Vec<String>,
    pub(crate) access: Token,
    /// Whether a refresh token is stored with it.
    pub(crate) refreshable: bool,
    /// Seconds since 1970; `None` if the provider did not say.
    pub(crate) expires_at: Option<i64>,
    pub(crate) obtained_at: i64,
    pub(crate) persona: Persona,
}

/// Why bytes are not a record.
#[derive(Debug, PartialEq)]
pub(crate) enum Unreadable {
    /// A newer program's.
    Version(u64),
    /// Nobody's.
    Damaged(String),
}

#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

#[derive(Deserialize)]
struct Spendable {
    #[serde(default)]
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Read {
    #[serde(flatten)]
    key: Key,
    generation: u64,
    origins: Vec<String>,
    access_token: String,
    #[serde(default)]
    refresh_token: Option<IgnoredAny>,
    expires_at: Option<i64>,
    obtained_at: i64,
    persona: Persona,
}

/// Private to this function's file: the one place where tokens are written out.
#[derive(Serialize)]
struct Written<'a> {
    version: u64,
    #[serde(flatten)]
    key: &'a Key,
    generation: u64,
    origins: &'a [String],
    access_token: &'a str,
    refresh_token: Option<&'a str>,
    expires_at: Option<i64>,
    obtained_at: i64,
    persona: &'a Persona,
}

impl Key {
    /// The key of a profile's sign-in.
    pub(crate) fn of(profile: &Profile) -> Self {
        let mut scopes = profile.scopes.clone();
        scopes.sort();
        scopes.dedup();
        Self {
            profile: profile.name.clone(),
            issuer: address::issuer(&profile.issuer).to_owned(),
            client_id: profile.client_id.clone(),
            scopes,
            organization: profile.organization.clone(),
        }
    }

    /// The name of the record's files, without an ending.
    pub(crate) fn file_stem(&self) -> String {
        let parts =
            serde_json::json!([self.profile, self.issuer, self.client_id, self.scopes, self.organization]);
        hex(&Sha256::digest(parts.to_string()))
    }
}

/// The version that a stored record has, whatever its form.
pub(crate) fn version(json: &[u8]) -> Result<u64, Unreadable> {
    let Versioned { version } =
        serde_json::from_slice(json).map_err(|error| Unreadable::Damaged(without_content(&error)))?;
    if version == 0 { Err(damaged("it has no valid version")) } else { Ok(version) }
}

/// The refresh token in the plain form, for whoever is about to use it.
pub(crate) fn refresh_token(json: &[u8]) -> Result<Option<Token>, Unreadable> {
    let read: Spendable =
        serde_json::from_slice(json).map_err(|error| Unreadable::Damaged(without_content(&error)))?;
    read.refresh_token.map(token).transpose()
}

/// Which sign-in a stored record says it is; both forms say it openly.
pub(crate) fn key(json: &[u8]) -> Option<Key> {
    serde_json::from_slice(json).ok()
}

impl Record {
    /// Reads what [`Record::to_json`] wrote.
    pub(crate) fn from_json(json: &[u8], key: &Key) -> Result<Self, Unreadable> {
        match version(json)? {
            VERSION => {}
            newer => return Err(Unreadable::Version(newer)),
        }
        let read: Read =
            serde_json::from_slice(json).map_err(|error| Unreadable::Damaged(without_content(&error)))?;
        if read.key != *key {
            return Err(damaged("it is another profile's"));
        }
        Ok(Self {
            key: read.key,
            generation: read.generation,
            origins: read.origins,
            access: token(read.access_token)?,
            refreshable: read.refresh_token.is_some(),
            expires_at: read.expires_at,
            obtained_at: read.obtained_at,
            persona: read.persona,
        })
    }

    /// The plain form; wiped from memory when dropped.
    pub(crate) fn to_json(&self, refresh: Option<&Token>) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        let written = Written {
            version: VERSION,
            key: &self.key,
            generation: self.generation,
            origins: &self.origins,
            access_token: self.access.expose(),
            refresh_token: refresh.map(Token::expose),
            expires_at: self.expires_at,
            obtained_at: self.obtained_at,
            persona: &self.persona,
        };
        // Large enough not to grow, since growing leaves copies behind.
        let mut json = Zeroizing::new(Vec::with_capacity(ROOM));
        serde_json::to_writer(&mut *json, &written)?;
        Ok(json)
    }
}

fn token(value: String) -> Result<Token, Unreadable> {
    Token::new(value).ok_or_else(|| damaged("a token has characters that none can have"))
}

fn damaged(problem: &str) -> Unreadable {
    Unreadable::Damaged(problem.to_owned())
}

/// The origins of every API of a profile, each once.
pub(crate) fn origins(profile: &Profile) -> Vec<String> {
    let mut origins: Vec<String> = std::iter::once(&profile.api)
        .chain(profile.apis.values())
        .map(|url| address::origin(url).ascii_serialization())
        .collect();
    origins.sort();
    origins.dedup();
    origins
}
