//! An OCI registry that nobody here wrote: Debian's docker-registry, on loopback, in a folder of its own.
//!
//! Its storage can be looked at and altered, as an attacker of the registry would. It has no list of
//! what refers to a manifest (no referrers API), so that signatures go the way of the fallback tag.

#![expect(
    clippy::disallowed_methods,
    reason = "the folder is new, and its only reader is started afterwards"
)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The one user of a registry that wants to know who asks, and the password.
pub const USER: (&str, &str) = ("ada", "sesame");

/// The line of `htpasswd -B` for [`USER`].
const PASSWORDS: &str = "ada:$2y$05$/j0BU2YAOa/CvT/ydQUlmez7daAYeuh8cXOBpbMK8SyZdLSuCMqGG\n";

/// A registry, which ends with this.
pub struct Registry {
    folder: TempDir,
    process: Child,
    /// Host and port.
    pub host: String,
}

impl Registry {
    /// A registry for everyone.
    pub fn open() -> Self {
        Self::start("")
    }

    /// A registry for [`USER`].
    pub fn guarded() -> Self {
        Self::start("auth: {htpasswd: {realm: registry, path: passwords}}\n")
    }

    fn start(more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("passwords"), PASSWORDS).unwrap();
        let configuration = format!(
            "version: 0.1\nlog: {{level: info, formatter: text}}\nstorage: {{filesystem: {{rootdirectory: storage}}}}\n\
             http: {{addr: '127.0.0.1:0'}}\n{more}"
        );
        fs::write(folder.path().join("registry.yml"), configuration).unwrap();
        let mut process = Command::new("docker-registry")
            .args(["serve", "registry.yml"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| {
                panic!("cannot run `docker-registry`: {error}; `cargo xtask servers` installs it")
            });
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let host = lines
            .by_ref()
            .find_map(|line| {
                let line = line.unwrap();
                let (_, rest) = line.split_once("listening on ")?;
                Some(rest.chars().take_while(|character| !matches!(character, '"' | ' ' | ',')).collect())
            })
            .expect("docker-registry says where it listens");
        // A pipe that nobody empties would stop it.
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder, process, host }
    }

    /// The file of the blob with this digest.
    pub fn blob(&self, digest: &str) -> PathBuf {
        let hex = digest.strip_prefix("sha256:").unwrap();
        let blobs = self.folder.path().join("storage/docker/registry/v2/blobs/sha256");
        blobs.join(&hex[..2]).join(hex).join("data")
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
