//! `vantage plugin publish`: a pack in a registry, under its version, with its signature.
//!
//! The pack is examined as its users will examine it, so that what is refused there is not published. A
//! signature is the one beside the file, and holds, or the pack is not published; one without a
//! signature is published with a warning. The rest is the store's.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_store::signature::{self, PublicKey};
use vantage_store::{Address, FoundSignature, Publication, RegistryAddress, Wanted};

use crate::commands::plugin::examine::Read;
use crate::commands::plugin::source;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// What every component of a pack exports.
pub const EXPORT: &str = "vantage:plugin/commands@1.0.0";

/// Publish a pack in a registry
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Credentials are Docker's: docker login HOST, or podman login, keeps them.

Examples:
  vantage plugin publish gpu-report.wasm oci://ghcr.io/acme/gpu-report
      Publishes it under its version, with gpu-report.wasm.minisig if that is there")]
pub struct Arguments {
    /// The pack: a component's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The repository: oci://HOST/REPOSITORY, or the id of a pack whose publisher has a registry
    #[arg(value_name = "REPOSITORY")]
    repository: String,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::Text),
    ("reference", Is::Text),
    ("manifest", Is::Text),
    ("digest", Is::Text),
    ("key-id", Is::OptionalText),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin publish", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("Version", "/version"),
        reply::column("Reference", "/reference"),
        reply::column("Manifest", "/manifest"),
        reply::column("Key", "/key-id"),
    ])
}

/// Answers with what was published.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let repository = repository(&arguments.repository, context)?;
    let fetched = source::fetch(&Address::File(arguments.file.clone()), context).await?;
    let read = Read { digest: fetched.digest.to_string(), bytes: fetched.bytes };
    let compiled = read.compile(context).await?;
    let description = compiled.description().await?;
    let (id, version) = (description.id.clone(), description.version.clone());
    let key = match &fetched.signature {
        Some(found) => {
            let refused = |error: signature::SignatureError| HostError::from(error.of(id.clone()));
            let key = key(found, &id)?;
            let bound = signature::verify(&found.text, &key, &read.bytes).map_err(refused)?;
            bound.check(&id, &version, &read.digest).map_err(refused)?;
            if found.succession.is_some() {
                context.console().note("with the record that its key follows an older one");
            }
            Some(key)
        }
        None => {
            context.console().warn("the pack is not signed: nobody can tell that it is yours");
            None
        }
    };
    let tag = version.to_string().replace('+', "_");
    let address = RegistryAddress { wanted: Wanted::Tag(tag), ..repository };
    let publication = Publication {
        bytes: &read.bytes,
        imports: compiled.inspected.imports.clone(),
        exports: vec![EXPORT.to_owned()],
        annotations: vec![
            ("org.opencontainers.image.title", id.clone()),
            ("org.opencontainers.image.version", version.to_string()),
            ("org.opencontainers.image.description", description.summary.clone()),
        ],
        signature: fetched
            .signature
            .map(|found| FoundSignature { key: key.map(|key| key.to_string()), ..found }),
    };
    let published = source::fetcher(context).publish(&address, &publication).await?;
    let was = if published.was_there { "was published already as" } else { "published as" };
    context.console().note(&format!("`{id}` {version} {was} {address}"));
    Ok(Reply::one(json!({
        "id": id,
        "version": version.to_string(),
        "reference": address.to_string(),
        "manifest": published.manifest.to_string(),
        "digest": read.digest,
        "key-id": key.map(|key| key.key_id()),
    })))
}

/// The repository that the user named, without a tag: the version is the pack's.
fn repository(text: &str, context: &Context) -> Result<RegistryAddress, HostError> {
    let whole = || Wanted::Range(semver::VersionReq::STAR);
    match source::address(text, context)? {
        Address::Registry(address) if address.wanted == whole() => Ok(address),
        Address::Registry(_) => Err(HostError::usage(
            format!("`{text}` names a version; the pack has one already"),
            vec!["leave the tag, the digest or the range out".to_owned()],
        )),
        _ => Err(HostError::usage(
            format!("`{text}` is no repository"),
            vec!["as in oci://ghcr.io/acme/gpu-report".to_owned()],
        )),
    }
}

fn key(found: &FoundSignature, id: &str) -> Result<PublicKey, HostError> {
    match &found.key {
        Some(key) => Ok(key.parse().map_err(|error: signature::SignatureError| error.of(id.to_owned()))?),
        None => Err(HostError::said(
            Kind::Usage,
            format!("`{id}` is signed, and its public key is not beside it"),
            vec!["put minisign.pub into the folder of the pack".to_owned()],
        )),
    }
}
