//! The sealed form of a record: its tokens and all it says of the user encrypted, by a key that is
//! not in the file.
//!
//! JSON, version 2. Which sign-in it is stands there openly, so that it can be named while the key
//! is out of reach; so does a fingerprint of the key, which tells a damaged record from one whose
//! key is another. The refresh token is sealed by itself and is opened only to be used. Each part is
//! bound to the sign-in it belongs to, the refresh token also to the rest of its record, so that
//! nothing can be put together from two files.

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::keyring::{Keyring, SealingKey};
use crate::http::hex;
use crate::record::{Key, Record, Unreadable};
use crate::token::Token;

/// The version of the sealed form.
pub(super) const VERSION: u64 = 2;

/// Why a record stays sealed although the keyring answers.
pub(super) const NO_KEY: &str = "the keyring has no key for it";
pub(super) const OTHER_KEY: &str = "the keyring has another key for it";

#[derive(Serialize, Deserialize)]
struct Sealed {
    version: u64,
    #[serde(flatten)]
    key: Key,
    sealing_key: String,
    record: String,
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Fingerprinted {
    sealing_key: String,
}

/// Why a sealed record does not open.
#[derive(Debug, PartialEq)]
pub(crate) enum NotOpened {
    /// The record is not what was sealed.
    Unreadable(Unreadable),
    /// It was sealed by another key.
    OtherKey,
}

/// Seals a record with its refresh token; `None` if the system's cryptography fails.
pub(crate) fn seal(record: &Record, refresh: Option<&Token>, key: &SealingKey) -> Option<Vec<u8>> {
    let sign_in = record.key.file_stem();
    let whole = context(&sign_in, "record", beside(refresh.is_some()));
    let body = seal_part(key, &whole, &record.to_json(None).ok()?)?;
    let refresh = match refresh {
        Some(refresh) => {
            let context = context(&sign_in, "refresh-token", &body);
            Some(seal_part(key, &context, refresh.expose().as_bytes())?)
        }
        None => None,
    };
    let sealed = Sealed {
        version: VERSION,
        key: record.key.clone(),
        sealing_key: fingerprint(key),
        record: body,
        refresh_token: refresh,
    };
    serde_json::to_vec(&sealed).ok()
}

/// The name in the keyring of the key that seals records of `stem`: with the key's fingerprint, so
/// that no two homes, and no two sign-ins, ever share an entry.
pub(crate) fn entry_of(stem: &str, key: &SealingKey) -> String {
    format!("{stem}-{}", fingerprint(key))
}

/// The name in the keyring of the key that this record is sealed by; `None` if it is not sealed.
pub(crate) fn entry(stem: &str, json: &[u8]) -> Option<String> {
    if crate::record::version(json) != Ok(VERSION) {
        return None;
    }
    let Fingerprinted { sealing_key } = serde_json::from_slice(json).ok()?;
    let plain = sealing_key.len() == 16 && sealing_key.bytes().all(|byte| byte.is_ascii_hexdigit());
    plain.then(|| format!("{stem}-{sealing_key}"))
}

/// Opens the record, and leaves the refresh token sealed.
pub(crate) fn open(json: &[u8], sign_in: &Key, key: &SealingKey) -> Result<Record, NotOpened> {
    let sealed = read(json, sign_in, key)?;
    let context = context(&sign_in.file_stem(), "record", beside(sealed.refresh_token.is_some()));
    let body = open_part(key, &context, &sealed.record)?;
    let mut record = Record::from_json(&body, sign_in).map_err(NotOpened::Unreadable)?;
    record.refreshable = sealed.refresh_token.is_some();
    Ok(record)
}

/// Looks into a record that may be sealed, without a change to anything. `None` for one that is not
/// sealed; the reason for one whose key is out of reach.
pub(crate) fn peek(
    json: &[u8],
    sign_in: &Key,
    keyring: &Keyring,
) -> Option<Result<Result<Record, Unreadable>, String>> {
    if crate::record::version(json) != Ok(VERSION) {
        return None;
    }
    let Some(entry) = entry(&sign_in.file_stem(), json) else {
        return Some(Ok(Err(Unreadable::Damaged("it does not say which key opens it".to_owned()))));
    };
    Some(match keyring.get(&entry) {
        Err(error) => Err(error.to_string()),
        Ok(None) => Err(NO_KEY.to_owned()),
        Ok(Some(key)) => match open(json, sign_in, &key) {
            Ok(record) => Ok(Ok(record)),
            Err(NotOpened::OtherKey) => Err(OTHER_KEY.to_owned()),
            Err(NotOpened::Unreadable(problem)) => Ok(Err(problem)),
        },
    })
}

/// Opens the refresh token, if there is one.
pub(crate) fn open_refresh(json: &[u8], sign_in: &Key, key: &SealingKey) -> Result<Option<Token>, NotOpened> {
    let sealed = read(json, sign_in, key)?;
    let Some(refresh) = &sealed.refresh_token else {
        return Ok(None);
    };
    let context = context(&sign_in.file_stem(), "refresh-token", &sealed.record);
    let bytes = open_part(key, &context, refresh)?;
    let text = std::str::from_utf8(&bytes).ok().and_then(|text| Token::new(text.to_owned()));
    text.map(Some).ok_or_else(|| damaged("a token has characters that none can have"))
}

fn read(json: &[u8], sign_in: &Key, key: &SealingKey) -> Result<Sealed, NotOpened> {
    let sealed: Sealed =
        serde_json::from_slice(json).map_err(|error| damaged(&crate::discovery::without_content(&error)))?;
    if sealed.key != *sign_in {
        return Err(damaged("it is another profile's"));
    }
    if sealed.sealing_key == fingerprint(key) { Ok(sealed) } else { Err(NotOpened::OtherKey) }
}

/// What a sealed part is bound to: no part opens in the place of another.
fn context(sign_in: &str, part: &str, beside: &str) -> String {
    format!("vantage sealed record {VERSION}\n{sign_in}\n{part}\n{beside}")
}

/// Whether a refresh token belongs to the record, so that none can be taken away unseen.
fn beside(refreshable: bool) -> &'static str {
    if refreshable { "with a refresh token" } else { "alone" }
}

/// A fresh nonce, what was encrypted, and its tag, as one text.
fn seal_part(key: &SealingKey, context: &str, plain: &[u8]) -> Option<String> {
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).ok()?;
    // With room for the tag, so that no copy of the plain text is left behind by growing.
    let mut bytes = Zeroizing::new(Vec::with_capacity(plain.len() + AES_256_GCM.tag_len()));
    bytes.extend_from_slice(plain);
    let nonce = cipher.seal_in_place_append_tag(Aad::from(context.as_bytes()), &mut *bytes).ok()?;
    let mut part = nonce.as_ref().to_vec();
    part.extend_from_slice(&bytes);
    Some(STANDARD.encode(part))
}

fn open_part(key: &SealingKey, context: &str, part: &str) -> Result<Zeroizing<Vec<u8>>, NotOpened> {
    let broken = || damaged("it was changed since it was sealed");
    let bytes = STANDARD.decode(part).map_err(|_| broken())?;
    let (nonce, body) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
    let cipher = RandomizedNonceKey::new(&AES_256_GCM, key.as_slice()).map_err(|_| broken())?;
    let mut body = Zeroizing::new(body.to_vec());
    let length =
        cipher.open_in_place(nonce, Aad::from(context.as_bytes()), &mut body).map_err(|_| broken())?.len();
    body.truncate(length);
    Ok(body)
}

/// Tells keys apart, and says nothing else of them: keys are random, so nobody can guess one.
fn fingerprint(key: &SealingKey) -> String {
    let mut digest = Sha256::new_with_prefix(b"vantage sealing key\n");
    digest.update(key.as_slice());
    hex(&digest.finalize()[..8])
}

fn damaged(problem: &str) -> NotOpened {
    NotOpened::Unreadable(Unreadable::Damaged(problem.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::sample_record;

    fn key(byte: u8) -> SealingKey {
        Zeroizing::new([byte; 32])
    }

    fn token(text: &str) -> Token {
        Token::new(text.to_owned()).expect("a token")
    }

    #[test]
    fn opens_as_it_was_sealed_and_shows_no_token() {
        let record = sample_record();
        let refresh = token("canary-refresh");
        let sealed = seal(&record, Some(&refresh), &key(1)).expect("sealed");
        let text = String::from_utf8(sealed.clone()).expect("JSON");
        for hidden in ["canary", "ada", &STANDARD.encode("canary-access")[..12]] {
            assert!(!text.contains(hidden), "{hidden} in {text}");
        }
        let opened = open(&sealed, &record.key, &key(1)).expect("opened");
        assert_eq!((opened.access, opened.refreshable), (record.access.clone(), true));
        assert_eq!(open_refresh(&sealed, &record.key, &key(1)).expect("opened"), Some(refresh));
        let without = seal(&record, None, &key(1)).expect("sealed");
        assert_eq!(open_refresh(&without, &record.key, &key(1)).expect("opened"), None);
        assert!(!open(&without, &record.key, &key(1)).expect("opened").refreshable);
        assert_ne!(sealed, seal(&record, Some(&token("canary-refresh")), &key(1)).expect("sealed"));
    }

    #[test]
    fn another_key_is_told_from_damage() {
        let record = sample_record();
        let sealed = seal(&record, Some(&token("r")), &key(1)).expect("sealed");
        assert_eq!(open(&sealed, &record.key, &key(2)).expect_err("another key"), NotOpened::OtherKey);
        let mut value: serde_json::Value = serde_json::from_slice(&sealed).expect("JSON");
        value["record"] = value["refresh_token"].clone();
        let swapped = serde_json::to_vec(&value).expect("JSON");
        let error = open(&swapped, &record.key, &key(1)).expect_err("another part");
        assert!(matches!(error, NotOpened::Unreadable(Unreadable::Damaged(_))));
    }

    #[test]
    fn every_key_has_an_entry_of_its_own_and_the_record_names_it() {
        let record = sample_record();
        let sealed = seal(&record, None, &key(1)).expect("sealed");
        assert_eq!(entry("stem", &sealed), Some(entry_of("stem", &key(1))));
        assert_ne!(entry_of("stem", &key(1)), entry_of("stem", &key(2)));
        assert_eq!(entry("stem", &record.to_json(None).expect("JSON")), None, "it is not sealed");
        let foreign = br#"{"version":2,"sealing_key":"../../login"}"#;
        assert_eq!(entry("stem", foreign), None, "no name of the file's own choosing");
    }

    #[test]
    fn no_altered_byte_goes_unseen() {
        let record = sample_record();
        let refresh = token("r-1");
        let sealed = seal(&record, Some(&refresh), &key(1)).expect("sealed");
        for at in 0..sealed.len() {
            let mut altered = sealed.clone();
            altered[at] ^= 1;
            let both = open(&altered, &record.key, &key(1))
                .and_then(|_| open_refresh(&altered, &record.key, &key(1)));
            // JSON can be spelt in more than one way; what comes out cannot.
            if let Ok(opened) = both {
                assert_eq!(opened, Some(refresh.clone()), "byte {at}");
            }
        }
    }

    #[test]
    fn parts_of_two_records_do_not_mix() {
        let record = sample_record();
        let first = seal(&record, Some(&token("first")), &key(1)).expect("sealed");
        let second = seal(&record, Some(&token("second")), &key(1)).expect("sealed");
        let mut mixed: serde_json::Value = serde_json::from_slice(&first).expect("JSON");
        let other: serde_json::Value = serde_json::from_slice(&second).expect("JSON");
        mixed["refresh_token"] = other["refresh_token"].clone();
        let mixed = serde_json::to_vec(&mixed).expect("JSON");
        assert!(open(&mixed, &record.key, &key(1)).is_ok());
        assert!(open_refresh(&mixed, &record.key, &key(1)).is_err());
    }
}
