//! A provider of identities that nobody here wrote: `oidc-provider`, in a process of its own.
//!
//! One process serves all tests of a binary, and each test has a realm of its own in it, with its
//! own settings, faults and log of requests. What it serves is in `tests/support/oidc`; what it
//! needs is installed by `cargo xtask servers`. Nothing here signs in: tests run the binary.

mod forms;
mod waiting;

use std::path::Path;
use std::process::Child;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::node;

pub use waiting::Waiting;

/// Paths of the endpoints, as faults and the log name them.
pub mod path {
    /// Discovery.
    pub const DISCOVERY: &str = "/.well-known/openid-configuration";
    /// Device authorization.
    pub const DEVICE: &str = "/protocol/openid-connect/auth/device";
    /// Tokens.
    pub const TOKEN: &str = "/protocol/openid-connect/token";
    /// Revocation.
    pub const REVOKE: &str = "/protocol/openid-connect/revoke";
    /// The cluster API.
    pub const API: &str = "/cluster/graphql";
}

/// The process, started by whoever needs it first.
static PROVIDER: OnceLock<Provider> = OnceLock::new();

struct Provider {
    origin: String,
    client: reqwest::Client,
    runtime: tokio::runtime::Runtime,
    // It ends when its standard input does, and so with this process, however that ends.
    _process: Child,
}

/// A realm of the provider.
pub struct Realm {
    provider: &'static Provider,
    name: String,
    ready: Value,
}

/// One request that reached a realm. It holds no value of a token.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Milliseconds since the provider began.
    pub at: f64,
    /// The path below the realm.
    pub path: String,
    /// The status of the answer; 0 before there is one.
    pub status: u64,
    /// The `grant_type` of the form.
    pub grant: String,
    /// The `scope` of the form.
    pub scope: String,
    /// The names in the form, in their order.
    pub fields: Vec<String>,
    /// The scheme of the header `Authorization`.
    pub authorization: Option<String>,
}

impl Provider {
    /// Starts what is installed in `servers`.
    fn start(servers: &Path) -> Self {
        let (process, ready) = node::start(servers, "oidc", &[]);
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy();
        Self {
            origin: ready["origin"].as_str().unwrap().to_owned(),
            client: client.build().unwrap(),
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
            _process: process,
        }
    }
}

impl Realm {
    /// A realm of its own, at the provider that is installed in `servers`. `settings` are those of
    /// `tests/support/oidc/realm.mjs`.
    ///
    /// # Panics
    /// Where the provider is not installed or does not start: no test can run then.
    pub fn new(servers: &Path, settings: &Value) -> Self {
        static REALMS: AtomicUsize = AtomicUsize::new(0);
        let provider = PROVIDER.get_or_init(|| Provider::start(servers));
        let name = format!("vantage-{}", REALMS.fetch_add(1, Ordering::Relaxed));
        let mut realm = Self { provider, name, ready: Value::Null };
        realm.ready = realm.tell("", settings);
        realm
    }

    /// The issuer.
    pub fn issuer(&self) -> &str {
        self.ready["issuer"].as_str().unwrap()
    }

    /// The address of the APIs: below the issuer, for want of another origin.
    pub fn api(&self) -> &str {
        self.issuer()
    }

    /// The secret of the client `robot`.
    pub fn secret(&self) -> &str {
        self.ready["secret"].as_str().unwrap()
    }

    /// An assertion of the client `workload`; it can be used once.
    pub fn assertion(&self, claims: &Value) -> String {
        self.tell("/assertion", claims)["assertion"].as_str().unwrap().to_owned()
    }

    /// An access token of the client `robot`, asked for by the test itself.
    pub fn token(&self) -> String {
        let request = self.provider.client.post(format!("{}{}", self.issuer(), path::TOKEN));
        let request = request.basic_auth("robot", Some(self.secret()));
        let request = request.form(&[("grant_type", "client_credentials")]);
        let answer: Value =
            self.provider.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() });
        answer["access_token"].as_str().unwrap().to_owned()
    }

    /// The realm forgets everything that it knows, and has other keys: it has been restarted.
    pub fn restart(&self) {
        self.tell("", &Value::Object(serde_json::Map::new()));
    }

    /// Changes the realm's settings.
    pub fn set(&self, settings: &Value) {
        self.tell("/settings", settings);
    }

    /// Lets a fault happen once: see `inject` in `tests/support/oidc/front.mjs`. One that nothing
    /// has met when the realm is dropped fails the test.
    pub fn inject(&self, path: &str, mut fault: Value) {
        fault["path"] = path.into();
        self.tell("/faults", &fault);
    }

    /// What the realm was asked at `path`, in order.
    pub fn asked(&self, path: &str) -> Vec<Asked> {
        let log = self.look("/log");
        let all = log.as_array().unwrap().iter().map(Asked::read);
        all.filter(|asked| asked.path == path).collect()
    }

    /// How often a refresh token was sent.
    pub fn refreshes(&self) -> usize {
        self.asked(path::TOKEN).iter().filter(|asked| asked.grant == "refresh_token").count()
    }

    /// Walks through the provider's pages from `link` on, as `user`, until the device is signed in.
    ///
    /// # Panics
    /// Where the pages lead elsewhere.
    pub fn approve(&self, link: &str, code: &str, user: &str) {
        let known = [("user_code", code), ("login", user), ("password", "any")];
        self.provider.runtime.block_on(forms::walk(&self.provider.client, link, &known, "Sign-in Success"));
    }

    /// Refuses on the page that asks whether the code is right.
    ///
    /// # Panics
    /// Where the pages lead elsewhere.
    pub fn refuse(&self, link: &str, code: &str) {
        let known = [("user_code", code), ("confirm", ""), ("abort", "yes")];
        self.provider.runtime.block_on(forms::walk(&self.provider.client, link, &known, "interrupted"));
    }

    fn tell(&self, what: &str, body: &Value) -> Value {
        let request = self.provider.client.post(self.admin(what)).json(body);
        self.provider.runtime.block_on(async {
            let answer = request.send().await.unwrap();
            assert!(answer.status().is_success(), "{what}: {}", answer.status());
            answer.json().await.unwrap()
        })
    }

    fn look(&self, what: &str) -> Value {
        let request = self.provider.client.get(self.admin(what));
        self.provider.runtime.block_on(async { request.send().await.unwrap().json().await.unwrap() })
    }

    fn admin(&self, what: &str) -> String {
        format!("{}/admin/realms/{}{what}", self.provider.origin, self.name)
    }
}

impl Drop for Realm {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let waiting = self.look("/faults");
            assert_eq!(waiting, Value::Array(Vec::new()), "faults that nothing has met");
        }
    }
}

impl Asked {
    fn read(entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        let fields = entry["fields"].as_array().unwrap().iter();
        Self {
            at: entry["at"].as_f64().unwrap(),
            path: text("path"),
            status: entry["status"].as_u64().unwrap_or_default(),
            grant: text("grant"),
            scope: text("scope"),
            fields: fields.map(|name| name.as_str().unwrap().to_owned()).collect(),
            authorization: entry["authorization"].as_str().map(ToOwned::to_owned),
        }
    }
}
