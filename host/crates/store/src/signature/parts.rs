//! The four lines of a signature, taken apart without trusting any of them.
//!
//! Stricter than minisign, which passes over what follows the fourth line: what is not understood is
//! not accepted. What decides about a signature is given the lines as they were read here, so that two
//! readers cannot see two texts.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{PublicKey, SIGNATURE_LIMIT, SignatureError};

/// What each file of minisign begins with.
pub(super) const UNTRUSTED: &str = "untrusted comment: ";
const TRUSTED: &str = "trusted comment: ";

/// The signature of a hash of the bytes, and the older one of the bytes themselves.
const PREHASHED: &[u8] = b"ED";
const LEGACY: &[u8] = b"Ed";

/// A signature's parts, each of the right length.
pub(super) struct Parts {
    pub(super) key_id: [u8; 8],
    /// Without its prefix.
    pub(super) comment: String,
    signature: [u8; 64],
    global_signature: [u8; 64],
    /// The second and the fourth line.
    encoded: (String, String),
}

impl Parts {
    pub(super) fn parse(text: &str) -> Result<Self, SignatureError> {
        if text.len() as u64 > SIGNATURE_LIMIT {
            return Err(SignatureError::TooLarge { limit: SIGNATURE_LIMIT });
        }
        let [untrusted, first, trusted, second] =
            lines(text).map_err(malformed)?.try_into().map_err(|_| malformed("it has not four lines"))?;
        if !untrusted.starts_with(UNTRUSTED) {
            return Err(malformed("its first line is not an untrusted comment"));
        }
        let comment =
            trusted.strip_prefix(TRUSTED).ok_or(malformed("its third line is not a trusted comment"))?;
        let whole: [u8; 74] = decode(first).ok_or(malformed("its second line is not a signature"))?;
        let global_signature = decode(second).ok_or(malformed("its fourth line is not a signature"))?;
        let (mut key_id, mut signature) = ([0; 8], [0; 64]);
        key_id.copy_from_slice(&whole[2..10]);
        signature.copy_from_slice(&whole[10..]);
        match &whole[..2] {
            PREHASHED => {}
            LEGACY => return Err(SignatureError::Legacy),
            _ => return Err(malformed("it is of an unknown kind")),
        }
        let encoded = (first.to_owned(), second.to_owned());
        Ok(Self { key_id, comment: comment.to_owned(), signature, global_signature, encoded })
    }

    pub(super) fn key_id(&self) -> String {
        shown(self.key_id)
    }

    /// The same lines for the crate that decides; the untrusted comment has no say, and stays here.
    pub(super) fn decoded(&self) -> Result<minisign_verify::Signature, SignatureError> {
        let (first, second) = &self.encoded;
        let text = format!("{UNTRUSTED}\n{first}\n{TRUSTED}{}\n{second}\n", self.comment);
        minisign_verify::Signature::decode(&text)
            .map_err(|error| SignatureError::Unverified { reason: error.to_string() })
    }

    /// Whether `key` signed this comment beside this signature. Then it is the pack that is another.
    pub(super) fn is_comment_signed(&self, key: &PublicKey) -> bool {
        let signed = [&self.signature[..], self.comment.as_bytes()].concat();
        aws_lc_rs::signature::UnparsedPublicKey::new(&aws_lc_rs::signature::ED25519, key.point())
            .verify(&signed, &self.global_signature)
            .is_ok()
    }
}

/// The lines of a text file, which may come from Windows; the last need not be ended.
pub(super) fn lines(text: &str) -> Result<Vec<&str>, &'static str> {
    if text.contains('\0') {
        return Err("it contains a zero byte");
    }
    let text = text.strip_suffix('\n').unwrap_or(text);
    Ok(text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect())
}

/// Bytes of exactly one length from Base64 in its canonical form.
pub(super) fn decode<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    STANDARD.decode(text).ok()?.try_into().ok()
}

/// A key's id as minisign prints it: its bytes are a number, the least significant first.
pub(super) fn shown(key_id: [u8; 8]) -> String {
    format!("{:016X}", u64::from_le_bytes(key_id))
}

fn malformed(reason: &'static str) -> SignatureError {
    SignatureError::Malformed { reason }
}
