//! Vouches for compiled code: a keyed hash over each entry, and what was checked with it.
//!
//! The key lives in a file of its own in DATA, away from the cache that it guards: who can write
//! only to the cache (a restored CI cache, a backup) cannot make code that runs. Hashing 35 MB
//! takes 9–21 ms, so the full check is made once for a file, as its device, inode, size and times
//! say, and then remembered here.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::{check_folder, create_folder, read_small, write_beside};

/// The version of all three kinds of file that are written here.
const VERSION: u32 = 1;
/// How long a file must have been at rest before a check of it is remembered: a change within the
/// grain of the file system's times would leave the stamp as it was. Two seconds is FAT's grain, the
/// coarsest in use.
pub(super) const REST: Duration = Duration::from_secs(2);
/// Separates these hashes from all others that the key might ever be used for.
const PURPOSE: &[u8] = b"vantage compiled code 1\0";

/// The key and the memory of past checks, in one folder of DATA.
#[derive(Debug)]
pub(super) struct Guard {
    folder: PathBuf,
    rest: Duration,
}

/// The key's file.
#[derive(Serialize, Deserialize)]
struct KeyFile {
    version: u32,
    /// 32 bytes in hexadecimal.
    key: String,
}

/// The file beside an entry, with its keyed hash.
#[derive(Serialize, Deserialize)]
struct SealFile {
    version: u32,
    /// 32 bytes in hexadecimal.
    hash: String,
}

/// What was checked: the file's identity at that time.
#[derive(Serialize, Deserialize)]
struct CheckedFile {
    version: u32,
    stamp: Stamp,
}

/// What tells one state of one file from every other. Times are seconds and nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// The stamp of an open file, which has to be a regular one of this user's that nobody else
    /// can write.
    pub(super) fn of(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        if !metadata.is_file() {
            return Err(io::Error::other("it is no regular file"));
        }
        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Err(io::Error::other("it belongs to another user"));
        }
        if metadata.mode() & 0o022 != 0 {
            return Err(io::Error::other("others can write it"));
        }
        Ok(Self {
            device: metadata.dev(),
            inode: metadata.ino(),
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
        })
    }

    /// Whether the file has not changed for as long as `rest`, nor in the future.
    fn is_at_rest(&self, rest: Duration) -> bool {
        let (seconds, nanoseconds) = self.changed;
        let changed = u64::try_from(seconds)
            .ok()
            .zip(u32::try_from(nanoseconds).ok())
            .map(|(seconds, nanoseconds)| UNIX_EPOCH + Duration::new(seconds, nanoseconds));
        changed
            .and_then(|changed| SystemTime::now().duration_since(changed).ok())
            .is_some_and(|age| age >= rest)
    }
}

impl Guard {
    /// The guard in this folder; it remembers checks of files that have been at rest for `rest`.
    pub(super) fn new(folder: PathBuf, rest: Duration) -> Self {
        Self { folder, rest }
    }

    /// Whether a file with this stamp was fully checked as the entry `key` before.
    pub(super) fn knows(&self, key: &str, stamp: &Stamp) -> bool {
        let Ok((_, text)) = read_small(&self.checked(key)) else {
            return false;
        };
        serde_json::from_slice::<CheckedFile>(&text)
            .is_ok_and(|checked| checked.version == VERSION && checked.stamp == *stamp)
    }

    /// Remembers that a file with this stamp was fully checked, if a later change of it is bound to
    /// change the stamp.
    pub(super) fn remember(&self, key: &str, stamp: &Stamp) -> io::Result<()> {
        if !stamp.is_at_rest(self.rest) {
            return Ok(());
        }
        let checked = CheckedFile { version: VERSION, stamp: stamp.clone() };
        create_folder(&self.folder.join("checked"))?;
        write_beside(&self.checked(key), &serde_json::to_vec(&checked)?)?;
        Ok(())
    }

    /// Forgets what was checked as the entry `key`.
    pub(super) fn forget(&self, key: &str) -> io::Result<()> {
        match fs::remove_file(self.checked(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            removed => removed,
        }
    }

    /// The seal's content for an entry about to be written.
    pub(super) fn seal(&self, key: &str, code: &[u8]) -> io::Result<Vec<u8>> {
        let secret = match self.read_key() {
            Ok(secret) => secret,
            Err(_) => self.make_key()?,
        };
        let hash = hasher(&secret, key).update(code).finalize();
        Ok(serde_json::to_vec(&SealFile { version: VERSION, hash: hash.to_hex().to_string() })?)
    }

    /// Reads the whole file and fails unless the seal fits it and this entry's name.
    pub(super) fn check(&self, key: &str, file: &mut File, seal: &[u8]) -> io::Result<()> {
        let seal: SealFile = serde_json::from_slice(seal)?;
        let expected = blake3::Hash::from_hex(&seal.hash).map_err(io::Error::other)?;
        let mut hasher = hasher(&self.read_key()?, key);
        hasher.update_reader(file)?;
        // The comparison takes the same time wherever the hashes differ.
        if seal.version == VERSION && hasher.finalize() == expected {
            return Ok(());
        }
        Err(io::Error::other("its seal does not fit"))
    }

    fn checked(&self, key: &str) -> PathBuf {
        self.folder.join("checked").join(format!("{key}.json"))
    }

    fn key_path(&self) -> PathBuf {
        self.folder.join("key.json")
    }

    /// The key, from a file that nobody else can read or write.
    fn read_key(&self) -> io::Result<[u8; 32]> {
        let (file, text) = read_small(&self.key_path())?;
        if file.metadata()?.mode() & 0o077 != 0 {
            return Err(io::Error::other("others can read the key"));
        }
        let key: KeyFile = serde_json::from_slice(&text)?;
        if key.version != VERSION {
            return Err(io::Error::other("the key has an unknown version"));
        }
        // A key is as long as a hash and written like one.
        Ok(*blake3::Hash::from_hex(&key.key).map_err(io::Error::other)?.as_bytes())
    }

    /// Makes a new key, which ends the belief in everything that an older one vouched for.
    ///
    /// Where two processes do so at once, the entry of one is compiled once more, later.
    fn make_key(&self) -> io::Result<[u8; 32]> {
        create_folder(&self.folder)?;
        check_folder(&self.folder)?;
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).map_err(io::Error::other)?;
        let key = blake3::Hash::from_bytes(secret).to_hex().to_string();
        let text = serde_json::to_vec(&KeyFile { version: VERSION, key })?;
        write_beside(&self.key_path(), &text)?;
        match fs::remove_dir_all(self.folder.join("checked")) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(secret),
        }
    }
}

/// A hash that depends on the secret, on what it is for and on the entry's name.
fn hasher(secret: &[u8; 32], key: &str) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new_keyed(secret);
    hasher.update(PURPOSE).update(key.as_bytes()).update(b"\0");
    hasher
}
