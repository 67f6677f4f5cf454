//! Why a server of packs gave no answer, in words that a person can act on.
//!
//! The HTTP library wraps causes in causes; what the user needs is below them: a certificate, a proxy.
//! The session has words of its own for the platform's servers, which a profile names; neither crate
//! knows the other, and what mends it is not the same, since a pack's server is anybody's.

use std::error::Error;
use std::io;

use rustls::CertificateError;
use url::Url;

use super::FetchError;

/// What is wrong, and what mends it.
type Cause = (&'static str, &'static str);

const LISTENING: &str = "if the server is your organization's own, name a PEM file of its issuer in SSL_CERT_FILE; \
     if not, somebody may be listening in";
const CLOCK: &str = "check this machine's clock; if it is right, the server's operator has to act";
const OPERATOR: &str = "the server's operator has to act";

/// Nobody answered, or not to the end.
pub(super) fn unanswered(url: &Url, error: &reqwest::Error) -> FetchError {
    let url = shown(url);
    if let Some((problem, remedy)) = lasting(error) {
        return FetchError::Unreachable { url, problem, remedy };
    }
    let last = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    let problem = match (error.is_timeout(), is_proxy(error)) {
        (true, _) => "it did not answer in time".to_owned(),
        (false, true) => format!("there is no way through the proxy ({})", last),
        (false, false) => last,
    };
    FetchError::Unavailable { url, problem }
}

/// Not even a request could be made: the system has no certificates, as a rule.
pub(super) fn no_client(error: &reqwest::Error) -> FetchError {
    let last = causes(error).last().map_or_else(|| error.to_string(), ToString::to_string);
    FetchError::Client { problem: last }
}

/// An address as messages have it: what servers put behind `?` can be as good as a password.
pub(super) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// A cause that will still be there at the next try.
fn lasting(error: &reqwest::Error) -> Option<Cause> {
    if let Some(fault) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return Some(match fault {
            rustls::Error::InvalidCertificate(fault) => certificate(fault),
            rustls::Error::InvalidMessage(_) => (
                "what answers there does not speak TLS",
                "check host and port of the address; a proxy may also be in the way",
            ),
            _ => ("no encrypted connection could be agreed on", OPERATOR),
        });
    }
    // The library has no type for it that can be named from here.
    let refused = causes(error).any(|cause| cause.to_string().contains("proxy authorization required"));
    refused.then_some((
        "the proxy asks for a user name and a password",
        "give them in the proxy's variable, as in HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT",
    ))
}

fn certificate(fault: &CertificateError) -> Cause {
    match fault {
        CertificateError::UnknownIssuer => {
            ("its certificate comes from an issuer that this machine does not know", LISTENING)
        }
        // As after an authority was made anew under its old name.
        CertificateError::BadSignature => {
            ("its certificate is not signed by the issuer that it names", LISTENING)
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            ("its certificate has expired", CLOCK)
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            ("its certificate is not valid yet", CLOCK)
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => (
            "its certificate is for another host",
            "check the address; if it is right, somebody may be listening in",
        ),
        CertificateError::Revoked => ("its certificate has been revoked", OPERATOR),
        _ => ("its certificate cannot be used", OPERATOR),
    }
}

/// Whether the way led through a proxy, and ended there.
fn is_proxy(error: &reqwest::Error) -> bool {
    // The library has no type for it that can be named from here.
    causes(error).any(|cause| cause.to_string().starts_with("tunnel error"))
}

/// Every error below `error`.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| below(*cause))
}

/// The cause of a cause. An I/O error holds another without calling it its source.
fn below<'a>(cause: &'a (dyn Error + 'static)) -> Option<&'a (dyn Error + 'static)> {
    match cause.downcast_ref::<io::Error>() {
        Some(error) => error.get_ref().map(|inner| inner as &(dyn Error + 'static)),
        None => cause.source(),
    }
}
