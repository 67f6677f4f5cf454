//! What the fuzz targets call: each reader of a file that another may have written, with its promises.
//!
//! Not part of the crate's interface: built for cargo-fuzz, which sets `cfg(fuzzing)`, and for the
//! crate's own tests, which run every sample of `fuzz/seeds` through it. A function returns whether its
//! bytes were accepted, and panics where a promise is broken.

use std::path::Path;

use crate::catalog::Catalog;
use crate::index::Loaded;
use crate::lockfile::LockFile;
use crate::signature::{PublicKey, signing_key_id, verify};

/// A reader by name; the folder of its samples has the same name.
pub type Target = fn(&[u8]) -> bool;

/// Every reader.
pub const TARGETS: &[(&str, Target)] =
    &[("catalog", catalog), ("index", index), ("lock", lock), ("signature", signature)];

/// A catalog whose hash is right, whatever it says: all of it can be asked for.
pub fn catalog(bytes: &[u8]) -> bool {
    let Some(catalog) = Catalog::of_bytes(bytes) else { return false };
    for command in catalog.commands() {
        let _ = (command.summary, command.hidden, catalog.owner(command.word));
        let Some(entry) = catalog.find(command.word).or_else(|| catalog.pack(command.id)) else { continue };
        let _ =
            (entry.id(), entry.version(), entry.digest(), entry.alias(), entry.own_path(&["a".to_owned()]));
        let _ = (entry.description().is_ok(), entry.outrun().is_ok(), catalog.authority(entry.id()).is_ok());
    }
    catalog.broken().count() < usize::MAX
}

/// An index: what was understood is written and read again as the same.
pub fn index(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let path = Path::new("index.toml");
    let loaded = match Loaded::parse(path, text, None) {
        Ok(loaded) => loaded,
        Err(error) => return refused(&error),
    };
    // A newer one is never written.
    if loaded.index.version != crate::index::VERSION {
        return false;
    }
    let written = toml::to_string(&loaded.index).expect("what was read can be written");
    let again = Loaded::parse(path, &written, None).expect("what was written can be read");
    assert_eq!(again.index, loaded.index);
    true
}

/// A lock: written again it says the same, and has the same digest.
pub fn lock(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let lock = match LockFile::parse(text) {
        Ok(lock) => lock,
        Err(error) => return refused(&error),
    };
    let written = lock.text().expect("what was read can be written");
    let again = LockFile::parse(&written).expect("what was written can be read");
    assert_eq!(again.text().expect("as before"), written);
    assert_eq!(again.digest().expect("as before"), lock.digest().expect("as before"));
    true
}

/// A signature or a key, which are texts of the same form: none that was not made with the key holds.
pub fn signature(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let key: PublicKey =
        "RWQAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyAhIiMkJSYn".parse().expect("the form of a key");
    assert!(verify(text, &key, b"bytes that nobody signed").is_err());
    match text.parse::<PublicKey>() {
        Ok(key) => {
            assert_eq!(key.to_string().parse::<PublicKey>().expect("as it was written"), key);
            true
        }
        Err(error) => {
            refused(&error);
            signing_key_id(text).is_ok()
        }
    }
}

/// Always false: it was not accepted. Its error is fit to be shown, but for what the output makes visible.
fn refused(error: &dyn std::error::Error) -> bool {
    let text = error.to_string();
    assert!(!text.is_empty() && text.len() < 100_000, "{text:?}");
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::TARGETS;

    /// The samples as they are, cut short at every byte, and with every byte changed.
    #[test]
    fn every_sample_keeps_the_promises() {
        for (name, target) in TARGETS {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(name);
            let mut accepted = 0;
            for file in std::fs::read_dir(folder).expect("samples") {
                let sample = std::fs::read(file.expect("an entry").path()).expect("a sample");
                accepted += usize::from(target(&sample));
                for at in 0..sample.len() {
                    target(&sample[..at]);
                    let mut changed = sample.clone();
                    changed[at] ^= 1 << (at % 8);
                    target(&changed);
                }
            }
            assert!(accepted > 0, "{name} accepts none of its samples, and so proves nothing");
        }
    }
}
