//! What variables make of the way to the network: proxies, and the roots of TLS.
//!
//! The libraries for HTTP and TLS read these variables by themselves. What is wrong with them shows
//! up as a server that cannot be reached, so doctor says what they are.

use std::path::Path;

use url::Url;
use vantage_session::Check;

use crate::environment::Environment;

/// One line for proxies, one for certificates.
pub(super) fn check(environment: &Environment) -> Vec<Check> {
    vec![proxies(environment), roots(environment)]
}

fn proxies(environment: &Environment) -> Check {
    let given =
        |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, environment.text(name)?)));
    let proxy = given(["HTTPS_PROXY", "https_proxy"]).or_else(|| given(["ALL_PROXY", "all_proxy"]));
    let Some((name, value)) = proxy else {
        return Check::good("proxy", "none");
    };
    let Some(address) = without_password(value) else {
        return Check::bad("proxy", format!("`{name}` is no address"), Some(format!("unset {name}")));
    };
    let except = given(["NO_PROXY", "no_proxy"]);
    let except = except.map(|(name, hosts)| format!(", except for `{hosts}` ({name})")).unwrap_or_default();
    Check::good("proxy", format!("`{address}` ({name}){except}"))
}

/// Proxies are often given with a password, which is nobody's business. A scheme may be missing.
fn without_password(text: &str) -> Option<String> {
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
    let url = Url::parse(&with_scheme).ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}://{}{port}", url.scheme(), url.host_str()?))
}

fn roots(environment: &Environment) -> Check {
    let file = environment.path("SSL_CERT_FILE").map(|path| ("SSL_CERT_FILE", check_file(&path), path));
    let folder = environment.path("SSL_CERT_DIR").map(|path| ("SSL_CERT_DIR", check_folder(&path), path));
    let mut findings = Vec::new();
    for (name, problem, path) in [file, folder].into_iter().flatten() {
        if let Some(problem) = problem {
            let finding = format!("`{}` ({name}) {problem}", path.display());
            return Check::bad(
                "TLS roots",
                finding,
                Some(format!("unset {name}, or name what has certificates")),
            );
        }
        findings.push(format!("`{}` ({name})", path.display()));
    }
    let none = findings.is_empty();
    Check::good("TLS roots", if none { "the operating system's".to_owned() } else { findings.join(" and ") })
}

fn check_file(path: &Path) -> Option<String> {
    match std::fs::read(path) {
        Ok(bytes) if bytes.windows(27).any(|part| part == b"-----BEGIN CERTIFICATE-----") => None,
        Ok(_) => Some("has no certificate in PEM form".to_owned()),
        Err(error) => Some(format!("cannot be read: {error}")),
    }
}

fn check_folder(path: &Path) -> Option<String> {
    std::fs::read_dir(path).err().map(|error| format!("cannot be read: {error}"))
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_of_proxies_are_not_shown() {
        for text in ["http://user:secret@proxy.example:3128/", "user:secret@proxy.example:3128"] {
            assert_eq!(without_password(text).as_deref(), Some("http://proxy.example:3128"));
        }
        assert_eq!(without_password("socks5h://[::1]:1080").as_deref(), Some("socks5h://[::1]:1080"));
        assert_eq!(without_password("http://"), None);
    }
}
