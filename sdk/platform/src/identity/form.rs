//! The body of an OAuth request, read as strictly as RFC 6749 writes it: a form, each parameter
//! once, nothing in the query, an empty parameter as good as none.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use super::CLIENT;
use super::refusal::Refusal;
use crate::server::Shared;

/// The parameters of a request.
#[derive(Debug)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    /// A parameter that may be missing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A parameter that must be there.
    pub(crate) fn require(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::breach("invalid_request", format!("Missing parameter: {name}")))
    }

    /// Refuses every client but the realm's.
    pub(crate) fn check_client(&self) -> Result<(), Refusal> {
        match self.require("client_id")? {
            CLIENT => Ok(()),
            other => Err(Refusal::unknown_client(other)),
        }
    }

    fn parse(body: &[u8]) -> Result<Self, Refusal> {
        let mut parameters = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(body).into_owned() {
            if value.is_empty() {
                continue;
            }
            if parameters.contains_key(&name) {
                let description = format!("Duplicated parameter: {}", name.escape_default());
                return Err(Refusal::breach("invalid_request", description));
            }
            parameters.insert(name, value);
        }
        Ok(Self(parameters))
    }
}

/// Whether the request says that its body is a form.
fn is_form(request: &Request) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = content_type.map(|value| value.split(';').next().unwrap_or_default().trim());
    essence.is_some_and(|essence| essence.eq_ignore_ascii_case("application/x-www-form-urlencoded"))
}

impl FromRequest<Shared> for Form {
    type Rejection = Response;

    async fn from_request(request: Request, platform: &Shared) -> Result<Self, Response> {
        let refuse = |description| Refusal::breach("invalid_request", description).answer(&platform.counters);
        if !is_form(&request) {
            return Err(refuse("The body must be application/x-www-form-urlencoded"));
        }
        if request.uri().query().is_some_and(|query| !query.is_empty()) {
            return Err(refuse("Parameters belong into the body, not into the query"));
        }
        let body = Bytes::from_request(request, platform).await.map_err(IntoResponse::into_response)?;
        Self::parse(&body).map_err(|refusal| refusal.answer(&platform.counters))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_once_and_empty_ones_not_at_all() {
        let form = Form::parse(b"a=1&b=&c=x+y%21").unwrap();
        assert_eq!((form.get("a"), form.get("b"), form.get("c")), (Some("1"), None, Some("x y!")));
        assert_eq!(form.require("b").unwrap_err().error, "invalid_request");
        assert_eq!(Form::parse(b"a=1&a=1").unwrap_err().error, "invalid_request");
    }

    #[test]
    fn only_the_realms_client_is_known() {
        assert_eq!(Form::parse(b"client_id=default").unwrap().check_client(), Ok(()));
        assert_eq!(
            Form::parse(b"client_id=other").unwrap().check_client().unwrap_err().error,
            "invalid_client"
        );
        assert_eq!(Form::parse(b"").unwrap().check_client().unwrap_err().error, "invalid_request");
    }
}
