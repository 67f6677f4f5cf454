//! Writing to an OCI registry: a pack under its version's tag, and its signature beside it.
//!
//! In the order that leaves nothing half there: what a manifest names is written before it, the tag
//! comes with the manifest, and the signature refers to what is there. A version is what it is: a tag
//! that holds something else is not written over. Credentials are asked for as in reading.

use reqwest::header::LOCATION;
use reqwest::{Method, StatusCode};
use serde_json::json;
use url::Url;

use super::access::Access;
use super::{Registry, TEXT_LIMIT, expect_ok};
use crate::address::{RegistryAddress, Wanted, check_url};
use crate::digest::Digest;
use crate::fetch::http::{Http, Request};
use crate::fetch::manifest::{self, Descriptor, Index, Manifest};
use crate::fetch::{FetchError, FoundSignature};

/// What a manifest without a configuration of its own has instead, as the specification says.
const EMPTY: &str = "application/vnd.oci.empty.v1+json";
const BYTES: &str = "application/octet-stream";

/// A pack that goes to a registry.
#[derive(Debug)]
pub struct Publication<'a> {
    /// The component.
    pub bytes: &'a [u8],
    /// The interfaces that it imports and exports, which registries show.
    pub imports: Vec<String>,
    /// See `imports`.
    pub exports: Vec<String>,
    /// Its id and version, and whatever else readers of manifests are told.
    pub annotations: Vec<(&'static str, String)>,
    /// Its signature with the public key.
    pub signature: Option<FoundSignature>,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// Of the manifest.
    pub manifest: Digest,
    /// Whether the very same was there before.
    pub was_there: bool,
}

/// Writes a pack under the tag of `address`.
pub(in crate::fetch) async fn publish(
    http: &Http,
    address: &RegistryAddress,
    publication: &Publication<'_>,
) -> Result<Published, FetchError> {
    let Wanted::Tag(tag) = &address.wanted else {
        return Err(FetchError::Answer { url: address.to_string(), problem: "it names no tag".into() });
    };
    let mut registry = Registry { http, address, access: Access::to_write() };
    let Texts { config, manifest: text } =
        component(publication).map_err(|error| registry.wrong("its manifest", error.to_string()))?;
    let found = Digest::of(&text);
    let was_there = registry.is_there(tag, &found).await?;
    registry.put_blob(&config).await?;
    registry.put_blob(publication.bytes).await?;
    registry.put_manifest(tag, manifest::MANIFEST, text.clone()).await?;
    if let Some(signature) = &publication.signature {
        let subject = Descriptor { digest: found, ..Descriptor::of(manifest::MANIFEST, &text) };
        registry.put_signature(signature, subject).await?;
    }
    Ok(Published { manifest: found, was_there })
}

/// What is written of a component beside its bytes.
pub(in crate::fetch) struct Texts {
    pub(in crate::fetch) config: Vec<u8>,
    pub(in crate::fetch) manifest: Vec<u8>,
}

/// The configuration and the manifest of a component.
pub(in crate::fetch) fn component(publication: &Publication<'_>) -> std::io::Result<Texts> {
    let component = Descriptor::of(manifest::COMPONENT, publication.bytes);
    let config = json!({
        "architecture": "wasm",
        "os": "wasip2",
        "layerDigests": [component.digest],
        "component": { "exports": publication.exports, "imports": publication.imports, "target": null },
    });
    let config = config.to_string().into_bytes();
    let text = Manifest {
        annotations: annotations(publication),
        ..Manifest::new(Descriptor::of(manifest::CONFIG, &config), component)
    };
    Ok(Texts { config, manifest: serde_json::to_vec(&text)? })
}

/// The manifest of a signature of what `subject` names, and what names that manifest.
pub(in crate::fetch) fn signature(
    signature: &FoundSignature,
    subject: &Descriptor,
) -> std::io::Result<(Vec<u8>, Descriptor)> {
    let layer = Descriptor::of(manifest::SIGNATURE, signature.text.as_bytes());
    let mut signed = Manifest {
        artifact_type: Some(manifest::SIGNATURE.to_owned()),
        subject: Some(subject.clone()),
        ..Manifest::new(Descriptor::of(EMPTY, b"{}"), layer)
    };
    if let Some(key) = &signature.key {
        signed.annotations.insert(manifest::KEY.to_owned(), key.clone());
    }
    if let Some(record) = &signature.succession {
        signed.annotations.insert(manifest::SUCCESSION.to_owned(), record.clone());
    }
    let signed = serde_json::to_vec(&signed)?;
    let artifact_type = Some(manifest::SIGNATURE.to_owned());
    let descriptor = Descriptor { artifact_type, ..Descriptor::of(manifest::MANIFEST, &signed) };
    Ok((signed, descriptor))
}

pub(in crate::fetch) fn annotations(
    publication: &Publication<'_>,
) -> std::collections::BTreeMap<String, String> {
    publication.annotations.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect()
}

impl Registry<'_> {
    /// Whether the tag is there with exactly this manifest; an error if it is there with another.
    async fn is_there(&mut self, tag: &str, digest: &Digest) -> Result<bool, FetchError> {
        match self.manifest(tag).await {
            Ok((_, found)) if found == *digest => Ok(true),
            Ok((_, found)) => Err(FetchError::Taken { what: self.address.to_string(), found }),
            Err(FetchError::NotThere { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn put_blob(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        let digest = Digest::of(bytes);
        let head =
            Request { method: Method::HEAD, ..Request::get(self.url(&format!("blobs/{digest}"))?, "*/*") };
        if self.ask(head, TEXT_LIMIT, false).await?.status == StatusCode::OK {
            return Ok(());
        }
        let begin = Request { method: Method::POST, ..Request::get(self.url("blobs/uploads/")?, "*/*") };
        let begun = self.ask(Request { body: Some((Vec::new(), BYTES)), ..begin }, TEXT_LIMIT, false).await?;
        expect_ok(&begun, &self.address.to_string(), &self.address.host)?;
        let location = begun.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let mut place =
            begun.url.join(location).map_err(|error| self.wrong("an upload", error.to_string()))?;
        check_url(&place).map_err(|problem| self.wrong("an upload", problem))?;
        place.query_pairs_mut().append_pair("digest", &digest.to_string());
        self.put(place, bytes.to_vec(), BYTES).await.map(drop)
    }

    /// Writes a manifest; whether the registry says that it keeps what refers to what.
    async fn put_manifest(
        &mut self,
        reference: &str,
        kind: &'static str,
        text: Vec<u8>,
    ) -> Result<bool, FetchError> {
        let url = self.url(&format!("manifests/{reference}"))?;
        self.put(url, text, kind).await
    }

    async fn put(&mut self, url: Url, body: Vec<u8>, kind: &'static str) -> Result<bool, FetchError> {
        let is_ours = url.origin().ascii_serialization() == self.address.origin();
        let request = Request { method: Method::PUT, body: Some((body, kind)), ..Request::get(url, "*/*") };
        let answer = match is_ours {
            true => self.ask(request, TEXT_LIMIT, false).await?,
            false => self.http.send(request, TEXT_LIMIT, false).await?,
        };
        expect_ok(&answer, &self.address.to_string(), &self.address.host)?;
        Ok(answer.headers.contains_key("oci-subject"))
    }

    async fn put_signature(
        &mut self,
        signature: &FoundSignature,
        subject: Descriptor,
    ) -> Result<(), FetchError> {
        let (signed, descriptor) = self::signature(signature, &subject)
            .map_err(|error| self.wrong("its signature", error.to_string()))?;
        self.put_blob(b"{}").await?;
        self.put_blob(signature.text.as_bytes()).await?;
        let kept = self.put_manifest(&descriptor.digest.to_string(), manifest::MANIFEST, signed).await?;
        if kept { Ok(()) } else { self.list_signature(descriptor, &subject.digest).await }
    }

    /// Keeps what refers to `subject` under a tag, where the registry does not.
    async fn list_signature(&mut self, signature: Descriptor, subject: &Digest) -> Result<(), FetchError> {
        let tag = format!("sha256-{}", subject.hex());
        let mut index = match self.manifest(&tag).await {
            Ok((text, _)) => serde_json::from_slice::<Index>(&text)
                .map_err(|error| self.wrong("what refers to it", error.to_string()))?,
            Err(FetchError::NotThere { .. }) => Index::default(),
            Err(error) => return Err(error),
        };
        index.manifests.retain(|one| one.artifact_type.as_deref() != Some(manifest::SIGNATURE));
        index.manifests.push(signature);
        let text = self.text(&index)?;
        self.put_manifest(&tag, manifest::INDEX, text).await.map(drop)
    }

    fn text(&self, value: &impl serde::Serialize) -> Result<Vec<u8>, FetchError> {
        serde_json::to_vec(value).map_err(|error| self.wrong("its manifest", error.to_string()))
    }
}
