//! Templates, scripts and submissions that are created, changed and deleted, and what refuses it.

use serde_json::{Value, json};
use vantage_platform::Options;

use crate::client::Client;
use crate::documents::code;
use crate::job_documents::{
    answer, create_script, create_template, jobs, submission, submit, submit_input, world,
};

const UPDATE_TEMPLATE: &str = "mutation U($input: UpdateJobTemplateInput!) {
  updateJobTemplate(updateJobTemplateInput: $input) { __typename
    ... on JobTemplate { name identifier isArchived description templateVars createdAt updatedAt files { content } }
    ... on JobTemplateIdentifierInUse { message } ... on InvalidInput { message } } }";

const UPDATE_SCRIPT: &str = "mutation U($input: UpdateJobScriptInput!) {
  updateJobScript(updateJobScriptInput: $input) { __typename
    ... on JobScript { name isArchived files { content } } ... on InvalidInput { message } } }";

fn kind(answer: &Value) -> &str {
    answer["__typename"].as_str().unwrap()
}

#[tokio::test]
async fn a_template_is_created_changed_and_deleted() {
    let (client, tokens) = world(0).await;
    let input = json!({"name": "MPI", "identifier": "mine", "content": "#!/bin/sh\nsrun -N {{ n }} x\n",
        "templateVars": {"n": 4}});
    let made = create_template(&client, &tokens, input.clone()).await;
    assert_eq!((kind(&made), &made["templateVars"]), ("JobTemplate", &json!({"n": 4})));
    assert_eq!(made["files"][0]["filename"], json!("job.sh.j2"));
    let again = create_template(&client, &tokens, input).await;
    assert_eq!(kind(&again), "JobTemplateIdentifierInUse");
    assert!(again["message"].as_str().unwrap().contains("mine"));

    client.pass(5);
    let update = async |input: Value| jobs(&client, &tokens, UPDATE_TEMPLATE, json!({"input": input})).await;
    let changed = update(json!({"id": made["id"], "isArchived": true, "content": "#!/bin/sh\n"})).await;
    assert_eq!((&changed["name"], &changed["isArchived"]), (&json!("MPI"), &json!(true)));
    assert_eq!(changed["files"], json!([{"content": "#!/bin/sh\n"}]));
    assert_eq!(changed["updatedAt"], json!("2026-03-01T12:00:05Z"));
    assert_eq!(
        kind(&update(json!({"id": made["id"], "identifier": "mpi"})).await),
        "JobTemplateIdentifierInUse"
    );
    assert_eq!(kind(&update(json!({"id": made["id"], "templateVars": [1]})).await), "InvalidInput");
    assert_eq!(kind(&update(json!({"id": 9_999, "name": "x"})).await), "JobTemplateNotFound");

    let script = create_script(&client, &tokens, json!({"name": "of it", "templateId": made["id"]})).await;
    let delete = "mutation D($id: Int!) { deleteJobTemplate(id: $id) { __typename } }";
    for expected in ["JobTemplateDeleted", "JobTemplateNotFound"] {
        assert_eq!(kind(&jobs(&client, &tokens, delete, json!({"id": made["id"]})).await), expected);
    }
    // Its scripts are there still, of no template.
    let query = "query Q($id: Int!) { jobScript(id: $id) { name parentTemplateId } }";
    let orphan = jobs(&client, &tokens, query, json!({"id": script["id"]})).await;
    assert_eq!(orphan, json!({"name": "of it", "parentTemplateId": null}));
}

#[tokio::test]
async fn a_script_is_made_of_text_or_of_a_template() {
    let (client, tokens) = world(0).await;
    let input = json!({"name": "MPI", "content": "#!/bin/sh\nsrun -N {{ n }} x\n", "templateVars": {"n": 4}});
    let template = create_template(&client, &tokens, input).await["id"].clone();
    let make = async |input: Value| create_script(&client, &tokens, input).await;
    let of_template = make(json!({"name": "a", "templateId": template})).await;
    let files =
        json!([{"filename": "job.sh", "fileType": "ENTRYPOINT", "content": "#!/bin/sh\nsrun -N 4 x\n"}]);
    assert_eq!((&of_template["files"], &of_template["parentTemplateId"]), (&files, &template));
    let of_text = make(json!({"name": "b", "content": "#!/bin/sh\n", "filename": "run.sh"})).await;
    assert_eq!(
        (&of_text["files"][0]["filename"], &of_text["parentTemplateId"]),
        (&json!("run.sh"), &Value::Null)
    );
    assert_eq!(kind(&make(json!({"name": "c", "templateId": 9_999})).await), "JobTemplateNotFound");
    for wrong in [
        json!({"name": "c"}),
        json!({"name": "c", "content": "x", "templateId": template}),
        json!({"name": " ", "content": "x"}),
        json!({"name": "c", "content": ""}),
        json!({"name": "c", "content": "x", "filename": "../x"}),
    ] {
        let refused = make(wrong.clone()).await;
        assert_eq!(kind(&refused), "InvalidInput", "{wrong}");
        assert!(refused["message"].as_str().unwrap().contains(": "), "{refused}");
    }
    let change = json!({"input": {"id": of_text["id"], "name": "d", "content": "#!/bin/bash\n"}});
    let changed = jobs(&client, &tokens, UPDATE_SCRIPT, change).await;
    assert_eq!((&changed["name"], &changed["files"][0]["content"]), (&json!("d"), &json!("#!/bin/bash\n")));
    let missing = json!({"input": {"id": 9_999, "name": "d"}});
    assert_eq!(kind(&jobs(&client, &tokens, UPDATE_SCRIPT, missing).await), "JobScriptNotFound");
}

#[tokio::test]
async fn what_runs_is_not_deleted() {
    let (client, tokens) = world(0).await;
    let made = submit(&client, &tokens, "#!/bin/sh\n").await;
    let delete_script = "mutation D($id: Int!) { deleteJobScript(id: $id) { __typename } }";
    let delete_script =
        async || jobs(&client, &tokens, delete_script, json!({"id": made["jobScriptId"]})).await;
    let delete = "mutation D($id: Int!) { deleteJobSubmission(id: $id) { __typename } }";
    let delete = async |id: &Value| jobs(&client, &tokens, delete, json!({"id": id})).await;
    let another = submit(&client, &tokens, "#!/bin/sh\n").await["id"].clone();
    // One that Slurm does not know of yet can go.
    assert_eq!(kind(&delete(&another).await), "JobSubmissionDeleted");
    assert_eq!(kind(&delete_script().await), "JobScriptInUse");
    client.pass(3);
    assert_eq!(kind(&delete(&made["id"]).await), "JobSubmissionActive");
    assert_eq!(kind(&delete_script().await), "JobScriptInUse");
    client.pass(9);
    assert_eq!(kind(&delete_script().await), "JobScriptDeleted");
    assert_eq!(kind(&delete_script().await), "JobScriptNotFound");
    assert_eq!(submission(&client, &tokens, &made["id"]).await["jobScriptId"], Value::Null);
    assert_eq!(kind(&delete(&made["id"]).await), "JobSubmissionDeleted");
    assert_eq!(kind(&delete(&made["id"]).await), "JobSubmissionNotFound");
    assert_eq!(submission(&client, &tokens, &made["id"]).await, Value::Null);
}

#[tokio::test]
async fn a_submission_needs_a_script_a_cluster_and_sound_arguments() {
    let (client, tokens) = world(0).await;
    let made = submit(&client, &tokens, "#!/bin/sh\n").await;
    let input = |member: &str, value: Value| {
        let mut input =
            json!({"name": "j", "jobScriptId": made["jobScriptId"], "clusterName": made["clusterName"]});
        input[member] = value;
        input
    };
    let kinds = async |input: Value| kind(&submit_input(&client, &tokens, input).await).to_owned();
    assert_eq!(kinds(input("jobScriptId", json!(9_999))).await, "JobScriptNotFound");
    assert_eq!(kinds(input("clusterName", json!("nosuch"))).await, "ClusterNotFound");
    assert_eq!(kinds(input("name", json!(""))).await, "InvalidInput");
    assert_eq!(kinds(input("executionDirectory", json!("here"))).await, "InvalidInput");
    assert_eq!(kinds(input("sbatchArguments", json!(["--x\n"]))).await, "InvalidInput");
    let full =
        submit_input(&client, &tokens, input("sbatchArguments", json!(["--exclusive", "--mem=4G"]))).await;
    assert_eq!(full["sbatchArguments"], json!(["--exclusive", "--mem=4G"]));
}

#[tokio::test]
async fn organizations_and_roles_keep_apart() {
    let (client, acme) = world(3).await;
    let globex = client.sign_in("openid organization:globex").await;
    let mine = submit(&client, &acme, "#!/bin/sh\n").await;
    assert_eq!(submission(&client, &globex, &mine["id"]).await, Value::Null);
    for (mutation, expected) in
        [("cancelJobSubmission", "JobSubmissionNotFound"), ("deleteJobSubmission", "JobSubmissionNotFound")]
    {
        let query = format!("mutation M($id: Int!) {{ {mutation}(id: $id) {{ __typename }} }}");
        assert_eq!(kind(&jobs(&client, &globex, &query, json!({"id": mine["id"]})).await), expected);
    }
    let input = json!({"name": "j", "jobScriptId": mine["jobScriptId"], "clusterName": mine["clusterName"]});
    assert_eq!(kind(&submit_input(&client, &globex, input).await), "JobScriptNotFound");

    let reader = Options { auto_approve: true, user: "lin".to_owned(), ..Options::default() };
    let client = Client::start(reader).await;
    let tokens = client.sign_in("openid").await;
    let total = jobs(&client, &tokens, "{ jobSubmissions(first: 0) { total } }", Value::Null).await;
    assert_eq!(total, json!({"total": 4}));
    for mutation in ["cancelJobSubmission", "deleteJobSubmission", "deleteJobScript", "deleteJobTemplate"] {
        let query = format!("mutation {{ {mutation}(id: 1) {{ __typename }} }}");
        let answer = answer(&client, &tokens, &query, Value::Null).await;
        assert_eq!(code(&answer), "FORBIDDEN", "{mutation}");
        assert!(answer["errors"][0]["message"].as_str().unwrap().contains("jobbergate:job-"), "{answer}");
    }
}
