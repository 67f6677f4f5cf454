//! An OCI registry by the book, in memory and on loopback: it takes nothing that the distribution
//! specification does not allow, and has what registries of our days have and docker-registry has not.
//!
//! That is a service for tokens with an address of its own, the list of what refers to a manifest, tags
//! and lists in pages, and blobs that are kept by another server. It knows no type of the host. What it
//! stores is in `shelf.rs`, who may ask in `tokens.rs`, HTTP in `wire.rs`.

mod shelf;
mod tokens;
mod wire;

use std::sync::{Arc, Mutex};

use serde_json::json;

use self::shelf::Shelf;
pub use self::tokens::TOKEN;
use self::tokens::Tokens;
pub use self::wire::Request;
use self::wire::{Answer, Server};

/// How a registry is set up.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Entries a page, of tags and of what refers to a manifest, whatever is asked for.
    pub page: usize,
    /// Requests that a token is good for; it has expired then.
    pub token_lasts: usize,
}

impl Default for Rules {
    fn default() -> Self {
        Self { page: usize::MAX, token_lasts: usize::MAX }
    }
}

/// A registry for [`USER`](crate::registry::USER), which ends with the process.
pub struct Distribution {
    registry: Server,
    tokens: Server,
    elsewhere: Server,
    shelf: Arc<Mutex<Shelf>>,
}

impl Distribution {
    /// A registry that goes by `rules`.
    pub fn start(rules: Rules) -> Self {
        let shelf = Arc::new(Mutex::new(Shelf::default()));
        let desk = Arc::new(Mutex::new(Tokens::new(rules.token_lasts)));
        let behind = Arc::clone(&shelf);
        let elsewhere = Server::start(move |request| kept_elsewhere(&behind.lock().unwrap(), request));
        let given = Arc::clone(&desk);
        let tokens = Server::start(move |request| given.lock().unwrap().give(request));
        let (realm, blobs, content) = (tokens.host.clone(), elsewhere.host.clone(), Arc::clone(&shelf));
        let registry = Server::start(move |request| {
            if let Some(refusal) = desk.lock().unwrap().refuse(request, &realm) {
                return refusal;
            }
            answer(&mut content.lock().unwrap(), request, rules.page, &blobs)
        });
        Self { registry, tokens, elsewhere, shelf }
    }

    /// Host and port of the registry.
    pub fn host(&self) -> &str {
        &self.registry.host
    }

    /// Host and port of its service for tokens.
    pub fn realm(&self) -> &str {
        &self.tokens.host
    }

    /// What the registry itself was asked.
    pub fn asked(&self) -> Vec<Request> {
        self.registry.asked()
    }

    /// What its service for tokens was asked.
    pub fn asked_for_tokens(&self) -> Vec<Request> {
        self.tokens.asked()
    }

    /// What the server that keeps the blobs was asked.
    pub fn asked_elsewhere(&self) -> Vec<Request> {
        self.elsewhere.asked()
    }

    /// The tags of a repository.
    pub fn tags(&self, repository: &str) -> Vec<String> {
        self.shelf.lock().unwrap().tags(repository)
    }

    /// Puts a further tag on what has one.
    pub fn tag(&self, repository: &str, tag: &str, of: &str) {
        self.shelf.lock().unwrap().tag(repository, tag, of);
    }

    /// Puts a further manifest there that refers to `subject`, of another type than a signature.
    pub fn refer(&self, repository: &str, subject: &str, name: &str) {
        self.shelf.lock().unwrap().refer(repository, subject, name);
    }
}

/// The answer to a request of somebody who may ask.
fn answer(shelf: &mut Shelf, request: &Request, page: usize, blobs: &str) -> Answer {
    let segments: Vec<&str> = request.path().trim_start_matches("/v2/").split('/').collect();
    let Some(at) =
        segments.iter().position(|part| ["tags", "manifests", "blobs", "referrers"].contains(part))
    else {
        return refusal(404, "NAME_UNKNOWN", "no such address");
    };
    let (repository, rest) = (segments[..at].join("/"), &segments[at..]);
    match (request.method.as_str(), rest) {
        ("GET", ["tags", "list"]) => shelf.tags_page(&repository, request, page),
        ("GET", ["referrers", digest]) => shelf.referrers_page(&repository, digest, request, page),
        ("GET" | "HEAD", ["manifests", reference]) => shelf.manifest(&repository, reference, request),
        ("PUT", ["manifests", reference]) => shelf.put_manifest(&repository, reference, request),
        ("HEAD", ["blobs", digest]) => shelf.head_blob(&repository, digest),
        ("GET", ["blobs", digest]) if shelf.has_blob(&repository, digest) => {
            Answer::new(307).with("Location", format!("http://{blobs}/{repository}/{digest}?until=later"))
        }
        ("GET", ["blobs", _]) => refusal(404, "BLOB_UNKNOWN", "no such blob"),
        ("POST", ["blobs", "uploads", ""]) => shelf.begin_upload(&repository, request),
        ("PUT", ["blobs", "uploads", upload]) => shelf.put_blob(&repository, upload, request),
        _ => refusal(405, "UNSUPPORTED", "no such request"),
    }
}

/// Such servers are asked with an address that holds all they want to know, and refuse whoever says more.
fn kept_elsewhere(shelf: &Shelf, request: &Request) -> Answer {
    if request.header("authorization").is_some() {
        return refusal(400, "UNSUPPORTED", "a credential of somebody else");
    }
    let found = request.path()[1..].rsplit_once('/');
    match found.and_then(|(repository, digest)| shelf.blob(repository, digest)) {
        Some(bytes) if request.method == "GET" => Answer::new(200).of("application/octet-stream", bytes),
        _ => refusal(404, "BLOB_UNKNOWN", "no such blob"),
    }
}

/// An error in the form of the specification.
fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let errors = json!({ "errors": [{ "code": code, "message": message }] });
    Answer::new(status).of("application/json", errors.to_string().into_bytes())
}
