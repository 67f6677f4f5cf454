//! What a registry says of a pack: manifests, as the OCI image specification has them.
//!
//! Only the form of a component is taken: one layer of `application/wasm`, and the configuration that
//! says so. A signature is a manifest of its own that refers to the pack's. Nothing is asked for here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::FoundSignature;
use crate::digest::Digest;

pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
pub(super) const CONFIG: &str = "application/vnd.wasm.config.v0+json";
pub(super) const COMPONENT: &str = "application/wasm";
/// What a minisign signature is called, as an artifact and as its layer.
pub(super) const SIGNATURE: &str = "application/vnd.vantage.minisign.v1";
/// The annotation that holds the public key's line.
pub(super) const KEY: &str = "dev.vantage.minisign.public-key";
/// The annotation that holds the record by which that key follows another.
pub(super) const SUCCESSION: &str = "dev.vantage.minisign.succession";

/// A manifest.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<String>,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// What a manifest names: content, by its digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: Digest,
    pub(super) size: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) artifact_type: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// A list of manifests, such as those that refer to another.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) schema_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    pub(super) manifests: Vec<Descriptor>,
}

/// A page of tags.
#[derive(Debug, Deserialize)]
pub(super) struct Tags {
    /// Some registries say `null` for none.
    pub(super) tags: Option<Vec<String>>,
}

impl Default for Index {
    fn default() -> Self {
        Self { schema_version: 2, media_type: Some(INDEX.to_owned()), manifests: Vec::new() }
    }
}

impl Descriptor {
    /// Names `bytes`.
    pub(super) fn of(kind: &str, bytes: &[u8]) -> Self {
        Self {
            media_type: kind.to_owned(),
            digest: Digest::of(bytes),
            size: bytes.len() as u64,
            artifact_type: None,
            annotations: BTreeMap::new(),
        }
    }
}

impl Manifest {
    /// A manifest of one layer.
    pub(super) fn new(config: Descriptor, layer: Descriptor) -> Self {
        Self {
            schema_version: 2,
            media_type: Some(MANIFEST.to_owned()),
            artifact_type: None,
            config,
            layers: vec![layer],
            subject: None,
            annotations: BTreeMap::new(),
        }
    }

    /// The signature with this text, and what stands beside it in its manifest.
    pub(super) fn signature(&self, text: String) -> FoundSignature {
        let annotation = |name: &str| self.annotations.get(name).cloned();
        FoundSignature { text, key: annotation(KEY), succession: annotation(SUCCESSION) }
    }

    /// Reads the manifest of a component, and gives its layer; a problem says what it is instead.
    pub(super) fn component(text: &[u8]) -> Result<Descriptor, String> {
        let manifest: Self =
            serde_json::from_slice(text).map_err(|error| match serde_json::from_slice::<Index>(text) {
                Ok(_) => "it is an index of images, and a pack is one component".to_owned(),
                Err(_) => format!("it is no manifest of a component: {error}"),
            })?;
        if manifest.config.media_type != CONFIG {
            return Err(format!(
                "it is no component: its configuration is `{}`, and a component's is `{CONFIG}`",
                printable(&manifest.config.media_type)
            ));
        }
        match manifest.layers.as_slice() {
            [layer] if layer.media_type == COMPONENT => Ok(layer.clone()),
            [layer] => Err(format!(
                "it is no component: its layer is `{}`, and a component's is `{COMPONENT}`",
                printable(&layer.media_type)
            )),
            layers => Err(format!("it is no component: it has {} layers instead of one", layers.len())),
        }
    }
}

/// As much of a server's word as belongs into a message.
fn printable(text: &str) -> String {
    vantage_policy::text::excerpt(text)
}
