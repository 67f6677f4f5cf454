//! The way to the servers: certificates, proxies, and plain http where it must not be. The servers of
//! packs are in `network/packs.rs`.

mod packs;
mod proxy;
pub(crate) mod site;

use std::net::TcpListener;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use insta::assert_snapshot;
use rcgen::date_time_ymd;
use vantage_test_support::{Ran, World};

use self::proxy::Proxy;
use self::site::{Authority, CANARY, Identity, Site, without_tls};
use crate::world;

/// A world whose profile in use is for a site behind TLS.
struct Scene {
    world: World,
    site: Site,
    authority: Authority,
}

impl Scene {
    fn new(identify: impl FnOnce(&Authority) -> Identity) -> Self {
        let authority = Authority::new("ours");
        let site = Site::start(identify(&authority));
        let (world, url) = (world(), site.url());
        let issuer = format!("{url}/realms/vantage");
        world.run(&["profile", "create", "tls", "--issuer", &issuer, "--api", &url, "--use"]).expect(0);
        Self { world, site, authority }
    }

    fn honest() -> Self {
        Self::new(|authority| authority.certify("localhost", |_| {}))
    }

    /// Runs a line that knows the authority, with further variables.
    fn run(&self, line: &[&str], variables: &[(&str, &str)]) -> Ran {
        let mut command = self.world.command(line);
        command.env("SSL_CERT_FILE", self.authority.file(self.world.home()));
        command.envs(variables.iter().copied());
        let ran = self.world.finish(&mut command);
        let normal = |text: &str| text.replace(&self.site.url(), "[SITE]");
        Ran { stdout: normal(&ran.stdout), stderr: normal(&ran.stderr), ..ran }
    }

    /// Signs in, asks an API and signs out, all as loud as can be; nothing shows a token.
    fn live(&self, variables: &[(&str, &str)]) {
        for line in [&["login"][..], &["api", "{ ok }"], &["whoami"], &["logout"]] {
            let line = [line, &["-vvv"]].concat();
            let ran = self.run(&line, variables).expect(0);
            assert!(!ran.to_string().contains(CANARY), "{line:?} shows a token:\n{ran}");
        }
        let asked = self.site.asked();
        assert!(asked.iter().any(|request| request.contains(&format!("{CANARY}-access"))), "{asked:?}");
        assert!(asked.iter().any(|request| request.contains(&format!("{CANARY}-refresh"))), "{asked:?}");
    }
}

#[test]
fn a_private_authority_is_named_by_ssl_cert_file() {
    let scene = Scene::honest();
    let keys = scene.world.home().join("keys.log");
    scene.live(&[("SSLKEYLOGFILE", keys.to_str().unwrap())]);
    assert!(!keys.exists(), "the keys of the connection were written to a file");
}

#[test]
fn a_certificate_that_is_wrong_is_named_with_its_remedy() {
    let refused = |scene: Scene| {
        let ran = scene.run(&["login"], &[]).expect(7);
        assert!(scene.site.asked().is_empty(), "{ran}");
        ran.stderr
    };
    assert_snapshot!(refused(Scene::new(|_| Identity::self_signed("localhost"))), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: its certificate comes from an issuer that this machine does not know
      cause: error sending request
    hint: if the issuer is your organization's own, name a PEM file with its certificate in SSL_CERT_FILE; if not, somebody may be listening in
    ");
    assert_snapshot!(refused(Scene::new(|_| Authority::new("theirs").certify("localhost", |_| {}))), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: its certificate comes from an issuer that this machine does not know
      cause: error sending request
    hint: if the issuer is your organization's own, name a PEM file with its certificate in SSL_CERT_FILE; if not, somebody may be listening in
    ");
    assert_snapshot!(refused(Scene::new(|_| Authority::new("ours").certify("localhost", |_| {}))), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: its certificate is not signed by the issuer that it names
      cause: error sending request
    hint: the file that SSL_CERT_FILE names may be out of date; if not, somebody may be listening in
    ");
    assert_snapshot!(refused(Scene::new(|authority| authority.certify("other.example", |_| {}))), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: its certificate is for another host
      cause: error sending request
    hint: check the address in the profile; if it is right, somebody may be listening in
    ");
    assert_snapshot!(refused(Scene::new(|authority| {
        authority.certify("localhost", |params| params.not_after = date_time_ymd(2020, 1, 1))
    })), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: its certificate has expired
      cause: error sending request
    hint: check this machine's clock; if it is right, the server's operator has to act
    ");
    assert_snapshot!(refused(Scene::new(|authority| {
        authority.certify("localhost", |params| params.not_before = date_time_ymd(4000, 1, 1))
    })), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: its certificate is not valid yet
      cause: error sending request
    hint: check this machine's clock; if it is right, the server's operator has to act
    ");
}

#[test]
fn data_of_any_depth_is_no_crash() {
    let scene = Scene::honest();
    scene.run(&["login"], &[]).expect(0);
    for format in ["table", "json", "jsonl", "yaml", "csv"] {
        let ran = scene.run(&["api", "{ deep }", "-o", format], &[]);
        assert!((0..=8).contains(&ran.status), "{format}: exit {}", ran.status);
        assert!(!ran.stderr.contains("fault of vantage"), "{format}: {}", ran.stderr);
    }
}

#[test]
fn doctor_names_the_certificate() {
    let scene = Scene::new(|_| Identity::self_signed("localhost"));
    let ran = scene.run(&["doctor", "-o", "json"], &[]);
    assert_ne!(ran.status, 0, "{ran}");
    assert!(ran.stdout.contains("does not know") && ran.stdout.contains("SSL_CERT_FILE"), "{ran}");
}

#[test]
fn a_machine_without_certificates_says_so() {
    let scene = Scene::honest();
    let none = scene.world.home().join("none.pem");
    std::fs::write(&none, "").unwrap();
    let ran = scene.run(&["login"], &[("SSL_CERT_FILE", none.to_str().unwrap())]);
    assert_snapshot!(ran, @"
    exit: 1
    --- stdout
    --- stderr
    error: no connection can be made: unexpected error: No CA certificates were loaded from the system
      cause: builder error
    hint: `-v` shows the cause; where the system has no certificates, SSL_CERT_FILE names a PEM file of them
    ");
}

#[test]
fn what_does_not_speak_tls_is_named() {
    let scene = Scene::honest();
    let port = without_tls().to_string();
    let issuer = format!("https://localhost:{port}/realms/vantage");
    let ran = scene.run(&["login"], &[("VANTAGE_ISSUER", &issuer)]).expect(7);
    assert_snapshot!(ran.stderr.replace(&port, "[PORT]"), @"
    error: `https://localhost:[PORT]/realms/vantage/.well-known/openid-configuration` cannot be reached: what answers there does not speak TLS
      cause: error sending request
    hint: check host and port in the profile; a proxy may also be in the way
    ");
}

#[test]
fn plain_http_to_another_machine_is_refused_before_any_connection() {
    let world = world();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Systems connect these to this machine; they are not what the rule means by it.
    for host in ["[::ffff:127.0.0.1]", "0.0.0.0", "localhost.", "x.localhost", "192.0.2.1"] {
        let address = format!("http://{host}:{port}");
        for variable in ["VANTAGE_ISSUER", "VANTAGE_API"] {
            let mut command = world.command(&["login"]);
            let ran = world.finish(command.env(variable, &address)).expect(2);
            assert!(ran.stderr.contains("http is for loopback addresses only"), "{ran}");
        }
    }
    assert!(listener.accept().is_err(), "somebody connected");
}

#[test]
fn a_proxy_sees_the_host_and_nothing_else() {
    let scene = Scene::honest();
    let proxy = Proxy::start();
    let with_password = proxy.url().replace("://", "://ada:canary-of-the-proxy@");
    for variable in ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"] {
        scene.live(&[(variable, &with_password)]);
    }
    let seen = proxy.seen();
    assert!(seen.len() >= 3 * 4, "{seen:?}");
    for request in seen {
        assert!(
            request.starts_with(&format!("CONNECT localhost:{} HTTP/1.1\r\n", scene.site.port)),
            "{request}"
        );
        let lower = request.to_ascii_lowercase();
        assert!(lower.contains("\r\nproxy-authorization: basic "), "{request}");
        assert!(!lower.contains("\r\nauthorization:") && !request.contains(CANARY), "{request}");
    }
}

#[test]
fn the_password_of_a_proxy_is_never_shown() {
    let scene = Scene::honest();
    for proxy in [Proxy::answering("HTTP/1.1 407 No\r\n\r\n"), Proxy::answering("HTTP/1.1 503 No\r\n\r\n")] {
        let address = proxy.url().replace("://", "://ada:canary-of-the-proxy@");
        for line in [&["login", "-vvv"][..], &["doctor", "-vvv", "-o", "json"]] {
            let ran = scene.run(line, &[("HTTPS_PROXY", &address)]);
            assert_ne!(ran.status, 0, "{ran}");
            let encoded = STANDARD.encode("ada:canary-of-the-proxy");
            assert!(!ran.to_string().contains("canary-of-the-proxy"), "{ran}");
            assert!(!ran.to_string().contains(&encoded), "{ran}");
        }
    }
}

#[test]
fn loopback_never_goes_through_a_proxy() {
    let world = crate::signed_in();
    let proxy = Proxy::start();
    for variable in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        let mut command = world.command(&["cluster", "list"]);
        world.finish(command.env(variable, proxy.url())).expect(0);
    }
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
}

#[test]
fn no_proxy_is_heeded() {
    let scene = Scene::honest();
    let proxy = Proxy::start();
    scene.live(&[("HTTPS_PROXY", &proxy.url()), ("NO_PROXY", "example.com,localhost")]);
    assert!(proxy.seen().is_empty(), "{:?}", proxy.seen());
}

#[test]
fn a_proxy_that_fails_is_named() {
    let scene = Scene::honest();
    let failed = |address: &str| {
        let ran = scene.run(&["login"], &[("HTTPS_PROXY", address)]).expect(7);
        ran.stderr.replace(address.trim_start_matches("http://"), "[PROXY]")
    };
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    assert_snapshot!(failed(&nobody), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` is unavailable: there is no way through the proxy (Connection refused (os error 111))
      cause: error sending request
    hint: `vantage doctor` checks the way to the servers
    ");
    assert_snapshot!(failed(&Proxy::answering("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n").url()), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` cannot be reached: the proxy asks for a user name and a password
      cause: error sending request
    hint: give them in the proxy's variable, as in HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT
    ");
    assert_snapshot!(failed(&Proxy::answering("HTTP/1.1 403 Forbidden\r\n\r\n").url()), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` is unavailable: there is no way through the proxy (tunnel error: unsuccessful)
      cause: error sending request
    hint: `vantage doctor` checks the way to the servers
    ");
    assert_snapshot!(failed(&Proxy::answering("").url()), @"
    error: `[SITE]/realms/vantage/.well-known/openid-configuration` is unavailable: there is no way through the proxy (tunnel error: unexpected end of file)
      cause: error sending request
    hint: `vantage doctor` checks the way to the servers
    ");
    assert!(scene.site.asked().is_empty());
}

#[test]
fn a_record_of_a_site_behind_tls_outlives_a_wrong_certificate() {
    let scene = Scene::honest();
    scene.run(&["login"], &[]).expect(0);
    let sessions = scene.world.home().join("state/sessions");
    let before = record(&sessions);
    let other = scene.world.home().join("other.pem");
    std::fs::rename(Authority::new("theirs").file(scene.world.home()), &other).unwrap();
    let ran = scene.run(&["api", "{ ok }"], &[("SSL_CERT_FILE", other.to_str().unwrap())]).expect(7);
    assert!(ran.stderr.contains("SSL_CERT_FILE"), "{ran}");
    assert_eq!(record(&sessions), before);
    scene.run(&["api", "{ ok }"], &[]).expect(0);
}

fn record(sessions: &Path) -> String {
    let mut paths = std::fs::read_dir(sessions).unwrap().map(|entry| entry.unwrap().path());
    let path = paths.find(|path| path.extension().is_some_and(|end| end == "json")).unwrap();
    std::fs::read_to_string(path).unwrap()
}
