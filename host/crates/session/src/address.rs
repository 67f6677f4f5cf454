//! Which addresses a request may go to.
//!
//! Pure checks over parsed URLs: encrypted, or on this machine's loopback; nothing that looks like
//! one host and is another. Origins are compared as wholes, never by how their text begins or ends.

use url::{Host, Origin, Url};

/// Says what is wrong with `url` as the address of a server; `Ok` when nothing is.
pub(crate) fn check(url: &Url) -> Result<(), &'static str> {
    match url.scheme() {
        "https" | "wss" => {}
        "http" | "ws" if is_loopback(url) => {}
        "http" | "ws" => return Err("http is for loopback addresses only; use https"),
        _ => return Err("only https addresses can be used"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it contains a user name or a password");
    }
    if url.fragment().is_some() {
        return Err("it contains a fragment (`#`)");
    }
    match url.host() {
        Some(Host::Domain(name)) if name.ends_with('.') => Err("its host ends with a dot"),
        Some(Host::Domain("")) | None => Err("it names no host"),
        Some(_) => Ok(()),
    }
}

/// Reads `text` as the address of a server that the user configured.
pub(crate) fn parse(text: &str) -> Result<Url, String> {
    let text = text.trim();
    if text.chars().any(|character| character.is_control() || character.is_whitespace()) {
        return Err("it contains spaces or control characters".into());
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    check(&url)?;
    if url.query().is_some() {
        return Err("it contains a query (`?`)".into());
    }
    Ok(url)
}

/// Whether requests to `url` stay on this machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Scheme, host and port; a WebSocket has the origin of the HTTP that it starts as.
pub(crate) fn origin(url: &Url) -> Origin {
    match url.origin() {
        Origin::Tuple(scheme, host, port) => {
            let scheme = match scheme.as_str() {
                "wss" => "https".to_owned(),
                "ws" => "http".to_owned(),
                _ => scheme,
            };
            Origin::Tuple(scheme, host, port)
        }
        opaque => opaque,
    }
}

/// Whether `url` belongs to one of `origins`, which are written as [`Origin`] writes them.
pub(crate) fn is_among(url: &Url, origins: &[String]) -> bool {
    let wanted = origin(url);
    wanted.is_tuple()
        && origins.iter().filter_map(|text| Url::parse(text).ok()).any(|known| origin(&known) == wanted)
}

/// The issuer as a provider writes it.
///
/// A URL without a path always ends with `/` once parsed, although issuers seldom do.
pub(crate) fn issuer(url: &Url) -> &str {
    let text = url.as_str();
    if url.path() == "/" { text.trim_end_matches('/') } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).expect("a URL")
    }

    #[test]
    fn http_is_for_loopback() {
        for good in [
            "https://a.example/x",
            "http://127.0.0.1:1/",
            "http://[::1]:9",
            "http://localhost:3",
            "wss://a.example",
        ] {
            assert_eq!(check(&url(good)), Ok(()), "{good}");
        }
        for bad in [
            "http://a.example/",
            "http://127.0.0.1.evil/",
            "http://localhost.evil/",
            "ftp://a.example/",
            "javascript:alert(1)",
            "file:///etc/passwd",
            "https://me@a.example/",
            "https://me:x@a.example/",
            "https://a.example./",
            "https://a.example/#x",
        ] {
            assert!(check(&url(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn origins_are_compared_whole() {
        let bound = vec!["https://api.example".to_owned(), "http://127.0.0.1:8080".to_owned()];
        for good in [
            "https://api.example/cluster/graphql",
            "https://API.example:443/x",
            "wss://api.example/",
            "ws://127.0.0.1:8080/",
        ] {
            assert!(is_among(&url(good), &bound), "{good}");
        }
        for bad in [
            "https://api.example.evil/",
            "https://api.example:444/",
            "http://127.0.0.1:8081/",
            "https://evil/https://api.example",
            "http://127.0.0.1/",
            "https://xapi.example/",
            "data:text/plain,x",
        ] {
            assert!(!is_among(&url(bad), &bound), "{bad}");
        }
    }

    #[test]
    fn an_issuer_without_a_path_has_no_slash() {
        assert_eq!(issuer(&url("https://a.example")), "https://a.example");
        assert_eq!(issuer(&url("https://a.example/realms/x")), "https://a.example/realms/x");
        assert_eq!(issuer(&url("https://a.example/realms/x/")), "https://a.example/realms/x/");
    }
}
