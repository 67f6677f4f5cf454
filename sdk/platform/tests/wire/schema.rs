//! The committed schema, the served one and the one that introspection tells are the same.

use serde_json::Value;
use vantage_platform::sdl;

use crate::documents::platform;

#[tokio::test]
async fn the_committed_schema_is_the_served_one() {
    let (client, tokens) = platform(1).await;
    let served =
        client.http.get(client.api("/cluster/schema.graphql")).send().await.unwrap().text().await.unwrap();
    let committed = include_str!("../../schema/cluster.graphql");
    assert!(
        served == committed,
        "write it anew: cargo run -p vantage-platform -- --schema cluster > sdk/platform/schema/cluster.graphql"
    );
    assert!(sdl("cluster").as_deref() == Some(committed));
    assert_eq!(sdl("nosuch"), None);
    // What introspection tells is the same schema, and all of it is described.
    let query = "{ __schema { types { name kind description fields { name description } } } }";
    let answer = client.graphql(&tokens, query, Value::Null).await;
    for kind in answer["data"]["__schema"]["types"].as_array().unwrap() {
        let name = kind["name"].as_str().unwrap();
        if name.starts_with("__") || ["Int", "String", "Boolean", "Float", "ID"].contains(&name) {
            continue;
        }
        assert!(committed.contains(&format!(" {name}")), "{name} is not in the committed schema");
        assert!(kind["description"].is_string(), "{name} has no description");
        for field in kind["fields"].as_array().into_iter().flatten() {
            assert!(field["description"].is_string(), "{name}.{} has no description", field["name"]);
        }
    }
}
