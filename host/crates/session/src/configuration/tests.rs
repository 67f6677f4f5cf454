//! The configuration file as users write it, and as they should not have.

#![expect(
    clippy::disallowed_methods,
    reason = "tests put broken files in place, which no atomic write would"
)]

mod edits;

use std::path::Path;

use super::*;
use crate::error::ErrorKind;

const SAMPLE: &str = r#"# Mine.
version = 1
active-profile = "work"

[profiles.work]  # at the office
issuer = "https://auth.example/realms/vantage"
client-id = "desk"
api = "https://apis.example"
organization = "acme" # ours
credential-store = "file"
scopes = ["openid", "offline_access", "email"]
refresh-threshold = "2m"

[profiles.work.apis]
jobs = "https://jobs.example.com/graphql"

[profiles.home]

[packs.jobs]
rows = 5
"#;

fn load(text: &str) -> Result<(tempfile::TempDir, Configuration), SessionError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).expect("written");
    let configuration = Configuration::load(&path)?;
    Ok((folder, configuration))
}

fn sample() -> (tempfile::TempDir, Configuration) {
    load(SAMPLE).expect("the sample")
}

/// An error's text without the folder that the test ran in.
fn shown(error: &SessionError) -> String {
    let text = error.to_string();
    match (text.find('/'), text.find("/config.toml")) {
        (Some(from), Some(to)) => format!("{}…{}", &text[..from], &text[to..]),
        _ => text,
    }
}

#[test]
fn the_sample_of_version_1_is_read() {
    let (_folder, configuration) = sample();
    let resolved = configuration.resolve(&Overrides::default()).expect("a profile");
    let lines: Vec<String> =
        resolved.values.iter().map(|(key, value, origin)| format!("{key} = {value} ({origin})")).collect();
    insta::assert_snapshot!(lines.join("\n"), @r"
    profile = work (the profile)
    issuer = https://auth.example/realms/vantage (the profile)
    client-id = desk (the profile)
    api = https://apis.example (the profile)
    organization = acme (the profile)
    credential-store = file (the profile)
    scopes = openid offline_access email (the profile)
    role-claims = realm_access resource_access (the built-in defaults)
    refresh-threshold = 2m (the profile)
    apis.jobs = https://jobs.example.com/graphql (the profile)
    ");
    assert_eq!(resolved.profile.refresh_threshold, Some(std::time::Duration::from_secs(120)));
    assert_eq!(resolved.profile.apis["jobs"].as_str(), "https://jobs.example.com/graphql");
    assert!(configuration.warnings().is_empty());
    assert_eq!(configuration.read::<u32>(&["packs", "jobs", "rows"]).expect("a number"), Some(5));
    assert_eq!(configuration.read::<u32>(&["packs", "other"]).expect("nothing"), None);
    let error = configuration.read::<String>(&["packs", "jobs", "rows"]).expect_err("no string");
    assert!(shown(&error).contains("`packs.jobs.rows` from `…/config.toml` line 20"), "{}", shown(&error));
}

#[test]
fn without_a_file_there_is_a_default_profile() {
    let configuration = Configuration::load(Path::new("/nonexistent/config.toml")).expect("empty");
    let profile = configuration.resolve(&Overrides::default()).expect("a profile").profile;
    assert_eq!(profile.issuer.as_str(), "https://auth.vantagecompute.ai/realms/vantage");
    assert_eq!((profile.name.as_str(), profile.client_id.as_str()), ("default", "default"));
    assert_eq!(profile.api.as_str(), "https://apis.vantagecompute.ai/");
    assert_eq!(profile.credential_store, StoreKind::Auto);
}

#[test]
fn flags_and_variables_win() {
    let (_folder, configuration) = sample();
    let overrides = Overrides {
        api: Some(("http://127.0.0.1:8080".into(), Origin::Flag("--api"))),
        organization: Some((String::new(), Origin::Environment("VANTAGE_ORGANIZATION"))),
        credential_store: Some(("memory".into(), Origin::Environment("VANTAGE_CREDENTIAL_STORE"))),
        ..Overrides::default()
    };
    let resolved = configuration.resolve(&overrides).expect("a profile");
    assert_eq!(resolved.profile.api.as_str(), "http://127.0.0.1:8080/");
    assert_eq!(resolved.profile.organization.as_deref(), Some("acme"), "an empty variable says nothing");
    assert_eq!(resolved.profile.credential_store, StoreKind::Memory);
    let bad = Overrides {
        api: Some(("http://a.example".into(), Origin::Environment("VANTAGE_API"))),
        ..Overrides::default()
    };
    let error = configuration.resolve(&bad).expect_err("http");
    insta::assert_snapshot!(error, @"`api` from the variable `VANTAGE_API` cannot be used: http is for loopback addresses only; use https");
    assert_eq!(error.kind(), ErrorKind::Usage);
    let unknown =
        Overrides { profile: Some(("wrok".into(), Origin::Flag("--profile"))), ..Overrides::default() };
    let error = configuration.resolve(&unknown).expect_err("unknown");
    insta::assert_snapshot!(error, @"profile `wrok` does not exist; there are: home, work");
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[test]
fn mistakes_are_named_with_their_place() {
    let fails = |text: &str| {
        let error =
            load(text).and_then(|(_folder, configuration)| configuration.resolve(&Overrides::default()));
        shown(&error.expect_err(text))
    };
    let texts = [
        "version = 1\n[profiles.default\n",
        "version = 2\n",
        "version = \"1\"\n",
        "[profiles.default]\napi = 5\n",
        "[profiles.default]\nissuer = \"ftp://x\"\n",
        "[profiles.default]\nscopes = \"openid\"\n",
        "[profiles.default]\nrole-claims = [\"groups\", \"realm\"]\n",
        "[profiles.default]\nrefresh-threshold = \"soon\"\n",
        "[profiles.default.apis]\n\"a b\" = \"https://x.example\"\n",
        "[profiles.default]\ncredential-store = \"vault\"\n",
        "[profiles]\ndefault = 5\n",
        "profiles = 5\n",
        "active-profile = 5\n",
        "active-profile = \"gone\"\n",
        "active-profile = \"../x\"\n",
    ];
    insta::assert_snapshot!(texts.map(fails).join("\n"), @"
    `…/config.toml` is not valid TOML at line 2, column 18: unclosed table, expected `]`
    `…/config.toml` has version 2, and this vantage knows version 1
    `version` from `…/config.toml` line 1, column 11 cannot be used: it is a string, not an integer
    `profiles.default.api` from `…/config.toml` line 2, column 7 cannot be used: it is an integer, not a string
    `profiles.default.issuer` from `…/config.toml` line 2, column 10 cannot be used: only https addresses can be used
    `profiles.default.scopes` from `…/config.toml` line 2, column 10 cannot be used: it is not a list of strings
    `profiles.default.role-claims` from `…/config.toml` line 2, column 15 cannot be used: `realm` is none of realm_access, resource_access, resource_access.CLIENT, groups
    `profiles.default.refresh-threshold` from `…/config.toml` line 2, column 21 cannot be used: `soon` is not a span of time like `60s` or `2m`
    `profiles.default.apis.a b` from `…/config.toml` line 2, column 9 cannot be used: no API can have that name
    `profiles.default.credential-store` from `…/config.toml` line 2, column 20 cannot be used: `vault` is none of auto, keyring, file, memory, command
    `profiles.default` from `…/config.toml` line 2, column 11 cannot be used: it is an integer, not a table
    `profiles` from `…/config.toml` line 1, column 12 cannot be used: it is an integer, not a table
    `active-profile` from `…/config.toml` line 1, column 18 cannot be used: it is an integer, not a string
    profile `gone` does not exist; there are: default
    `../x` cannot be the name of a profile
    ");
}

#[test]
fn unknown_keys_are_warned_about() {
    let (_folder, configuration) = load(
        "active_profile = \"default\"\nzzz = 1\n[profiles.default]\nissuers = \"x\"\nclientid = \"y\"\n",
    )
    .expect("readable");
    let warnings: Vec<String> = configuration
        .warnings()
        .iter()
        .map(|warning| warning.replace(&*configuration.path().to_string_lossy(), "…"))
        .collect();
    insta::assert_snapshot!(warnings.join("\n"), @r"
    `active_profile` in `…` is not a known key; did you mean `active-profile`?
    `zzz` in `…` is not a known key
    `profiles.default.issuers` in `…` is not a known key; did you mean `issuer`?
    `profiles.default.clientid` in `…` is not a known key; did you mean `client-id`?
    ");
}
