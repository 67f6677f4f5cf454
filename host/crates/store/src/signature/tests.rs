//! Signatures by minisign's own crate, whole and altered: each alteration has its refusal.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use minisign::KeyPair;
use proptest::prelude::*;

use super::*;
use crate::sha256_digest;

const PACK: &[u8] = b"\0asm what a pack is made of";

/// A key pair of the crate that signs, and the key as it is checked with here.
fn keys() -> (KeyPair, PublicKey) {
    let pair = KeyPair::generate_unencrypted_keypair().unwrap();
    let key = pair.pk.to_base64().parse().unwrap();
    (pair, key)
}

fn comment() -> String {
    format!("pack acme/gpu-report 1.2.0 {}", sha256_digest(PACK))
}

fn signed(pair: &KeyPair, comment: &str) -> String {
    minisign::sign(None, &pair.sk, PACK, Some(comment), Some("signed in a test")).unwrap().into_string()
}

/// The error with its hints, as the host shows them.
fn said(error: &SignatureError) -> String {
    format!("{error}\n{}", error.hints().join("\n"))
}

fn line(text: &str, number: usize) -> &str {
    text.lines().nth(number).unwrap()
}

#[test]
fn a_signature_holds_and_says_for_which_pack() {
    let (pair, key) = keys();
    let text = signed(&pair, &comment());
    let bound = verify(&text, &key, PACK).unwrap();
    assert_eq!((bound.id.as_str(), bound.version.to_string().as_str()), ("acme/gpu-report", "1.2.0"));
    bound.check("acme/gpu-report", &Version::new(1, 2, 0), &sha256_digest(PACK)).unwrap();
    assert_eq!(signing_key_id(&text).unwrap(), key.key_id());
    // As a file that went through Windows, and as one without its last line's end.
    verify(&text.replace('\n', "\r\n"), &key, PACK).unwrap();
    verify(text.trim_end(), &key, PACK).unwrap();
}

#[test]
fn what_is_bound_to_another_pack_is_refused_by_name() {
    let (pair, key) = keys();
    let bound = verify(&signed(&pair, &comment()), &key, PACK).unwrap();
    let version = Version::new(1, 2, 0);
    let digest = sha256_digest(PACK);
    let other = sha256_digest(b"");
    insta::assert_snapshot!(said(&bound.check("evil/gpu-report", &version, &digest).unwrap_err()), @"
    the signature is for pack `acme/gpu-report`, and this is `evil/gpu-report`
    get the pack and its signature again, from the same place
    ");
    insta::assert_snapshot!(bound.check("acme/gpu-report", &Version::new(1, 3, 0), &digest).unwrap_err(), @"the signature is for version `1.2.0`, and this is `1.3.0`");
    insta::assert_snapshot!(bound.check("acme/gpu-report", &version, &other).unwrap_err(), @"the signature is for digest `sha256:7dadc9e4fca5611dbf72c1aacf30c7d5e65653a9cee4f3e54f8dc9ccb611404e`, and this is `sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855`");
    // Digests are compared as they are written: another spelling of the same one is no reason to accept.
    bound.check("acme/gpu-report", &version, &digest.to_uppercase()).unwrap_err();
}

#[test]
fn another_key_is_named_beside_the_expected_one() {
    let (pair, key) = keys();
    let (_, other) = keys();
    let error = verify(&signed(&pair, &comment()), &other, PACK).unwrap_err();
    assert_eq!(error, SignatureError::OtherKey { signed_by: key.key_id(), expected: other.key_id() });
    assert!(error.to_string().contains(&format!("{}, not with {}", key.key_id(), other.key_id())), "{error}");
}

/// A key's id is eight bytes that anyone may choose.
#[test]
fn another_key_with_the_same_id_is_another_key() {
    let (pair, key) = keys();
    let (_, other) = keys();
    let mut bytes = STANDARD.decode(other.to_string()).unwrap();
    bytes[2..10].copy_from_slice(&key.id_bytes());
    let forged: PublicKey = STANDARD.encode(bytes).parse().unwrap();
    assert_eq!(forged.key_id(), key.key_id());
    assert_ne!(forged, key);
    assert_eq!(verify(&signed(&pair, &comment()), &forged, PACK).unwrap_err(), SignatureError::Altered);
}

#[test]
fn other_bytes_and_another_comment_are_told_apart() {
    let (pair, key) = keys();
    let text = signed(&pair, &comment());
    insta::assert_snapshot!(said(&verify(&text, &key, b"\0asm another pack").unwrap_err()), @"
    the signature belongs to other bytes: the pack was altered, or the signature is that of another
    get the pack and its signature again; if that does not help, tell its publisher
    ");
    let edited = text.replace("1.2.0", "1.3.0");
    assert_ne!(edited, text);
    insta::assert_snapshot!(said(&verify(&edited, &key, PACK).unwrap_err()), @"
    the signature or its trusted comment was altered, or is not of the key that it names
    get the pack and its signature again; if that does not help, tell its publisher
    ");
    // A comment that was signed beside another signature of the same bytes by the same key.
    let elsewhere = signed(&pair, &comment().replace("1.2.0", "1.3.0"));
    let mixed =
        format!("{}\n{}\n{}\n{}\n", line(&text, 0), line(&text, 1), line(&elsewhere, 2), line(&elsewhere, 3));
    assert_eq!(verify(&mixed, &key, PACK).unwrap_err(), SignatureError::Altered);
}

#[test]
fn a_signature_that_names_no_pack_is_not_ours() {
    let (pair, key) = keys();
    let upstream = signed(&pair, "timestamp:1700000000\tfile:x.wasm\thashed");
    insta::assert_snapshot!(said(&verify(&upstream, &key, PACK).unwrap_err()), @r"
    the signature does not say which pack it is for: its trusted comment is `timestamp:1700000000\tfile:x.wasm\thashed`
    its publisher signs it with vantage plugin sign, which says which pack it is
    ");
    let digest = sha256_digest(PACK);
    for foreign in [
        String::new(),
        "pack".into(),
        format!("pack acme/gpu-report {digest}"),
        format!("pack acme/gpu-report 1.2 {digest}"),
        format!("pack acme/gpu-report 01.2.0 {digest}"),
        format!("pack acme/gpu-report 1.2.0  {digest}"),
        format!("pack  acme/gpu-report 1.2.0 {digest}"),
        format!(" pack acme/gpu-report 1.2.0 {digest}"),
        format!("pack acme/gpu-report 1.2.0 {digest} "),
        format!("pack acme/gpu-report 1.2.0 {digest}\textra"),
        format!("pack acme/gpu-report 1.2.0 {}", digest.to_uppercase()),
        format!("pack acme/../x 1.2.0 {digest}"),
        format!("pack gpu-report 1.2.0 {digest}"),
        format!("pack \u{430}cme/gpu-report 1.2.0 {digest}"),
        format!("Pack acme/gpu-report 1.2.0 {digest}"),
    ] {
        let error = foreign.parse::<TrustedComment>().unwrap_err();
        assert!(matches!(error, SignatureError::NotBound { .. }), "{foreign}: {error}");
        // minisign's crate drops spaces around a comment, and what it signs is then another.
        if foreign.trim() == foreign && !foreign.is_empty() {
            assert_eq!(verify(&signed(&pair, &foreign), &key, PACK).unwrap_err(), error, "{foreign}");
        }
    }
    let long = format!("\u{1b}[2J{}", "x".repeat(500)).parse::<TrustedComment>().unwrap_err().to_string();
    assert!(long.len() < 200 && !long.contains('\u{1b}'), "{long}");
}

#[test]
fn legacy_signatures_are_refused() {
    let (pair, key) = keys();
    let text = signed(&pair, &comment());
    let mut bytes = STANDARD.decode(line(&text, 1)).unwrap();
    bytes[1] = b'd';
    let legacy = text.replace(line(&text, 1), &STANDARD.encode(&bytes));
    insta::assert_snapshot!(said(&verify(&legacy, &key, PACK).unwrap_err()), @"
    the signature is of minisign's older kind, which is not accepted
    its publisher signs it with vantage plugin sign, or with minisign -S -H
    ");
    bytes[1] = b'x';
    let unknown = text.replace(line(&text, 1), &STANDARD.encode(&bytes));
    insta::assert_snapshot!(said(&verify(&unknown, &key, PACK).unwrap_err()), @"
    the signature is not in minisign's format: it is of an unknown kind
    get the pack and its signature again; if that does not help, tell its publisher
    ");
}

#[test]
fn what_is_not_four_lines_of_minisign_is_refused() {
    let (pair, key) = keys();
    let text = signed(&pair, &comment());
    let long = "x".repeat(9000);
    for (hostile, reason) in [
        (String::new(), "four lines"),
        ("\n\n\n".into(), "four lines"),
        (format!("{text}more"), "four lines"),
        (format!("{text}{text}"), "four lines"),
        (text.lines().take(3).collect::<Vec<_>>().join("\n"), "four lines"),
        (text.replace("untrusted comment: ", "comment: "), "untrusted comment"),
        (text.replace("\ntrusted comment: ", "\ntrusted comment:"), "trusted comment"),
        (text.replace(line(&text, 1), &format!("{}=", line(&text, 1))), "second line"),
        (text.replace(line(&text, 1), ""), "second line"),
        (text.replace(line(&text, 1), line(&text, 3)), "second line"),
        (text.replace(line(&text, 3), line(&text, 1)), "fourth line"),
        (text.replace(line(&text, 3), &format!(" {}", line(&text, 3))), "fourth line"),
        (text.replacen(' ', "\0", 1), "zero byte"),
        (text.replacen("signed", &long, 1), "8192 bytes"),
    ] {
        let error = verify(&hostile, &key, PACK).unwrap_err();
        assert!(error.to_string().contains(reason), "{reason}: {error} in {hostile}");
        assert_eq!(signing_key_id(&hostile).unwrap_err(), error);
    }
}

#[test]
fn keys_are_read_from_their_line_and_from_their_file() {
    let (pair, key) = keys();
    let line = pair.pk.to_base64();
    let file = pair.pk.to_box().unwrap().into_string();
    assert!(file.contains(&key.key_id()), "minisign prints another id than {} in {file}", key.key_id());
    for text in [&line, &format!("{line}\n"), &file, &file.replace('\n', "\r\n"), &file.trim_end().to_owned()]
    {
        assert_eq!(text.parse::<PublicKey>().unwrap(), key, "{text:?}");
    }
    assert_eq!((key.to_string(), format!("{key:?}")), (line.clone(), line.clone()));
    let other_kind = STANDARD.encode([b"ED", &STANDARD.decode(&line).unwrap()[2..]].concat());
    let secret = pair.sk.to_box(None).unwrap().into_string();
    for text in [
        "",
        "\n",
        "RW",
        &line[1..],
        &format!(" {line}"),
        &format!("{line}\n{line}"),
        &format!("comment: x\n{line}"),
        &format!("{file}\n{line}"),
        &format!("{file}\0"),
        &format!("untrusted comment: {}\n{line}", "x".repeat(5000)),
        &other_kind,
        &secret,
        &line.replace('=', ""),
    ] {
        if *text != line {
            let error = text.parse::<PublicKey>().unwrap_err();
            assert!(matches!(error, SignatureError::InvalidKey { .. }), "{text:?}: {error}");
        }
    }
    insta::assert_snapshot!(said(&"minisign".parse::<PublicKey>().unwrap_err()), @"
    the public key is not in minisign's format: it is not 42 bytes in Base64
    a public key is the file `minisign.pub`, or its second line, which begins with RW
    ");
}

/// Files that Debian's minisign 0.11 wrote, so that what is read stays what it writes.
#[test]
fn what_minisign_wrote_is_read() {
    let key: PublicKey = include_str!("sample/minisign.pub").parse().unwrap();
    assert_eq!(key.key_id(), "7EE2A7175DCE1F81");
    let text = include_str!("sample/pack.minisig");
    let bound = verify(text, &key, b"a pack that minisign signed\n").unwrap();
    assert_eq!(bound.id, "acme/gpu-report");
    assert_eq!(signing_key_id(text).unwrap(), key.key_id());
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Every byte counts but those of the untrusted comment, which nothing is said to depend on.
    #[test]
    fn no_flipped_byte_of_a_signature_passes(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let (pair, key) = keys();
        let text = signed(&pair, &comment());
        let mut bytes = text.clone().into_bytes();
        let untrusted = parts::UNTRUSTED.len()..line(&text, 0).len();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        prop_assume!(!untrusted.contains(&at));
        if let Ok(altered) = String::from_utf8(bytes) {
            prop_assert!(verify(&altered, &key, PACK).is_err(), "{altered:?} passes");
        }
    }

    #[test]
    fn no_flipped_byte_of_a_pack_passes(at in any::<prop::sample::Index>(), flip in 1_u8..=255) {
        let (pair, key) = keys();
        let mut bytes = PACK.to_vec();
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        let error = verify(&signed(&pair, &comment()), &key, &bytes).unwrap_err();
        prop_assert_eq!(error, SignatureError::OtherBytes);
    }

    #[test]
    fn no_flipped_byte_of_a_key_passes(at in 0..42_usize, flip in 1_u8..=255) {
        let (pair, key) = keys();
        let mut bytes = STANDARD.decode(key.to_string()).unwrap();
        bytes[at] ^= flip;
        if let Ok(other) = STANDARD.encode(bytes).parse::<PublicKey>() {
            prop_assert!(verify(&signed(&pair, &comment()), &other, PACK).is_err());
        }
    }

    #[test]
    fn no_text_is_read_that_is_not_written_so(text in "(pack )?[a-z/. 0-9:]{0,30}|\\PC{0,60}") {
        if let Ok(comment) = text.parse::<TrustedComment>() {
            prop_assert_eq!(comment.to_string(), text);
        }
    }

    #[test]
    fn a_comment_and_back(
        id in "[d-k][a-z0-9-]{0,62}/[d-k][a-z0-9-]{0,62}",
        version in "(0|[1-9][0-9]{0,3})\\.(0|[1-9][0-9]{0,3})\\.0(-rc\\.1)?(\\+build)?",
        content in any::<u64>(),
    ) {
        let digest = Digest::of(&content.to_le_bytes());
        let comment = TrustedComment { id, version: version.parse().unwrap(), digest };
        prop_assert_eq!(comment.to_string().parse::<TrustedComment>().unwrap(), comment);
    }

    #[test]
    fn no_text_makes_it_fall_over(text in "\\PC{0,200}") {
        let (_, key) = keys();
        prop_assert!(verify(&text, &key, PACK).is_err());
        let _ = text.parse::<PublicKey>();
    }
}
