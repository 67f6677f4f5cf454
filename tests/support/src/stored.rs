//! A stored sign-in as a file on disk: read, made older, replaced.
//!
//! Knows the record's documented form (`state/sessions/NAME.json` with `NAME.lock` beside it) and
//! nothing of how the program writes it. Tests make tokens expire by moving the record's times into
//! the past, as if its user had been away; nothing here waits.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::world::World;

/// A verifier and its challenge, from RFC 7636, appendix B: the platform checks that they match.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The stored sign-in of one profile.
#[derive(Debug, Clone)]
pub struct Stored {
    path: PathBuf,
}

impl World {
    /// The stored sign-in of `profile`.
    ///
    /// # Panics
    /// Where there is none.
    pub fn stored(&self, profile: &str) -> Stored {
        let found = records(&self.sessions())
            .into_iter()
            .find(|path| parse(&fs::read(path).unwrap()).is_some_and(|record| record["profile"] == profile));
        let path = found.unwrap_or_else(|| panic!("no sign-in of `{profile}` is stored"));
        Stored { path }
    }

    /// The folder of stored sign-ins.
    pub fn sessions(&self) -> PathBuf {
        self.home().join("state/sessions")
    }

    /// Fetches the tokens of a new sign-in, without the program and without its pauses.
    ///
    /// # Panics
    /// Where the platform does not approve by itself.
    pub fn fresh_tokens(&self) -> Value {
        let asked = [
            ("client_id", "default"),
            ("scope", "openid offline_access"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        let code = self.post_form("auth/device", &asked);
        self.post_form(
            "token",
            &[
                ("client_id", "default"),
                ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
                ("device_code", code["device_code"].as_str().unwrap()),
                ("code_verifier", VERIFIER),
            ],
        )
    }
}

impl Stored {
    /// The record's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The lock file beside it.
    pub fn lock_file(&self) -> PathBuf {
        self.path.with_extension("lock")
    }

    /// The record, byte for byte.
    ///
    /// # Panics
    /// Where there is none.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(&self.path).unwrap()
    }

    /// The record as JSON; `None` where there is none.
    ///
    /// # Panics
    /// Where it is there and no JSON: whoever wrote it wrote half of it.
    pub fn read(&self) -> Option<Value> {
        let bytes = fs::read(&self.path).ok()?;
        let record = parse(&bytes);
        Some(record.unwrap_or_else(|| panic!("half a record: {:?}", String::from_utf8_lossy(&bytes))))
    }

    /// Replaces the record, as an editor would, with the mode that records have.
    ///
    /// # Panics
    /// Where it cannot be written.
    pub fn write(&self, bytes: &[u8]) {
        let beside = self.path.with_extension("edited");
        let mut file = File::create(&beside).unwrap();
        private(&file);
        file.write_all(bytes).unwrap();
        fs::rename(beside, &self.path).unwrap();
    }

    /// Moves all times of the record into the past: it looks as after `seconds` more.
    ///
    /// # Panics
    /// Where there is no record.
    pub fn age(&self, seconds: i64) {
        let mut record = self.read().unwrap();
        for (name, value) in record.as_object_mut().unwrap() {
            if name.ends_with("_at")
                && let Some(at) = value.as_i64()
            {
                *value = json!(at - seconds);
            }
        }
        self.write(record.to_string().as_bytes());
    }

    /// Puts the tokens of [`World::fresh_tokens`] into `record`, and that in the place of this one.
    pub fn put(&self, mut record: Value, tokens: &Value) {
        for token in ["access_token", "refresh_token"] {
            record[token] = tokens[token].clone();
        }
        self.write(record.to_string().as_bytes());
    }
}

/// The records in a folder of sign-ins.
pub fn records(folder: &Path) -> Vec<PathBuf> {
    let mut records = files(folder);
    records.retain(|path| path.extension().is_some_and(|end| end == "json") && !hidden(path));
    records
}

/// What interrupted writes left in a folder.
pub fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let mut unfinished = files(folder);
    unfinished.retain(|path| hidden(path));
    unfinished
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}

fn parse(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

#[cfg(unix)]
fn private(file: &File) {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &File) {}
