//! Renewing a sign-in: refresh tokens that can be used once, and a provider in trouble.

use std::process::Stdio;

use serde_json::json;
use vantage_test_support::Ran;
use vantage_test_support::oidc::path;

use super::{QUERY, expired, records};

#[test]
fn a_refresh_token_that_was_replaced_is_never_sent_again() {
    let Some((world, realm)) = expired(&json!({})) else { return };
    realm.inject(path::TOKEN, json!({"merge": {"expires_in": 0}}));
    // The second works only with what the first has stored.
    world.run(QUERY).expect(0);
    world.run(QUERY).expect(0);
    world.run(QUERY).expect(0);
    let refreshes: Vec<_> =
        realm.asked(path::TOKEN).into_iter().filter(|asked| asked.grant == "refresh_token").collect();
    assert_eq!(refreshes.iter().map(|asked| asked.status).collect::<Vec<_>>(), [200, 200], "{refreshes:?}");
    for asked in refreshes {
        assert_eq!(asked.fields, ["grant_type", "refresh_token", "client_id"]);
    }
}

#[test]
fn eight_commands_at_once_renew_once() {
    let Some((world, realm)) = expired(&json!({})) else { return };
    // Long enough for all of them to want the same.
    realm.inject(path::TOKEN, json!({"delay": 300}));
    let children: Vec<_> = (0..8)
        .map(|_| world.command(QUERY).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap())
        .collect();
    for child in children {
        let output = child.wait_with_output().unwrap();
        Ran::new(&output, |text| world.normal(text)).expect(0);
    }
    assert_eq!(realm.refreshes(), 1);
    assert_eq!(realm.asked(path::API).len(), 8);
}

#[test]
fn what_is_not_sent_anew_is_kept() {
    let Some((world, realm)) = expired(&json!({"rotate": false})) else { return };
    for remove in [json!(["refresh_token"]), json!(["id_token"]), json!(["refresh_token", "id_token"])] {
        realm.inject(path::TOKEN, json!({"merge": {"expires_in": 0}, "remove": remove}));
        world.run(QUERY).expect(0);
    }
    world.run(QUERY).expect(0);
    assert_eq!(realm.refreshes(), 4);
    assert_eq!(world.run(&["whoami", "-o", "json"]).expect(0).json()["email"], "ada@example.com");
}

#[test]
fn a_provider_in_trouble_costs_nobody_the_sign_in() {
    let Some((world, realm)) = expired(&json!({})) else { return };
    let before = records(&world);
    let html = json!({"content-type": "text/html"});
    for (status, trouble) in [
        (7, json!({"status": 503, "headers": {"retry-after": "1"}})),
        (7, json!({"status": 429, "headers": {"retry-after": "1"}, "body": "slow"})),
        (7, json!({"status": 500, "headers": html, "body": "<html><h1>Oops</h1></html>"})),
        (7, json!({"status": 502, "body": ""})),
        (7, json!({"status": 400, "body": r#"{"error":"temporarily_unavailable"}"#})),
        (7, json!({"status": 200, "body": "", "hang_up": 0})),
        (7, json!({"status": 200, "body": r#"{"access_token":"abc","token_type":"Bearer"}"#, "hang_up": 9})),
        (1, json!({"status": 400, "body": ""})),
        (1, json!({"status": 401, "headers": html, "body": "<html>"})),
        (1, json!({"status": 403, "body": "null"})),
        (1, json!({"status": 400, "body": r#"{"error":"invalid_client"}"#})),
        (1, json!({"status": 400, "body": r#"{"error":7}"#})),
        (1, json!({"status": 200, "body": "[]"})),
        (1, json!({"status": 200, "body": r#"{"access_token":"a b","token_type":"Bearer"}"#})),
        (1, json!({"status": 200, "body": r#"{"access_token":"abc","token_type":"mac"}"#})),
    ] {
        realm.inject(path::TOKEN, trouble.clone());
        let sent = realm.refreshes();
        let ran = world.run(QUERY);
        assert_eq!(ran.status, status, "{trouble}:\n{ran}");
        assert_eq!(ran.stdout, "");
        assert_eq!(realm.refreshes(), sent + 1, "one command asks once: {trouble}:\n{ran}");
        assert_eq!(records(&world), before, "{trouble}:\n{ran}");
    }
    world.run(QUERY).expect(0);
}

#[test]
fn a_refusal_is_one_whatever_its_status() {
    for status in [400, 401, 403] {
        let Some((world, realm)) = expired(&json!({})) else { return };
        realm.inject(path::TOKEN, json!({"status": status, "body": r#"{"error":"invalid_grant"}"#}));
        let ran = world.run(QUERY).expect(4);
        assert!(ran.stderr.contains("`vantage login --profile realm`"), "{ran}");
        assert!(records(&world).is_empty(), "{ran}");
    }
}

#[test]
fn an_answer_lost_on_its_way_is_no_sign_out_here() {
    let Some((world, realm)) = expired(&json!({})) else { return };
    // The provider has replaced the refresh token, and nobody knows by what.
    realm.inject(path::TOKEN, json!({"hang_up": 20}));
    world.run(QUERY).expect(7);
    assert_eq!(records(&world).len(), 1);
    // It takes the old one for stolen: only a new sign-in helps, and that is said.
    let ran = world.run(QUERY).expect(4);
    assert!(ran.stderr.contains("`vantage login --profile realm`"), "{ran}");
    assert_eq!(realm.refreshes(), 2);
}
