//! Why a request got no answer, said so that a person can mend it.
//!
//! The HTTP library wraps causes in causes and says "error sending request" on top; what the user
//! needs is at the bottom: a certificate, a proxy, a host name. Only words and no decision: what may
//! be tried again follows from the variant of the error.

use std::error::Error;
use std::io;

use rustls::CertificateError;
use url::Url;

use super::printable;
use crate::error::SessionError;

/// What is wrong, and what mends it.
struct Cause {
    problem: &'static str,
    remedy: &'static str,
}

/// The error for a request without an answer.
pub(super) fn unanswered(url: &Url, request_id: String, error: reqwest::Error) -> SessionError {
    // The URL is in our own message, and need not be in it twice.
    let error = error.without_url();
    let url = url.to_string();
    if let Some(Cause { problem, remedy }) = lasting(&error) {
        return SessionError::Unreachable { url, problem, remedy, request_id, source: error };
    }
    let sent = !error.is_connect();
    let problem = match (error.is_timeout(), sent) {
        (true, true) => "it did not answer in time".into(),
        (true, false) => "it could not be reached in time".into(),
        (false, false) if is_proxy(&error) => because("there is no way through the proxy", &error),
        (false, false) => because("it could not be reached", &error),
        (false, true) if error.is_body() || error.is_decode() => because("its answer broke off", &error),
        (false, true) => because("the connection broke", &error),
    };
    SessionError::Unavailable { url, problem, request_id, sent, source: Some(error) }
}

/// The error where not even a client could be made: the system has no certificates, as a rule.
pub(super) fn no_client(source: reqwest::Error) -> SessionError {
    let problem = causes(&source).last().map(|cause| printable(&cause.to_string()));
    SessionError::Client { problem: problem.unwrap_or_else(|| source.to_string()), source }
}

/// A cause that will still be there at the next try.
fn lasting(error: &reqwest::Error) -> Option<Cause> {
    if let Some(fault) = causes(error).find_map(|cause| cause.downcast_ref::<rustls::Error>()) {
        return Some(tls(fault));
    }
    // The library has no type for it that can be named from here.
    let refused = causes(error).any(|cause| cause.to_string().contains("proxy authorization required"));
    refused.then_some(Cause {
        problem: "the proxy asks for a user name and a password",
        remedy: "give them in the proxy's variable, as in HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT",
    })
}

fn tls(fault: &rustls::Error) -> Cause {
    match fault {
        rustls::Error::InvalidCertificate(fault) => certificate(fault),
        rustls::Error::InvalidMessage(_) => Cause {
            problem: "what answers there does not speak TLS",
            remedy: "check host and port in the profile; a proxy may also be in the way",
        },
        _ => Cause {
            problem: "no encrypted connection could be agreed on",
            remedy: "`-v` shows the cause; the server may be too old, or a proxy in the way",
        },
    }
}

fn certificate(fault: &CertificateError) -> Cause {
    const CLOCK: &str = "check this machine's clock; if it is right, the server's operator has to act";
    match fault {
        CertificateError::UnknownIssuer => Cause {
            problem: "its certificate comes from an issuer that this machine does not know",
            remedy: "if the issuer is your organization's own, name a PEM file with its certificate in SSL_CERT_FILE; if not, somebody may be listening in",
        },
        // As after an authority was made anew under its old name.
        CertificateError::BadSignature => Cause {
            problem: "its certificate is not signed by the issuer that it names",
            remedy: "the file that SSL_CERT_FILE names may be out of date; if not, somebody may be listening in",
        },
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            Cause { problem: "its certificate has expired", remedy: CLOCK }
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            Cause { problem: "its certificate is not valid yet", remedy: CLOCK }
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Cause {
            problem: "its certificate is for another host",
            remedy: "check the address in the profile; if it is right, somebody may be listening in",
        },
        CertificateError::Revoked => Cause {
            problem: "its certificate has been revoked",
            remedy: "do not use the server until its operator has replaced it",
        },
        _ => Cause {
            problem: "its certificate cannot be used",
            remedy: "`-v` shows the cause; the server's operator has to replace it",
        },
    }
}

/// Whether the way led through a proxy, and ended there.
fn is_proxy(error: &reqwest::Error) -> bool {
    // The library has no type for it that can be named from here.
    causes(error).any(|cause| cause.to_string().starts_with("tunnel error"))
}

fn because(what: &str, error: &reqwest::Error) -> String {
    let last = causes(error).last().map(ToString::to_string).unwrap_or_default();
    if last.is_empty() { what.to_owned() } else { format!("{what} ({})", printable(&last)) }
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
