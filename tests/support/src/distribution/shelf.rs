//! What a registry stores: blobs, manifests and tags, and what it refuses to store.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::refusal;
use super::wire::{Answer, Request};

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// The content of all repositories.
#[derive(Default)]
pub(super) struct Shelf {
    repositories: BTreeMap<String, Repository>,
    uploads: Vec<String>,
}

#[derive(Default)]
struct Repository {
    blobs: BTreeMap<String, Vec<u8>>,
    /// Each with its type.
    manifests: BTreeMap<String, (String, Vec<u8>)>,
    tags: BTreeMap<String, String>,
}

impl Shelf {
    pub(super) fn tags(&self, repository: &str) -> Vec<String> {
        self.repositories.get(repository).map(|one| one.tags.keys().cloned().collect()).unwrap_or_default()
    }

    pub(super) fn blob(&self, repository: &str, digest: &str) -> Option<Vec<u8>> {
        self.repositories.get(repository)?.blobs.get(digest).cloned()
    }

    pub(super) fn has_blob(&self, repository: &str, digest: &str) -> bool {
        self.blob(repository, digest).is_some()
    }

    pub(super) fn head_blob(&self, repository: &str, digest: &str) -> Answer {
        match self.blob(repository, digest) {
            Some(bytes) => Answer::new(200).of("application/octet-stream", bytes),
            None => Answer::new(404),
        }
    }

    pub(super) fn tag(&mut self, repository: &str, tag: &str, of: &str) {
        let one = self.repositories.get_mut(repository).unwrap();
        let digest = one.tags[of].clone();
        one.tags.insert(tag.to_owned(), digest);
    }

    pub(super) fn refer(&mut self, repository: &str, subject: &str, name: &str) {
        let one = self.repositories.get_mut(repository).unwrap();
        let (_, text) = &one.manifests[subject];
        let subject = json!({ "mediaType": MANIFEST, "digest": subject, "size": text.len() });
        let empty =
            json!({ "mediaType": "application/vnd.oci.empty.v1+json", "digest": digest(b"{}"), "size": 2 });
        let kind = format!("application/vnd.example.{name}");
        let manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST, "artifactType": kind,
            "config": empty, "layers": [empty], "subject": subject,
        });
        let text = manifest.to_string().into_bytes();
        one.manifests.insert(digest(&text), (MANIFEST.to_owned(), text));
    }

    /// Tags in the order of their letters, from the one that is asked for.
    pub(super) fn tags_page(&self, repository: &str, request: &Request, page: usize) -> Answer {
        let Some(one) = self.repositories.get(repository) else {
            return refusal(404, "NAME_UNKNOWN", "no such repository");
        };
        let asked = request.query("n").map_or(usize::MAX, |n| n.parse().unwrap());
        let last = request.query("last").unwrap_or_default();
        let tags: Vec<&String> = one.tags.keys().filter(|tag| **tag > last).collect();
        let shown = &tags[..tags.len().min(page).min(asked)];
        let body = json!({ "name": repository, "tags": shown }).to_string().into_bytes();
        let answer = Answer::new(200).of("application/json", body);
        match shown.last().filter(|_| shown.len() < tags.len()) {
            Some(last) => {
                let next =
                    format!("</v2/{repository}/tags/list?n={}&last={last}>; rel=\"next\"", asked.min(page));
                answer.with("Link", next)
            }
            None => answer,
        }
    }

    /// What refers to a manifest, whether that is there or not, in pages.
    pub(super) fn referrers_page(
        &self,
        repository: &str,
        subject: &str,
        request: &Request,
        page: usize,
    ) -> Answer {
        let manifests = self.repositories.get(repository).into_iter().flat_map(|one| &one.manifests);
        let referring = manifests.filter_map(|(digest, (kind, text))| {
            let manifest: Value = serde_json::from_slice(text).unwrap();
            let artifact = manifest.get("artifactType").unwrap_or(&manifest["config"]["mediaType"]).clone();
            (manifest["subject"]["digest"] == subject).then(|| {
                let size = text.len();
                json!({ "mediaType": kind, "digest": digest, "size": size, "artifactType": artifact })
            })
        });
        let all: Vec<Value> = referring.collect();
        let from = request.query("from").map_or(0, |from| from.parse().unwrap());
        let shown: Vec<&Value> = all.iter().skip(from).take(page).collect();
        let next = from + shown.len();
        let index = json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": shown });
        let answer = Answer::new(200).of(INDEX, index.to_string().into_bytes());
        match next < all.len() {
            true => answer
                .with("Link", format!("</v2/{repository}/referrers/{subject}?from={next}>; rel=\"next\"")),
            false => answer,
        }
    }

    pub(super) fn manifest(&self, repository: &str, reference: &str, request: &Request) -> Answer {
        let found = self.repositories.get(repository).and_then(|one| {
            let digest = one.tags.get(reference).map_or(reference, String::as_str);
            Some((digest, one.manifests.get(digest)?))
        });
        let Some((digest, (kind, text))) = found else {
            return refusal(404, "MANIFEST_UNKNOWN", "no such manifest");
        };
        let accepted = request.header("accept").unwrap_or_default();
        match accepted.split(", ").any(|one| one == kind) {
            true => Answer::new(200).with("Docker-Content-Digest", digest).of(kind, text.clone()),
            false => refusal(406, "MANIFEST_UNKNOWN", "none of a type that is accepted"),
        }
    }

    pub(super) fn put_manifest(&mut self, repository: &str, reference: &str, request: &Request) -> Answer {
        let found = digest(&request.body);
        let one = self.repositories.entry(repository.to_owned()).or_default();
        let is_digest = reference.starts_with("sha256:");
        let problem = match check_manifest(one, request) {
            Err(problem) => problem,
            Ok(_) if is_digest && reference != found => "its digest is another",
            Ok(_) if !is_digest && !is_tag(reference) => "no tag",
            Ok(subject) => {
                let kind = request.header("content-type").unwrap_or_default().to_owned();
                one.manifests.insert(found.clone(), (kind, request.body.clone()));
                if !is_digest {
                    one.tags.insert(reference.to_owned(), found.clone());
                }
                let answer = Answer::new(201)
                    .with("Location", format!("/v2/{repository}/manifests/{found}"))
                    .with("Docker-Content-Digest", found);
                return match subject {
                    Some(subject) => answer.with("OCI-Subject", subject),
                    None => answer,
                };
            }
        };
        refusal(400, "MANIFEST_INVALID", problem)
    }

    pub(super) fn begin_upload(&mut self, repository: &str, request: &Request) -> Answer {
        if !request.body.is_empty() {
            return refusal(400, "BLOB_UPLOAD_INVALID", "content before its place");
        }
        let place = format!("/v2/{repository}/blobs/uploads/{}", self.uploads.len());
        self.uploads.push(repository.to_owned());
        // A place has a query of its own, which has to be kept.
        Answer::new(202).with("Location", format!("{place}?_state=begun"))
    }

    pub(super) fn put_blob(&mut self, repository: &str, upload: &str, request: &Request) -> Answer {
        let begun = upload.parse::<usize>().ok().and_then(|at| self.uploads.get(at));
        let found = digest(&request.body);
        let problem = if begun.map(String::as_str) != Some(repository) {
            "no such upload"
        } else if request.query("_state").as_deref() != Some("begun") {
            "what its place said is missing"
        } else if request.query("digest").as_ref() != Some(&found) {
            "its digest is another"
        } else if request.header("content-type") != Some("application/octet-stream") {
            "another type"
        } else {
            let one = self.repositories.entry(repository.to_owned()).or_default();
            one.blobs.insert(found.clone(), request.body.clone());
            return Answer::new(201).with("Location", format!("/v2/{repository}/blobs/{found}"));
        };
        refusal(400, "BLOB_UPLOAD_INVALID", problem)
    }
}

/// A manifest says what it is, and names blobs that are there; its subject, if it has one.
fn check_manifest(repository: &Repository, request: &Request) -> Result<Option<String>, &'static str> {
    let manifest: Value = serde_json::from_slice(&request.body).map_err(|_| "no JSON")?;
    if manifest["schemaVersion"] != 2 || manifest["mediaType"] != MANIFEST {
        return Err("no manifest of an image");
    }
    if request.header("content-type") != manifest["mediaType"].as_str() {
        return Err("it is called something else");
    }
    let layers = manifest["layers"].as_array().filter(|layers| !layers.is_empty()).ok_or("no layers")?;
    for descriptor in layers.iter().chain([&manifest["config"]]) {
        let blob = descriptor["digest"].as_str().and_then(|digest| repository.blobs.get(digest));
        let blob = blob.ok_or("it names a blob that is not there")?;
        if descriptor["size"] != blob.len() || !descriptor["mediaType"].is_string() {
            return Err("it tells something else of a blob than that is");
        }
    }
    if manifest["config"]["mediaType"] == "application/vnd.oci.empty.v1+json"
        && !manifest["artifactType"].is_string()
    {
        return Err("neither its configuration nor itself has a type");
    }
    match &manifest["subject"] {
        Value::Null => Ok(None),
        subject => subject["digest"].as_str().map(|digest| Some(digest.to_owned())).ok_or("no subject"),
    }
}

fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii() && is_word(first as u8))
        && text.bytes().all(|byte| is_word(byte) || b".-".contains(&byte))
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}
