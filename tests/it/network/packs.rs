//! The way to servers of packs: as to the platform's, but that a pack's server is anybody's.

use std::net::TcpListener;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use rcgen::date_time_ymd;
use vantage_test_support::{Ran, World};

use super::proxy::Proxy;
use super::site::{Answer, Authority, Identity, Site, without_tls};
use crate::guests::guest;
use crate::signed_in;

/// A world, and a site behind TLS that has a pack.
struct Shop {
    world: World,
    site: Site,
    authority: Authority,
}

impl Shop {
    fn new(identify: impl FnOnce(&Authority) -> Identity) -> Self {
        let authority = Authority::new("ours");
        let pack = std::fs::read(guest("grows")).unwrap();
        let site = Site::answering(identify(&authority), move |port, request| {
            match request.split(' ').nth(1).unwrap_or_default() {
                "/grows.wasm" => Answer { body: pack.clone(), ..Answer::default() },
                "/plain" => Answer {
                    status: "302 Found",
                    location: Some(format!("http://localhost:{port}/grows.wasm")),
                    ..Answer::default()
                },
                _ => Answer { status: "404 Not Found", ..Answer::default() },
            }
        });
        Self { world: signed_in(), site, authority }
    }

    fn honest() -> Self {
        Self::new(|authority| authority.certify("localhost", |_| {}))
    }

    /// Adds what the site has at `path`, as loud as can be, with further variables.
    fn add(&self, path: &str, variables: &[(&str, &str)]) -> Ran {
        let source = format!("{}{path}", self.site.url());
        let mut command = self.world.command(&["plugin", "add", &source, "--grant-all", "-vvv"]);
        command.env("SSL_CERT_FILE", self.authority.file(self.world.home()));
        command.envs(variables.iter().copied());
        self.world.finish(&mut command)
    }

    /// What is said of a pack that cannot be had, without what only `-vvv` shows; nothing is stored.
    fn refused(&self, path: &str, variables: &[(&str, &str)], exit: i32) -> String {
        let ran = self.add(path, variables).expect(exit);
        assert!(self.world.only_bundled(), "{ran}");
        let start = ran.stderr.find("error: ").unwrap_or_else(|| panic!("no error:\n{ran}"));
        ran.stderr[start..].replace(&self.site.port.to_string(), "[PORT]")
    }
}

#[test]
fn a_private_authority_is_named_by_ssl_cert_file() {
    let shop = Shop::honest();
    shop.add("/grows.wasm", &[]).expect(0);
    shop.world.run(&["grows"]).expect(0);
    assert!(shop.site.asked().iter().all(|request| !request.to_lowercase().contains("authorization")));
}

#[test]
fn a_certificate_that_is_wrong_is_named_with_its_remedy() {
    let refused = |shop: Shop| {
        let told = shop.refused("/grows.wasm", &[], 7);
        assert!(shop.site.asked().is_empty(), "{told}");
        told
    };
    assert_snapshot!(refused(Shop::new(|_| Identity::self_signed("localhost"))), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: its certificate comes from an issuer that this machine does not know
    hint: if the server is your organization's own, name a PEM file of its issuer in SSL_CERT_FILE; if not, somebody may be listening in
    ");
    assert_snapshot!(refused(Shop::new(|_| Authority::new("ours").certify("localhost", |_| {}))), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: its certificate is not signed by the issuer that it names
    hint: if the server is your organization's own, name a PEM file of its issuer in SSL_CERT_FILE; if not, somebody may be listening in
    ");
    assert_snapshot!(refused(Shop::new(|authority| authority.certify("other.example", |_| {}))), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: its certificate is for another host
    hint: check the address; if it is right, somebody may be listening in
    ");
    let valid = |change: fn(&mut rcgen::CertificateParams)| {
        refused(Shop::new(|authority| authority.certify("localhost", change)))
    };
    assert_snapshot!(valid(|params| params.not_after = date_time_ymd(2020, 1, 1)), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: its certificate has expired
    hint: check this machine's clock; if it is right, the server's operator has to act
    ");
    assert_snapshot!(valid(|params| params.not_before = date_time_ymd(4000, 1, 1)), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: its certificate is not valid yet
    hint: check this machine's clock; if it is right, the server's operator has to act
    ");
}

#[test]
fn what_is_in_the_way_is_named() {
    let shop = Shop::honest();
    let none = shop.world.home().join("none.pem");
    std::fs::write(&none, "").unwrap();
    assert_snapshot!(shop.refused("/grows.wasm", &[("SSL_CERT_FILE", none.to_str().unwrap())], 1), @"
    error: no connection can be made: unexpected error: No CA certificates were loaded from the system
    hint: where the system has no certificates, SSL_CERT_FILE names a PEM file of them
    ");
    let port = without_tls().to_string();
    let source = format!("https://localhost:{port}/grows.wasm");
    let ran = shop.world.run(&["plugin", "add", &source]).expect(7);
    assert_snapshot!(ran.stderr.replace(&port, "[PORT]"), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: what answers there does not speak TLS
    hint: check host and port of the address; a proxy may also be in the way
    ");
}

#[test]
fn what_began_encrypted_does_not_go_on_in_plain() {
    let shop = Shop::honest();
    assert_snapshot!(shop.refused("/plain", &[], 1), @"error: `https://localhost:[PORT]/plain` gave an answer that is not taken: it leads on to `http://localhost:[PORT]/grows.wasm`, without encryption");
}

#[test]
fn a_proxy_sees_the_host_and_nothing_else() {
    let (shop, proxy) = (Shop::honest(), Proxy::start());
    let address = proxy.url().replace("://", "://ada:canary-of-the-proxy@");
    let ran = shop.add("/grows.wasm", &[("HTTPS_PROXY", &address)]).expect(0);
    assert!(!ran.to_string().contains("canary-of-the-proxy"), "{ran}");
    let seen = proxy.seen();
    assert!(!seen.is_empty());
    for request in seen {
        assert!(
            request.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", shop.site.port)),
            "{request}"
        );
        assert!(request.to_ascii_lowercase().contains("\r\nproxy-authorization: basic "), "{request}");
    }
}

#[test]
fn no_proxy_is_heeded() {
    let (shop, proxy) = (Shop::honest(), Proxy::start());
    let variables = [("HTTPS_PROXY", proxy.url()), ("NO_PROXY", "example.com,localhost".to_owned())];
    shop.add("/grows.wasm", &variables.each_ref().map(|(name, value)| (*name, value.as_str()))).expect(0);
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
}

#[test]
fn a_proxy_that_fails_is_named_and_its_password_is_not() {
    let shop = Shop::honest();
    let failed = |address: &str| {
        let with_password = address.replace("://", "://ada:canary-of-the-proxy@");
        let ran = shop.add("/grows.wasm", &[("HTTPS_PROXY", &with_password)]).expect(7);
        for secret in ["canary-of-the-proxy", &STANDARD.encode("ada:canary-of-the-proxy")] {
            assert!(!ran.to_string().contains(secret), "{ran}");
        }
        shop.refused("/grows.wasm", &[("HTTPS_PROXY", &with_password)], 7)
    };
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    assert_snapshot!(failed(&nobody), @"
    error: `https://localhost:[PORT]/grows.wasm` is unavailable: there is no way through the proxy (Connection refused (os error 111))
    hint: try again; nothing was changed
    ");
    assert_snapshot!(failed(&Proxy::answering("HTTP/1.1 407 Who\r\n\r\n").url()), @"
    error: `https://localhost:[PORT]/grows.wasm` cannot be reached: the proxy asks for a user name and a password
    hint: give them in the proxy's variable, as in HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT
    ");
    assert_snapshot!(failed(&Proxy::answering("HTTP/1.1 403 No\r\n\r\n").url()), @"
    error: `https://localhost:[PORT]/grows.wasm` is unavailable: there is no way through the proxy (tunnel error: unsuccessful)
    hint: try again; nothing was changed
    ");
    assert_snapshot!(failed(&Proxy::answering("").url()), @"
    error: `https://localhost:[PORT]/grows.wasm` is unavailable: there is no way through the proxy (tunnel error: unexpected end of file)
    hint: try again; nothing was changed
    ");
    assert!(shop.site.asked().is_empty());
}
