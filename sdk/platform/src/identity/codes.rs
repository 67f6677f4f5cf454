//! Device codes from the moment they are asked for until they are spent: RFC 8628's state
//! machine, without HTTP. The page decides, the token endpoint polls.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest, Sha256};

use super::refusal::Refusal;
use super::scopes::Scopes;
use crate::error::PlatformError;
use crate::options::Options;
use crate::random;
use crate::world::people::Person;

/// Letters of user codes: RFC 8628's own proposal, without vowels and look-alikes.
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

/// What `slow_down` adds to the gap, for good (RFC 8628, section 3.5).
const SLOWER: Duration = Duration::from_secs(5);

/// A poll may come this much early: two requests that were sent a full interval apart can arrive
/// closer together than that.
const JITTER: Duration = Duration::from_millis(100);

/// How long a dead code is remembered, so that a late poll hears `expired_token`.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// What a device asked for.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) scopes: Scopes,
    /// The PKCE challenge: base64url of the verifier's SHA-256.
    pub(crate) challenge: String,
    /// How the device named itself in `User-Agent`; not to be trusted.
    pub(crate) agent: String,
}

/// How far a code has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nobody has decided.
    Waiting,
    /// This person said yes.
    Approved(&'static Person),
    /// Somebody said no.
    Denied,
    /// The device was told that it is over: denied or expired.
    Told,
    /// Tokens were issued, in the session of this id.
    Spent(String),
}

/// A code that was given out.
#[derive(Debug)]
struct Code {
    asked: Asked,
    user_code: String,
    expires: Timestamp,
    stage: Stage,
    gap: Duration,
    last_poll: Option<Timestamp>,
}

/// What a poll comes to, when it is not refused.
#[derive(Debug)]
pub(crate) enum Polled {
    /// The person approved; the code is to be spent.
    Approved(&'static Person, Scopes),
    /// The code was spent before: the session of this id must end.
    Replayed(String),
    /// This poll was too early.
    TooEarly,
}

/// All codes.
#[derive(Debug)]
pub(crate) struct Codes {
    table: Mutex<HashMap<String, Code>>,
    lifetime: Duration,
    gap: Duration,
}

impl Codes {
    pub(crate) fn new(options: &Options) -> Self {
        let (lifetime, gap) = (options.device_code_ttl, options.poll_interval);
        Self { table: Mutex::default(), lifetime, gap }
    }

    /// Remembers a new device code, and gives the user code that stands for it.
    pub(crate) fn add(
        &self,
        device_code: &str,
        asked: Asked,
        now: Timestamp,
    ) -> Result<String, PlatformError> {
        let mut table = self.lock();
        table.retain(|_, code| now.duration_since(code.expires) < REMEMBERED);
        let user_code = loop {
            let candidate = user_code()?;
            if !table.values().any(|code| code.user_code == candidate) {
                break candidate;
            }
        };
        let expires = now.saturating_add(self.lifetime).unwrap_or(Timestamp::MAX);
        let (gap, stage) = (self.gap, Stage::Waiting);
        let code = Code { asked, user_code: user_code.clone(), expires, stage, gap, last_poll: None };
        table.insert(device_code.to_owned(), code);
        Ok(user_code)
    }

    /// What a user code that waits for a decision stands for.
    pub(crate) fn waiting(&self, user_code: &str, now: Timestamp) -> Option<Asked> {
        let table = self.lock();
        let code = table.values().find(|code| code.awaits_decision(user_code, now))?;
        Some(code.asked.clone())
    }

    /// Notes a decision; false if the code no longer waits for one.
    pub(crate) fn decide(&self, user_code: &str, decision: Stage, now: Timestamp) -> bool {
        let mut table = self.lock();
        let code = table.values_mut().find(|code| code.awaits_decision(user_code, now));
        code.map(|code| code.stage = decision).is_some()
    }

    /// One poll by a device.
    pub(crate) fn poll(&self, device_code: &str, verifier: &str, now: Timestamp) -> Result<Polled, Refusal> {
        let mut table = self.lock();
        let code = table
            .get_mut(device_code)
            .ok_or_else(|| Refusal::breach("invalid_grant", "Device code not valid"))?;
        if challenge(verifier) != code.asked.challenge {
            return Err(Refusal::breach("invalid_grant", "PKCE verification failed: Code mismatch"));
        }
        if let Stage::Spent(session) = &code.stage {
            return Ok(Polled::Replayed(session.clone()));
        }
        if code.is_early(now) {
            code.gap += SLOWER;
            code.last_poll = Some(now);
            return Ok(Polled::TooEarly);
        }
        code.last_poll = Some(now);
        code.outcome(now)
    }

    /// Marks a code as spent; false if it was not approved, which two polls at once can bring about.
    pub(crate) fn spend(&self, device_code: &str, session: &str) -> bool {
        let mut table = self.lock();
        let code = table.get_mut(device_code).filter(|code| matches!(code.stage, Stage::Approved(_)));
        code.map(|code| code.stage = Stage::Spent(session.to_owned())).is_some()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Code>> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Code {
    fn awaits_decision(&self, user_code: &str, now: Timestamp) -> bool {
        self.user_code == user_code && self.stage == Stage::Waiting && now < self.expires
    }

    fn is_early(&self, now: Timestamp) -> bool {
        let gap = SignedDuration::try_from(self.gap.saturating_sub(JITTER)).unwrap_or(SignedDuration::MAX);
        self.last_poll.is_some_and(|last| now.duration_since(last) < gap)
    }

    fn outcome(&mut self, now: Timestamp) -> Result<Polled, Refusal> {
        match self.stage {
            Stage::Told => {
                Err(Refusal::breach("expired_token", "This device code ended, and the device knew"))
            }
            Stage::Denied => {
                self.stage = Stage::Told;
                Err(Refusal::expected("access_denied", "The end user denied the authorization request"))
            }
            _ if now >= self.expires => {
                self.stage = Stage::Told;
                Err(Refusal::expected("expired_token", "Device code is expired"))
            }
            Stage::Approved(person) => Ok(Polled::Approved(person, self.asked.scopes.clone())),
            Stage::Waiting | Stage::Spent(_) => {
                Err(Refusal::expected("authorization_pending", "The authorization request is still pending"))
            }
        }
    }
}

/// The challenge that fits a verifier (RFC 7636, method S256).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

/// Eight letters in two groups. 20 divides 240, so bytes below that are without bias.
fn user_code() -> Result<String, PlatformError> {
    let mut code = String::with_capacity(9);
    while code.len() < 9 {
        for byte in random::bytes::<16>()?.into_iter().filter(|&byte| byte < 240) {
            match code.len() {
                9 => break,
                4 => code.push('-'),
                _ => {}
            }
            code.push(char::from(LETTERS[usize::from(byte) % LETTERS.len()]));
        }
    }
    Ok(code)
}

/// A user code as people type it, brought into the form in which it was shown.
pub(crate) fn typed(text: &str) -> String {
    let letters: String =
        text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).take(9).collect();
    match letters.len() {
        8 => format!("{}-{}", &letters[..4], &letters[4..]),
        _ => letters,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_codes_are_eight_letters_and_forgiving_to_type() {
        for _ in 0..50 {
            let code = user_code().unwrap();
            assert_eq!((code.len(), code.as_bytes()[4]), (9, b'-'), "{code}");
            assert!(code.bytes().filter(|&byte| byte != b'-').all(|byte| LETTERS.contains(&byte)));
            assert_eq!(typed(&format!("  {} ", code.to_lowercase().replace('-', " "))), code);
        }
        assert_eq!(typed("short"), "SHORT");
    }

    #[test]
    fn the_challenge_is_the_one_of_the_rfc() {
        // RFC 7636, appendix B.
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }
}
