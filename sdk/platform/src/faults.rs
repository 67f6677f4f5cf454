//! Trouble on request: answers that come late, requests that fail before anything is done, and
//! answers that give away the caller's token (`graphql::echo`). A failed request was not executed,
//! so a client may repeat it. It never touches `/admin`, nor the page that people read.

use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::random::Dice;
use crate::server::Shared;

/// Which requests fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// The GraphQL APIs.
    Api,
    /// The endpoints of the identity provider that programs use.
    Identity,
    /// Both.
    All,
}

/// Requests that fail on purpose; `FromStr` reads `STATUS:SHARE[:api|identity|all]`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failure {
    /// The status to answer with, 400 to 599.
    pub status: u16,
    /// The share of requests that fail, 0 to 1.
    pub share: f64,
    /// Which requests are meant; the APIs when it is not said.
    pub place: Where,
    /// After how many failures everything works again; never if there is none.
    pub times: Option<u64>,
}

impl FromStr for Failure {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let status = parts.next().and_then(|part| part.parse().ok());
        let status = status.filter(|status| (400..600).contains(status)).ok_or_else(|| {
            format!("`{text}` does not begin with a status from 400 to 599, as `503:0.1` does")
        })?;
        let share = parts.next().and_then(|part| part.parse().ok());
        let share = share
            .filter(|share| (0.0..=1.0).contains(share))
            .ok_or_else(|| format!("`{text}` has no share from 0 to 1 after the status, as `503:0.1` has"))?;
        let place = match (parts.next(), parts.next()) {
            (None | Some("api"), None) => Where::Api,
            (Some("identity"), None) => Where::Identity,
            (Some("all"), None) => Where::All,
            _ => return Err(format!("`{text}` does not end with api, identity or all")),
        };
        Ok(Self { status, share, place, times: None })
    }
}

/// Where the APIs answer with the caller's own token, which they never should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Echo {
    /// In an error's message, path and extensions, in place of data.
    Errors,
    /// In the extensions of an answer that is right otherwise.
    Extensions,
    /// In the first text of the data.
    Data,
    /// In a page with status 502, as gateways make them.
    Html,
    /// As [`Echo::Errors`], with the token cut in two by the chunks of the body.
    Split,
    /// In an error and in the extensions of every event of a subscription.
    Stream,
}

impl FromStr for Echo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Ok(match text {
            "errors" => Self::Errors,
            "extensions" => Self::Extensions,
            "data" => Self::Data,
            "html" => Self::Html,
            "split" => Self::Split,
            "stream" => Self::Stream,
            _ => {
                let places = "errors, extensions, data, html, split, stream";
                return Err(format!("`{text}` is not one of {places}"));
            }
        })
    }
}

/// The faults in force.
#[derive(Debug)]
pub(crate) struct Faults {
    plan: Mutex<Plan>,
    /// Requests to the APIs that are under way.
    under_way: AtomicU64,
}

#[derive(Debug)]
struct Plan {
    latency: Duration,
    failure: Option<Failure>,
    echo: Option<Echo>,
    dice: Dice,
}

impl Faults {
    /// Begins with what the options say.
    pub(crate) fn new(latency: Duration, failure: Option<Failure>, echo: Option<Echo>, seed: u64) -> Self {
        let plan = Mutex::new(Plan { latency, failure, echo, dice: Dice::new(seed) });
        Self { plan, under_way: AtomicU64::new(0) }
    }

    /// Replaces what is in force.
    pub(crate) fn set(&self, latency: Duration, failure: Option<Failure>, echo: Option<Echo>) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        plan.latency = latency;
        plan.failure = failure;
        plan.echo = echo;
    }

    /// Where the caller's token is to be given away.
    pub(crate) fn echo(&self) -> Option<Echo> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner).echo
    }

    /// How long this request waits, and the status it fails with if it does.
    fn draw(&self, place: Where) -> (Duration, Option<u16>) {
        let mut plan = self.plan.lock().unwrap_or_else(PoisonError::into_inner);
        let Plan { latency, failure, dice, .. } = &mut *plan;
        let status = failure
            .as_mut()
            .filter(|failure| failure.place == Where::All || failure.place == place)
            .filter(|failure| failure.times != Some(0) && dice.chance(failure.share))
            .map(|failure| {
                failure.times = failure.times.map(|times| times - 1);
                failure.status
            });
        (*latency, status)
    }
}

/// Middleware of the APIs.
pub(crate) async fn on_api(state: State<Shared>, request: Request, next: Next) -> Response {
    let _under_way = UnderWay::begin(&state.0);
    apply(Where::Api, state, request, next).await
}

/// A request that is answered just now, also if its client goes away meanwhile.
struct UnderWay(Shared);

impl UnderWay {
    fn begin(platform: &Shared) -> Self {
        let before = platform.faults.under_way.fetch_add(1, Ordering::SeqCst);
        platform.counters.graphql_in_flight_peak.at_least(before + 1);
        Self(platform.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.faults.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Middleware of the identity provider.
pub(crate) async fn on_identity(state: State<Shared>, request: Request, next: Next) -> Response {
    apply(Where::Identity, state, request, next).await
}

async fn apply(place: Where, State(platform): State<Shared>, request: Request, next: Next) -> Response {
    let (latency, status) = platform.faults.draw(place);
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let Some(status) = status.and_then(|status| StatusCode::from_u16(status).ok()) else {
        return next.run(request).await;
    };
    platform.counters.faults_injected.add();
    tracing::info!(%status, path = request.uri().path(), "failing on purpose");
    let again = matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS);
    let mut response = (status, format!("{status}, on purpose\n")).into_response();
    if again {
        response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_read_as_written() {
        let failure = |text: &str| text.parse::<Failure>();
        let expected = Failure { status: 503, share: 0.1, place: Where::Api, times: None };
        assert_eq!(failure("503:0.1"), Ok(expected));
        assert_eq!(failure("429:1:identity").unwrap().place, Where::Identity);
        for wrong in ["", "200:1", "503", "503:2", "503:NaN", "503:-1", "503:1:moon", "503:1:api:x", "abc:1"]
        {
            assert!(failure(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_bounded_failure_ends() {
        let failure = Failure { status: 500, share: 1.0, place: Where::All, times: Some(2) };
        let faults = Faults::new(Duration::ZERO, Some(failure), None, 1);
        let statuses: Vec<_> = (0..4).map(|_| faults.draw(Where::Api).1).collect();
        assert_eq!(statuses, [Some(500), Some(500), None, None]);
    }

    #[test]
    fn a_failure_stays_in_its_place() {
        let faults = Faults::new(Duration::ZERO, "503:1:identity".parse().ok(), None, 1);
        assert_eq!(faults.draw(Where::Api).1, None);
        assert_eq!(faults.draw(Where::Identity).1, Some(503));
    }
}
