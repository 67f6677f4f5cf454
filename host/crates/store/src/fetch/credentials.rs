//! Credentials for registries: Docker's, which people have already.
//!
//! `docker login` and `podman login` keep them in a file, or with a program that the file names. They
//! are read when a registry asks who is there, never before, and go to no other place than that
//! registry and the service that it names for tokens. Nothing is kept here, and where the files are is
//! known to whoever reads the environment.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use base64::Engine;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use zeroize::Zeroizing;

use super::FetchError;

/// The longest file of credentials, in bytes.
const LONGEST: u64 = 1 << 20;

/// What a registry can be told.
pub(super) enum Credential {
    /// The value of `Authorization`, for the scheme `Basic`.
    Basic(Zeroizing<String>),
    /// A refresh token of the registry's own service.
    Refresh(Zeroizing<String>),
}

/// The credential for `registry` in the first of `files` that has one; none where none is kept.
pub(super) async fn find(files: &[PathBuf], registry: &str) -> Result<Option<Credential>, FetchError> {
    // Docker's own registry has a name of its own there.
    let key = match registry {
        "docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/".to_owned(),
        other => other.to_owned(),
    };
    let (files, registry) = (files.to_vec(), registry.to_owned());
    // Programs that keep credentials are waited for.
    let asked = tokio::task::spawn_blocking(move || {
        files.iter().find_map(|file| read(file, &key).transpose()).transpose()
    });
    let found = asked.await.unwrap_or_else(|_| Err("it could not be read".to_owned()));
    found.map_err(|problem| FetchError::Credentials { registry, problem })
}

/// The credential for `key` in a file; a file that is not there has none.
fn read(file: &Path, key: &str) -> Result<Option<Credential>, String> {
    let opened = match File::open(file) {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("`{}`: {error}", file.display())),
    };
    let failed = |problem: &str| Err(format!("`{}`: {problem}", file.display()));
    let opened = BufReader::new(opened.take(LONGEST));
    match docker_credential::get_credential_from_reader(opened, key) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            let (user, password) = (Zeroizing::new(user), Zeroizing::new(password));
            let pair = Zeroizing::new(format!("{}:{}", *user, *password));
            let encoded = Zeroizing::new(base64::engine::general_purpose::STANDARD.encode(pair.as_bytes()));
            Ok(Some(Credential::Basic(Zeroizing::new(format!("Basic {}", *encoded)))))
        }
        Ok(DockerCredential::IdentityToken(token)) => Ok(Some(Credential::Refresh(Zeroizing::new(token)))),
        Err(CredentialRetrievalError::ConfigNotFound | CredentialRetrievalError::NoCredentialConfigured) => {
            Ok(None)
        }
        // What programs print may be secret: `docker-credential-…` says that there is nothing in words.
        Err(CredentialRetrievalError::HelperFailure { stdout, .. })
            if stdout.contains("credentials not found") =>
        {
            Ok(None)
        }
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => failed(&format!("`{helper}` failed")),
        Err(CredentialRetrievalError::ConfigReadError) => failed("it makes no sense"),
        Err(
            CredentialRetrievalError::HelperCommunicationError
            | CredentialRetrievalError::MalformedHelperResponse,
        ) => failed("the program that keeps them cannot be run, or makes no sense"),
        Err(_) => failed("what it says of them makes no sense"),
    }
}
