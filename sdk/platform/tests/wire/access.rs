//! Who the APIs let in, to what, and which requests they read at all.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::Client;
use crate::documents::{CREATE, DELETE, LIST, code, list, platform, total};

#[tokio::test]
async fn organizations_do_not_see_each_other() {
    let (client, acme) = platform(5).await;
    let globex = client.sign_in("openid organization:globex").await;
    assert_eq!(total(&client, &acme, Value::Null).await, 5);
    assert_eq!(total(&client, &globex, Value::Null).await, 3);
    // The same name in both, with another id behind it; deleting one leaves the other.
    let mine = list(&client, &acme, json!({"first": 5})).await;
    let theirs = list(&client, &globex, json!({"first": 1})).await["edges"][0]["node"].clone();
    let edges = mine["edges"].as_array().unwrap();
    let same = edges.iter().find(|edge| edge["node"]["name"] == theirs["name"]).unwrap();
    assert_ne!(same["node"]["clientId"], theirs["clientId"]);
    client.graphql(&globex, DELETE, json!({"name": theirs["name"]})).await;
    assert_eq!(total(&client, &acme, Value::Null).await, 5);
    assert_eq!(total(&client, &globex, Value::Null).await, 2);
}

#[tokio::test]
async fn a_token_must_name_one_organization_and_the_role() {
    let start = async |user: &str| {
        let options = Options { auto_approve: true, user: user.to_owned(), ..Options::default() };
        let client = Client::start(options).await;
        let tokens = client.sign_in("openid").await;
        (client, tokens)
    };
    let (client, several) = start("grace").await;
    let answer = client.graphql(&several, LIST, json!({"first": 1})).await;
    assert_eq!(code(&answer), "FORBIDDEN");
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("acme, globex"), "{answer}");
    let (client, none) = start("sam").await;
    assert_eq!(code(&client.graphql(&none, LIST, json!({"first": 1})).await), "FORBIDDEN");
    let (client, reader) = start("lin").await;
    assert_eq!(total(&client, &reader, Value::Null).await, 3);
    let answer = client.graphql(&reader, CREATE, json!({"input": {"name": "x"}})).await;
    assert_eq!(code(&answer), "FORBIDDEN");
}

#[tokio::test]
async fn only_a_good_token_is_let_in() {
    let (client, tokens) = platform(1).await;
    let url = client.api("/cluster/graphql");
    let body = json!({"query": "{ clusters { total } }"});
    let response = client.http.post(&url).json(&body).send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(response.headers()["www-authenticate"], r#"Bearer realm="vantage""#);
    for header in ["Basic eDp5", "Bearer", "Bearer not.a.token", "Bearer eyJhbGciOiJub25lIn0.e30."] {
        let response =
            client.http.post(&url).header("authorization", header).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 401, "{header}");
        let challenge = response.headers()["www-authenticate"].to_str().unwrap();
        assert!(challenge.contains(r#"error="invalid_token""#), "{challenge}");
    }
    let elsewhere = Client::approving().await;
    assert_eq!(client.status(&elsewhere.sign_in("openid").await).await, 401);
    client.pass(299);
    assert_eq!(client.status(&tokens).await, 200);
    client.pass(1);
    assert_eq!(client.status(&tokens).await, 401);
    assert_eq!((client.stats().graphql_unauthorized, client.stats().graphql_requests), (7, 1));
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let (client, tokens) = platform(1).await;
    for body in [json!([]), json!({}), json!({"query": 1}), json!({"query": "{__typename}", "variables": []})]
    {
        let response = client.send(&tokens, body.clone()).await;
        assert_eq!(response.status(), 400, "{body}");
        assert!(response.json::<Value>().await.unwrap()["errors"][0]["message"].is_string());
    }
    let token = tokens["access_token"].as_str().unwrap();
    let plain = client.http.post(client.api("/cluster/graphql")).bearer_auth(token).body("{}");
    assert_eq!(plain.send().await.unwrap().status(), 415);
    let answer = client.graphql(&tokens, "{ nosuch }", Value::Null).await;
    assert!(answer["errors"][0]["message"].as_str().unwrap().contains("nosuch"), "{answer}");
}
