//! Credentials for registries: Docker's, which people have already.
//!
//! `docker login` and `podman login` keep them in a file, or with a program that the file names. They
//! are read when a registry asks who is there, never before, and go to no other place than that
//! registry and the service that it names for tokens. Nothing is kept here.

use base64::Engine;
use docker_credential::{CredentialRetrievalError, DockerCredential};
use zeroize::Zeroizing;

use super::FetchError;

/// What a registry can be told.
pub(super) enum Credential {
    /// The value of `Authorization`, for the scheme `Basic`.
    Basic(Zeroizing<String>),
    /// A refresh token of the registry's own service.
    Refresh(Zeroizing<String>),
}

/// The credential for `registry`; none where none is kept.
pub(super) async fn find(registry: &str) -> Result<Option<Credential>, FetchError> {
    let failed = |problem: &str| FetchError::Credentials {
        registry: registry.to_owned(),
        problem: problem.to_owned(),
    };
    // Docker's own registry has a name of its own there.
    let key = match registry {
        "docker.io" | "registry-1.docker.io" => "https://index.docker.io/v1/".to_owned(),
        other => other.to_owned(),
    };
    let asked = tokio::task::spawn_blocking(move || docker_credential::get_credential(&key));
    match asked.await.map_err(|_| failed("it could not be read"))? {
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
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
            Err(failed(&format!("`{helper}` failed")))
        }
        Err(CredentialRetrievalError::ConfigReadError) => Err(failed("the file makes no sense")),
        Err(
            CredentialRetrievalError::HelperCommunicationError
            | CredentialRetrievalError::MalformedHelperResponse,
        ) => Err(failed("the program that keeps them cannot be run, or makes no sense")),
        Err(_) => Err(failed("they make no sense")),
    }
}
