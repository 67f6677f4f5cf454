//! Signing in and out as a person does it.

use std::fs;

use serde_json::json;
use vantage_test_support::browser::Browser;
use vantage_test_support::oidc::{Realm, Waiting, path};
use vantage_test_support::{Ran, World};

use super::{QUERY, expired, is_skipped, private, records, sign_in, started};

#[test]
fn a_code_approved_on_the_providers_pages_signs_in() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let ran = sign_in(&world, &realm, &["login"]).expect(0);
    assert!(ran.stderr.contains("signed in as `ada`"), "{ran}");
    is_signed_in(&world);

    let asked = &realm.asked(path::DEVICE)[0];
    assert_eq!(asked.fields, ["client_id", "scope", "code_challenge", "code_challenge_method"]);
    assert_eq!(asked.scope, "openid offline_access");
    let polls = realm.asked(path::TOKEN);
    for poll in &polls {
        assert_eq!(poll.fields, ["grant_type", "device_code", "client_id", "code_verifier"]);
        assert_eq!(poll.authorization, None, "a public client proves nothing");
    }
    // A code that is polled again once it has been used ends the sign-in at this provider.
    assert_eq!(polls.iter().filter(|poll| poll.status == 200).count(), 1, "{polls:?}");
    assert_eq!(polls.last().unwrap().status, 200, "{polls:?}");
}

#[test]
fn a_code_approved_in_a_real_browser_signs_in() {
    if is_skipped("browser") {
        return;
    }
    let Some((world, _realm)) = started(&json!({})) else { return };
    let waiting = Waiting::start(&mut world.command(&["login"]));
    let browser = Browser::start();
    browser.open(&waiting.link);
    browser.enter("input[name=user_code]", &waiting.code);
    browser.click("button[form='op.deviceInputForm']");
    browser.click("button[form='op.deviceConfirmForm'][autofocus]");
    browser.enter("input[name=login]", "ada");
    browser.enter("input[name=password]", "any");
    browser.click("input[value=login] ~ button");
    browser.click("input[value=consent] ~ button");
    browser.wait_for_heading("Sign-in Success");
    let ran = Ran::new(&waiting.finish(), |text| world.normal(text)).expect(0);
    assert!(ran.stderr.contains("signed in as `ada`"), "{ran}");
    is_signed_in(&world);
}

#[test]
fn a_code_that_the_person_refuses_is_exit_5() {
    let Some((world, realm)) = started(&json!({})) else { return };
    let waiting = Waiting::start(&mut world.command(&["login"]));
    realm.refuse(&waiting.link, &waiting.code);
    let ran = Ran::new(&waiting.finish(), |text| world.normal(text)).expect(5);
    assert_eq!(ran.stdout, "");
    assert!(records(&world).is_empty(), "{ran}");
}

#[test]
fn the_organization_is_asked_for_and_compared() {
    let both = json!({"organizations": {"acme": {"id": "o-1"}, "beta": {"id": "o-2"}}});
    let Some((world, realm)) = started(&both) else { return };
    let several = sign_in(&world, &realm, &["login"]).expect(2);
    assert!(several.stderr.contains("acme, beta"), "{several}");
    assert!(records(&world).is_empty(), "{several}");

    sign_in(&world, &realm, &["login", "--organization", "beta"]).expect(0);
    let asked = realm.asked(path::DEVICE);
    assert_eq!(asked.last().unwrap().scope, "openid offline_access organization:beta");
    let persona = world.run(&["whoami", "--organization", "beta", "-o", "json"]).expect(0).json();
    assert_eq!(persona["organization"], "beta");

    // What is stored for one organization is no sign-in for another.
    world.run(&["whoami", "--organization", "acme"]).expect(4);
    realm.set(&json!({"organizations": {"acme": {"id": "o-1"}}}));
    let kept = records(&world);
    let other = sign_in(&world, &realm, &["login", "--force", "--organization", "beta"]).expect(5);
    assert!(other.stderr.contains("beta"), "{other}");
    assert_eq!(records(&world), kept, "{other}");
}

#[test]
fn a_renewed_token_of_another_organization_is_not_used() {
    let Some((world, realm)) = expired_for(&["--organization", "acme"]) else { return };
    realm.set(&json!({"organizations": {"beta": {"id": "o-2"}}}));
    let ran = world.run(&["api", "{ __typename }", "--organization", "acme"]).expect(5);
    assert_eq!(ran.stdout, "");
    assert_eq!(realm.asked(path::API).len(), 0, "the platform was asked with it:\n{ran}");
}

#[test]
fn signing_out_ends_the_sign_in_at_the_provider() {
    let Some((world, realm)) = expired(&json!({})) else { return };
    let record = records(&world).pop().unwrap();
    let bytes = fs::read(&record).unwrap();
    let ran = world.run(&["logout"]).expect(0);
    assert!(!ran.stderr.contains("warning"), "{ran}");
    let asked = &realm.asked(path::REVOKE)[0];
    assert_eq!((asked.status, asked.authorization.as_deref()), (200, None));
    assert_eq!(asked.fields, ["token", "token_type_hint", "client_id"]);

    // A copy of the record, such as a backup has, is worth nothing now.
    fs::write(&record, bytes).unwrap();
    private(&record);
    let ran = world.run(QUERY).expect(4);
    assert_eq!((realm.refreshes(), realm.asked(path::API).len()), (1, 0), "{ran}");
}

#[test]
fn a_provider_that_lost_its_memory_is_exit_4_with_the_line_to_run() {
    let Some((world, realm)) = started(&json!({})) else { return };
    sign_in(&world, &realm, &["login"]).expect(0);
    world.run(QUERY).expect(0);
    realm.restart();
    let ran = world.run(QUERY).expect(4);
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.contains("`vantage login --profile realm`"), "{ran}");
    assert_eq!(realm.refreshes(), 1, "{ran}");
    // What was rejected is gone, so that nobody asks with it again.
    world.run(QUERY).expect(4);
    assert_eq!(realm.refreshes(), 1);
    sign_in(&world, &realm, &["login"]).expect(0);
    world.run(QUERY).expect(0);
}

#[test]
fn two_profiles_at_two_providers_are_two_sign_ins() {
    let Some((world, realm)) = started(&json!({})) else { return };
    world.run(&["login", "--profile", "test"]).expect(0);
    sign_in(&world, &realm, &["login"]).expect(0);
    assert_eq!(records(&world).len(), 2);
    let name = |profile: &str| {
        let persona = world.run(&["whoami", "--profile", profile, "-o", "json"]).expect(0).json();
        persona["username"].as_str().unwrap().to_owned()
    };
    assert_eq!((name("realm"), name("test")), ("ada".to_owned(), world.ready().user.clone()));
    // One realm knows nothing of the other's sign-in, and takes nothing of it away.
    realm.restart();
    world.run(QUERY).expect(4);
    world.run(&["cluster", "list", "--profile", "test"]).expect(0);
    world.run(&["logout", "--profile", "test"]).expect(0);
    assert!(records(&world).is_empty());
    assert_eq!(realm.asked(path::REVOKE).len(), 0);
}

fn expired_for(organization: &[&str]) -> Option<(World, Realm)> {
    let (world, realm) = started(&json!({}))?;
    realm.inject(path::TOKEN, json!({"merge": {"expires_in": 0}}));
    sign_in(&world, &realm, &[&["login"], organization].concat()).expect(0);
    Some((world, realm))
}

fn is_signed_in(world: &World) {
    let persona = world.run(&["whoami", "-o", "json"]).expect(0).json();
    assert_eq!(persona["username"], "ada");
    assert_eq!(persona["email"], "ada@example.com");
    assert_eq!(persona["organization"], "acme");
    assert_eq!(persona["roles"], json!(["offline_access", "user"]));
    assert_eq!(persona["profile"], "realm");
    assert_eq!(world.run(QUERY).expect(0).stdout, "__typename\tQuery\n");
}
