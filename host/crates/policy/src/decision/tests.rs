//! Who may do what: each rule on its own, and grants as they are kept.

use insta::assert_snapshot;
use serde_json::json;

use super::*;
use crate::description::Description;

const QUERY: &str = "query List($after: String) { clusters(first: 100, after: $after) { name } }";
const MUTATION: &str = "mutation Delete { deleteCluster(name: \"x\") { ok } clusters: purge { ok } }";

fn description(query: &str) -> Description {
    let command = |name: &str, effect: &str, operations: &[&str]| json!({"path": [name], "summary": "Do", "effect": effect, "answer": {"shape": "nothing"}, "operations": operations});
    let text = json!({
        "schema": 1, "id": "acme/x", "version": "1.0.0", "summary": "Do",
        "commands": [
            command("list", "read", &["List"]),
            command("delete", "destroy", &["List", "Delete"]),
            command("idle", "change", &[]),
        ],
        "operations": [
            {"name": "List", "api": "cluster", "document": query, "purpose": "To list"},
            {"name": "Delete", "api": "cluster", "document": MUTATION, "purpose": "To delete"},
        ],
        "requests": [{"capability": "persona email", "purpose": "To sign"}, {"capability": "storage 1MiB", "purpose": "To keep"}],
    });
    Description::parse(&text.to_string()).unwrap()
}

fn decide(grants: &Grants, command: &str, operation: &str, of: &Description) -> Result<(), Denial> {
    let operation = of.operation(operation).unwrap().unwrap();
    decide_operation(&operation, of.command(&[command]).unwrap(), grants)
}

#[test]
fn nothing_is_allowed_without_grants_and_all_with_all() {
    let description = description(QUERY);
    let denial = decide(&Grants::none(), "list", "List", &description).unwrap_err();
    assert_eq!(denial.rule, Rule::NotGranted);
    assert_eq!(denial.capability.as_ref().unwrap().to_string(), "query cluster/Query.clusters");
    assert_snapshot!(denial.message(), @"`query cluster/Query.clusters` is not granted");
    let all = Grants::all_of(&description).unwrap();
    assert_eq!(decide(&all, "list", "List", &description), Ok(()));
    assert_eq!(decide(&all, "delete", "Delete", &description), Ok(()));
}

#[test]
fn a_command_runs_only_what_it_lists() {
    let description = description(QUERY);
    let all = Grants::all_of(&description).unwrap();
    let denial = decide(&all, "idle", "List", &description).unwrap_err();
    assert_eq!((denial.rule, &denial.capability), (Rule::NotListed, &None));
    assert_snapshot!(denial, @"the command `idle` does not list the operation `List`");
}

#[test]
fn a_command_that_reads_never_mutates() {
    let description = description(QUERY);
    let all = Grants::all_of(&description).unwrap();
    let mut command = description.command(&["list"]).unwrap().clone();
    command.operations.push("Delete".to_owned());
    let operation = description.operation("Delete").unwrap().unwrap();
    let denial = decide_operation(&operation, &command, &all).unwrap_err();
    assert_eq!((denial.rule, &denial.capability), (Rule::ReadOnly, &None));
    assert_snapshot!(denial, @"the operation `Delete` is a mutation, and the command is declared to read only");
}

#[test]
fn every_root_field_must_be_granted() {
    let description = description(QUERY);
    let wishes = Grants::all_of(&description).unwrap();
    let mut grants = Grants::none();
    assert!(grants.grant_from(&wishes, &"mutation cluster/Mutation.deleteCluster".parse().unwrap()));
    assert!(!grants.grant_from(&wishes, &"mutation cluster/Mutation.createCluster".parse().unwrap()));
    let denial = decide(&grants, "delete", "Delete", &description).unwrap_err();
    assert_eq!(denial.capability.unwrap().to_string(), "mutation cluster/Mutation.purge");
    // The alias `clusters` of `purge` is nobody's authority.
    assert_eq!(decide(&grants, "list", "List", &description).unwrap_err().rule, Rule::NotGranted);
}

#[test]
fn a_grant_reaches_as_far_as_when_it_was_given() {
    let granted = Grants::all_of(&description(QUERY)).unwrap();
    let growth = |query: &str| {
        let later = description(query);
        let denied = decide(&granted, "list", "List", &later).err();
        let growth = granted.growth(&Grants::all_of(&later).unwrap());
        assert_eq!(denied.is_some(), !growth.is_empty(), "{query}");
        assert!(denied.is_none_or(|denial| denial.rule == Rule::BeyondReach && denial.capability.is_some()));
        growth.into_iter().flat_map(|growth| growth.paths).collect::<Vec<_>>()
    };
    assert!(growth("query List { clusters(first: 100) { label: name } }").is_empty());
    assert_eq!(
        growth("query List { clusters(first: 100) { name creationParameters } }"),
        ["clusters.creationParameters"]
    );
    assert_eq!(growth("query List($n: Int) { clusters(first: $n) { name } }"), ["clusters(first: $)"]);
    let denial =
        decide(&granted, "list", "List", &description("query List { clusters(first: 100) { secret } }"));
    assert_snapshot!(denial.unwrap_err(), @"`query cluster/Query.clusters` is granted, but not for `clusters.secret`");
}

#[test]
fn growth_names_what_is_new_and_nothing_less() {
    let mut granted = Grants::all_of(&description(QUERY)).unwrap();
    let wishes = granted.clone();
    assert!(granted.growth(&wishes).is_empty());
    let email: Capability = "persona email".parse().unwrap();
    assert!(granted.revoke(&email) && !granted.revoke(&email));
    granted.grant(Capability::Storage(2 << 20), &crate::gate::Reach::default());
    granted.revoke(&Capability::Storage(1 << 20));
    let growth = granted.growth(&wishes);
    assert_eq!(growth, [Growth { capability: email, new: true, paths: Vec::new() }]);
}

#[test]
fn aspects_and_storage() {
    let grants = Grants::all_of(&description(QUERY)).unwrap();
    assert_eq!(decide_aspect(Aspect::Email, &grants), Ok(()));
    assert_snapshot!(decide_aspect(Aspect::Roles, &grants).unwrap_err(), @"`persona roles` is not granted");
    assert_eq!(decide_storage(Some(1 << 20), &grants), Ok(1 << 20));
    let denial = decide_storage(Some(1 << 20), &Grants::none()).unwrap_err();
    assert_eq!(denial.capability, Some(Capability::Storage(1 << 20)));
    assert_eq!(decide_storage(None, &Grants::none()).unwrap_err().capability, None);
}

#[test]
fn documents_made_at_run_time_need_their_own_capability() {
    let declared = Grants::all_of(&description(QUERY)).unwrap();
    let query = Operation::read_dynamic("cluster", QUERY).unwrap();
    let denial = decide_dynamic(&query, Effect::Read, &declared).unwrap_err();
    assert_eq!(denial.capability.unwrap().to_string(), "dynamic cluster/Query.clusters");
    let mut grants = Grants::none();
    for capability in [
        "dynamic cluster/Query.clusters",
        "dynamic cluster/Mutation.deleteCluster",
        "dynamic cluster/Mutation.purge",
    ] {
        grants.grant(capability.parse().unwrap(), &crate::gate::Reach::default());
    }
    assert_eq!(decide_dynamic(&query, Effect::Read, &grants), Ok(()));
    let mutation = Operation::read_dynamic("cluster", MUTATION).unwrap();
    assert_eq!(decide_dynamic(&mutation, Effect::Read, &grants).unwrap_err().rule, Rule::ReadOnly);
    assert_eq!(decide_dynamic(&mutation, Effect::Change, &grants), Ok(()));
    let anonymous = Operation::read_dynamic("cluster", "{ clusters { name } }").unwrap();
    assert_eq!(decide_dynamic(&anonymous, Effect::Read, &grants).unwrap_err().rule, Rule::Anonymous);
    let elsewhere = Operation::read_dynamic("jobs", QUERY).unwrap();
    assert_eq!(decide_dynamic(&elsewhere, Effect::Read, &grants).unwrap_err().rule, Rule::NotGranted);
}

#[test]
fn grants_are_kept_as_lines() {
    let grants = Grants::all_of(&description(QUERY)).unwrap();
    let kept = serde_json::to_string_pretty(&grants).unwrap();
    assert_snapshot!(kept, @r#"
    {
      "query cluster/Query.clusters": [
        "clusters(after: $, first: 100)",
        "clusters.name"
      ],
      "mutation cluster/Mutation.deleteCluster": [
        "deleteCluster(name: \"x\")",
        "deleteCluster.ok"
      ],
      "mutation cluster/Mutation.purge": [
        "purge",
        "purge.ok"
      ],
      "persona email": [],
      "storage 1MiB": []
    }
    "#);
    assert_eq!(serde_json::from_str::<Grants>(&kept).unwrap(), grants);
    assert!(serde_json::from_str::<Grants>("{\"query *\": []}").is_err());
}
