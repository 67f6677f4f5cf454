//! Which addresses a request may go to.
//!
//! Pure checks over parsed URLs: encrypted, or on this machine's loopback; nothing that looks like
//! one host and is another. Origins are compared as wholes, never by how their text begins or ends.
//!
//! What a person wrote must read as it is written (`parse`): a host has many spellings that mean
//! the same to a URL parser and something else to a reader. What a server sent is a parsed URL
//! already, and requests go to what was parsed, so there the spelling does not matter (`check`).

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
    // Parsers take it for `/`; readers do not, nor do other programs.
    if text.contains('\\') {
        return Err("it contains a backslash".into());
    }
    let url = Url::parse(text).map_err(|error| error.to_string())?;
    check(&url)?;
    let host = url.host_str().unwrap_or_default();
    if !host_as_written(text).is_some_and(|written| written.eq_ignore_ascii_case(host)) {
        return Err(format!("its host is read as `{host}`; write it so"));
    }
    if url.query().is_some() {
        return Err("it contains a query (`?`)".into());
    }
    Ok(url)
}

/// What stands between `://` and the port or the path.
fn host_as_written(text: &str) -> Option<&str> {
    let (_, rest) = text.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    if authority.starts_with('[') {
        return authority.split_inclusive(']').next();
    }
    authority.split(':').next()
}

/// Whether requests to `url` stay on this machine.
///
/// `localhost` counts, since `http.rs` resolves it to loopback without asking anybody; names below
/// it do not, nor do the unspecified address and IPv4 inside IPv6, of which systems think differently.
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

    const NOT_LOOPBACK: &str = "http is for loopback addresses only; use https";

    #[test]
    fn what_may_be_asked_is_https_or_loopback() {
        for (good, reason) in [
            ("https://a.example/x", "encrypted"),
            ("wss://a.example", "encrypted"),
            ("https://10.0.0.1/", "encrypted; whether the host is the right one is the certificate's matter"),
            ("http://127.0.0.1:1/", "loopback"),
            ("http://127.255.255.254/", "all of 127.0.0.0/8 is loopback"),
            ("http://[::1]:9", "loopback"),
            ("http://localhost:3", "loopback by name"),
            ("http://LOCALHOST/", "names have no case"),
            ("http://2130706433/", "parsed to 127.0.0.1, and that is where the request goes"),
            ("http://0x7f.1/", "the same in hexadecimal"),
            ("http://0177.0.0.1/", "the same in octal"),
            ("http://127.1/", "the same, shortened"),
            ("http://127.0.0.1./", "the same; the dot is gone once parsed"),
            ("http://%6cocalhost/", "the same as localhost once parsed"),
            ("http://[0:0:0:0:0:0:0:1]/", "the same as ::1 once parsed"),
        ] {
            assert_eq!(check(&url(good)), Ok(()), "{good}: {reason}");
        }
    }

    #[test]
    fn what_may_not_be_asked_is_refused_with_the_reason() {
        const SCHEME: &str = "only https addresses can be used";
        const PERSON: &str = "it contains a user name or a password";
        const DOT: &str = "its host ends with a dot";
        for (bad, problem) in [
            ("http://a.example/", NOT_LOOPBACK),
            ("ws://a.example/", NOT_LOOPBACK),
            ("http://127.0.0.1.evil/", NOT_LOOPBACK),
            ("http://localhost.evil/", NOT_LOOPBACK),
            ("http://x.localhost/", NOT_LOOPBACK),
            ("http://localhost./", NOT_LOOPBACK),
            ("http://0.0.0.0/", NOT_LOOPBACK),
            ("http://[::]/", NOT_LOOPBACK),
            ("http://[::ffff:127.0.0.1]/", NOT_LOOPBACK),
            ("http://[::127.0.0.1]/", NOT_LOOPBACK),
            ("http://[64:ff9b::127.0.0.1]/", NOT_LOOPBACK),
            ("http://128.0.0.1/", NOT_LOOPBACK),
            ("http://169.254.169.254/latest/meta-data", NOT_LOOPBACK),
            ("http://2130706432@evil.example/", NOT_LOOPBACK),
            ("http://127.0.0.1@evil.example/", NOT_LOOPBACK),
            ("http://evil.example/http://127.0.0.1", NOT_LOOPBACK),
            ("ftp://a.example/", SCHEME),
            ("javascript:alert(1)", SCHEME),
            ("file:///etc/passwd", SCHEME),
            ("data:text/plain,x", SCHEME),
            ("blob:https://a.example/x", SCHEME),
            ("https://me@a.example/", PERSON),
            ("https://me:x@a.example/", PERSON),
            ("https://:x@a.example/", PERSON),
            ("http://127.0.0.1:x@localhost/", PERSON),
            ("https://a.example./", DOT),
            ("https://a.example.:443/", DOT),
            ("https://a.example%2e/", DOT),
            ("https://a.example\u{3002}/", DOT),
            ("https://a.example/#x", "it contains a fragment (`#`)"),
            ("https://a.example/#", "it contains a fragment (`#`)"),
        ] {
            assert_eq!(check(&url(bad)), Err(problem), "{bad}");
        }
    }

    #[test]
    fn what_a_person_wrote_reads_as_it_is_written() {
        for good in [
            "https://a.example",
            " https://A.Example:8443/base ",
            "https://a.example:443",
            "https://xn--pi-6kc.example/",
            "http://127.0.0.1:8080/x",
            "http://[::1]:9/",
            "https://a.example/%2e/x@y:z",
        ] {
            parse(good).unwrap_or_else(|problem| panic!("{good}: {problem}"));
        }
        for (bad, problem) in [
            ("http://2130706433/", "its host is read as `127.0.0.1`; write it so"),
            ("http://0x7f000001/", "its host is read as `127.0.0.1`; write it so"),
            ("http://0177.0.0.01/", "its host is read as `127.0.0.1`; write it so"),
            ("http://127.0.0.1./", "its host is read as `127.0.0.1`; write it so"),
            ("http://[0:0:0:0:0:0:0:1]/", "its host is read as `[::1]`; write it so"),
            ("https://a%2eexample/", "its host is read as `a.example`; write it so"),
            ("https://\u{430}pi.example/", "its host is read as `xn--pi-6kc.example`; write it so"),
            ("https://%D0%B0pi.example/", "its host is read as `xn--pi-6kc.example`; write it so"),
            ("https://\u{ff41}.example/", "its host is read as `a.example`; write it so"),
            ("https://a\u{ad}.example/", "its host is read as `a.example`; write it so"),
            ("https:a.example", "its host is read as `a.example`; write it so"),
            ("https:///a.example", "its host is read as `a.example`; write it so"),
            ("https://a.example\\@evil.example/", "it contains a backslash"),
            ("https://a.example\t.evil/", "it contains spaces or control characters"),
            ("https://a.example/ x", "it contains spaces or control characters"),
            ("https://a.example/?x", "it contains a query (`?`)"),
            ("https://me@a.example/", "it contains a user name or a password"),
            ("https://a.example:99999", "invalid port number"),
            ("https://", "empty host"),
            ("a.example", "relative URL without a base"),
        ] {
            assert_eq!(parse(bad).expect_err(bad), problem, "{bad}");
        }
    }

    #[test]
    fn origins_are_compared_whole() {
        let bound = vec!["https://api.example".to_owned(), "http://127.0.0.1:8080".to_owned()];
        for good in [
            "https://api.example/cluster/graphql",
            "https://API.example:443/x",
            "https://api.example:/x",
            "https://api%2eexample/x",
            "https://api.example/../x",
            "wss://api.example/",
            "ws://127.0.0.1:8080/",
            "http://2130706433:8080/",
        ] {
            assert!(is_among(&url(good), &bound), "{good}");
        }
        for bad in [
            "https://api.example.evil/",
            "https://api.example@evil/",
            "https://api.example:443@evil/",
            "https://api.example%40evil.example@evil.example/",
            "https://api.example./",
            "https://api.example:444/",
            "https://api.example.:443/",
            "https://xapi.example/",
            "https://api-example/",
            "https://\u{430}pi.example/",
            "https://evil/https://api.example",
            "https://evil/?https://api.example",
            "https://evil/#https://api.example",
            "http://api.example/",
            "http://api.example:443/",
            "ws://api.example/",
            "https://127.0.0.1:8080/",
            "http://127.0.0.1:8081/",
            "http://127.0.0.1/",
            "http://127.0.0.2:8080/",
            "http://localhost:8080/",
            "http://[::1]:8080/",
            "http://[::ffff:127.0.0.1]:8080/",
            "data:text/plain,https://api.example",
            "file://api.example/",
        ] {
            assert!(!is_among(&url(bad), &bound), "{bad}");
        }
    }

    #[test]
    fn a_bound_that_is_no_origin_lets_nothing_through() {
        for odd in
            ["", "null", "*", "https://*", "https://*.example", "api.example", "//api.example", "data:x"]
        {
            for target in ["https://api.example/", "data:x", "file:///x"] {
                assert!(!is_among(&url(target), &[odd.to_owned()]), "{odd} lets {target} through");
            }
        }
    }

    #[test]
    fn an_issuer_without_a_path_has_no_slash() {
        assert_eq!(issuer(&url("https://a.example")), "https://a.example");
        assert_eq!(issuer(&url("https://a.example/realms/x")), "https://a.example/realms/x");
        assert_eq!(issuer(&url("https://a.example/realms/x/")), "https://a.example/realms/x/");
    }
}
