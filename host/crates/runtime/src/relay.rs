//! A page of a Relay connection in an answer: what its nodes are, and where the next page begins.
//!
//! Pure reading, for packs' `pages` and for whoever else follows a connection; nothing is asked here.
//! A page is whole or an error, never fewer nodes than there are.

use serde_json::Value;

use crate::host::{error, json};
use crate::ports::PortError;

/// Nodes of a page where nobody says; as many as the platform gives at once.
pub const FIRST: &str = "100";
/// Pages of one connection: ten million nodes are no answer but a mistake.
pub const PAGES: usize = 100_000;

/// What one answer holds of a connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Page {
    /// The JSON text of each node; those that are null are left out.
    pub nodes: Vec<String>,
    /// The JSON text of the next page's cursor; none after the last page.
    pub cursor: Option<String>,
}

impl Page {
    /// Reads the page that `data` has at the JSON Pointer `connection`.
    ///
    /// # Errors
    /// `rejected` where `errors` is no empty array, since some of the connection may be missing then;
    /// `invalid` where there is no connection, or not enough of it was selected.
    pub fn read(data: &str, errors: &str, connection: &str) -> Result<Self, PortError> {
        if json::elements(errors).is_some_and(|errors| !errors.is_empty()) {
            return Err(rejected(errors));
        }
        let connection = json::at(data, connection)
            .map_err(|problem| error("invalid", format!("no connection in the answer: {problem}")))?;
        let info = json::member(connection, "pageInfo").ok_or_else(|| incomplete("pageInfo"))?;
        let cursor =
            match json::member(info, "hasNextPage").ok_or_else(|| incomplete("pageInfo.hasNextPage"))? {
                "false" => None,
                _ => match json::member(info, "endCursor") {
                    None | Some("null") => return Err(incomplete("pageInfo.endCursor")),
                    Some(cursor) => Some(cursor.to_owned()),
                },
            };
        Ok(Self { nodes: nodes(connection)?, cursor })
    }
}

/// The nodes of a connection: `nodes` where it was selected, else the node of each edge. GraphQL
/// lets both be null one by one where the user may not see them; those are left out.
fn nodes(connection: &str) -> Result<Vec<String>, PortError> {
    let present = |node: &&str| *node != "null";
    if let Some(nodes) = json::member(connection, "nodes").and_then(json::elements) {
        return Ok(nodes.into_iter().filter(present).map(str::to_owned).collect());
    }
    let edges = json::member(connection, "edges").and_then(json::elements).ok_or_else(|| {
        error("invalid", "the connection has neither `nodes` nor `edges`: select one of them")
    })?;
    edges
        .into_iter()
        .filter(present)
        .map(|edge| json::member(edge, "node").ok_or_else(|| incomplete("edges.node")))
        .filter(|node| !matches!(node, Ok("null")))
        .map(|node| node.map(str::to_owned))
        .collect()
}

fn incomplete(field: &str) -> PortError {
    error(
        "invalid",
        format!(
            "the connection has no `{field}`: select `pageInfo {{ hasNextPage endCursor }}` and the nodes"
        ),
    )
}

/// The answer came with errors: some of the connection may be missing from it.
fn rejected(errors: &str) -> PortError {
    let errors: serde_json::Value = serde_json::from_str(errors).unwrap_or_default();
    let message = errors.pointer("/0/message").and_then(serde_json::Value::as_str);
    let message = message.unwrap_or("the platform answered with errors").to_owned();
    PortError { details: Some(serde_json::json!({ "errors": errors })), ..error("rejected", message) }
}

/// The variables with `name` set to the JSON text `value`.
///
/// # Errors
/// `invalid` where the variables are no JSON object.
pub fn set(variables: &str, name: &str, value: &str) -> Result<String, PortError> {
    json::with_member(variables, name, value)
        .ok_or_else(|| error("invalid", "the variables are no JSON object"))
}

/// The JSON Pointers of everything in `data` that is a connection: an object with `pageInfo` and with
/// `edges` or `nodes`.
pub fn connections(data: &str) -> Vec<String> {
    let mut found = Vec::new();
    if let Ok(data) = serde_json::from_str::<Value>(data) {
        collect(&data, &mut String::new(), &mut found);
    }
    // Servers that work at several fields at once give them in any order.
    found.sort_unstable();
    found
}

fn collect(value: &Value, path: &mut String, found: &mut Vec<String>) {
    let has_pages = value.get("pageInfo").is_some_and(Value::is_object);
    if has_pages && (value.get("edges").is_some() || value.get("nodes").is_some()) {
        found.push(path.clone());
        return;
    }
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return,
    };
    for (name, value) in members {
        let length = path.len();
        path.push('/');
        path.push_str(&name.replace('~', "~0").replace('/', "~1"));
        collect(value, path, found);
        path.truncate(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(data: &str, errors: &str) -> String {
        match Page::read(data, errors, "/clusters") {
            Ok(page) => format!("{:?} then {:?}", page.nodes, page.cursor),
            Err(error) => format!("{}: {}", error.kind, error.message),
        }
    }

    #[test]
    fn edges_and_nodes_are_read() {
        let edges = r#"{"clusters": {"edges": [{"node": {"a": 1}}, null, {"node": null}],
            "pageInfo": {"hasNextPage": true, "endCursor": "c1"}}}"#;
        insta::assert_snapshot!(read(edges, "[]"), @r#"["{\"a\": 1}"] then Some("\"c1\"")"#);
        let nodes = r#"{"clusters": {"nodes": [1, null, 2], "pageInfo": {"hasNextPage": false}}}"#;
        insta::assert_snapshot!(read(nodes, "[]"), @r#"["1", "2"] then None"#);
    }

    #[test]
    fn what_is_missing_is_named() {
        insta::assert_snapshot!(read("null", "[]"), @"invalid: no connection in the answer: there is nothing at `/clusters`");
        insta::assert_snapshot!(read(r#"{"clusters": {"nodes": []}}"#, "[]"), @"invalid: the connection has no `pageInfo`: select `pageInfo { hasNextPage endCursor }` and the nodes");
        insta::assert_snapshot!(read(r#"{"clusters": {"nodes": [], "pageInfo": {"hasNextPage": true}}}"#, "[]"), @"invalid: the connection has no `pageInfo.endCursor`: select `pageInfo { hasNextPage endCursor }` and the nodes");
        insta::assert_snapshot!(read(r#"{"clusters": {"pageInfo": {"hasNextPage": false}}}"#, "[]"), @"invalid: the connection has neither `nodes` nor `edges`: select one of them");
    }

    #[test]
    fn a_page_with_errors_is_no_page() {
        let data = r#"{"clusters": {"nodes": [1], "pageInfo": {"hasNextPage": false}}}"#;
        insta::assert_snapshot!(read(data, r#"[{"message": "no access to `x`"}]"#), @"rejected: no access to `x`");
    }

    #[test]
    fn connections_are_found_wherever_they_are() {
        let connection = r#"{"nodes": [], "pageInfo": {"hasNextPage": false}}"#;
        let found = |data: &str| connections(&data.replace('#', connection)).join(" ");
        insta::assert_snapshot!(found(r#"{"clusters": #}"#), @"/clusters");
        insta::assert_snapshot!(found(r#"{"a": {"b/c": #}, "d": [{"e": #}], "f": {"pageInfo": 1}}"#), @"/a/b~1c /d/0/e");
        insta::assert_snapshot!(found("null"), @"");
    }
}
