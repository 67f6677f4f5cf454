//! The realm's signing key: Ed25519, made at start, gone at the end. A restart therefore
//! invalidates every token, which is what a test of "session lost" wants; `--keep-sessions` is for
//! tests that want the opposite.

use jsonwebtoken::jwk::{Jwk, JwkSet, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::PlatformError;
use crate::random;

/// What stands before the 32 bytes of an Ed25519 key in PKCS#8 (RFC 8410, section 7).
const PKCS8_PREFIX: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// A key pair, ready to sign and verify.
pub(crate) struct Keys {
    header: Header,
    private: EncodingKey,
    public: DecodingKey,
    published: JwkSet,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Keys").field("kid", &self.header.kid).finish_non_exhaustive()
    }
}

impl Keys {
    /// Makes a new pair.
    pub(crate) fn generate() -> Result<Self, PlatformError> {
        Self::of(&random::bytes()?)
    }

    /// The pair of a secret.
    pub(crate) fn of(secret: &[u8; 32]) -> Result<Self, PlatformError> {
        let mut pkcs8 = PKCS8_PREFIX.to_vec();
        pkcs8.extend(secret);
        let private = EncodingKey::from_ed_der(&pkcs8);
        let mut jwk = Jwk::from_encoding_key(&private, Algorithm::EdDSA).map_err(PlatformError::Signing)?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256).map_err(PlatformError::Signing)?;
        jwk.common.key_id = Some(kid.clone());
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        let public = DecodingKey::from_jwk(&jwk).map_err(PlatformError::Signing)?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(kid);
        Ok(Self { header, private, public, published: JwkSet { keys: vec![jwk] } })
    }

    /// The set at the endpoint `certs`.
    pub(crate) fn published(&self) -> &JwkSet {
        &self.published
    }

    /// Writes the claims as a signed JWT.
    pub(crate) fn sign(&self, claims: &impl Serialize) -> Result<String, PlatformError> {
        jsonwebtoken::encode(&self.header, claims, &self.private).map_err(PlatformError::Signing)
    }

    /// Reads the claims of a JWT that this key signed; times, issuer and audience are the
    /// caller's to check, by the platform's clock.
    pub(crate) fn verify<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        validation.validate_aud = false;
        jsonwebtoken::decode(token, &self.public, &validation).ok().map(|data| data.claims)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn only_its_own_signatures_verify() {
        let (keys, others) = (Keys::generate().unwrap(), Keys::generate().unwrap());
        let token = keys.sign(&json!({"sub": "x"})).unwrap();
        assert_eq!(keys.verify::<Value>(&token), Some(json!({"sub": "x"})));
        assert_eq!(others.verify::<Value>(&token), None);
        let unsigned = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.";
        assert_eq!(keys.verify::<Value>(unsigned), None);
    }

    #[test]
    fn the_published_key_is_public() {
        let published = serde_json::to_value(Keys::generate().unwrap().published()).unwrap();
        let key = &published["keys"][0];
        assert_eq!((&key["kty"], &key["crv"]), (&json!("OKP"), &json!("Ed25519")));
        assert_eq!((&key["use"], &key["alg"]), (&json!("sig"), &json!("EdDSA")));
        assert!(key["kid"].is_string() && key["x"].is_string() && key["d"].is_null());
    }
}
