//! Sign-in by device code: RFC 8628, with PKCE.
//!
//! Asks for a code, has it shown, and polls until the person has decided. Keeps nothing: a flow
//! that is dropped leaves no trace, and its tokens are stored by `login.rs`. Waiting is tokio's, on
//! the monotonic clock. Values from the provider are clamped where that is harmless, refused where
//! they would be shown or opened.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, sleep_until};
use tracing::Instrument;
use url::Url;

use crate::address;
use crate::discovery::Endpoints;
use crate::error::SessionError;
use crate::http::{Answer, random};
use crate::provider::{NoTokens, Tokens, number, refusal, wrong};
use crate::session::Session;
use crate::token::Token;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What RFC 8628 adds to the interval for every `slow_down`.
const SLOWER: Duration = Duration::from_secs(5);
const LONGEST_INTERVAL: Duration = Duration::from_secs(60);

/// What the person needs to approve the sign-in. Show the code and the plain link in any case.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviceCode {
    /// What the person types in, or compares.
    pub user_code: String,
    /// Where.
    pub verification_uri: String,
    /// The same with the code in it, if the provider has such a link.
    pub verification_uri_complete: Option<String>,
    /// How long the code is good for.
    pub expires_in: Duration,
}

#[derive(Deserialize)]
struct Issued {
    device_code: String,
    user_code: String,
    #[serde(alias = "verification_url")]
    verification_uri: String,
    #[serde(default)]
    verification_uri_complete: Option<String>,
    #[serde(default)]
    expires_in: Option<Value>,
    #[serde(default)]
    interval: Option<Value>,
}

/// A flow that waits for the person.
pub(crate) struct Pending {
    code: Token,
    verifier: Token,
    pub(crate) interval: Duration,
    until: Instant,
}

impl Session {
    /// Runs the flow to its end.
    pub(crate) async fn device_flow(
        &self,
        endpoints: &Endpoints,
        show: &mut (dyn FnMut(&DeviceCode) + Send),
    ) -> Result<Tokens, SessionError> {
        let span = tracing::info_span!("auth.device");
        async {
            let (shown, pending) = self.ask_code(endpoints).await?;
            show(&shown);
            self.poll(&endpoints.token, pending).await
        }
        .instrument(span)
        .await
    }

    async fn ask_code(&self, endpoints: &Endpoints) -> Result<(DeviceCode, Pending), SessionError> {
        let profile = self.profile();
        let unsupported = || SessionError::DeviceUnsupported { issuer: profile.issuer.to_string() };
        let url = endpoints.device.as_ref().ok_or_else(unsupported)?;
        let random = URL_SAFE_NO_PAD.encode(random::<32>()?.as_slice());
        let unsendable = || SessionError::Random { problem: "they could not be written down".into() };
        let verifier = Token::new(random).ok_or_else(unsendable)?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose().as_bytes()));
        let mut scopes = profile.scopes.clone();
        scopes.extend(profile.organization_scope());
        let form = [
            ("client_id", profile.client_id.as_str()),
            ("scope", &scopes.join(" ")),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        let answer = self.post_form(url, &form, None).await?;
        match refusal(&answer, url, &[]) {
            Some(NoTokens::Refused(_, error) | NoTokens::Fault(error)) => Err(error),
            None => read_code(&answer, url, verifier),
        }
    }

    async fn poll(&self, url: &Url, pending: Pending) -> Result<Tokens, SessionError> {
        let Pending { code, verifier, mut interval, until } = pending;
        let form = [
            ("grant_type", GRANT),
            ("device_code", code.expose()),
            ("client_id", self.profile().client_id.as_str()),
            ("code_verifier", verifier.expose()),
        ];
        let mut pause = interval;
        loop {
            let next = Instant::now() + pause;
            if next >= until {
                sleep_until(until).await;
                return Err(SessionError::DeviceExpired);
            }
            sleep_until(next).await;
            match self.ask_tokens(url, &form, None, &[&code, &verifier]).await {
                Ok(tokens) => return Ok(tokens),
                Err(NoTokens::Refused(problem, error)) => match problem.as_str() {
                    "authorization_pending" => {}
                    "slow_down" => interval += SLOWER,
                    "access_denied" => return Err(SessionError::DeviceDenied),
                    "expired_token" => return Err(SessionError::DeviceExpired),
                    _ => return Err(error),
                },
                // The RFC asks for fewer polls when they fail for want of a connection.
                Err(NoTokens::Fault(SessionError::Unavailable { .. })) => {
                    pause = (pause * 2).min(LONGEST_INTERVAL.max(interval));
                    continue;
                }
                Err(NoTokens::Fault(error)) => return Err(error),
            }
            pause = interval;
        }
    }
}

/// Reads a device authorization's answer, and checks what of it will be shown.
pub(crate) fn read_code(
    answer: &Answer,
    url: &Url,
    verifier: Token,
) -> Result<(DeviceCode, Pending), SessionError> {
    let wrong = |problem: &str| wrong(answer, url, problem.to_owned());
    let issued: Issued =
        answer.object().map_err(|problem| wrong(&format!("no device code in it ({problem})")))?;
    let code = Token::new(issued.device_code).ok_or_else(|| wrong("its device code cannot be sent"))?;
    let shown = |character: char| character.is_ascii_graphic() || character == ' ';
    if !(1..=64).contains(&issued.user_code.len()) || !issued.user_code.chars().all(shown) {
        return Err(wrong("its user code cannot be shown"));
    }
    let link = |text: &str| {
        check_link(text).map_err(|problem| wrong(&format!("its verification link cannot be used: {problem}")))
    };
    link(&issued.verification_uri)?;
    let complete = issued.verification_uri_complete.filter(|text| !text.is_empty());
    complete.as_deref().map_or(Ok(()), link)?;
    let expires_in = seconds(issued.expires_in.as_ref(), 600.0, 1800.0);
    let pending = Pending {
        code,
        verifier,
        interval: seconds(issued.interval.as_ref(), 5.0, LONGEST_INTERVAL.as_secs_f64()),
        until: Instant::now() + expires_in,
    };
    let shown = DeviceCode {
        user_code: issued.user_code,
        verification_uri: issued.verification_uri,
        verification_uri_complete: complete,
        expires_in,
    };
    Ok((shown, pending))
}

/// A link is shown, drawn as a QR code and opened, so it must be exactly what it seems.
fn check_link(text: &str) -> Result<(), &'static str> {
    if text.len() > 2048 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("it has characters that no link has");
    }
    let url = Url::parse(text).map_err(|_| "it is no URL")?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("it is neither https nor http");
    }
    address::check(&url)
}

/// Seconds between one and `most`, whatever was sent.
fn seconds(value: Option<&Value>, default: f64, most: f64) -> Duration {
    let seconds = value.and_then(number).unwrap_or(default);
    Duration::from_secs_f64(seconds.ceil().clamp(1.0, most))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn hostile_intervals_are_clamped() {
        let interval = |value: Value| seconds(Some(&value), 5.0, 60.0).as_secs();
        let read: Vec<u64> = [
            json!(-1),
            json!(0),
            json!(1e18),
            json!("5"),
            json!(null),
            json!(5.5),
            json!("soon"),
            json!([]),
            json!("NaN"),
        ]
        .map(interval)
        .to_vec();
        assert_eq!(read, [1, 1, 60, 5, 5, 6, 5, 5, 5]);
        assert_eq!(seconds(None, 5.0, 60.0).as_secs(), 5);
    }

    #[test]
    fn links_are_what_they_seem() {
        for good in ["https://a.example/device?user_code=AB-CD", "http://127.0.0.1:80/device"] {
            assert_eq!(check_link(good), Ok(()), "{good}");
        }
        for bad in [
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://a@b.example/",
            "http://a.example/",
            "https://a.example/\u{1b}[0m",
            "https://a.example/ x",
            "https://а.example/",
            "wss://a.example/",
            "",
            "device",
        ] {
            assert!(check_link(bad).is_err(), "{bad:?}");
        }
    }
}
