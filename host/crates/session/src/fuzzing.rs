//! What the fuzz targets call: each reader of foreign bytes, with the promises that it keeps.
//!
//! Not part of the crate's interface: built for cargo-fuzz, which sets `cfg(fuzzing)`, and for the
//! crate's own tests, which run every sample of `fuzz/seeds` through it. A function returns whether
//! its bytes were accepted, and panics where a promise is broken.

use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderValue, RETRY_AFTER};
use url::Url;

use crate::address;
use crate::claims::UnverifiedClaims;
use crate::configuration::{Configuration, Overrides, Profile};
use crate::error::SessionError;
use crate::graphql::events;
use crate::http::Answer;
use crate::record::{self, Key, Record, Unreadable};
use crate::store::sealed;
use crate::token::Token;
use crate::{device, discovery, provider, retry};

/// A reader by name; the file of samples has the same name.
pub type Target = fn(&[u8]) -> bool;

/// Every reader.
pub const TARGETS: &[(&str, Target)] = &[
    ("discovery", discovery),
    ("tokens", tokens),
    ("device", device),
    ("claims", claims),
    ("record", record),
    ("sealed", sealed),
    ("headers", headers),
    ("echo", echo),
    ("events", events),
];

const ISSUER: &str = "https://auth.example/realms/vantage";
const NOW: i64 = 1_790_000_000;

/// A discovery document: what is accepted is the issuer's own, and at its origin.
pub fn discovery(bytes: &[u8]) -> bool {
    let url = url("https://auth.example/.well-known/openid-configuration");
    match discovery::read(&answer(200, bytes), &url, ISSUER) {
        Ok(endpoints) => {
            let own = url.origin();
            let all = [Some(&endpoints.token), endpoints.device.as_ref(), endpoints.revocation.as_ref()];
            for endpoint in all.into_iter().flatten() {
                assert_eq!(endpoint.origin(), own, "an endpoint elsewhere");
                assert_eq!(address::check(endpoint), Ok(()));
            }
            true
        }
        Err(error) => rejected(&error),
    }
}

/// A token endpoint's answer; its first byte chooses the status.
pub fn tokens(bytes: &[u8]) -> bool {
    let Some((first, body)) = bytes.split_first() else { return false };
    let status = [200, 400, 401, 429, 503][usize::from(first % 5)];
    let (answer, url) = (answer(status, body), url(ISSUER));
    let sent = token("canary-that-was-sent");
    if let Some(refusal) = provider::refusal(&answer, &url, &[&sent]) {
        let error = match refusal {
            provider::NoTokens::Refused(_, error) | provider::NoTokens::Fault(error) => error,
        };
        assert!(!error.to_string().contains(sent.expose()), "the token that was sent: {error}");
        return rejected(&error);
    }
    let tokens = match provider::tokens(&answer, &url) {
        Ok(tokens) => tokens,
        Err(error) => return rejected(&error),
    };
    for token in [Some(&tokens.access), tokens.refresh.as_ref()].into_iter().flatten() {
        assert_sendable(token);
    }
    let now = moment();
    if let Some(expires_at) = tokens.expires_at(now) {
        assert!(expires_at >= NOW, "expires before it is issued");
        assert!(Timestamp::from_second(expires_at).is_ok(), "expires beyond all time");
    }
    match tokens.persona(ISSUER, "default") {
        Ok(persona) => assert!(!persona.subject.is_empty()),
        Err(error) => return rejected(&error),
    }
    true
}

/// A device authorization answer: what is accepted can be shown, opened and waited for.
pub fn device(bytes: &[u8]) -> bool {
    let verifier = Token::new("verifier".to_owned()).expect("a token");
    match device::read_code(&answer(200, bytes), &url(ISSUER), verifier) {
        Ok((shown, pending)) => {
            assert!((1..=60).contains(&pending.interval.as_secs()), "{:?}", pending.interval);
            assert!((1..=1800).contains(&shown.expires_in.as_secs()), "{:?}", shown.expires_in);
            assert!((1..=64).contains(&shown.user_code.len()));
            assert!(shown.user_code.chars().all(|character| matches!(character, ' '..='~')));
            for link in std::iter::once(&shown.verification_uri).chain(&shown.verification_uri_complete) {
                assert!(link.bytes().all(|byte| byte.is_ascii_graphic()), "{link:?}");
                let link = Url::parse(link).expect("a link that was accepted");
                assert!(matches!(link.scheme(), "https" | "http"), "{link}");
                assert_eq!(address::check(&link), Ok(()));
            }
            true
        }
        Err(error) => rejected(&error),
    }
}

/// The payload of a JWT: what is read of it is bounded.
pub fn claims(bytes: &[u8]) -> bool {
    use base64::Engine;
    let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let Some(token) = Token::new(format!("e30.{payload}.c2ln")) else { return false };
    let Some(claims) = UnverifiedClaims::decode(&token) else { return false };
    let _ = (claims.lifetime(Some(Timestamp::MAX)), claims.expires_at(), claims.is_for("default"));
    let Some(persona) = claims.persona() else { return false };
    assert!((1..=2048).contains(&persona.subject.len()));
    assert!(persona.organizations.len() <= 1024 && persona.roles.len() <= 1024);
    assert!(persona.groups.len() <= 1024);
    let _ = persona.choose(&profile());
    true
}

/// A sealed record: what opens is what was sealed, whatever else the file says.
pub fn sealed(bytes: &[u8]) -> bool {
    let (sign_in, key) = (Key::of(&profile()), zeroize::Zeroizing::new([7; 32]));
    let opened = sealed::open(bytes, &sign_in, &key);
    let refresh = sealed::open_refresh(bytes, &sign_in, &key);
    match opened {
        Ok(record) => {
            assert_eq!(record.key, sign_in, "another profile's record");
            // Nobody can make one without the key, so it is the one that lies among the samples.
            assert_eq!(record.access.expose(), "canary-access-of-the-sample");
            if let Ok(refresh) = refresh {
                assert_eq!(refresh.is_some(), record.refreshable);
            }
            true
        }
        Err(sealed::NotOpened::Unreadable(Unreadable::Damaged(problem))) => {
            assert!(problem.len() < 200 && !problem.contains("canary"), "{problem}");
            false
        }
        Err(_) => false,
    }
}

/// A stored record: what is accepted is this profile's, and is written as it was read.
pub fn record(bytes: &[u8]) -> bool {
    let key = Key::of(&profile());
    match Record::from_json(bytes, &key) {
        Ok(record) => {
            assert_eq!(record.key, key, "another profile's record");
            // Whoever reads for a request does not look at the refresh token, so it may be anything.
            let refresh = record::refresh_token(bytes).ok().flatten();
            for token in std::iter::once(&record.access).chain(&refresh) {
                assert_sendable(token);
                let shown = format!("{record:?}");
                assert!(token.expose().len() < 16 || !shown.contains(token.expose()), "{shown}");
            }
            let json = record.to_json(refresh.as_ref()).expect("a record that was read can be written");
            let again = Record::from_json(&json, &key).expect("a record that was written can be read");
            assert_eq!(record::refresh_token(&json).expect("its refresh token"), refresh);
            assert_eq!(&*again.to_json(refresh.as_ref()).expect("JSON"), &*json, "it differs once written");
            true
        }
        Err(Unreadable::Damaged(problem)) => {
            assert!(problem.len() < 200 && !problem.contains("canary"), "{problem}");
            false
        }
        Err(Unreadable::Version(version)) => {
            assert_ne!(version, 1);
            false
        }
    }
}

/// The headers `Retry-After` and `Date`: a pause is never longer than half a minute.
pub fn headers(bytes: &[u8]) -> bool {
    let Ok(value) = HeaderValue::from_bytes(bytes) else { return false };
    let headers = HeaderMap::from_iter([(RETRY_AFTER, value.clone()), (DATE, value)]);
    let answer = Answer::made(StatusCode::SERVICE_UNAVAILABLE, headers, b"");
    let asked = answer.retry_after(moment());
    for tried in 1..=retry::TRIES {
        let pause = retry::pause(tried, asked).expect("random numbers");
        assert!(pause.is_none_or(|pause| pause <= Duration::from_secs(30)), "{pause:?}");
    }
    answer.date().is_some() || asked.is_some()
}

/// An answer that may hold the token it was asked with, in any spelling.
pub fn echo(bytes: &[u8]) -> bool {
    let sent = token("canary/that.was-sent");
    let text = String::from_utf8_lossy(bytes);
    let scrubbed = sent.scrub(&text);
    assert!(!scrubbed.contains(sent.expose()), "{scrubbed}");
    assert!(!sent.appears_in(scrubbed.as_bytes()) || scrubbed.contains('\\'), "{scrubbed}");
    let found = sent.appears_in(bytes);
    assert!(found || !text.contains(sent.expose()), "it was not found: {text}");
    let added = [bytes, b" ", sent.expose().as_bytes()].concat();
    assert!(sent.appears_in(&added), "it was not found at the end of: {text}");
    found
}

/// A stream of server-sent events: it makes no difference where its bytes are cut.
pub fn events(bytes: &[u8]) -> bool {
    let whole = events::read_in_two(bytes, 0);
    for at in [1, bytes.len() / 2, bytes.len().saturating_sub(1)] {
        assert_eq!(events::read_in_two(bytes, at), whole, "cut at {at}");
    }
    whole.is_ok_and(|events| !events.is_empty())
}

/// Always false: the answer was not accepted. Its error is fit to be shown.
fn rejected(error: &SessionError) -> bool {
    let text = error.to_string();
    assert!(!text.contains(char::is_control), "{text:?}");
    assert!(text.len() < 4000, "an error of {} bytes", text.len());
    let _ = (error.kind(), error.hints(), format!("{error:?}"));
    false
}

fn assert_sendable(token: &Token) {
    let header = token.bearer().expect("a token that no header can carry");
    assert!(header.is_sensitive());
    assert_eq!(format!("{token:?}"), "Token([redacted])");
}

fn answer(status: u16, body: &[u8]) -> Answer {
    Answer::made(StatusCode::from_u16(status).expect("a status"), HeaderMap::new(), body)
}

fn token(text: &str) -> Token {
    Token::new(text.to_owned()).expect("a token")
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL")
}

fn moment() -> Timestamp {
    Timestamp::from_second(NOW).expect("a time")
}

/// The profile of the samples.
fn profile() -> Profile {
    let nowhere = Path::new("/nonexistent/config.toml");
    let configuration = Configuration::load(nowhere).expect("an empty configuration");
    let mut profile = configuration.resolve(&Overrides::default()).expect("a profile").profile;
    profile.issuer = url(ISSUER);
    profile
}

#[cfg(test)]
mod tests {
    use super::{Path, TARGETS};

    /// The samples as they are, cut short at every byte, and with every byte changed.
    #[test]
    fn every_sample_keeps_the_promises() {
        let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds");
        for (name, target) in TARGETS {
            let mut accepted = 0;
            for entry in std::fs::read_dir(seeds.join(name)).expect("a folder of samples") {
                let sample = std::fs::read(entry.expect("an entry").path()).expect("a sample");
                accepted += usize::from(target(&sample));
                for at in 0..sample.len() {
                    target(&sample[..at]);
                    for change in [1, 0x20, 0x80] {
                        let mut changed = sample.clone();
                        changed[at] ^= change;
                        target(&changed);
                    }
                }
            }
            assert!(accepted > 0, "{name} accepts none of its samples, and so proves nothing");
        }
    }
}
