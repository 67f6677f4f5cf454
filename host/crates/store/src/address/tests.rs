//! What SOURCE means, and what it must not be.

use super::*;

fn parse(text: &str) -> String {
    let registries = [
        ("acme".to_owned(), "oci://ghcr.io/acme".to_owned()),
        ("bare".to_owned(), "oci://127.0.0.1:5000".to_owned()),
        ("odd".to_owned(), "https://example.com".to_owned()),
        ("tagged".to_owned(), "oci://ghcr.io/x:1".to_owned()),
    ];
    match Address::parse(text, &registries.into()) {
        Ok(Address::File(path)) => format!("file {}", path.display()),
        Ok(Address::Web(web)) => format!("web {} {:?}", web.url, web.digest),
        Ok(Address::Registry(registry)) => format!("{registry} at {}", registry.origin()),
        Err(error) => error.to_string(),
    }
}

#[test]
fn each_form_is_read() {
    let digest = "ab".repeat(32);
    for (text, expected) in [
        ("./x.wasm", "file ./x.wasm".to_owned()),
        ("x.wasm", "file x.wasm".to_owned()),
        ("acme/x.wasm", "file acme/x.wasm".to_owned()),
        ("/acme/x", "file /acme/x".to_owned()),
        ("Acme/X", "file Acme/X".to_owned()),
        ("https://example.com/x.wasm", "web https://example.com/x.wasm None".to_owned()),
        (
            &format!("https://example.com/x.wasm#sha256={digest}"),
            format!("web https://example.com/x.wasm Some(sha256:{digest})"),
        ),
        ("oci://ghcr.io/acme/x:1.2", "oci://ghcr.io/acme/x:1.2 at https://ghcr.io".to_owned()),
        ("oci://ghcr.io/acme/x@^1.2", "oci://ghcr.io/acme/x@^1.2 at https://ghcr.io".to_owned()),
        ("oci://ghcr.io/acme/x", "oci://ghcr.io/acme/x at https://ghcr.io".to_owned()),
        ("oci://127.0.0.1:5000/x:1", "oci://127.0.0.1:5000/x:1 at http://127.0.0.1:5000".to_owned()),
        (
            &format!("oci://ghcr.io/acme/x@sha256:{digest}"),
            format!("oci://ghcr.io/acme/x@sha256:{digest} at https://ghcr.io"),
        ),
        ("acme/x", "oci://ghcr.io/acme/x at https://ghcr.io".to_owned()),
        ("acme/x@~1.2", "oci://ghcr.io/acme/x@~1.2 at https://ghcr.io".to_owned()),
        ("bare/x", "oci://127.0.0.1:5000/x at http://127.0.0.1:5000".to_owned()),
    ] {
        assert_eq!(parse(text), expected, "{text}");
    }
}

#[test]
fn names_are_plain_wherever_they_stand() {
    let names =
        ["..", "a..b", "a/../b", "a.", "/", "", "a\0", "\u{440}ay", "a\u{200b}", "A", "a b", "%2e", "a\\b"];
    for name in names {
        // What is no id is a path, which is not looked for in any registry.
        assert!(parse(&format!("acme/{name}")).starts_with("file "), "{name:?}");
        for text in [format!("oci://ghcr.io/acme/{name}"), format!("oci://ghcr.io/{name}/x:1")] {
            assert!(parse(&text).contains("is no source of a pack"), "{text:?}: {}", parse(&text));
        }
    }
    for tag in ["..", ".x", "a/b", "a\0", "\u{440}ay", "", &"a".repeat(129), &"a".repeat(300)] {
        let told = parse(&format!("oci://ghcr.io/acme/x:{tag}"));
        assert!(told.contains("is no source of a pack"), "{tag:?}: {told}");
    }
    for range in ["..", "1.0.0/..", "1.0.0\0", "1.\u{43e}", "1.0.0.", "con", ""] {
        for text in [format!("acme/x@{range}"), format!("oci://ghcr.io/acme/x@{range}")] {
            assert!(parse(&text).contains("is no source of a pack"), "{text:?}: {}", parse(&text));
        }
    }
    for host in ["ghcr.io.", "..", "ghcr\0.io", "ghcr.i\u{43e}", "", &format!("{}.io", "a".repeat(300))] {
        let told = parse(&format!("oci://{host}/acme/x"));
        assert!(told.contains("is no source of a pack"), "{host:?}: {told}");
    }
    let long = "a".repeat(300);
    assert!(parse(&format!("oci://ghcr.io/{long}")).contains("is no name of a repository"));
    assert!(parse(&format!("acme/{long}")).starts_with("file "));
    insta::assert_snapshot!(parse("con/x@1"), @"`con/x@1` is no source of a pack: `con` in it is a device on Windows, where no file can have that name");
    insta::assert_snapshot!(parse("acme/nul"), @"`acme/nul` is no source of a pack: `nul` in it is a device on Windows, where no file can have that name");
}

#[test]
fn what_is_no_source_says_why() {
    insta::assert_snapshot!(parse("http://example.com/x.wasm"), @"`http://example.com/x.wasm` is no source of a pack: http is for loopback addresses only; use https");
    insta::assert_snapshot!(parse("ftp://example.com/x"), @"`ftp://example.com/x` is no source of a pack: `ftp://` is not known");
    insta::assert_snapshot!(parse("https://example.com/x#sha256=12"), @"`https://example.com/x#sha256=12` is no source of a pack: behind `#` stands sha256= and 64 digits");
    insta::assert_snapshot!(parse("https://user@example.com/x"), @"`https://user@example.com/x` is no source of a pack: it contains a user name or a password");
    insta::assert_snapshot!(parse("https://0x7f.1/x"), @"`https://0x7f.1/x` is no source of a pack: its host is read as `127.0.0.1`; write it so");
    insta::assert_snapshot!(parse("oci://ghcr.io"), @"`oci://ghcr.io` is no source of a pack: it names no repository");
    insta::assert_snapshot!(parse("oci://ghcr.io/../x"), @"`oci://ghcr.io/../x` is no source of a pack: `../x` is no name of a repository");
    insta::assert_snapshot!(parse("oci://ghcr.io/acme/x:-1"), @"`oci://ghcr.io/acme/x:-1` is no source of a pack: `-1` is no tag");
    insta::assert_snapshot!(parse("oci://ghcr.io@evil.example/x"), @"`oci://ghcr.io@evil.example/x` is no source of a pack: it contains a user name or a password");
    insta::assert_snapshot!(parse("acme/x@one"), @"`acme/x@one` is no source of a pack: `one` is no range of versions: unexpected character 'o' while parsing major version number");
    insta::assert_snapshot!(parse("other/x"), @r#"`other/x` is no source of a pack: no registry is configured for `other`: `[registries]` names one, as in other = "oci://HOST/other""#);
    insta::assert_snapshot!(parse("odd/x"), @"`odd/x` is no source of a pack: the registry `https://example.com` of `odd` is wrong: it does not begin with oci://");
    insta::assert_snapshot!(parse("tagged/x"), @"`tagged/x` is no source of a pack: the registry `oci://ghcr.io/x:1` of `tagged` is wrong: it names a tag, a digest or a range");
}
