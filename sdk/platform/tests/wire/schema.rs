//! The committed schema, the served one and the one that introspection tells are the same.

use serde_json::{Value, json};
use vantage_platform::sdl;

use crate::documents::platform;

/// Every API, and its schema as it is committed.
pub(crate) const COMMITTED: [(&str, &str); 2] = [
    ("cluster", include_str!("../../schema/cluster.graphql")),
    ("jobs", include_str!("../../schema/jobs.graphql")),
];

const INTROSPECTION: &str = "{ __schema { types { name kind description
  fields { name description args { name description } }
  inputFields { name description }
  enumValues { name description }
} } }";

#[tokio::test]
async fn the_committed_schemas_are_the_served_ones() {
    let (client, tokens) = platform(1).await;
    for (api, committed) in COMMITTED {
        let url = client.api(&format!("/{api}/schema.graphql"));
        let served = client.http.get(url).send().await.unwrap().text().await.unwrap();
        assert!(
            served == committed,
            "write it anew: cargo run -p vantage-platform -- --schema {api} > sdk/platform/schema/{api}.graphql"
        );
        assert!(sdl(api).as_deref() == Some(committed));
        let answer = client.send_to(api, &tokens, json!({"query": INTROSPECTION})).await;
        all_is_described(committed, &answer.json::<Value>().await.unwrap());
    }
    assert_eq!(sdl("nosuch"), None);
}

/// What introspection tells is the committed schema, and all of it is described.
fn all_is_described(committed: &str, answer: &Value) {
    for kind in answer["data"]["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") || ["Int", "String", "Boolean", "Float", "ID"].contains(&name) {
            continue;
        }
        assert!(committed.contains(&format!(" {name}")), "{name} is not in the committed schema");
        assert!(kind["description"].is_string(), "{name} has no description");
        let members = ["fields", "inputFields", "enumValues"].map(|list| kind[list].as_array());
        for member in members.into_iter().flatten().flatten() {
            let name = format!("{name}.{}", member["name"]);
            assert!(member["description"].is_string(), "{name} has no description");
            for argument in member["args"].as_array().into_iter().flatten() {
                assert!(
                    argument["description"].is_string(),
                    "{name}({}) has no description",
                    argument["name"]
                );
            }
        }
    }
}
