//! Grants given and taken away, in one profile and in all, for installed and bundled packs.

use super::*;
use crate::Scope;

const NOW: &str = "2026-11-23T12:00:00Z";

#[test]
fn grants_are_given_added_to_and_taken_away() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    pack.add_to(&store).unwrap();
    let digest = pack.digest();
    let in_force = |at: &str| store.grants("acme/gpu", &digest, &scope(at)).unwrap();
    let live = store.grants_in_force("acme/gpu", &digest, scope("acme")).unwrap();
    assert_eq!(live.grants().unwrap(), grants(&["persona email"]));

    let more = GrantSet { scope: scope("acme").into(), grants: grants(&["persona roles"]) };
    store.grant("acme/gpu", Some(&digest), more, NOW).unwrap();
    assert_eq!(in_force("acme"), grants(&["persona email", "persona roles"]));
    assert_eq!(live.grants().unwrap(), in_force("acme"));
    assert!(in_force("else").is_empty());

    let all = GrantSet { scope: Scope::AllProfiles, grants: grants(&["persona identity"]) };
    store.grant("acme/gpu", Some(&digest), all, NOW).unwrap();
    assert_eq!(in_force("else"), grants(&["persona identity"]));

    // In one profile: what was granted there, and what was granted everywhere.
    let gone = capabilities(&["persona identity", "persona roles", "storage 1MiB"]);
    let taken = store.revoke("acme/gpu", &gone, &scope("acme").into()).unwrap();
    assert_eq!(taken, capabilities(&["persona identity", "persona roles"]));
    assert_eq!(live.grants().unwrap(), grants(&["persona email"]), "at once");
    assert_eq!(in_force("else"), grants(&["persona identity"]));

    // Everywhere, whatever granted it.
    let gone = capabilities(&["persona identity", "persona email"]);
    assert_eq!(store.revoke("acme/gpu", &gone, &Scope::AllProfiles).unwrap(), gone);
    assert!(in_force("acme").is_empty() && in_force("else").is_empty());

    // Granting anew lifts what was revoked.
    let again = GrantSet { scope: Scope::AllProfiles, grants: grants(&["persona identity"]) };
    store.set_grants("acme/gpu", Some(&digest), again, NOW).unwrap();
    assert_eq!(in_force("acme"), grants(&["persona identity"]));
    assert_eq!(store.find("acme/gpu").unwrap().revoked, []);

    store.remove("acme/gpu").unwrap();
    assert!(live.grants().unwrap().is_empty());
}

#[test]
fn each_capability_keeps_the_time_at_which_it_was_given() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    let added = pack.add_to(&store).unwrap().added;
    let digest = pack.digest();
    let given = |line: &str, at: &str| {
        store.granted_since("acme/gpu", Some(&digest), &capability(line), &scope(at)).unwrap()
    };
    assert_eq!(given("persona email", "acme"), Some(added.clone()));
    assert_eq!(given("persona roles", "acme"), None);
    let set = |line: &str| GrantSet { scope: scope("acme").into(), grants: grants(&[line]) };
    store.grant("acme/gpu", Some(&digest), set("persona roles"), "2030-01-01T00:00:00Z").unwrap();
    store.grant("acme/gpu", Some(&digest), set("persona email"), "2031-01-01T00:00:00Z").unwrap();
    assert_eq!(given("persona email", "acme"), Some(added), "it was granted all the time");
    assert_eq!(given("persona roles", "acme").as_deref(), Some("2030-01-01T00:00:00Z"));
    assert_eq!(given("persona roles", "else"), None);
    store.revoke("acme/gpu", &capabilities(&["persona email"]), &scope("acme").into()).unwrap();
    assert_eq!(given("persona email", "acme"), None);
    store.grant("acme/gpu", Some(&digest), set("persona email"), "2031-01-01T00:00:00Z").unwrap();
    assert_eq!(given("persona email", "acme").as_deref(), Some("2031-01-01T00:00:00Z"));

    // What reaches further is given anew; until when it reached less counts too.
    let mut wider = Grants::none();
    let reach = serde_json::from_str::<Reach>("[\"clusters.name\"]").unwrap();
    wider.grant(capability("query cluster/Query.clusters"), &reach);
    store
        .grant("acme/gpu", Some(&digest), set("query cluster/Query.clusters"), "2032-01-01T00:00:00Z")
        .unwrap();
    let wider = GrantSet { scope: scope("acme").into(), grants: wider };
    store.grant("acme/gpu", Some(&digest), wider, "2033-01-01T00:00:00Z").unwrap();
    let held = store.grants("acme/gpu", &digest, &scope("acme")).unwrap();
    assert_eq!(held.reach(&capability("query cluster/Query.clusters")), Some(&reach));
    assert_eq!(given("query cluster/Query.clusters", "acme").as_deref(), Some("2032-01-01T00:00:00Z"));
}

#[test]
fn removing_a_pack_removes_its_grants() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu").granted(&["persona email"]);
    pack.add_to(&store).unwrap();
    store.remove("acme/gpu").unwrap();
    let error = store.set_grants("acme/gpu", Some(&pack.digest()), pack.grants.clone(), NOW).unwrap_err();
    assert!(matches!(error, StoreError::NotInstalled { .. }));
    pack.clone().granted(&[]).add_to(&store).unwrap();
    assert!(store.grants("acme/gpu", &pack.digest(), &scope("acme")).unwrap().is_empty());
}

#[test]
fn grants_for_bytes_that_are_not_installed_are_refused() {
    let (_folder, store) = store();
    let pack = TestPack::new("acme/gpu", "1.0.0", "gpu");
    pack.add_to(&store).unwrap();
    let other = sha256_digest(b"other");
    for digest in [Some(other.as_str()), None] {
        let error = store.set_grants("acme/gpu", digest, pack.grants.clone(), NOW).unwrap_err();
        assert!(matches!(error, StoreError::NoGeneration { .. }), "{error}");
    }
    let error = store.grants("acme/gpu", "sha256:../..", &scope("acme")).unwrap_err();
    assert!(matches!(error, StoreError::InvalidDigest { .. }));
}

#[test]
fn a_bundled_pack_can_be_revoked_and_granted_again() {
    let (_folder, store) = store();
    let all = grants(&["persona email", "query cluster/Query.clusters"]);
    let in_force = |at: &str| store.bundled_grants("vantage/cluster", &all, &scope(at)).unwrap();
    let live = store.bundled_grants_in_force("vantage/cluster", all.clone(), scope("acme"));
    assert_eq!(in_force("acme"), all);
    assert_eq!(live.grants().unwrap(), all);

    let email = capabilities(&["persona email"]);
    assert_eq!(store.revoke("vantage/cluster", &email, &scope("acme").into()).unwrap(), email);
    assert_eq!(in_force("acme"), grants(&["query cluster/Query.clusters"]));
    assert_eq!(live.grants().unwrap(), in_force("acme"));
    assert_eq!(in_force("else"), all);
    assert!(store.revoke("vantage/cluster", &email, &scope("acme").into()).unwrap().is_empty());

    assert_eq!(store.revoke("vantage/cluster", &email, &Scope::AllProfiles).unwrap(), email);
    assert_eq!(in_force("else"), grants(&["query cluster/Query.clusters"]));
    let again = GrantSet { scope: scope("acme").into(), grants: grants(&["persona email"]) };
    store.grant("vantage/cluster", None, again, NOW).unwrap();
    assert_eq!(in_force("acme"), all);
    assert_eq!(in_force("else"), grants(&["query cluster/Query.clusters"]));

    // What is remembered of bundled packs is no installed pack.
    assert!(store.list().unwrap().is_empty());
    assert!(store.find("vantage/cluster").is_err());
    assert!(store.catalog().unwrap().pack("vantage/cluster").is_none());
    assert!(words(&store).is_empty());
    TestPack::new("acme/gpu", "1.0.0", "gpu").add_to(&store).unwrap();
    store.remove("acme/gpu").unwrap();
    assert_eq!(in_force("else"), grants(&["query cluster/Query.clusters"]));
}
