//! The platform's APIs on servers that nobody here wrote: graphql-yoga, graphql-ws and graphql-sse, in
//! a process of their own.
//!
//! What it serves, and what it can be told, is in `tests/support/yoga`; what it needs is installed by
//! `cargo xtask servers`. It takes tokens of whichever issuer it is given: the local platform's, or a
//! realm's of `oidc.rs`.

use std::path::Path;
use std::process::Child;

use serde_json::Value;

use crate::node;

/// The servers, ended when this is dropped.
pub struct Yoga {
    origin: String,
    process: Child,
}

/// One operation that reached an API.
#[derive(Debug, Clone, PartialEq)]
pub struct Reached {
    /// Which API.
    pub api: String,
    /// `http`, `sse` or `websocket`.
    pub transport: String,
    /// The document.
    pub query: String,
    /// Its variables.
    pub variables: Value,
}

impl Yoga {
    /// Starts what is installed in `servers`, for tokens of `issuer`; `options` are those of
    /// `tests/support/yoga/main.mjs`.
    ///
    /// # Panics
    /// Where it is not installed or does not start: no test can run then.
    pub fn start(servers: &Path, issuer: &str, options: &[&str]) -> Self {
        let schema = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk/platform/schema");
        let schema = schema.display().to_string();
        let arguments = [&["--issuer", issuer, "--schema", &schema], options].concat();
        let (process, ready) = node::start(servers, "yoga", &arguments);
        Self { origin: ready["origin"].as_str().unwrap().to_owned(), process }
    }

    /// The base of the APIs.
    pub fn api(&self) -> &str {
        &self.origin
    }

    /// The operations that reached the APIs, in order.
    pub fn log(&self) -> Vec<Reached> {
        let address = format!("{}/log", self.origin);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let log: Value =
            runtime.block_on(async { client.get(address).send().await.unwrap().json().await.unwrap() });
        log.as_array().unwrap().iter().map(Reached::read).collect()
    }
}

impl Drop for Yoga {
    fn drop(&mut self) {
        // It may have ended by itself; there is nothing to mend then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Reached {
    fn read(entry: &Value) -> Self {
        let text = |name: &str| entry[name].as_str().unwrap_or_default().to_owned();
        Self {
            api: text("api"),
            transport: text("transport"),
            query: text("query"),
            variables: entry["variables"].clone(),
        }
    }
}
