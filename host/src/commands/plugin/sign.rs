//! `vantage plugin sign`: a signature that says which pack it is for, in minisign's format.
//!
//! The pack is asked for its id and version as it is when it is added, so that nobody has to type, or
//! mistype, what is signed. What was made is checked as its users will check it before it is written.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;
use vantage_store::signature::{self, SignatureError, TrustedComment};

use crate::commands::plugin::examine::{self, Read};
use crate::commands::plugin::key_file::Locked;
use crate::commands::plugin::staged::{PUBLIC, Staged};
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
use crate::reply::{self, Reply};

/// Sign a pack, so that its users can tell that it is yours
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The signature holds for this id, version and content alone. The key's password is asked for, or
taken from VANTAGE_SIGNING_PASSWORD.

Examples:
  vantage plugin sign gpu-report.wasm --secret vantage.key
      Writes gpu-report.wasm.minisig; put minisign.pub beside it")]
pub struct Arguments {
    /// The pack: a component's file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Your secret key, as vantage plugin keygen or minisign made it
    #[arg(long, value_name = "FILE")]
    secret: PathBuf,
    /// File for the signature, instead of the pack's name with `.minisig`
    #[arg(long, value_name = "FILE")]
    signature: Option<PathBuf>,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("id", Is::Text),
    ("version", Is::Text),
    ("digest", Is::Text),
    ("key-id", Is::Text),
    ("public-key", Is::Text),
    ("signature", Is::Text),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin sign", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Pack", "/id"),
        reply::column("Version", "/version"),
        reply::column("Digest", "/digest"),
        reply::column("Key id", "/key-id"),
        reply::column("Public key", "/public-key"),
        reply::column("Signature", "/signature"),
    ])
}

/// Answers with what was signed, and where the signature is.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let output = arguments.signature.clone().unwrap_or_else(|| examine::signature_path(&arguments.file));
    for kept in [&arguments.file, &arguments.secret] {
        if is_same(&output, kept) {
            let message = format!("the signature would replace `{}`", kept.display());
            return Err(HostError::usage(message, vec!["--signature names another file".to_owned()]));
        }
    }
    let locked = Locked::read(&arguments.secret, context)?;
    let pack = Read::file(&arguments.file)?;
    let description = pack.compile(context).await?.description().await?;
    let comment = TrustedComment {
        id: description.id.clone(),
        version: description.version.clone(),
        digest: pack.digest.parse()?,
    };
    let secret = locked.unlock(context).await?;
    let (key, text) = (secret.public_key()?, secret.sign(&pack.bytes, &comment)?);
    drop(secret);
    let refused = |error: SignatureError| error.of(arguments.file.display().to_string());
    let bound = signature::verify(&text, &key, &pack.bytes).map_err(refused)?;
    bound.check(&description.id, &description.version, &pack.digest).map_err(refused)?;
    Staged::write(&output, &text, PUBLIC)?.finish(&output, true)?;

    context.console().note(&format!("signed `{}` {}", description.id, description.version));
    Ok(Reply::one(json!({
        "id": description.id,
        "version": description.version.to_string(),
        "digest": pack.digest,
        "key-id": key.key_id(),
        "public-key": key,
        "signature": output.display().to_string(),
    })))
}

/// Whether two paths lead to one file that is there.
fn is_same(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}
