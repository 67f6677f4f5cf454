//! One line of the audit log: JSON, chained to the line before it.
//!
//! A line ends with the hash of all that stands before the hash in it, byte for byte, so that no
//! change of any of its bytes goes unseen, and it holds the hash of the line before. The text is what
//! is hashed and what is shown; nothing is printed anew. What lines mean together is `chain.rs`'s.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;

/// The version of the lines that this program writes.
pub(super) const VERSION: u32 = 1;

/// The longest line that is read, in bytes; those that are written are far shorter.
pub(super) const LONGEST: usize = 64 << 10;

/// What stands before the first line: no line has this hash.
pub(super) const NOTHING: Digest = Digest([0; 32]);

/// Told to the hash before a line, so that it is the hash of nothing else.
const DOMAIN: &[u8] = b"vantage audit line 1\n";

/// What stands between a line's content and its hash.
const HASH: &[u8] = b",\"hash\":\"";
/// What stands after it.
const END: &[u8] = b"\"}";
/// Bytes of a digest as text.
const DIGEST: usize = "sha256:".len() + 64;

/// The longest text of an entry, in bytes. The rest of a longer one is cut off.
const TEXT: usize = 256;
/// The most fields that an entry names; the gate lets no more through.
const FIELDS: usize = 20;

/// Whether something was allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AuditDecision {
    /// It was done, or at least tried.
    Allowed,
    /// It was not done, or ended when the grant was taken away.
    Denied,
}

/// One thing that a pack asked for, what was decided, and what became of it.
///
/// There is no place in it for variables, answers, addresses or tokens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When it ended, in RFC 3339.
    pub time: String,
    /// The profile in force.
    pub profile: String,
    /// The words of the command, without what was given to it.
    pub command: String,
    /// The pack's id.
    pub pack: String,
    /// The pack's version, as it says itself.
    pub pack_version: String,
    /// The digest of the component that ran.
    pub digest: String,
    /// `query`, `mutation`, `subscription`, `dynamic`, `persona` or `storage`; where it was not
    /// understood what the pack asked for, `document` or `operation`.
    pub kind: String,
    /// The declared operation's name; of documents made while running the coordinates, never the
    /// name; of the rest the capability's text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The root fields that it reaches, as in `cluster/Query.clusters`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
    /// Whether it was allowed.
    pub decision: AuditDecision,
    /// The rule that denied it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The capability that was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub capability: Option<String>,
    /// What became of it, as in `ok`, `errors` or `unavailable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// How long it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    /// Bytes of the answers that the pack was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Events of a subscription.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub events: Option<u64>,
    /// How often the same was decided once more in the same run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeated: Option<u64>,
}

impl AuditEntry {
    /// The same with every text as long as texts may be.
    fn bounded(&self) -> Self {
        let optional = |text: &Option<String>| text.as_deref().map(cut);
        Self {
            time: cut(&self.time),
            profile: cut(&self.profile),
            command: cut(&self.command),
            pack: cut(&self.pack),
            pack_version: cut(&self.pack_version),
            digest: cut(&self.digest),
            kind: cut(&self.kind),
            operation: optional(&self.operation),
            fields: self.fields.iter().take(FIELDS).map(|field| cut(field)).collect(),
            rule: optional(&self.rule),
            capability: optional(&self.capability),
            outcome: optional(&self.outcome),
            ..self.clone()
        }
    }
}

fn cut(text: &str) -> String {
    if text.len() <= TEXT {
        return text.to_owned();
    }
    format!("{}…", &text[..text.floor_char_boundary(TEXT)])
}

/// What the log says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "remark", rename_all = "lowercase")]
pub(super) enum Remark {
    /// What stands before this line was cut off while it was written: so many bytes, with this digest.
    Torn { time: String, bytes: u64, content: Digest },
    /// `audit.head` was gone or unreadable, and was made anew: lines may have gone with it.
    Head { time: String },
}

/// Where a line stands in the chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Link {
    /// The line's number, from 1, over all files.
    pub(super) sequence: u64,
    /// The line's hash.
    pub(super) hash: Digest,
}

impl Link {
    /// The place before the first line.
    pub(super) const START: Self = Self { sequence: 0, hash: NOTHING };
}

#[derive(Serialize)]
struct Written<'a, T> {
    version: u32,
    sequence: u64,
    #[serde(flatten)]
    content: &'a T,
    previous: Digest,
}

/// Writes the line that follows `before`, with its newline.
pub(super) fn entry_after(before: Link, entry: &AuditEntry) -> (Vec<u8>, Link) {
    write(before, &entry.bounded())
}

/// Writes a remark that follows `before`, with its newline.
pub(super) fn remark_after(before: Link, remark: &Remark) -> (Vec<u8>, Link) {
    write(before, remark)
}

fn write<T: Serialize>(before: Link, content: &T) -> (Vec<u8>, Link) {
    let sequence = before.sequence.saturating_add(1);
    let written = Written { version: VERSION, sequence, content, previous: before.hash };
    // Strings, numbers and digests always have a JSON text; an empty line would be seen as altered.
    let mut line = serde_json::to_vec(&written).unwrap_or_default();
    let hash = hash_of(&line);
    line.pop();
    line.extend_from_slice(HASH);
    line.extend_from_slice(hash.to_string().as_bytes());
    line.extend_from_slice(END);
    line.push(b'\n');
    (line, Link { sequence, hash })
}

fn hash_of(content: &[u8]) -> Digest {
    Digest(Sha256::new().chain_update(DOMAIN).chain_update(content).finalize().into())
}

/// What a line says of its place, after its hash was found right.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) link: Link,
    pub(super) previous: Digest,
    pub(super) remark: Option<Remark>,
}

/// Why a line cannot be believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    /// Its hash is not that of its content, or it has no hash.
    Altered,
    /// Its hash is right, and its content is none of a line.
    Foreign(String),
    /// A later version of this program wrote it.
    Newer(u32),
}

#[derive(Deserialize)]
struct Place {
    version: u32,
    sequence: u64,
    previous: Digest,
    remark: Option<serde::de::IgnoredAny>,
}

/// Reads a line without its newline.
pub(super) fn read(line: &[u8]) -> Result<Read, Unreadable> {
    let Some((content, stated)) = apart(line) else {
        return Err(newer(line).unwrap_or(Unreadable::Altered));
    };
    let hash = hash_of(&content);
    if hash.to_string().as_bytes() != stated {
        return Err(newer(line).unwrap_or(Unreadable::Altered));
    }
    let foreign = |error: serde_json::Error| Unreadable::Foreign(error.to_string());
    let place: Place = serde_json::from_slice(&content).map_err(foreign)?;
    if place.version != VERSION {
        return Err(Unreadable::Newer(place.version));
    }
    let remark = match place.remark {
        Some(_) => Some(serde_json::from_slice(&content).map_err(foreign)?),
        None => None,
    };
    Ok(Read { link: Link { sequence: place.sequence, hash }, previous: place.previous, remark })
}

/// The hash that a line states, right or wrong.
pub(super) fn stated_hash(line: &[u8]) -> Option<&[u8]> {
    let at = line.len().checked_sub(END.len() + DIGEST)?;
    line.ends_with(END).then(|| &line[at..at + DIGEST])
}

/// Takes a line apart: its content as it was hashed, and the hash that it states.
fn apart(line: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let stated = stated_hash(line)?;
    let content = line[..line.len() - END.len() - DIGEST].strip_suffix(HASH)?;
    let mut content = content.to_vec();
    content.push(b'}');
    Some((content, stated))
}

/// Lines of a later version may be hashed otherwise: they say what they are, and are not called altered.
fn newer(line: &[u8]) -> Option<Unreadable> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let versioned: Versioned = serde_json::from_slice(line).ok()?;
    (versioned.version > VERSION).then_some(Unreadable::Newer(versioned.version))
}
