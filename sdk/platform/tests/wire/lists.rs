//! Lists of clusters: pages to the end, and filters.

use serde_json::{Value, json};

use crate::documents::{LIST, code, list, platform, total};

#[tokio::test]
async fn a_list_is_read_to_its_end() {
    let (client, tokens) = platform(250).await;
    let (mut names, mut after, mut pages) = (Vec::new(), Value::Null, 0);
    loop {
        let page = list(&client, &tokens, json!({"first": 100, "after": after})).await;
        assert_eq!(page["total"], json!(250));
        let edges = page["edges"].as_array().unwrap();
        names.extend(edges.iter().map(|edge| edge["node"]["name"].as_str().unwrap().to_owned()));
        assert_eq!(page["pageInfo"]["endCursor"], edges.last().unwrap()["cursor"]);
        pages += 1;
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
    }
    assert_eq!((pages, names.len()), (3, 250));
    assert!(names.is_sorted());
    names.dedup();
    assert_eq!(names.len(), 250);
}

#[tokio::test]
async fn a_page_that_ends_the_list_says_so() {
    let (client, tokens) = platform(100).await;
    let page = list(&client, &tokens, json!({"first": 100})).await;
    assert_eq!(
        (page["edges"].as_array().unwrap().len(), &page["pageInfo"]["hasNextPage"]),
        (100, &json!(false))
    );
    for variables in [json!({"first": 101}), json!({"first": -1}), json!({"first": 1, "after": "nonsense"})] {
        assert_eq!(code(&client.graphql(&tokens, LIST, variables).await), "BAD_USER_INPUT");
    }
    // Without `first`, a page has the most there can be.
    let answer = client.graphql(&tokens, "{ clusters { edges { node { name } } } }", Value::Null).await;
    assert_eq!(answer["data"]["clusters"]["edges"].as_array().unwrap().len(), 100);
}

#[tokio::test]
async fn filters_narrow_the_list_and_its_total() {
    let (client, tokens) = platform(200).await;
    let first = list(&client, &tokens, json!({"first": 1})).await["edges"][0]["node"].clone();
    let named = list(&client, &tokens, json!({"first": 1, "filters": {"name": {"eq": first["name"]}}})).await;
    assert_eq!((&named["total"], &named["edges"][0]["node"]), (&json!(1), &first));
    let aws = total(&client, &tokens, json!({"provider": {"eq": "aws"}})).await;
    let others = total(&client, &tokens, json!({"provider": {"ne": "aws"}})).await;
    assert!(aws > 0 && others > 0 && aws + others == 200, "{aws} + {others}");
    let listed =
        total(&client, &tokens, json!({"provider": {"in": ["aws", "gcp"]}, "status": {"eq": "ready"}})).await;
    assert!(listed > 0 && listed < 200);
    assert_eq!(total(&client, &tokens, json!({"name": {"contains": "-001"}})).await, 0);
    let answer = client.graphql(&tokens, LIST, json!({"first": 1, "filters": {"nam": {"eq": "x"}}})).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
}
