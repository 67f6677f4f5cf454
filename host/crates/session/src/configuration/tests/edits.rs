//! Edits of the configuration file: what stays, what follows, what is refused.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::{load, sample, shown};
use crate::configuration::{Configuration, Draft, NewProfile, Overrides, check_key};
use crate::error::{ErrorKind, SessionError};

#[test]
fn claims_of_roles_are_a_list_of_known_ones() {
    let (_folder, mut configuration) = sample();
    configuration.set_profile("work", "role-claims", "groups resource_access.jobs").expect("set");
    assert!(configuration.text().contains("role-claims = [\"groups\", \"resource_access.jobs\"]\n"));
    let claims = configuration.resolve(&Overrides::default()).expect("a profile").profile.role_claims;
    assert_eq!(
        claims.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["groups", "resource_access.jobs"]
    );
    for wrong in ["roles", "resource_access.", "realm_access,groups"] {
        let error = configuration.set_profile("work", "role-claims", wrong).expect_err(wrong);
        assert!(error.to_string().contains("`role-claims` from the command line"), "{error}");
    }
    assert!(configuration.unset_profile("work", "role-claims").expect("unset"));
}

#[test]
fn a_policy_is_named_for_every_profile() {
    let (folder, mut configuration) = sample();
    assert_eq!(configuration.policy(), None);
    configuration.set_policy(Some("/srv/policy.toml")).expect("set");
    assert!(configuration.text().contains("policy = \"/srv/policy.toml\"\n"), "{}", configuration.text());
    assert!(configuration.warnings().is_empty());
    configuration.set_policy(Some("team.toml")).expect("set");
    assert_eq!(configuration.policy(), Some(("team.toml".into(), folder.path().join("team.toml"))));
    assert!(configuration.set_policy(Some("")).is_err() && configuration.set_policy(Some("a\nb")).is_err());
    configuration.set_policy(None).expect("unset");
    assert_eq!(configuration.policy(), None);
    assert_eq!(configuration.text(), sample().1.text(), "what was there before is there again");
    for text in ["policy = 5\n", "policy = \"\"\n", "policy = [\"/srv/policy.toml\"]\n"] {
        let error = load(text).expect_err(text);
        assert_eq!(error.kind(), ErrorKind::Usage, "a policy that is passed over would allow all");
        assert!(shown(&error).contains("`policy` from `…/config.toml` line 1"), "{}", shown(&error));
    }
}

#[test]
fn edits_keep_what_the_user_wrote() {
    let (_folder, mut configuration) = sample();
    configuration.set_profile("work", "organization", "beta").expect("set");
    configuration.set_profile("work", "apis.cluster", "https://c.example/graphql").expect("set");
    configuration.set_profile("work", "scopes", "openid email").expect("set");
    assert!(configuration.unset_profile("work", "client-id").expect("unset"));
    assert!(!configuration.unset_profile("work", "client-id").expect("unset twice"));
    configuration.use_profile("home").expect("used");
    insta::assert_snapshot!(configuration.text(), @r#"
    # Mine.
    version = 1
    active-profile = "home"

    [profiles.work]  # at the office
    issuer = "https://auth.example/realms/vantage"
    api = "https://apis.example"
    organization = "beta" # ours
    credential-store = "file"
    scopes = ["openid", "email"]
    refresh-threshold = "2m"

    [profiles.work.apis]
    jobs = "https://jobs.example.com/graphql"
    cluster = "https://c.example/graphql"

    [profiles.home]

    [packs.jobs]
    rows = 5
    "#);
    configuration.delete_profile("work").expect("deleted");
    insta::assert_snapshot!(configuration.text(), @r#"
    # Mine.
    version = 1
    active-profile = "home"

    [profiles.home]

    [packs.jobs]
    rows = 5
    "#);
}

#[test]
fn profiles_are_made_used_and_deleted() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/config.toml");
    let mut configuration = Configuration::load(&path).expect("empty");
    let new = NewProfile {
        issuer: Some("http://127.0.0.1:9/realms/vantage".into()),
        api: Some("http://127.0.0.1:9".into()),
        ..NewProfile::default()
    };
    configuration.create_profile("local", new.clone()).expect("made");
    assert!(matches!(configuration.create_profile("local", new), Err(SessionError::ProfileExists { .. })));
    for name in ["", "Local", "a b", "../x", "-x", &"a".repeat(65)] {
        assert!(matches!(
            configuration.create_profile(name, NewProfile::default()),
            Err(SessionError::ProfileName { .. })
        ));
    }
    let bad = NewProfile { issuer: Some("http://a.example".into()), ..NewProfile::default() };
    assert!(matches!(configuration.create_profile("bad", bad), Err(SessionError::Setting { .. })));
    configuration.use_profile("local").expect("used");
    assert!(matches!(configuration.delete_profile("local"), Err(SessionError::ProfileActive { .. })));
    assert!(
        matches!(configuration.set_profile("local", "issuers", "x"), Err(SessionError::SettingUnknown { nearest: Some(near), .. }) if near == "issuer")
    );
    configuration.save().expect("saved");
    insta::assert_snapshot!(std::fs::read_to_string(&path).expect("a file"), @r#"
    version = 1
    active-profile = "local"

    [profiles.default]

    [profiles.local]
    issuer = "http://127.0.0.1:9/realms/vantage"
    api = "http://127.0.0.1:9"
    "#);
    let mode = |path: &Path| std::fs::metadata(path).expect("there").permissions().mode() & 0o7777;
    assert_eq!((mode(&path), mode(path.parent().expect("a folder"))), (0o600, 0o700));
    let mut again = Configuration::load(&path).expect("readable");
    assert_eq!(again.profile_names(), ["default", "local"]);
    again.use_profile("default").expect("used");
    again.delete_profile("local").expect("deleted");
    again.save().expect("saved");
    configuration.set_profile("local", "organization", "x").expect("set");
    let error = configuration.save().expect_err("changed by the other");
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_eq!(std::fs::read_to_string(&path).expect("a file"), again.text());
}

#[test]
fn a_linked_file_stays_a_link() {
    let (folder, mut configuration) = sample();
    let link = folder.path().join("link.toml");
    std::os::unix::fs::symlink(configuration.path(), &link).expect("a link");
    std::fs::set_permissions(configuration.path(), std::fs::Permissions::from_mode(0o640)).expect("a mode");
    let real = configuration.path().to_owned();
    configuration.path = link.clone();
    configuration.use_profile("home").expect("used");
    configuration.save().expect("saved");
    assert!(std::fs::symlink_metadata(&link).expect("there").is_symlink());
    assert!(std::fs::read_to_string(&real).expect("there").contains("active-profile = \"home\""));
    assert_eq!(std::fs::metadata(&real).expect("there").permissions().mode() & 0o7777, 0o640);
}

#[test]
fn a_renamed_profile_keeps_its_place_its_comments_and_its_use() {
    let (_folder, mut configuration) = sample();
    configuration.rename_profile("work", "office").expect("renamed");
    insta::assert_snapshot!(configuration.text(), @r#"
    # Mine.
    version = 1
    active-profile = "office"

    [profiles.office]  # at the office
    issuer = "https://auth.example/realms/vantage"
    client-id = "desk"
    api = "https://apis.example"
    organization = "acme" # ours
    credential-store = "file"
    scopes = ["openid", "offline_access", "email"]
    refresh-threshold = "2m"

    [profiles.office.apis]
    jobs = "https://jobs.example.com/graphql"

    [profiles.home]

    [packs.jobs]
    rows = 5
    "#);
    for (name, new, kind) in [
        ("office", "home", ErrorKind::Conflict),
        ("office", "Home", ErrorKind::Usage),
        ("work", "desk", ErrorKind::NotFound),
    ] {
        assert_eq!(configuration.rename_profile(name, new).expect_err(new).kind(), kind);
    }
}

#[test]
fn a_profile_in_any_form_of_toml_is_renamed() {
    let text =
        "active-profile = \"b\" # mine\nprofiles = { a = {}, b = { api = \"https://b.example\" }, c = {} }\n";
    let (_folder, mut inline) = load(text).expect("readable");
    inline.rename_profile("b", "beta").expect("renamed");
    insta::assert_snapshot!(inline.text(), @r#"
    active-profile = "beta" # mine
    profiles = { a = {}, beta = { api = "https://b.example" }, c = {} }
    version = 1
    "#);
    let text = "[profiles]\n# first\na.api = \"https://a.example\"\n# second\na.organization = \"x\"\nb.api = \"https://b.example\"\n";
    let (_folder, mut dotted) = load(text).expect("readable");
    dotted.rename_profile("a", "alpha").expect("renamed");
    insta::assert_snapshot!(dotted.text(), @r#"
    version = 1
    [profiles]
    # first
    alpha.api = "https://a.example"
    # second
    alpha.organization = "x"
    b.api = "https://b.example"
    "#);
}

#[test]
fn the_built_in_profile_is_renamed_only_when_it_is_written() {
    let (_folder, mut configuration) = load("").expect("empty");
    let error = configuration.rename_profile("default", "main").expect_err("built in");
    insta::assert_snapshot!(error, @"profile `default` is built in, and not written in the configuration");
    configuration.set_profile("default", "organization", "acme").expect("written");
    configuration.rename_profile("default", "main").expect("renamed");
    assert_eq!(configuration.active_profile().0, "main", "{}", configuration.text());
    assert_eq!(configuration.use_no_profile().expect_err("no default").kind(), ErrorKind::NotFound);
}

#[test]
fn no_profile_named_is_the_default_one() {
    let (_folder, mut configuration) =
        load("active-profile = \"b\"\n[profiles.default]\n[profiles.b]\n").expect("readable");
    assert!(configuration.use_no_profile().expect("default is there"));
    assert!(!configuration.use_no_profile().expect("default is there"));
    insta::assert_snapshot!(configuration.text(), @"
    version = 1
    [profiles.default]
    [profiles.b]
    ");
}

#[test]
fn a_command_that_keeps_sign_ins_is_written_as_for_a_shell() {
    let (_folder, mut configuration) = sample();
    let refused = configuration.set_profile("work", "credential-store", "command").expect_err("no command");
    insta::assert_snapshot!(refused, @"`credential-store` from the command line cannot be used: `command` needs `credential-command` as well, which is not set");
    for bad in ["", "  ", "vault 'x", "\"\" x", "vault \u{1b}"] {
        configuration.set_profile("work", "credential-command", bad).expect_err(bad);
    }
    let command = "/opt/vault 'my tokens' --quiet";
    configuration.set_profile("work", "credential-command", command).expect("set");
    configuration.set_profile("work", "credential-store", "command").expect("set");
    assert!(
        configuration.text().contains("credential-command = [\"/opt/vault\", \"my tokens\", \"--quiet\"]")
    );
    assert_eq!(configuration.written("work", "credential-command").expect("there").as_deref(), Some(command));
    let resolved = configuration.resolve(&Overrides::default()).expect("a profile");
    assert_eq!(resolved.profile.credential_command, ["/opt/vault", "my tokens", "--quiet"]);
    assert!(resolved.values.iter().any(|(key, value, _)| key == "credential-command" && value == command));
    configuration.unset_profile("work", "credential-command").expect_err("needed");
    configuration.unset_profile("work", "credential-store").expect("unset");
    assert!(configuration.unset_profile("work", "credential-command").expect("unset"));
}

#[test]
fn a_profile_starts_with_all_it_was_given() {
    let (_folder, mut configuration) = load("").expect("empty");
    let new = NewProfile {
        credential_store: Some("command".into()),
        scopes: vec!["openid".into(), "email".into()],
        ..NewProfile::default()
    };
    configuration.create_profile("lab", new.clone()).expect_err("no command");
    let new = NewProfile { credential_command: vec!["vault".into(), "a b".into()], ..new };
    configuration.create_profile("lab", new.clone()).expect("made");
    insta::assert_snapshot!(configuration.text(), @r#"
    version = 1

    [profiles.default]

    [profiles.lab]
    credential-store = "command"
    credential-command = ["vault", "a b"]
    scopes = ["openid", "email"]
    "#);
    let spaced = NewProfile { scopes: vec!["openid email".into()], ..new };
    assert!(matches!(configuration.create_profile("b", spaced), Err(SessionError::Setting { .. })));
}

#[test]
fn what_is_written_is_told_whatever_it_is() {
    let (_folder, mut configuration) =
        load("[profiles.a]\napi = 5\nscopes = [\"a\", \"b\"]\n").expect("readable");
    let written = |configuration: &Configuration, key| configuration.written("a", key).expect("a key");
    assert_eq!(written(&configuration, "api").as_deref(), Some("5"));
    assert_eq!(written(&configuration, "scopes").as_deref(), Some("a b"));
    assert_eq!(written(&configuration, "organization"), None);
    configuration.set_profile("a", "api", "https://a.example").expect("mended");
    assert_eq!(written(&configuration, "api").as_deref(), Some("https://a.example"));
    assert!(matches!(configuration.written("a", "isuer"), Err(SessionError::SettingUnknown { .. })));
    assert!(check_key("apis.jobs").is_ok() && check_key("apis").is_err() && check_key("x").is_err());
}

#[test]
fn a_copy_becomes_the_file_only_once_it_makes_sense() {
    let folder = tempfile::tempdir().expect("a folder");
    let configuration = folder.path().join("config.toml");
    std::fs::write(&configuration, "version = \n").expect("written");
    let names = || std::fs::read_dir(folder.path()).expect("a folder").count();
    let draft = Draft::begin(&configuration).expect("a copy of a broken file");
    let mode = std::fs::metadata(draft.path()).expect("there").permissions().mode() & 0o7777;
    assert_eq!((mode, draft.is_changed().expect("readable")), (0o600, false));
    drop(draft);
    assert_eq!(names(), 1, "a copy that says nothing new is left");

    let draft = Draft::begin(&configuration).expect("a copy");
    std::fs::write(draft.path(), "[profiles.a]\n[profiles.b]\n  api = 5\n").expect("written");
    let text = draft.check().expect_err("mistakes").to_string();
    assert!(text.contains("profile `default` does not exist"), "{text}");
    std::fs::write(draft.path(), "[profiles.default]\n[profiles.b]\n  api = 5\n").expect("written");
    let error = draft.check().expect_err("a mistake in a profile that is not in use");
    assert!(error.to_string().contains("line 3, column 9"), "{}", shown(&error));
    let copy = draft.path().to_owned();
    drop(draft);
    assert!(copy.exists(), "work that was not applied is gone");
    std::fs::remove_file(&copy).expect("removed");

    let draft = Draft::begin(&configuration).expect("a copy");
    std::fs::write(draft.path(), "[profiles.default]\n").expect("written");
    let checked = draft.check().expect("no mistakes");
    draft.apply(checked).expect("applied");
    drop(draft);
    assert_eq!(std::fs::read_to_string(&configuration).expect("there"), "[profiles.default]\n");
    assert_eq!(names(), 1);

    let draft = Draft::begin(&configuration).expect("a copy");
    std::fs::write(draft.path(), "[profiles.default]\n# mine\n").expect("written");
    std::fs::write(&configuration, "[profiles.default]\n# theirs\n").expect("written");
    let checked = draft.check().expect("no mistakes");
    assert_eq!(draft.apply(checked).expect_err("changed by the other").kind(), ErrorKind::Conflict);
    assert!(draft.path().exists());
}
