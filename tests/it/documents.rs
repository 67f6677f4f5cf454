//! Hostile documents at the server: what arrives is the gate's own print of what was granted, and
//! nothing else, whatever a pack sends; and handles that are not a pack's own reach nothing.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};
use vantage_policy::gate::{Operation, OperationKind};
use vantage_test_support::World;

use crate::guests::guest;
use crate::network::site::read_request;
use crate::signed_in;

/// A signed-in world with the guest `name`, granted what `grants` say and no more.
fn with_guest(name: &str, grants: &[&str]) -> World {
    let world = signed_in();
    let file = guest(name).display().to_string();
    let mut line = vec!["plugin", "add", &file];
    grants.iter().for_each(|grant| line.extend(["--grant", grant]));
    world.run(&line).expect(0);
    world
}

/// The requests that reached the API, oldest first.
fn requests(world: &World) -> Vec<Value> {
    world.admin("requests").as_array().unwrap().clone()
}

fn documents_of(requests: &[Value]) -> Vec<&str> {
    requests.iter().map(|request| request["query"].as_str().unwrap()).collect()
}

/// Every document of the gate's corpus, and some that tell the API by other means.
fn hostile() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crates/policy/corpus");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "graphql"));
    files.sort();
    let read = |path| fs::read_to_string(path).unwrap().split_once('\n').unwrap().1.to_owned();
    let mut all: Vec<String> = files.iter().map(read).collect();
    assert!(all.len() > 100, "{}", all.len());
    let secret = "creationParameters";
    all.extend([
        format!("query A {{ clusters(first: 1) {{ edges {{ node {{ {secret} }} }} }} other: clusters {{ total }} }}"),
        "mutation Clusters { clusters: deleteCluster(clusterName: \"x\") { __typename } }".to_owned(),
        "subscription Clusters { clusters: clusterStatusChanged { name } }".to_owned(),
        format!("query Deep {}{}", "{ clusters ".repeat(20_000), "}".repeat(20_000)),
        format!("query Many {{ {} }}", "clusters { total } ".repeat(21)),
        "query Introspect { clusters { __schema { types { name } } } __type(name: \"Query\") { name } }".to_owned(),
        "query Clusters { clusters { total } } { \"query\": \"{ secrets }\" }".to_owned(),
        "fragment F on Query{secrets:clusters{total}},query Odd{,...F,}#}{ secrets }".to_owned(),
        "query\tWide{...on Query{...{clusters(first:1){edges{node{name}}}}}}fragment G on Query{secrets}".to_owned(),
        "query Last { clusters { total } }".to_owned(),
    ]);
    let mut pairs: Vec<_> = all.into_iter().map(|document| ("cluster".to_owned(), document)).collect();
    for api in [
        "",
        "jobs",
        "Cluster",
        "cluster/../jobs",
        "cluster?query={secrets}",
        "cluster#",
        "../cluster",
        "http://x",
    ] {
        pairs.push((api.to_owned(), "query Other { clusters { total } }".to_owned()));
    }
    pairs
}

/// The document as the gate prints it, where the grants below cover it.
fn printed((api, document): &(String, String)) -> Option<String> {
    let operation = Operation::read_dynamic(api, document).ok()?;
    let granted =
        operation.kind == OperationKind::Query && operation.roots.iter().all(|root| root == "clusters");
    (granted && api == "cluster" && !operation.name.is_empty()).then_some(operation.document)
}

#[test]
fn a_grant_of_clusters_gets_nothing_else_by_any_document() {
    let world = with_guest("hostile_documents", &["dynamic cluster/Query.clusters"]);
    let hostile = hostile();
    let file = world.home().join("documents.json");
    fs::write(&file, serde_json::to_string(&hostile).unwrap()).unwrap();
    let before = requests(&world).len();
    let line = ["hostile-documents", &file.display().to_string(), "-o", "json", "--yes"];
    let became = world.run(&line).expect(0).json();
    let became = became.as_array().unwrap();
    assert_eq!(became.len(), hostile.len());

    let all = requests(&world);
    let expected: Vec<String> = hostile.iter().filter_map(printed).collect();
    assert_eq!(documents_of(&all[before..]), expected);
    assert!(expected.len() > 12, "too few of them were granted to show anything: {}", expected.len());
    for (pair, became) in hostile.iter().zip(became) {
        let became = became["became"].as_str().unwrap();
        let sent = printed(pair).is_some();
        let known: &[&str] = if sent { &["data", "rejected"] } else { &["denied", "invalid"] };
        assert!(known.contains(&became), "{pair:?} became {became}");
    }
    let answered = became.iter().filter(|became| became["became"] == "data").count();
    assert!(answered > 3, "{answered} of them were answered");
    for request in &all[before..] {
        let operation = Operation::read_dynamic("cluster", request["query"].as_str().unwrap()).unwrap();
        assert_eq!(request["operationName"], operation.name, "{request}");
        assert_eq!((&request["api"], &request["variables"]), (&json!("cluster"), &json!({})), "{request}");
    }
}

#[test]
fn nothing_at_all_is_sent_without_the_grant() {
    let world = with_guest("hostile_documents", &["dynamic cluster/Query.clusters"]);
    world.run(&["plugin", "revoke", "test/hostile-documents", "dynamic cluster/Query.clusters"]).expect(0);
    let file = world.home().join("documents.json");
    fs::write(&file, serde_json::to_string(&hostile()).unwrap()).unwrap();
    let before = requests(&world).len();
    let line = ["hostile-documents", &file.display().to_string(), "-o", "jsonl", "--yes"];
    let ran = world.run(&line).expect(0);
    assert!(ran.stdout.contains("denied"), "{ran}");
    // Free is only what says nothing of the user's.
    let all = requests(&world);
    assert_eq!(documents_of(&all[before..]), ["query Q { __typename kind: __typename }"]);
}

#[test]
fn a_declared_document_arrives_as_the_hosts_print_of_it() {
    let world = with_guest("odd_document", &["query cluster/Query.clusters"]);
    let before = requests(&world).len();
    let ran = world.run(&["odd-document", "-o", "json"]).expect(0).json();
    assert!(ran["all"]["total"].is_number(), "{ran}");
    let all = requests(&world);
    assert_eq!(
        documents_of(&all[before..]),
        ["query Odd($first: Int!, $text: String = \"two\\n  lines\") { \
          all: clusters(first: $first, filters: {name: {ne: $text}}) @include(if: true) { total ...Used } \
          ... on Query { ... { __typename } } } \
          fragment Deeper on Cluster { title: name } \
          fragment Used on ClusterConnection { edges { node { ...Deeper } } }"]
    );
    assert_eq!(all[before]["variables"], json!({ "first": 1 }));
    assert_eq!(all[before]["operationName"], "Odd");
}

/// An API that keeps every byte that it is sent; it gives its address.
fn listening() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&asked);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(request) = read_request(&mut stream) else { continue };
            kept.lock().unwrap().push(request);
            let body = r#"{"data":{"all":{"total":1}},"extensions":{"next":"secrets"}}"#;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n";
            write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len()).unwrap();
        }
    });
    (address, asked)
}

#[test]
fn the_whole_request_is_of_the_hosts_making() {
    let (address, asked) = listening();
    let world = crate::world();
    let issuer = world.ready().issuer.clone();
    world.run(&["profile", "create", "raw", "--issuer", &issuer, "--api", &address, "--use"]).expect(0);
    let file = guest("odd_document").display().to_string();
    world.run(&["plugin", "add", &file, "--grant-all"]).expect(0);
    let mut command = world.command(&["odd-document", "-o", "json"]);
    let ran = world.finish(command.env("VANTAGE_TOKEN", "the-token")).expect(0);
    assert_eq!(ran.json(), json!({ "all": { "total": 1 } }));

    let asked = asked.lock().unwrap();
    let [request] = asked.as_slice() else { panic!("{asked:?}") };
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    let mut lines = head.lines();
    assert_eq!(lines.next(), Some("POST /cluster/graphql HTTP/1.1"));
    let mut names: Vec<_> = lines.map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
    names.retain(|name| name != "x-request-id");
    names.sort();
    let own = [
        "accept",
        "accept-encoding",
        "authorization",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ];
    assert_eq!(names, own, "{head}");
    let body: Value = serde_json::from_str(body).unwrap();
    let members: Vec<_> = body.as_object().unwrap().keys().collect();
    assert_eq!(members, ["query", "operationName", "variables"], "{body}");
}
