//! What is recorded of what a pack asks for: a line for each decision, and nothing of what was said.

use super::*;
use crate::host::contract::persona::HostPersona;
use crate::host::contract::session::HostSession;
use crate::host::persona::Persona;
use crate::host::session::Session;
use crate::host::wasi::Clocks;
use crate::host::{Lines, State};
use crate::limits::{Limiter, Limits};
use crate::meter::Meter;
use crate::ports::{AuditEntry, PlatformAnswer};

const CLUSTERS: &str = "query cluster/Query.clusters";

fn revoke(world: &World, capability: &str) {
    world.grants.lock().unwrap().revoke(&capability.parse::<Capability>().unwrap());
}

/// An entry as one line; whether it has a duration is told, not how long it was.
fn line(entry: &AuditEntry) -> String {
    let mut line = format!("{} {}", entry.kind, entry.operation.as_deref().unwrap_or("-"));
    line += &format!(" [{}]", entry.fields.join(" "));
    line += if entry.allowed { " allowed" } else { " denied" };
    let words = [entry.rule, entry.outcome, entry.capability.as_deref(), entry.duration.map(|_| "timed")];
    for word in words.into_iter().flatten() {
        line += &format!(", {word}");
    }
    let numbers = [("bytes", entry.bytes), ("events", entry.events), ("repeated", entry.repeated)];
    for (what, number) in numbers {
        line += &number.map(|number| format!(", {number} {what}")).unwrap_or_default();
    }
    line
}

fn recorded(world: &World) -> String {
    world.recorded.lock().unwrap().iter().map(line).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_request_is_recorded_with_how_it_ended_and_what_it_gave() {
    let world = Arc::new(World::new(|number, _| match number {
        0 => Ok(answer(r#"{"secret-answer":1}"#)),
        1 => Ok(PlatformAnswer { data: "null".to_owned(), errors: r#"[{"message":"no"}]"#.to_owned() }),
        2 => Err(super::super::error("dry-run", "shown")),
        _ => Err(super::super::error("unavailable", "gone")),
    }));
    let lent = lent(&world);
    for _ in 0..4 {
        let _ = lent.execute("List", r#"{ "name": "secret-variable" }"#).await;
    }
    insta::assert_snapshot!(recorded(&world), @"
    query List [cluster/Query.clusters] allowed, ok, timed, 21 bytes
    query List [cluster/Query.clusters] allowed, errors, timed, 22 bytes
    query List [cluster/Query.clusters] allowed, shown, timed, 0 bytes
    query List [cluster/Query.clusters] allowed, unavailable, timed, 0 bytes
    ");
    assert!(!format!("{:?}", world.recorded.lock().unwrap()).contains("secret"));
}

#[tokio::test]
async fn each_rule_that_denies_is_recorded_and_what_comes_again_is_counted() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    let end = lent.end_of_run();
    for _ in 0..3 {
        lent.execute("secret-name", "{}").await.expect_err("is not declared");
    }
    lent.execute("Unlisted", "{}").await.expect_err("is not listed");
    lent.execute("Change", "{}").await.expect_err("changes");
    lent.execute("Watch", "{}").await.expect_err("is a subscription");
    lent.execute("List", r#"{"secret-name": 1}"#).await.expect_err("has no such variable");
    refused(Pages::new(lent.clone(), "List", "{}", String::new()));
    revoke(&world, CLUSTERS);
    lent.execute("List", "{}").await.expect_err("is not granted");
    execute_all(
        &lent,
        vec![OperationCall { operation: "List".to_owned(), variables: "{}".to_owned() }; 1001],
    )
    .await;
    drop(end);
    insta::assert_snapshot!(recorded(&world), @"
    operation - [] denied, not-declared
    query Unlisted [cluster/Query.clusters] denied, not-listed
    mutation Change [cluster/Mutation.deleteCluster] denied, read-only
    subscription Watch [cluster/Subscription.clusterChanged] denied, kind
    query List [cluster/Query.clusters] denied, variables
    query List [cluster/Query.clusters] denied, pages
    query List [cluster/Query.clusters] denied, not-granted, query cluster/Query.clusters
    operation - [] denied, too-many
    operation - [] denied, not-declared, 2 repeated
    ");
    assert!(!format!("{:?}", world.recorded.lock().unwrap()).contains("secret"));
}

#[tokio::test]
async fn denials_without_end_make_a_bounded_number_of_lines() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    let end = lent.end_of_run();
    for number in 0..150 {
        let document = format!("query Mine {{ made{number} }}");
        execute_document(&lent, "cluster", &document, "{}").await.expect_err("is not granted");
    }
    drop(end);
    let recorded = recorded(&world);
    assert_eq!(recorded.lines().count(), 101);
    insta::assert_snapshot!(recorded.lines().last().unwrap_or_default(), @"operation - [] denied, others, 50 repeated");
}

#[tokio::test]
async fn of_documents_made_while_running_the_coordinates_are_recorded() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    let run = |document: &'static str| execute_document(&lent, "cluster", document, "{}");
    run("query secret { alias: clusters { name } jobs { id } }").await.expect_err("is not granted");
    run("query secret {").await.expect_err("is no document");
    for capability in ["dynamic cluster/Query.clusters", "dynamic cluster/Query.jobs"] {
        let reach = vantage_policy::gate::Reach::default();
        world.grants.lock().unwrap().grant(capability.parse().unwrap(), &reach);
    }
    run("query secret { alias: clusters { name } jobs { id } }").await.expect("is granted now");
    insta::assert_snapshot!(recorded(&world), @"
    dynamic cluster/Query.clusters cluster/Query.jobs [cluster/Query.clusters cluster/Query.jobs] denied, not-granted, dynamic cluster/Query.clusters
    document - [] denied, gate
    dynamic cluster/Query.clusters cluster/Query.jobs [cluster/Query.clusters cluster/Query.jobs] allowed, ok, timed, 4 bytes
    ");
}

#[tokio::test]
async fn each_page_and_each_of_many_calls_is_recorded() {
    let world = Arc::new(pages_of(3));
    let mut pages = Pages::new(lent(&world), "Pages", "{}", "/clusters".to_owned()).expect("has pages");
    while pages.next().await.expect("is granted").is_some() {}
    let lines = recorded(&world);
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(lines.lines().all(|line| line.starts_with("query Pages [cluster/Query.clusters] allowed, ok")));

    let world = Arc::new(World::quiet());
    let call = OperationCall { operation: "List".to_owned(), variables: "{}".to_owned() };
    execute_all(&lent(&world), vec![call; 20]).await;
    assert_eq!(recorded(&world).lines().count(), 20);
}

#[tokio::test]
async fn a_subscription_has_a_line_at_its_start_and_one_at_its_end() {
    let world = watched(&["1", "22"], false);
    let mut subscription = watch(&world).await;
    insta::assert_snapshot!(recorded(&world), @"subscription Watch [cluster/Subscription.clusterChanged] allowed, started, timed");
    while subscription.next().await.expect("is granted").is_some() {}
    drop(subscription);
    insta::assert_snapshot!(recorded(&world), @"
    subscription Watch [cluster/Subscription.clusterChanged] allowed, started, timed
    subscription Watch [cluster/Subscription.clusterChanged] allowed, ok, timed, 7 bytes, 2 events
    ");
}

#[tokio::test]
async fn a_subscription_that_is_revoked_or_dropped_says_so() {
    let world = watched(&["1"], false);
    let mut subscription = watch(&world).await;
    revoke(&world, WATCH);
    told(subscription.next().await);
    drop(subscription);
    insta::assert_snapshot!(recorded(&world).lines().last().unwrap_or_default(), @"subscription Watch [cluster/Subscription.clusterChanged] denied, not-granted, revoked, subscription cluster/Subscription.clusterChanged, timed, 0 bytes, 0 events");

    let world = watched(&[], true);
    drop(watch(&world).await);
    insta::assert_snapshot!(recorded(&world).lines().last().unwrap_or_default(), @"subscription Watch [cluster/Subscription.clusterChanged] allowed, cancelled, timed, 0 bytes, 0 events");
}

#[tokio::test]
async fn a_subscription_whose_last_event_has_errors_says_so_however_it_ends() {
    for goes_on in [true, false] {
        let world = watched(&["1"], false);
        let failed = PlatformAnswer { data: "null".to_owned(), errors: r#"[{"message":"x"}]"#.to_owned() };
        world.events.lock().unwrap().push_back(Ok(failed));
        let mut subscription = watch(&world).await;
        for _ in 0..2 {
            subscription.next().await.expect("is granted").expect("is an event");
        }
        if goes_on {
            assert_eq!(subscription.next().await, Ok(None));
        }
        drop(subscription);
        insta::allow_duplicates! {
            insta::assert_snapshot!(recorded(&world).lines().last().unwrap_or_default(), @"subscription Watch [cluster/Subscription.clusterChanged] allowed, errors, timed, 24 bytes, 2 events");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_is_recorded_when_it_is_revoked_or_the_run_is_cut_off() {
    let world = Arc::new(World { silent: true, ..World::quiet() });
    let lent = lent(&world);
    let end = lent.end_of_run();
    let revokes = async {
        while world.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        revoke(&world, CLUSTERS);
    };
    let (ended, ()) = tokio::join!(lent.execute("List", "{}"), revokes);
    ended.expect_err("was revoked");
    *world.grants.lock().unwrap() = crate::testing::everything();
    let waits = tokio::spawn({
        let lent = lent.clone();
        async move { lent.execute("List", "{}").await }
    });
    while world.asked.lock().unwrap().len() < 2 {
        tokio::task::yield_now().await;
    }
    drop(end);
    insta::assert_snapshot!(recorded(&world), @"
    query List [cluster/Query.clusters] denied, not-granted, revoked, query cluster/Query.clusters, timed, 0 bytes
    query List [cluster/Query.clusters] allowed, cancelled, timed, 0 bytes
    ");
    // What a task still asks for after the end is not sent.
    assert_eq!(lent.execute("List", "{}").await.expect_err("the run is over").kind, "cancelled");
    assert_eq!(world.asked.lock().unwrap().len(), 2);
    waits.abort();
    assert_eq!(recorded(&world).lines().count(), 2);
}

#[tokio::test]
async fn aspects_are_recorded_once_and_storage_where_it_is_denied() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    let end = lent.end_of_run();
    let meter = Meter::new();
    let lines = Lines::new(None, meter.clone());
    let limiter = Limiter::new(Limits::default().memory);
    let mut state = State::new(limiter, meter, lines, Clocks::Fixed, Some(lent));
    let persona = state.hand_out(Persona::default()).unwrap().rep();
    let persona = || wasmtime::component::Resource::<Persona>::new_borrow(persona);
    let session = state.hand_out(Session).unwrap().rep();
    let session = || wasmtime::component::Resource::<Session>::new_borrow(session);
    for _ in 0..3 {
        assert_eq!(state.email(persona()).await.expect("is granted"), "ada@example.org");
        state.subject(persona()).await.expect_err("is not granted");
    }
    state.storage(session()).expect("is granted");
    revoke(&world, "storage 1KiB");
    state.storage(session()).expect_err("is not granted");
    drop(end);
    insta::assert_snapshot!(recorded(&world), @"
    persona persona email [] allowed, ok, timed
    persona persona identity [] denied, not-granted, persona identity
    storage storage [] denied, not-granted, storage 1KiB
    ");
    assert!(!format!("{:?}", world.recorded.lock().unwrap()).contains("ada@"));
}
