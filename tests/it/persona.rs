//! Who is signed in, as packs see it: one aspect at a time, and nothing that authenticates.

use serde_json::{Value, json};
use vantage_platform::Options;
use vantage_test_support::World;

use crate::guests::guest;
use crate::{VANTAGE, seeded, signed_in};

/// What `who` asks, and the aspect that each needs.
const ASKED: [(&str, &str); 6] = [
    ("subject", "persona identity"),
    ("display-name", "persona identity"),
    ("email", "persona email"),
    ("organization", "persona organization"),
    ("roles", "persona roles"),
    ("has-role", "persona roles"),
];

fn with_who(world: &World) {
    world.run(&["plugin", "add", &guest("who").display().to_string(), "--grant-all"]).expect(0);
}

fn seen(world: &World) -> Vec<Value> {
    world.run(&["who", "-o", "json"]).expect(0).json().as_array().unwrap().clone()
}

fn value(seen: &[Value], asked: &str) -> Value {
    seen.iter().find(|record| record["asked"] == asked).unwrap()["value"].clone()
}

#[test]
fn each_aspect_is_seen_if_it_is_granted_and_not_otherwise() {
    let world = signed_in();
    with_who(&world);
    let all = seen(&world);
    assert_eq!(value(&all, "subject"), "0b6d2c5e-3b1f-4e7e-8a7d-2f9f51c0a001");
    assert_eq!(value(&all, "display-name"), "Ada Quist");
    assert_eq!(value(&all, "email"), "ada@acme.example");
    assert_eq!(value(&all, "organization"), json!(["5f0c8a52-6a3e-4c1e-9a57-0b8f6f2f7c01", "acme"]));
    assert!(value(&all, "roles").as_array().unwrap().contains(&json!("clusters:write")), "{all:?}");
    assert_eq!(value(&all, "has-role"), false);
    for (_, aspect) in ASKED {
        world.run(&["plugin", "revoke", "who", aspect]).expect(0);
        for (record, (asked, needs)) in seen(&world).iter().zip(ASKED) {
            assert_eq!(record["asked"], asked);
            let denied = needs == aspect;
            assert_eq!(
                record["error"],
                if denied { json!("denied") } else { Value::Null },
                "{aspect}: {record}"
            );
            assert_eq!(record["value"] == Value::Null, denied, "{aspect}: {record}");
        }
        world.run(&["plugin", "grant", "who", aspect]).expect(0);
    }
    assert_eq!(seen(&world), all);
}

#[test]
fn no_aspect_authenticates() {
    let canary = vantage_platform::canary_of("learn who, not be who");
    let world = World::signed_in(VANTAGE, Options { canary: Some(canary.clone()), ..seeded() });
    let record = std::fs::read_to_string(world.stored("test").path()).unwrap();
    assert!(record.contains(&canary), "the test would prove nothing");
    with_who(&world);
    let ran = world.run(&["who", "-o", "json", "-vv"]).expect(0);
    assert!(!ran.stdout.contains(&canary) && !ran.stderr.contains(&canary), "{ran}");
    // Every text that it sees stands in the claims for people: none opens the platform.
    for record in ran.json().as_array().unwrap() {
        let Some(text) = record["value"].as_str() else { continue };
        let mut command = world.command(&["cluster", "list"]);
        command.env("VANTAGE_TOKEN", text.replace(' ', "-"));
        let ran = world.finish(&mut command);
        assert_eq!(ran.status, 4, "{text} opened the platform\n{ran}");
    }
}

#[test]
fn roles_are_those_of_the_claims_that_the_profile_names() {
    let world = signed_in();
    with_who(&world);
    let roles = |claims: &str| {
        world.run(&["profile", "set", "test", "role-claims", claims]).expect(0);
        let roles = value(&seen(&world), "roles");
        let whoami = world.run(&["whoami", "-o", "json"]).expect(0).json();
        assert_eq!(whoami["roles"], roles, "people and packs see the same");
        roles
    };
    assert_eq!(roles("realm_access"), json!(["admin", "offline_access", "uma_authorization"]));
    let clients = roles("resource_access.default");
    assert!(clients.as_array().unwrap().contains(&json!("clusters:read")), "{clients}");
    assert!(!clients.as_array().unwrap().contains(&json!("admin")), "{clients}");
    assert_eq!(roles("resource_access.other"), json!([]));
    assert_eq!(roles("groups"), json!([]));
    let ran = world.run(&["profile", "set", "test", "role-claims", "realm"]).expect(2);
    assert!(ran.stderr.contains("`realm` is none of realm_access, resource_access"), "{ran}");
}

#[test]
fn several_organizations_and_none_chosen_is_an_error_that_says_how_to_choose() {
    let options = Options { auto_approve: true, user: "grace".to_owned(), ..seeded() };
    let world = World::new(VANTAGE, options);
    let ran = world.run(&["login"]).expect(2);
    assert!(ran.stderr.contains("acme, globex"), "{ran}");
    assert!(ran.stderr.contains("--organization acme"), "{ran}");
    assert!(ran.stderr.contains("vantage profile set test organization acme"), "{ran}");
    world.run(&["profile", "set", "test", "organization", "globex"]).expect(0);
    world.run(&["login"]).expect(0);
    with_who(&world);
    assert_eq!(value(&seen(&world), "organization")[1], "globex");
}
