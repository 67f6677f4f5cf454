//! What stands behind the GraphQL handle, without a guest: decisions, order, pages, revocation.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use vantage_policy::capability::Capability;
use vantage_policy::decision::{Rule, decide_operation};

use super::contract::graphql::OperationCall;
use super::graphql::{execute_all, execute_document};
use super::pages::Pages;
use super::record::Asked;
use super::subscription::Subscription;
use super::{Failure, Lent};
use crate::ports::PortError;
use crate::testing::{World, answer, request};

mod recorded;

fn lent(world: &Arc<World>) -> Lent {
    Lent::new(&request(), world.ports())
}

fn told<T: std::fmt::Debug>(result: Result<T, PortError>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => format!("{}: {}", error.kind, error.message),
    }
}

fn refused<T>(result: Result<T, Failure>) -> String {
    match result {
        Ok(_) => "not refused".to_owned(),
        Err(Failure::Error(error)) => format!("{}: {}", error.kind, error.message),
        Err(Failure::Trap(trap)) => format!("trap: {trap}"),
    }
}

#[tokio::test]
async fn what_is_sent_is_the_gates_print() {
    let world = Arc::new(World::quiet());
    lent(&world).execute("List", r#"{ "name" : "a" }"#).await.expect("is granted");
    let asked = world.asked.lock().unwrap();
    assert_eq!((asked[0].api.as_str(), asked[0].operation.as_str()), ("cluster", "List"));
    assert_eq!(asked[0].variables, r#"{"name":"a"}"#);
    assert_eq!(asked[0].document, crate::testing::description().operations().unwrap()[0].document);
}

#[tokio::test]
async fn what_is_not_allowed_is_denied_recorded_and_not_sent() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    insta::assert_snapshot!(told(lent.execute("Nothing", "{}").await), @"invalid: the pack declares no operation `Nothing`");
    assert!(lent.denial().is_none());
    insta::assert_snapshot!(told(lent.execute("Unlisted", "{}").await), @"denied: the command `test` does not list the operation `Unlisted`");
    insta::assert_snapshot!(told(lent.execute("Change", "{}").await), @"denied: the operation `Change` is a mutation, and the command is declared to read only");
    assert_eq!(lent.denial().map(|denial| denial.rule), Some(Rule::ReadOnly));
    world.grants.lock().unwrap().revoke(&"query cluster/Query.clusters".parse::<Capability>().unwrap());
    insta::assert_snapshot!(told(lent.execute("List", "{}").await), @"denied: `query cluster/Query.clusters` is not granted");
    insta::assert_snapshot!(told(lent.execute("Pages", "{}").await), @"denied: `query cluster/Query.clusters` is not granted");
    assert_eq!(lent.denial().map(|denial| denial.rule), Some(Rule::NotGranted));
    assert_eq!((lent.requests(), world.asked.lock().unwrap().len()), (0, 0));
}

#[tokio::test]
async fn variables_are_checked() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    for variables in ["", "[]", "null", r#"{"other": 1}"#, r#"{"name": 1, "name": 2}"#] {
        let error = lent.execute("List", variables).await.expect_err(variables);
        assert_eq!(error.kind, "invalid", "{variables}");
    }
    assert!(world.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn many_calls_keep_their_order_and_are_eight_at_once() {
    let world = Arc::new(World::new(|_, request| Ok(answer(&request.variables))));
    let call = |number: usize| OperationCall {
        operation: if number == 7 { "Unlisted".to_owned() } else { "List".to_owned() },
        variables: format!(r#"{{"name":"{number}"}}"#),
    };
    let lent = lent(&world);
    let answers = execute_all(&lent, (0..50).map(call).collect()).await;
    assert_eq!(answers.len(), 50);
    for (number, answer) in answers.into_iter().enumerate() {
        match answer {
            Ok(answer) => assert_eq!(answer.data, format!(r#"{{"name":"{number}"}}"#)),
            Err(error) => assert_eq!((number, error.kind), (7, "denied")),
        }
    }
    assert_eq!(world.most_in_flight.load(Ordering::SeqCst), 8);
    assert_eq!(lent.requests(), 49);
}

#[tokio::test]
async fn too_many_calls_are_refused_each() {
    let world = Arc::new(World::quiet());
    let call = OperationCall { operation: "List".to_owned(), variables: "{}".to_owned() };
    let answers = execute_all(&lent(&world), vec![call; 1001]).await;
    assert_eq!(answers.len(), 1001);
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.kind == "too-large")));
    assert!(world.asked.lock().unwrap().is_empty());
}

/// A platform with pages of two nodes.
fn pages_of(count: u64) -> World {
    World::new(move |number, _| {
        let more = number + 1 < count;
        Ok(answer(&format!(
            r#"{{"clusters":{{"nodes":[{}0,{}1],"pageInfo":{{"hasNextPage":{more},"endCursor":"c{number}"}}}}}}"#,
            number + 1,
            number + 1
        )))
    })
}

#[tokio::test]
async fn pages_are_read_to_the_end_and_one_ahead() {
    let world = Arc::new(pages_of(3));
    let mut pages = Pages::new(lent(&world), "Pages", "{}", "/clusters".to_owned()).expect("has pages");
    assert!(world.asked.lock().unwrap().is_empty());
    assert_eq!(pages.next().await.unwrap().unwrap(), ["10", "11"]);
    // The second page was asked for before the pack asked for it, and the third was not.
    assert_eq!(world.asked.lock().unwrap().len(), 2);
    assert_eq!(pages.next().await.unwrap().unwrap(), ["20", "21"]);
    assert_eq!(pages.next().await.unwrap().unwrap(), ["30", "31"]);
    assert_eq!(pages.next().await.unwrap(), None);
    assert_eq!(pages.next().await.unwrap(), None);
    let variables: Vec<String> =
        world.asked.lock().unwrap().iter().map(|asked| asked.variables.clone()).collect();
    assert_eq!(
        variables,
        [r#"{"first":100}"#, r#"{"after":"c0","first":100}"#, r#"{"after":"c1","first":100}"#]
    );
}

#[tokio::test]
async fn a_page_size_of_the_packs_own_is_kept() {
    let world = Arc::new(pages_of(1));
    let variables = r#"{"first": 3, "after": "x"}"#;
    let mut pages = Pages::new(lent(&world), "Pages", variables, "/clusters".to_owned()).expect("has pages");
    pages.next().await.expect("is a page");
    assert_eq!(world.asked.lock().unwrap()[0].variables, r#"{"first":3,"after":"x"}"#);
}

#[tokio::test]
async fn a_cursor_that_comes_again_ends_the_reading() {
    let same = r#"{"clusters":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"c"}}}"#;
    let world = Arc::new(World::new(move |_, _| Ok(answer(same))));
    let mut pages = Pages::new(lent(&world), "Pages", "{}", "/clusters".to_owned()).expect("has pages");
    assert_eq!(told(pages.next().await), "Some([])");
    insta::assert_snapshot!(told(pages.next().await), @"failed: the platform gives the same page again: its cursor was there before");
    assert_eq!(told(pages.next().await), "None");
}

#[tokio::test]
async fn what_has_no_pages_is_refused_before_anything_is_sent() {
    let world = Arc::new(World::quiet());
    let pages = |operation: &str, connection: &str| {
        refused(Pages::new(lent(&world), operation, "{}", connection.to_owned()))
    };
    insta::assert_snapshot!(pages("List", "/clusters"), @"invalid: the operation `List` has no variable `after`, by which its pages are asked for");
    insta::assert_snapshot!(pages("Pages", "clusters"), @"invalid: the connection is named by a JSON Pointer, as in `/clusters`");
    insta::assert_snapshot!(pages("Unlisted", "/clusters"), @"denied: the command `test` does not list the operation `Unlisted`");
    assert!(world.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn revoking_ends_pages_that_were_fetched_ahead() {
    let world = Arc::new(pages_of(3));
    let mut pages = Pages::new(lent(&world), "Pages", "{}", "/clusters".to_owned()).expect("has pages");
    pages.next().await.expect("is a page");
    world.grants.lock().unwrap().revoke(&"query cluster/Query.clusters".parse::<Capability>().unwrap());
    insta::assert_snapshot!(told(pages.next().await), @"denied: `query cluster/Query.clusters` is not granted");
}

#[tokio::test(start_paused = true)]
async fn revoking_ends_a_request_that_waits() {
    let world = Arc::new(World { silent: true, ..World::quiet() });
    let lent = lent(&world);
    let waits = lent.execute("List", "{}");
    let revokes = async {
        while world.asked.lock().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
        world.grants.lock().unwrap().revoke(&"query cluster/Query.clusters".parse::<Capability>().unwrap());
    };
    let (ended, ()) = tokio::join!(waits, revokes);
    insta::assert_snapshot!(told(ended), @"denied: `query cluster/Query.clusters` is not granted");
}

#[tokio::test]
async fn documents_made_while_running_need_the_louder_capability() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    let run = |document: &'static str| execute_document(&lent, "cluster", document, "{}");
    let document = "query Mine { clusters { name } }";
    insta::assert_snapshot!(told(run(document).await), @"denied: `dynamic cluster/Query.clusters` is not granted");
    let dynamic = "dynamic cluster/Query.clusters".parse::<Capability>().unwrap();
    world.grants.lock().unwrap().grant(dynamic, &vantage_policy::gate::Reach::default());
    run(document).await.expect("is granted now");
    insta::assert_snapshot!(told(run("{ clusters { name } }").await), @"denied: an operation that a pack makes must have a name");
    let refusal = run("query {").await.expect_err("is no document");
    assert_eq!(refusal.kind, "invalid");
    assert_eq!(world.asked.lock().unwrap().len(), 1);
}

/// A world whose subscriptions give these events, and then end, or are silent.
fn watched(events: &[&str], silent: bool) -> Arc<World> {
    let world = World { silent, ..World::quiet() };
    world.events.lock().unwrap().extend(events.iter().map(|data| Ok(answer(data))));
    Arc::new(world)
}

async fn watch(world: &Arc<World>) -> Subscription {
    let started = Subscription::start(lent(world), "Watch", r#"{ "name": "a" }"#).await;
    started.unwrap_or_else(|failure| panic!("{failure:?}"))
}

const WATCH: &str = "subscription cluster/Subscription.clusterChanged";

#[tokio::test]
async fn a_subscription_is_the_gates_print_and_gives_its_events_in_order() {
    let world = watched(&["1", "2"], false);
    let mut subscription = watch(&world).await;
    for data in ["1", "2"] {
        assert_eq!(subscription.next().await, Ok(Some(answer(data))));
    }
    assert_eq!(subscription.next().await, Ok(None));
    assert_eq!(subscription.next().await, Ok(None));
    let asked = world.asked.lock().unwrap();
    assert_eq!(asked[0].variables, r#"{"name":"a"}"#);
    insta::assert_snapshot!(asked[0].document, @"subscription Watch($name: String) { clusterChanged(name: $name) { name } }");
}

#[tokio::test]
async fn what_is_no_subscription_or_not_granted_is_not_started() {
    let world = watched(&["1"], false);
    let start =
        async |name: &str, variables: &str| refused(Subscription::start(lent(&world), name, variables).await);
    insta::assert_snapshot!(start("List", "{}").await, @"invalid: the operation `List` is no subscription");
    insta::assert_snapshot!(start("None", "{}").await, @"invalid: the pack declares no operation `None`");
    insta::assert_snapshot!(start("Watch", r#"{"x": 1}"#).await, @"invalid: the variables are refused at `/x`: the operation declares no such variable");
    world.grants.lock().unwrap().revoke(&WATCH.parse::<Capability>().unwrap());
    insta::assert_snapshot!(start("Watch", "{}").await, @"denied: `subscription cluster/Subscription.clusterChanged` is not granted");
    insta::assert_snapshot!(told(lent(&world).execute("Watch", "{}").await), @"denied: `subscription cluster/Subscription.clusterChanged` is not granted");
    assert!(world.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn revoking_ends_a_subscription_before_its_next_event() {
    let world = watched(&["1", "2"], false);
    let mut subscription = watch(&world).await;
    subscription.next().await.expect("is granted");
    world.grants.lock().unwrap().revoke(&WATCH.parse::<Capability>().unwrap());
    insta::assert_snapshot!(told(subscription.next().await), @"denied: `subscription cluster/Subscription.clusterChanged` is not granted");
    assert_eq!(subscription.next().await, Ok(None));
}

#[tokio::test(start_paused = true)]
async fn revoking_ends_a_subscription_that_waits() {
    let world = watched(&[], true);
    let mut subscription = watch(&world).await;
    let revokes = async {
        tokio::task::yield_now().await;
        world.grants.lock().unwrap().revoke(&WATCH.parse::<Capability>().unwrap());
    };
    let (ended, ()) = tokio::join!(subscription.next(), revokes);
    insta::assert_snapshot!(told(ended), @"denied: `subscription cluster/Subscription.clusterChanged` is not granted");
}

#[tokio::test]
async fn a_failure_ends_a_subscription() {
    let world = watched(&["1"], false);
    let lost = PortError { kind: "unavailable", message: "gone".into(), hints: Vec::new(), details: None };
    world.events.lock().unwrap().insert(0, Err(lost.clone()));
    let mut subscription = watch(&world).await;
    assert_eq!(subscription.next().await, Err(lost));
    assert_eq!(subscription.next().await, Ok(None));
}

#[tokio::test]
async fn subscriptions_are_bounded_and_make_room_when_they_go() {
    let world = watched(&[], true);
    let lent = lent(&world);
    let start = async || Subscription::start(lent.clone(), "Watch", "{}").await;
    let mut open = Vec::new();
    for _ in 0..8 {
        open.push(start().await.unwrap_or_else(|failure| panic!("{failure:?}")));
    }
    insta::assert_snapshot!(refused(start().await), @"too-large: the pack follows too many subscriptions at once: end one before the next");
    open.pop();
    assert!(start().await.is_ok());
}

#[test]
fn rules_see_the_grants_of_the_moment() {
    let world = Arc::new(World::quiet());
    let lent = lent(&world);
    let operation = lent.operation("List").expect("is declared");
    let rule = |grants: &_| decide_operation(operation, lent.command(), grants);
    assert!(lent.allow(Asked::Operation(operation), rule).is_ok());
    *world.grants.lock().unwrap() = vantage_policy::decision::Grants::none();
    assert!(lent.allow(Asked::Operation(operation), rule).is_err());
}
