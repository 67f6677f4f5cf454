//! `vantage plugin keygen`: a key pair to sign packs with, in minisign's file formats.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use vantage_output::AnswerSpec;

use crate::commands::plugin::examine;
use crate::commands::plugin::key_file::{self, Locked};
use crate::commands::plugin::staged::{self, PRIVATE, PUBLIC, Staged};
use crate::context::Context;
use crate::error::HostError;
use crate::reply::schema::{Is, Member, of_record};
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
      Writes them elsewhere
  vantage plugin keygen --secret new.key --succeeds vantage.key --publisher acme --force
      Makes a key that follows an older one, and minisign.pub.minisig, which says so")]
pub struct Arguments {
    /// File for the secret key, which only you may read
    #[arg(long, value_name = "FILE", default_value = "vantage.key")]
    secret: PathBuf,
    /// File for the public key, which goes beside your packs
    #[arg(long, value_name = "FILE", default_value = "minisign.pub")]
    public: PathBuf,
    /// The secret key that the new one follows, which signs that it does
    #[arg(long, value_name = "FILE", requires = "publisher")]
    succeeds: Option<PathBuf>,
    /// For whom both keys sign: the first word of the ids of the packs
    #[arg(long, value_name = "NAME", requires = "succeeds", value_parser = publisher)]
    publisher: Option<String>,
    /// Leave the secret key without a password
    #[arg(long)]
    no_password: bool,
    /// Replace files that are there
    #[arg(long)]
    force: bool,
}

/// What its records have.
const MEMBERS: &[Member] = &[
    ("public-key", Is::Text),
    ("key-id", Is::Text),
    ("secret-file", Is::Text),
    ("public-file", Is::Text),
    ("succession-file", Is::OptionalText),
];

/// The JSON Schema of its records.
pub fn schema() -> serde_json::Value {
    of_record("plugin keygen", MEMBERS, &[])
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::one_record(vec![
        reply::column("Public key", "/public-key"),
        reply::column("Key id", "/key-id"),
        reply::column("Secret file", "/secret-file"),
        reply::column("Public file", "/public-file"),
        reply::column("Succession file", "/succession-file"),
    ])
}

/// Answers with the key and where its files are.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let (secret, public) = (&arguments.secret, &arguments.public);
    let record = arguments.succeeds.as_ref().map(|_| examine::signature_path(public));
    check_places(arguments, record.as_deref())?;
    // Before a password is asked for; that nothing is lost is seen to once more when they are written.
    let taken =
        [Some(secret), Some(public), record.as_ref()].into_iter().flatten().find(|path| is_there(path));
    if let Some(taken) = taken.filter(|_| !arguments.force) {
        return Err(staged::exists(taken));
    }
    let old = match &arguments.succeeds {
        Some(old) => Some(Locked::read(old, context)?.unlock(context).await?),
        None => None,
    };
    let password = match arguments.no_password {
        true => None,
        false => Some(key_file::new_password(context).await?),
    };
    let generated = key_file::generate(password.as_ref())?;
    let mut staged = vec![
        (Staged::write(secret, &generated.secret_file, PRIVATE)?, secret.as_path()),
        (Staged::write(public, &generated.public_file, PUBLIC)?, public.as_path()),
    ];
    if let (Some(old), Some(path), Some(publisher)) = (&old, &record, &arguments.publisher) {
        let text = old.name_successor(&generated.public_key, publisher)?;
        staged.push((Staged::write(path, &text, PUBLIC)?, path));
    }
    finish(staged, arguments.force)?;
    tell(secret, public, password.is_some(), context);
    Ok(Reply::one(json!({
        "public-key": generated.public_key,
        "key-id": generated.public_key.key_id(),
        "secret-file": secret.display().to_string(),
        "public-file": public.display().to_string(),
        "succession-file": record.map(|path| path.display().to_string()),
    })))
}

/// Puts all files in their places, or none.
fn finish(staged: Vec<(Staged, &Path)>, force: bool) -> Result<(), HostError> {
    let mut finished = Vec::new();
    for (file, path) in staged {
        if let Err(error) = file.finish(path, force) {
            if !force {
                // Half a pair is of no use, and would be in the way of the next attempt.
                finished.iter().for_each(|path| drop(std::fs::remove_file(path)));
            }
            return Err(error);
        }
        finished.push(path);
    }
    Ok(())
}

/// Refuses to put two things into one file, and to lose the key that still has to sign.
fn check_places(arguments: &Arguments, record: Option<&Path>) -> Result<(), HostError> {
    let named = [Some(arguments.secret.as_path()), Some(arguments.public.as_path()), record];
    let places: Vec<PathBuf> = named.into_iter().flatten().map(place).collect();
    let is_twice = |one: &PathBuf| places.iter().filter(|other| *other == one).count() > 1;
    if places.iter().any(is_twice) {
        return Err(HostError::usage("the two keys cannot be in one file", Vec::new()));
    }
    match &arguments.succeeds {
        Some(old) if places.contains(&place(old)) => Err(HostError::usage(
            format!("the new key would replace `{}`", old.display()),
            vec!["--secret names another file".to_owned()],
        )),
        _ => Ok(()),
    }
}

fn publisher(text: &str) -> Result<String, &'static str> {
    match vantage_policy::text::is_word(text, 63) {
        true => Ok(text.to_owned()),
        false => Err("a publisher is a word of a-z, 0-9 and -, beginning with a letter"),
    }
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
