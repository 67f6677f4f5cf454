//! What providers may answer, and do: read liberally, with nothing lost.

use serde_json::{Value, json};
use vantage_test_support::Ran;
use vantage_test_support::oidc::{Waiting, path};

use super::{QUERY, is_long, records, sign_in, started};

/// An answer while the person has not decided.
const PENDING: &str = r#"{"error":"authorization_pending"}"#;
/// An answer to who asks too often.
const SLOW_DOWN: &str = r#"{"error":"slow_down"}"#;

#[test]
fn tokens_may_be_described_in_many_ways() {
    let Some((world, realm)) = started(&json!({})) else { return };
    sign_in(&world, &realm, &["login"]).expect(0);
    let merged = |merge: Value| json!({"merge": merge});
    for answer in [
        merged(json!({"token_type": "bearer"})),
        merged(json!({"token_type": "BEARER"})),
        merged(json!({"token_type": "bEaReR"})),
        json!({"remove": ["token_type"]}),
        json!({"remove": ["expires_in"]}),
        merged(json!({"expires_in": null})),
        merged(json!({"expires_in": "300"})),
        merged(json!({"expires_in": 299.5})),
        merged(json!({"expires_in": 1e18})),
        merged(json!({"expires_in": "soon"})),
        merged(json!({"scope": null, "session_state": 7, "not-before-policy": 0})),
        json!({"merge": {"id_token": ""}}),
        json!({"remove": ["id_token", "scope", "expires_in", "token_type"]}),
    ] {
        // A token that the platform does not take is renewed, whatever is known of its life.
        realm.inject(path::API, json!({"status": 401}));
        realm.inject(path::TOKEN, answer.clone());
        let ran = world.run(QUERY);
        assert_eq!(ran.status, 0, "{answer}:\n{ran}");
        let ran = world.run(QUERY);
        assert_eq!(ran.status, 0, "{answer}, and once more:\n{ran}");
    }
    assert_eq!(realm.refreshes(), 13, "each was kept, and none renewed twice");
}

#[test]
fn a_token_without_any_life_serves_the_command_that_got_it() {
    let Some((world, realm)) = started(&json!({})) else { return };
    realm.inject(path::TOKEN, json!({"merge": {"expires_in": 0}}));
    sign_in(&world, &realm, &["login"]).expect(0);
    for life in [json!(0), json!(-5), json!("0")] {
        realm.inject(path::TOKEN, json!({"merge": {"expires_in": life}}));
        let ran = world.run(QUERY);
        assert_eq!(ran.status, 0, "{life}:\n{ran}");
    }
    assert_eq!(realm.refreshes(), 3);
}

/// Signs in at a realm of its own with the device answer changed by each of the faults, all at once
/// since they do nothing but wait, and checks that the first poll came no sooner than `least`.
fn first_polls(faults: &[Value], least: f64) {
    std::thread::scope(|scope| {
        for fault in faults {
            scope.spawn(move || {
                let Some((world, realm)) = started(&json!({"interval": null})) else { return };
                realm.inject(path::DEVICE, fault.clone());
                sign_in(&world, &realm, &["login"]).expect(0);
                let (device, polls) = (&realm.asked(path::DEVICE)[0], realm.asked(path::TOKEN));
                assert!(polls[0].at - device.at >= least, "{fault}: {device:?} {polls:?}");
            });
        }
    });
}

#[test]
fn an_interval_that_is_none_is_one_second() {
    let faults = [json!(0), json!(-1), json!(-1e18), json!("0"), json!(0.2)]
        .map(|interval| json!({"merge": {"interval": interval}}));
    first_polls(&faults, 1000.0);
}

#[test]
fn an_interval_that_is_not_said_is_five_seconds() {
    let faults = [
        json!({}),
        json!({"merge": {"interval": null}}),
        json!({"merge": {"interval": "5"}}),
        json!({"merge": {"interval": "soon"}}),
        json!({"merge": {"interval": {}}}),
    ];
    first_polls(&faults, 5000.0);
}

#[test]
fn an_interval_beyond_the_codes_life_is_no_poll_and_no_crash() {
    let Some((world, realm)) = started(&json!({})) else { return };
    for interval in [json!(1e18), json!(1e308), json!("1e400")] {
        realm.inject(path::DEVICE, json!({"merge": {"interval": interval, "expires_in": 1}}));
        let ran = world.run(&["login"]);
        assert_eq!(ran.status, 4, "{interval}:\n{ran}");
        assert!(ran.stderr.contains("code: ") && ran.stderr.contains("vantage login"), "{ran}");
    }
    assert_eq!(realm.asked(path::TOKEN).len(), 0);
}

#[test]
fn a_code_may_say_nothing_of_its_life() {
    let Some((world, realm)) = started(&json!({})) else { return };
    for fault in [
        json!({"remove": ["expires_in", "verification_uri_complete"]}),
        json!({"merge": {"expires_in": "600", "verification_uri_complete": ""}}),
        json!({"merge": {"expires_in": 1e18, "message": "go there"}}),
    ] {
        realm.inject(path::DEVICE, fault);
        sign_in(&world, &realm, &["login", "--force"]).expect(0);
    }
}

#[test]
fn a_provider_in_trouble_is_waited_for_while_the_person_decides() {
    let Some((world, realm)) = started(&json!({})) else { return };
    realm.inject(path::TOKEN, json!({"status": 503}));
    realm.inject(path::TOKEN, json!({"status": 200, "hang_up": 0}));
    let ran = sign_in(&world, &realm, &["login"]).expect(0);
    let polls = realm.asked(path::TOKEN);
    assert_eq!(polls.last().unwrap().status, 200, "{polls:?}\n{ran}");
    // RFC 8628 asks for fewer polls where they fail, such as half as many each time.
    assert!(polls[1].at - polls[0].at >= 2000.0 && polls[2].at - polls[1].at >= 4000.0, "{polls:?}");

    realm.inject(path::TOKEN, json!({"status": 429, "headers": {"retry-after": "1"}, "body": ""}));
    sign_in(&world, &realm, &["login", "--force"]).expect(0);
}

#[test]
fn an_answer_that_means_nothing_ends_the_sign_in_and_leaves_nothing() {
    let Some((world, realm)) = started(&json!({})) else { return };
    for (status, answer) in [
        (1, json!({"status": 400, "body": ""})),
        (1, json!({"status": 400, "headers": {"content-type": "text/html"}, "body": "<html>no</html>"})),
        (1, json!({"status": 200, "body": "{}"})),
        (1, json!({"status": 400, "body": r#"{"error":"invalid_grant"}"#})),
        (4, json!({"status": 401, "body": r#"{"error":"expired_token"}"#})),
        (5, json!({"status": 403, "body": r#"{"error":"access_denied"}"#})),
    ] {
        realm.inject(path::TOKEN, answer.clone());
        let ran = world.run(&["login"]);
        assert_eq!(ran.status, status, "{answer}:\n{ran}");
        assert!(records(&world).is_empty(), "{answer}:\n{ran}");
    }
}

/// The session crate tests the same on a clock of its own; this is the provider's log.
#[test]
fn slow_down_slows_down_for_good() {
    if !is_long() {
        return;
    }
    let Some((world, realm)) = started(&json!({})) else { return };
    for error in [PENDING, SLOW_DOWN, PENDING, SLOW_DOWN, PENDING] {
        realm.inject(path::TOKEN, json!({"status": 400, "body": error}));
    }
    let waiting = Waiting::start(&mut world.command(&["login"]));
    realm.approve(&waiting.link, &waiting.code, "ada");
    Ran::new(&waiting.finish(), |text| world.normal(text)).expect(0);
    let polls = realm.asked(path::TOKEN);
    let gaps: Vec<f64> = polls.windows(2).map(|two| two[1].at - two[0].at).collect();
    assert_eq!(gaps.len(), 5, "{polls:?}");
    for (gap, least) in gaps.iter().zip([1.0, 6.0, 6.0, 11.0, 11.0]) {
        assert!(*gap >= least * 1000.0, "{gaps:?}");
    }
}
