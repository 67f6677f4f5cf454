//! Who calls: the access token of a request to an API or to userinfo (RFC 6750). A token counts
//! while its signature, issuer, audience, type and time are right and its session lasts.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::claims::{Audience, Claims};
use crate::server::{Platform, Shared};

/// Why a request is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unauthorized {
    /// There is no token.
    Missing,
    /// The header is not one `Bearer` token.
    Malformed,
    /// This platform did not sign it, or for another purpose.
    Invalid,
    /// It was good once.
    Expired,
    /// Its session ended.
    Revoked,
}

impl Unauthorized {
    fn description(self) -> &'static str {
        match self {
            Self::Missing => "An access token is required",
            Self::Malformed => "The Authorization header must hold one Bearer token",
            Self::Invalid => "The access token is not valid here",
            Self::Expired => "The access token expired",
            Self::Revoked => "The session of the access token ended",
        }
    }

    /// The answer with status 401 and its challenge.
    pub(crate) fn answer(self) -> Response {
        let description = self.description();
        let (challenge, error) = match self {
            // RFC 6750, section 3.1: no error code for a request that knew of no authentication.
            Self::Missing => (r#"Bearer realm="vantage""#.to_owned(), "unauthorized"),
            _ => {
                let challenge = r#"Bearer realm="vantage", error="invalid_token", error_description="#;
                (format!(r#"{challenge}"{description}""#), "invalid_token")
            }
        };
        let body = json!({"error": error, "error_description": description});
        let mut response = (StatusCode::UNAUTHORIZED, Json(body)).into_response();
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Reads and checks the token of a request.
pub(crate) fn authenticate(platform: &Platform, headers: &HeaderMap) -> Result<Claims, Unauthorized> {
    check(platform, token(headers)?)
}

/// Checks what stands in a header `Authorization`, wherever it came from.
pub(crate) fn check_header(platform: &Platform, value: &str) -> Result<Claims, Unauthorized> {
    check(platform, bearer(value)?)
}

fn check(platform: &Platform, token: &str) -> Result<Claims, Unauthorized> {
    let claims = platform.identity.keys.verify::<Claims>(token).ok_or(Unauthorized::Invalid)?;
    if claims.iss != platform.issuer || claims.typ != "Bearer" || claims.aud != Audience::of_apis() {
        return Err(Unauthorized::Invalid);
    }
    still_good(platform, &claims)?;
    Ok(claims)
}

/// Whether a token that was right is so still.
pub(crate) fn still_good(platform: &Platform, claims: &Claims) -> Result<(), Unauthorized> {
    let sessions = &platform.identity.sessions;
    if claims.exp <= platform.clock.now().as_second() || !sessions.access_is_good(number(claims)) {
        return Err(Unauthorized::Expired);
    }
    if sessions.is_alive(&claims.sid) { Ok(()) } else { Err(Unauthorized::Revoked) }
}

/// The number of an access token in order of issue; 0 stands for one that was never good.
pub(crate) fn number(claims: &Claims) -> u64 {
    claims.jti.split('-').next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// The token of a request, as it stands in its only header `Authorization`.
pub(crate) fn token(headers: &HeaderMap) -> Result<&str, Unauthorized> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next().ok_or(Unauthorized::Missing)?;
    let text = value.to_str().ok().filter(|_| values.next().is_none()).ok_or(Unauthorized::Malformed)?;
    bearer(text)
}

/// The token in the value of a header `Authorization`.
pub(crate) fn bearer(text: &str) -> Result<&str, Unauthorized> {
    let (scheme, token) = text.split_once(' ').ok_or(Unauthorized::Malformed)?;
    Some(token).filter(|_| scheme.eq_ignore_ascii_case("bearer")).ok_or(Unauthorized::Malformed)
}

/// The endpoint `userinfo` of OpenID Connect.
pub(crate) async fn userinfo(State(platform): State<Shared>, headers: HeaderMap) -> Response {
    platform.counters.userinfo_requests.add();
    let claims = match authenticate(&platform, &headers) {
        Ok(claims) => claims,
        Err(unauthorized) => return unauthorized.answer(),
    };
    if !claims.scope.split(' ').any(|scope| scope == "openid") {
        let body = json!({"error": "insufficient_scope", "error_description": "Missing openid scope"});
        return (StatusCode::FORBIDDEN, Json(body)).into_response();
    }
    let mut answer = json!(claims.profile);
    answer["sub"] = claims.sub.into();
    Json(answer).into_response()
}
