//! A publisher's key pair and its files, in minisign's formats. Secret keys live here alone.
//!
//! Buffers with secrets are wiped when they are let go, the key itself included. What the crate
//! `minisign` copies for itself while it unlocks a key, among it the password, is beyond that; the
//! process ends soon after. Nothing here can be formatted, so nothing of it reaches a log.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign::{KeyPair, SecretKeyBox};
use vantage_store::signature::{self, KEY_LIMIT, PublicKey, TrustedComment};
use zeroize::Zeroizing;

use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::password::{LONGEST, Password};
use crate::terminal;

/// The variable is read in `environment.rs`; this is its name for people.
const VARIABLE: &str = "VANTAGE_SIGNING_PASSWORD";

/// What minisign writes above every secret key, locked or not.
const SECRET_COMMENT: &str = "minisign encrypted secret key";

/// Bytes of a secret key in its file.
const LENGTH: usize = 158;

/// A key that signs.
pub struct SecretKey(minisign::SecretKey);

impl SecretKey {
    /// Signs `bytes` for the pack that `comment` names; gives the signature's text.
    pub fn sign(&self, bytes: &[u8], comment: &TrustedComment) -> Result<String, HostError> {
        let comment = comment.to_string();
        let signed =
            minisign::sign(None, &self.0, bytes, Some(&comment), Some("signature of a vantage command pack"));
        signed.map(minisign::SignatureBox::into_string).map_err(|error| failed(&error))
    }

    /// Names `new` as the key that signs for `publisher` after this one; gives the record's text.
    pub fn name_successor(&self, new: &PublicKey, publisher: &str) -> Result<String, HostError> {
        let (line, comment) = (new.to_string(), signature::succession_comment(publisher));
        let untrusted = Some("a vantage publisher's new key");
        let signed = minisign::sign(None, &self.0, line.as_bytes(), Some(&comment), untrusted);
        signed.map(minisign::SignatureBox::into_string).map_err(|error| failed(&error))
    }

    /// The other half of the pair.
    pub fn public_key(&self) -> Result<PublicKey, HostError> {
        let key = minisign::PublicKey::from_secret_key(&self.0).map_err(|error| failed(&error))?;
        key.to_base64().parse().map_err(|error| failed(&error))
    }

    fn is_encrypted(&self) -> bool {
        self.0.is_encrypted()
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        if let Ok(blank) = minisign::SecretKey::from_bytes(&[0; LENGTH]) {
            self.0 = blank;
            // Without this look at it, writing what nobody reads could be left out.
            std::hint::black_box(&self.0);
        }
    }
}

/// A key pair as its two files hold it.
pub struct Generated {
    /// The public key.
    pub public_key: PublicKey,
    /// The text of its file.
    pub public_file: String,
    /// The text of the secret key's file, locked if a password was given.
    pub secret_file: Zeroizing<String>,
}

/// Makes a key pair from the system's random numbers.
pub fn generate(password: Option<&Password>) -> Result<Generated, HostError> {
    let pair = match password {
        Some(password) => KeyPair::generate_encrypted_keypair(Some(password.exposed().to_owned())),
        None => KeyPair::generate_unencrypted_keypair(),
    };
    let KeyPair { pk, sk } = pair.map_err(|error| failed(&error))?;
    let secret = SecretKey(sk);
    let public_key: PublicKey = pk.to_base64().parse().map_err(|error| failed(&error))?;
    let encoded = Zeroizing::new(STANDARD.encode(&*Zeroizing::new(secret.0.to_bytes())));
    Ok(Generated {
        public_file: format!(
            "untrusted comment: minisign public key {}\n{public_key}\n",
            public_key.key_id()
        ),
        secret_file: Zeroizing::new(format!("untrusted comment: {SECRET_COMMENT}\n{}\n", *encoded)),
        public_key,
    })
}

/// A secret key's file, read and not yet unlocked.
pub struct Locked {
    name: String,
    text: Zeroizing<String>,
    is_encrypted: bool,
}

impl Locked {
    /// Reads the file, and warns where others can read it too.
    pub fn read(path: &Path, context: &Context) -> Result<Self, HostError> {
        let name = path.display().to_string();
        let file = File::open(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(&name),
            _ => HostError::input(&name, error),
        })?;
        let metadata = file.metadata().map_err(|error| HostError::input(&name, error))?;
        if metadata.is_file() && metadata.mode() & 0o077 != 0 {
            context
                .console()
                .warn(&format!("others can read `{name}`; chmod 600 keeps the secret key from them"));
        }
        let mut text = Zeroizing::new(String::with_capacity(usize::try_from(KEY_LIMIT).unwrap_or(0) + 1));
        file.take(KEY_LIMIT + 1).read_to_string(&mut text).map_err(|error| HostError::input(&name, error))?;
        let is_encrypted = text.lines().nth(1).and_then(decode).filter(|_| text.len() as u64 <= KEY_LIMIT);
        let is_encrypted = is_encrypted.ok_or_else(|| no_key(&name))?.is_encrypted();
        Ok(Self { name, text, is_encrypted })
    }

    /// Unlocks the key with the password of the variable, or with one that is asked for.
    pub async fn unlock(self, context: &Context) -> Result<SecretKey, HostError> {
        let whole = SecretKeyBox::from(self.text.to_string());
        if !self.is_encrypted {
            return whole.into_unencrypted_secret_key().map(SecretKey).map_err(|_| no_key(&self.name));
        }
        let password = match context.environment().signing_password() {
            Some(password) => password,
            None if context.attended() => {
                terminal::hidden(context.console(), format!("Password of {}", shown(&self.name))).await?
            }
            None => return Err(unattended(&format!("`{}` is locked by a password", self.name), None)),
        };
        let unlocked = whole.into_secret_key(Some(password.exposed().to_owned()));
        unlocked.map(SecretKey).map_err(|error| match error.kind() {
            minisign::ErrorKind::Verify => {
                HostError::usage(format!("the password does not unlock `{}`", self.name), Vec::new())
            }
            _ => no_key(&self.name),
        })
    }
}

fn decode(line: &str) -> Option<SecretKey> {
    let bytes = Zeroizing::new(STANDARD.decode(line.trim_end()).ok()?);
    let is_whole = bytes.len() == LENGTH;
    is_whole.then(|| minisign::SecretKey::from_bytes(&bytes).ok().map(SecretKey)).flatten()
}

/// The password of a new key: the variable's, or one that is typed twice.
pub async fn new_password(context: &Context) -> Result<Password, HostError> {
    let password = match context.environment().signing_password() {
        Some(password) => password,
        None if context.attended() => ask_twice(context).await?,
        None => {
            let without = "--no-password makes a key that whoever has the file can sign with";
            return Err(unattended("a password is needed for the secret key", Some(without)));
        }
    };
    match password.exposed().len() {
        0 => Err(HostError::usage(
            "an empty password locks nothing",
            vec!["--no-password makes a key without one".to_owned()],
        )),
        length if length > LONGEST => {
            Err(HostError::usage(format!("a password has at most {LONGEST} bytes"), Vec::new()))
        }
        _ => Ok(password),
    }
}

async fn ask_twice(context: &Context) -> Result<Password, HostError> {
    let first = terminal::hidden(context.console(), "Password for the secret key".to_owned()).await?;
    let second = terminal::hidden(context.console(), "The same password again".to_owned()).await?;
    match first == second {
        true => Ok(first),
        false => Err(HostError::usage("the two passwords differ; no key was made", Vec::new())),
    }
}

fn missing(name: &str) -> HostError {
    let hint = "vantage plugin keygen makes a key pair".to_owned();
    HostError::said(Kind::NotFound, format!("`{name}` does not exist"), vec![hint])
}

fn no_key(name: &str) -> HostError {
    let hint = "a secret key is a file as vantage plugin keygen, or minisign -G, writes it".to_owned();
    HostError::usage(format!("`{name}` is not a secret key of minisign's, or it is damaged"), vec![hint])
}

fn unattended(message: &str, other: Option<&str>) -> HostError {
    let mut hints = vec![format!("set {VARIABLE}, or run it in a terminal, without --no-input")];
    hints.extend(other.map(str::to_owned));
    HostError::usage(format!("{message}, and there is nobody to ask"), hints)
}

fn failed(error: &dyn std::fmt::Display) -> HostError {
    HostError::said(Kind::Failed, format!("the key could not be used: {error}"), Vec::new())
}

/// A file's name on one visible line.
fn shown(name: &str) -> String {
    vantage_output::visible::Visible::line(name).to_string()
}
