//! `vantage plugin keygen`: a key pair to sign packs with, in minisign's file formats.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;

use crate::commands::plugin::key_file;
use crate::commands::plugin::staged::{self, PRIVATE, PUBLIC, Staged};
use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Make a key pair to sign packs with
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
The files are minisign's, which can use them too. Without a terminal the password is that of
VANTAGE_SIGNING_PASSWORD.

Examples:
  vantage plugin keygen
      Asks for a password, and writes vantage.key and minisign.pub
  vantage plugin keygen --secret ~/keys/acme.key --public acme.pub
      Writes them elsewhere")]
pub struct Arguments {
    /// File for the secret key, which only you may read
    #[arg(long, value_name = "FILE", default_value = "vantage.key")]
    secret: PathBuf,
    /// File for the public key, which goes beside your packs
    #[arg(long, value_name = "FILE", default_value = "minisign.pub")]
    public: PathBuf,
    /// Leave the secret key without a password
    #[arg(long)]
    no_password: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Public key", "/public-key"),
        reply::column("Key id", "/key-id"),
        reply::column("Secret file", "/secret-file"),
        reply::column("Public file", "/public-file"),
    ])
}

/// Answers with the key and where its files are.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let (secret, public) = (&arguments.secret, &arguments.public);
    if place(secret) == place(public) {
        return Err(HostError::usage("the two keys cannot be in one file", Vec::new()));
    }
    // Before a password is asked for; that nothing is lost is seen to once more when they are written.
    if let Some(taken) = [secret, public].into_iter().find(|path| !arguments.force && is_there(path)) {
        return Err(staged::exists(taken));
    }
    let password = match arguments.no_password {
        true => None,
        false => Some(key_file::new_password(context).await?),
    };
    let generated = key_file::generate(password.as_ref())?;
    let staged = (
        Staged::write(secret, &generated.secret_file, PRIVATE)?,
        Staged::write(public, &generated.public_file, PUBLIC)?,
    );
    staged.0.finish(secret, arguments.force)?;
    if let Err(error) = staged.1.finish(public, arguments.force) {
        if !arguments.force {
            // Half a pair is of no use, and would be in the way of the next attempt.
            let _ = std::fs::remove_file(secret);
        }
        return Err(error);
    }
    tell(secret, public, password.is_some(), context);
    Ok(Reply::one(json!({
        "public-key": generated.public_key,
        "key-id": generated.public_key.key_id(),
        "secret-file": secret.display().to_string(),
        "public-file": public.display().to_string(),
    })))
}

/// Where a file will be, whichever way leads there: two names of one place are one file.
fn place(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (path.parent().and_then(|folder| folder.canonicalize().ok()), path.file_name()) {
        (Some(folder), Some(name)) => folder.join(name),
        _ => path,
    }
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn tell(secret: &Path, public: &Path, is_locked: bool, context: &Context) {
    if !is_locked {
        let secret = secret.display();
        context.console().warn(&format!("`{secret}` has no password: whoever has the file can sign as you"));
    }
    context.console().note(&format!(
        "keep `{}` to yourself, and a copy of it safe; put `{}` beside your packs, and where people can compare it",
        secret.display(),
        public.display()
    ));
}
