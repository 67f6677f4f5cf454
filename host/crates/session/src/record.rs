//! A stored sign-in: its tokens, whose they are, and where they may be sent.
//!
//! Knows the form on disk (JSON, version 1) and nothing of where that is: `store/` keeps the bytes.
//! A record's name is made of everything that decides which sign-in it is, so that two issuers or
//! two organizations never share one.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::address;
use crate::configuration::Profile;
use crate::discovery::without_content;
use crate::http::hex;
use crate::persona::Persona;
use crate::token::Token;

const VERSION: u64 = 1;
/// What is made ready on disk before a token is spent; records are a tenth of it.
pub(crate) const ROOM: usize = 64 * 1024;
/// More than any record that this program writes.
pub(crate) const LARGEST: u64 = 256 * 1024;

/// Which sign-in it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Key {
    profile: String,
    issuer: String,
    client_id: String,
    scopes: Vec<String>,
    organization: Option<String>,
}

/// A sign-in, as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct Record {
    pub(crate) key: Key,
    /// Counts the refreshes.
    pub(crate) generation: u64,
    /// The only origins that the access token is sent to.
    pub(crate) origins: Vec<String>,
    pub(crate) access: Token,
    pub(crate) refresh: Option<Token>,
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
struct Read {
    #[serde(flatten)]
    key: Key,
    generation: u64,
    origins: Vec<String>,
    access_token: String,
    #[serde(default)]
    refresh_token: Option<String>,
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

impl Record {
    /// Reads what [`Record::to_json`] wrote.
    pub(crate) fn from_json(json: &[u8], key: &Key) -> Result<Self, Unreadable> {
        let damaged = |problem: &str| Unreadable::Damaged(problem.to_owned());
        let Versioned { version } =
            serde_json::from_slice(json).map_err(|error| damaged(&without_content(&error)))?;
        if version != VERSION {
            return Err(if version > VERSION {
                Unreadable::Version(version)
            } else {
                damaged("it has no valid version")
            });
        }
        let read: Read = serde_json::from_slice(json).map_err(|error| damaged(&without_content(&error)))?;
        let token = |value: String| {
            Token::new(value).ok_or_else(|| damaged("a token has characters that none can have"))
        };
        let access = token(read.access_token)?;
        let refresh = read.refresh_token.map(token).transpose()?;
        if read.key != *key {
            return Err(damaged("it is another profile's"));
        }
        Ok(Self {
            key: read.key,
            generation: read.generation,
            origins: read.origins,
            access,
            refresh,
            expires_at: read.expires_at,
            obtained_at: read.obtained_at,
            persona: read.persona,
        })
    }

    /// The form on disk; wiped from memory when dropped.
    pub(crate) fn to_json(&self) -> Result<Zeroizing<Vec<u8>>, serde_json::Error> {
        let written = Written {
            version: VERSION,
            key: &self.key,
            generation: self.generation,
            origins: &self.origins,
            access_token: self.access.expose(),
            refresh_token: self.refresh.as_ref().map(Token::expose),
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
