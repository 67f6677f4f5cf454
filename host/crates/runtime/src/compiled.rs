//! Compiled code on disk: kept once, mapped at every later start.
//!
//! An entry is a file `KEY.cwasm` that wasmtime maps as it is. Such a file is native code, so it is
//! believed only when this user's key vouches for it (`guard`); any doubt — a missing file, a wrong
//! owner, a flipped bit — is answered by compiling again, silently, never by an error. Nothing here
//! is ever taken from a download.
//!
//! Entries are written beside and renamed: a mapped file that changes in place kills the process.

pub(crate) mod compiler;
mod guard;

use std::fs::{self, File, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

use crate::engine::CacheFolders;
use guard::{Guard, Stamp};

/// Refuses to follow a link at the last step of a path, and to wait: a pipe would wait for a writer.
const AS_IT_IS: i32 = rustix::fs::OFlags::NOFOLLOW.union(rustix::fs::OFlags::NONBLOCK).bits().cast_signed();

/// More than a key, a seal or the memory of a check ever has, in bytes.
const SMALL: u64 = 4096;

/// The compiled code of all packs, for one engine.
#[derive(Debug)]
pub(crate) struct CompiledCode {
    folder: PathBuf,
    guard: Guard,
    /// What code compiled by this engine can run on: version, settings and CPU features, hashed.
    engine: String,
}

impl CompiledCode {
    pub(crate) fn new(engine: &Engine, folders: CacheFolders) -> Self {
        let mut hasher = Fingerprint(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        let engine = hasher.0.finalize().to_hex()[..16].to_owned();
        Self {
            folder: folders.compiled,
            guard: Guard::new(folders.keys.join("compiled-code"), guard::REST),
            engine,
        }
    }

    /// The compiled code of the component with this digest, where it is there and sound.
    pub(crate) fn find(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let key = self.key(digest)?;
        match self.map(engine, &key) {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::debug!(key, %error, "compiled code is not used");
                None
            }
        }
    }

    /// Makes a component of what was just compiled, and keeps it; failing to keep it is no error, only
    /// slower next time.
    pub(crate) fn keep(&self, engine: &Engine, digest: &str, code: &[u8]) -> wasmtime::Result<Component> {
        // Refused code is not kept: that of another program, which took this one's place meanwhile.
        let component = deserialize(engine, Code::Compiled(code))?;
        if let Some(key) = self.key(digest)
            && let Err(error) = self.write(&key, code)
        {
            tracing::debug!(key, %error, "compiled code is not kept");
        }
        Ok(component)
    }

    /// Deletes everything that was compiled from the component with this digest.
    pub(crate) fn forget(&self, digest: &str) -> io::Result<()> {
        let Some(hash) = hash_of(digest) else {
            return Ok(());
        };
        let entries = match fs::read_dir(&self.folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            entries => entries?,
        };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name();
            let Some(key) = name.to_str().and_then(|name| name.split_once('.')) else {
                continue;
            };
            if key.0.starts_with(hash) {
                fs::remove_file(entry.path())?;
                self.guard.forget(key.0)?;
            }
        }
        Ok(())
    }

    /// An entry's name without its ending; none for what is no digest.
    fn key(&self, digest: &str) -> Option<String> {
        Some(format!("{}-{}", hash_of(digest)?, self.engine))
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(format!("{key}.cwasm"))
    }

    fn map(&self, engine: &Engine, key: &str) -> io::Result<Component> {
        check_folder(&self.folder)?;
        let (mut file, stamp) = open(&self.path(key))?;
        if !self.guard.knows(key, &stamp) {
            let (_, seal) = read_small(&self.folder.join(format!("{key}.seal")))?;
            self.guard.check(key, &mut file, &seal)?;
            // Whoever changed the file while it was read changed its stamp as well.
            if Stamp::of(&file)? != stamp {
                return Err(io::Error::other("it changes while it is read"));
            }
            self.guard.remember(key, &stamp)?;
        }
        deserialize(engine, Code::Kept(&mut file)).map_err(io::Error::other)
    }

    fn write(&self, key: &str, code: &[u8]) -> io::Result<()> {
        create_folder(&self.folder)?;
        check_folder(&self.folder)?;
        let seal = self.guard.seal(key, code)?;
        let file = write_beside(&self.path(key), code)?;
        write_beside(&self.folder.join(format!("{key}.seal")), &seal)?;
        self.guard.remember(key, &Stamp::of(&file)?)
    }
}

/// Where compiled code comes from.
enum Code<'a> {
    /// A file that was checked.
    Kept(&'a mut File),
    /// The compiler, just now.
    Compiled(&'a [u8]),
}

/// Makes a component of compiled code, mapping the very file that was checked.
#[expect(unsafe_code, reason = "native code comes from a file or a pipe; the reasoning stands inside")]
fn deserialize(engine: &Engine, code: Code<'_>) -> wasmtime::Result<Component> {
    // SAFETY, for all calls: wasmtime asks that the bytes are what an engine's `serialize` gave,
    // unchanged, and that a mapped file does not change while it is mapped.
    // - Only `write` makes entries, from `serialize`. `map` calls this only after the user's key
    //   vouched for every byte of this inode, now or at a time since which neither its size nor
    //   its modification or change time has moved. Whatever writes to a file moves its change time,
    //   but for writes within the grain of that time: a check is remembered only once a file has
    //   been at rest for longer.
    // - The path names the open descriptor, not the folder's entry, so a file put in its place
    //   between check and use is not the one that is mapped.
    // - Entries are replaced by renaming and never written in place; the folder is closed to other
    //   users. Who can act as this user, or as root, can run code of their own anyway.
    // - What was just compiled comes from `serialize` too: from a process of this very program, through a
    //   pipe that nobody else has an end of, and whole, as that process said that it succeeded.
    // - An engine that differs refuses the code: wasmtime compares version, settings and CPU.
    let file = match code {
        Code::Kept(file) => file,
        Code::Compiled(bytes) => return unsafe { Component::deserialize(engine, bytes) },
    };
    let descriptor = format!("/proc/self/fd/{}", file.as_raw_fd());
    if Path::new(&descriptor).exists() {
        return unsafe { Component::deserialize_file(engine, descriptor) };
    }
    // Without /proc the bytes are copied from the same descriptor: slower, and no less safe.
    let mut code = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.read_to_end(&mut code)?;
    unsafe { Component::deserialize(engine, code) }
}

/// The hexadecimal part of `sha256:…`; none for anything else, since it becomes a file's name.
fn hash_of(digest: &str) -> Option<&str> {
    let hash = digest.strip_prefix("sha256:")?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then_some(hash)
}

/// Opens a regular file of this user's.
fn open(path: &Path) -> io::Result<(File, Stamp)> {
    let file = OpenOptions::new().read(true).custom_flags(AS_IT_IS).open(path)?;
    let stamp = Stamp::of(&file)?;
    Ok((file, stamp))
}

/// The content of a small file of this user's.
fn read_small(path: &Path) -> io::Result<(File, Vec<u8>)> {
    let (mut file, _) = open(path)?;
    let mut content = Vec::new();
    (&mut file).take(SMALL).read_to_end(&mut content)?;
    Ok((file, content))
}

/// Makes a folder that only this user can enter, and those above it.
fn create_folder(folder: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Fails unless the folder is this user's, no link, and closed to all others; closes it where
/// only that is missing.
fn check_folder(folder: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(folder)?;
    if !metadata.is_dir() {
        return Err(io::Error::other(format!("`{}` is no folder", folder.display())));
    }
    if metadata.uid() != rustix::process::geteuid().as_raw() {
        return Err(io::Error::other(format!("`{}` belongs to another user", folder.display())));
    }
    if metadata.mode() & 0o077 != 0 {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

/// Writes a file beside `path`, closed to others, and renames it there; gives the open file back.
fn write_beside(path: &Path, content: &[u8]) -> io::Result<File> {
    let folder = path.parent().ok_or_else(|| io::Error::other("a file without a folder"))?;
    let mut file = tempfile::Builder::new().prefix(".new-").tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)
}

/// Feeds what wasmtime hashes into a hash that is the same in every process.
struct Fingerprint(blake3::Hasher);

impl Hasher for Fingerprint {
    fn finish(&self) -> u64 {
        let mut first = [0; 8];
        first.copy_from_slice(&self.0.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests;
