//! Without a person: tokens from variables and files, and clients that act for themselves.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use serde_json::json;
use vantage_test_support::oidc::{Asked, Realm, path};
use vantage_test_support::{Ran, World};

use super::{QUERY, records, started};

/// Runs `line` with `variables` set.
fn run(world: &World, line: &[&str], variables: &[(&str, &str)]) -> Ran {
    let mut command = world.command(line);
    command.envs(variables.iter().copied());
    world.finish(&mut command)
}

/// Runs `line` with `input` on its standard input.
fn run_with_input(world: &World, line: &[&str], input: &str) -> Ran {
    let mut command = world.command(line);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // One that refuses the option may have ended before it is written to.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    Ran::new(&child.wait_with_output().unwrap(), |text| world.normal(text))
}

/// A file of the user's alone, in the world's home.
fn file(world: &World, name: &str, content: &str) -> PathBuf {
    let path = world.home().join(name);
    fs::write(&path, content).unwrap();
    super::private(&path);
    path
}

fn machine_requests(realm: &Realm) -> Vec<Asked> {
    let asked = realm.asked(path::TOKEN).into_iter();
    asked.filter(|asked| asked.grant == "client_credentials").collect()
}

#[test]
fn a_token_in_a_variable_serves_and_is_not_kept() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let token = realm.token();
    let given = [("VANTAGE_TOKEN", token.as_str())];
    run(&world, QUERY, &given).expect(0);
    let persona = run(&world, &["whoami", "-o", "json"], &given).expect(0);
    assert_eq!(persona.json()["username"], "service-account-robot");
    assert!(persona.stdout.contains("VANTAGE_TOKEN"), "it does not say where it is from:\n{persona}");
    for line in [&["login"][..], &["login", "--force"], &["logout"]] {
        let ran = run(&world, line, &given).expect(2);
        assert!(ran.stderr.contains("VANTAGE_TOKEN"), "{ran}");
    }
    assert!(records(&world).is_empty());
    assert_eq!(realm.asked(path::DISCOVERY).len(), 0, "the provider is not needed");

    // Nobody can renew it, and nothing else is tried in its place.
    realm.inject(path::API, json!({"status": 401}));
    let ran = run(&world, QUERY, &given).expect(4);
    assert!(ran.stderr.contains("VANTAGE_TOKEN") && !ran.stderr.contains(&token), "{ran}");
    assert_eq!(realm.refreshes(), 0);
}

#[test]
fn a_token_in_a_file_comes_before_one_in_a_variable() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let token = realm.token();
    let file = file(&world, "token", &format!("{token}\n"));
    let file = file.to_str().unwrap();
    let both = [("VANTAGE_TOKEN_FILE", file), ("VANTAGE_TOKEN", "not.a.token")];
    run(&world, QUERY, &both).expect(0);
    let persona = run(&world, &["whoami", "-o", "json"], &both).expect(0);
    assert!(persona.stdout.contains("VANTAGE_TOKEN_FILE"), "{persona}");

    let missing = format!("{file}.missing");
    let ran = run(&world, QUERY, &[("VANTAGE_TOKEN_FILE", &missing), ("VANTAGE_TOKEN", &token)]);
    assert_ne!(ran.status, 0, "a file that is not there is no reason to use something else:\n{ran}");
    assert!(ran.stderr.contains("VANTAGE_TOKEN_FILE"), "{ran}");
    assert!(records(&world).is_empty());
}

#[test]
fn a_token_from_standard_input_is_kept_until_it_expires() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let token = realm.token();
    let ran = run_with_input(&world, &["login", "--token-stdin"], &format!("{token}\n")).expect(0);
    assert!(!ran.stderr.contains(&token) && !ran.stdout.contains(&token), "{ran}");
    world.run(QUERY).expect(0);
    assert_eq!(records(&world).len(), 1);
    let persona = world.run(&["whoami", "-o", "json"]).expect(0).json();
    assert_eq!(persona["username"], "service-account-robot");
    assert!(persona["expires"].is_string(), "{persona}");

    realm.inject(path::API, json!({"status": 401}));
    let ran = world.run(QUERY).expect(4);
    assert!(ran.stderr.contains("vantage login"), "{ran}");
    assert_eq!((realm.refreshes(), realm.asked(path::DEVICE).len()), (0, 0));
}

#[test]
fn what_is_no_token_is_not_kept() {
    let Some((world, _realm)) = started(&json!({})) else { return };
    for input in ["", "\n", "two words", "a\u{1b}[0m", &"a".repeat(1 << 20)] {
        let ran = run_with_input(&world, &["login", "--token-stdin"], input);
        assert_ne!(ran.status, 0, "{ran}");
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        assert!(records(&world).is_empty(), "{ran}");
    }
}

#[test]
fn a_client_with_a_secret_signs_in_by_itself() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let secret = file(&world, "secret", &format!("{}\n", realm.secret()));
    let robot = [("VANTAGE_CLIENT_ID", "robot"), ("VANTAGE_CLIENT_SECRET_FILE", secret.to_str().unwrap())];
    run(&world, QUERY, &robot).expect(0);
    let persona = run(&world, &["whoami", "-o", "json"], &robot).expect(0).json();
    assert_eq!(
        (&persona["username"], &persona["organization"]),
        (&json!("service-account-robot"), &json!("acme"))
    );
    for asked in machine_requests(&realm) {
        assert_eq!(asked.authorization.as_deref(), Some("Basic"), "{asked:?}");
        assert!(!asked.fields.iter().any(|name| name == "client_secret"), "{asked:?}");
    }
    assert_eq!(realm.asked(path::DEVICE).len(), 0, "nobody is asked");
}

#[test]
fn a_secret_goes_into_the_form_only_where_the_provider_knows_no_better() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let secret = file(&world, "secret", realm.secret());
    let robot = [("VANTAGE_CLIENT_ID", "robot"), ("VANTAGE_CLIENT_SECRET_FILE", secret.to_str().unwrap())];
    let answer = json!({"access_token": realm.token(), "token_type": "Bearer", "expires_in": 300});
    let before = machine_requests(&realm).len();
    realm.inject(
        path::DISCOVERY,
        json!({"merge": {"token_endpoint_auth_methods_supported": ["client_secret_post"]}}),
    );
    realm.inject(path::TOKEN, json!({"status": 200, "body": answer.to_string()}));
    run(&world, QUERY, &robot).expect(0);
    let asked = machine_requests(&realm).remove(before);
    assert_eq!(asked.authorization, None, "{asked:?}");
    assert!(asked.fields.iter().any(|name| name == "client_secret"), "{asked:?}");
}

#[test]
fn a_wrong_secret_is_refused_and_not_shown() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let secret = file(&world, "secret", "wrong-secret-of-the-tests");
    let robot = [("VANTAGE_CLIENT_ID", "robot"), ("VANTAGE_CLIENT_SECRET_FILE", secret.to_str().unwrap())];
    let ran = run(&world, &["api", "{ __typename }", "-vvv"], &robot);
    assert_eq!(ran.status, 4, "{ran}");
    assert!(ran.stderr.contains("VANTAGE_CLIENT_SECRET_FILE"), "{ran}");
    assert!(!ran.stderr.contains("wrong-secret-of-the-tests"), "{ran}");
    assert_eq!((machine_requests(&realm).len(), realm.asked(path::API).len()), (1, 0), "{ran}");
}

#[test]
fn an_assertion_proves_a_workload_without_a_secret() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let assertion = realm.assertion(&json!({}));
    let file = file(&world, "assertion", &format!("{assertion}\n"));
    let workload = [("VANTAGE_CLIENT_ID", "workload"), ("VANTAGE_ASSERTION_FILE", file.to_str().unwrap())];
    run(&world, QUERY, &workload).expect(0);
    let asked = &machine_requests(&realm)[0];
    assert_eq!((asked.status, asked.authorization.as_deref()), (200, None));
    for name in ["client_assertion", "client_assertion_type"] {
        assert!(asked.fields.iter().any(|field| field == name), "{asked:?}");
    }

    // It is good for once at this provider: whoever writes the file has to write it anew.
    let again = run(&world, QUERY, &workload).expect(4);
    assert!(again.stderr.contains("VANTAGE_ASSERTION_FILE"), "{again}");
    assert!(!again.stderr.contains(&assertion), "{again}");
    fs::write(&file, realm.assertion(&json!({}))).unwrap();
    run(&world, QUERY, &workload).expect(0);
}

#[test]
fn an_assertion_for_somebody_else_is_refused() {
    let Some((world, realm)) = started(&json!({})) else { return };
    for claims in [json!({"aud": "https://elsewhere.example"}), json!({"exp": 1}), json!({"iss": "robot"})] {
        let file = file(&world, "assertion", &realm.assertion(&claims));
        let workload =
            [("VANTAGE_CLIENT_ID", "workload"), ("VANTAGE_ASSERTION_FILE", file.to_str().unwrap())];
        let ran = run(&world, QUERY, &workload);
        assert_eq!(ran.status, 4, "{claims}:\n{ran}");
        assert_eq!(realm.asked(path::API).len(), 0, "{claims}:\n{ran}");
    }
}

#[test]
fn variables_come_in_their_order() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let token = realm.token();
    let before = machine_requests(&realm).len();
    let nothing = world.home().join("nothing").display().to_string();
    let all = [
        ("VANTAGE_TOKEN", token.as_str()),
        ("VANTAGE_CLIENT_SECRET_FILE", &nothing),
        ("VANTAGE_ASSERTION_FILE", &nothing),
    ];
    run(&world, QUERY, &all).expect(0);
    assert_eq!(machine_requests(&realm).len(), before, "the token comes first");
    let secret = file(&world, "secret", realm.secret());
    let robot = [
        ("VANTAGE_CLIENT_ID", "robot"),
        ("VANTAGE_CLIENT_SECRET_FILE", secret.to_str().unwrap()),
        ("VANTAGE_ASSERTION_FILE", &nothing),
    ];
    run(&world, QUERY, &robot).expect(0);
}
