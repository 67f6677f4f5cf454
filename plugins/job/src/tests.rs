//! Every command of the pack on a rehearsed platform: what it sends, what it answers, how it fails.

use serde_json::{Value, json};
use vantage_plugin::testing::{Rehearsal, Run};
use vantage_plugin::{Error, ErrorKind};

use super::*;

fn submission(id: i64, status: &str) -> Value {
    json!({
        "id": id, "name": "train", "status": status, "slurmJobState": null, "slurmJobId": null,
        "clusterName": "gpu-1", "jobScriptId": 3, "ownerEmail": "ada@acme.example", "description": "",
        "executionDirectory": null, "sbatchArguments": ["--time=10"], "reportMessage": null,
        "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-01-02T03:04:05Z",
    })
}

fn script(id: i64) -> Value {
    json!({
        "id": id, "name": "train", "description": "", "ownerEmail": "ada@acme.example", "isArchived": false,
        "parentTemplateId": 2, "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-01-02T03:04:05Z",
    })
}

fn template(id: i64) -> Value {
    json!({
        "id": id, "name": "train", "identifier": "train", "description": "", "ownerEmail": "ada@acme.example",
        "isArchived": false, "templateVars": { "nodes": 1 },
        "createdAt": "2026-01-02T03:04:05Z", "updatedAt": "2026-01-02T03:04:05Z",
    })
}

fn of_type(typename: &str, mut member: Value) -> Value {
    member["__typename"] = json!(typename);
    member
}

fn refusal(typename: &str) -> Value {
    json!({ "__typename": typename, "message": "no" })
}

fn rehearsal() -> Rehearsal {
    Rehearsal::new(pack())
}

/// Kind, message and hints of a run that failed and answered nothing.
fn failure(run: Run) -> (ErrorKind, String, Vec<String>) {
    let error = run.result.expect_err("it fails");
    assert_eq!(run.records, [Value::Null; 0]);
    (error.kind(), error.message().to_owned(), error.hints().to_vec())
}

#[test]
fn lists_emit_every_page_and_send_only_the_filters_that_were_given() {
    let pages = || [vec![submission(2, "DONE")], vec![submission(1, "DONE")]];
    let run = rehearsal().pages("ListJobSubmissions", pages()).run("job submission list", json!({}));
    assert_eq!((run.result, run.records), (Ok(()), vec![submission(2, "DONE"), submission(1, "DONE")]));
    assert_eq!(run.calls, [("ListJobSubmissions".to_owned(), json!({ "first": 100 }))]);
    let arguments = json!({ "status": "DONE", "cluster": "gpu-1", "script": 3, "name": "tr" });
    let run = rehearsal().pages("ListJobSubmissions", pages()).run("job submission list", arguments);
    let filters = json!({
        "status": { "eq": "DONE" }, "clusterName": { "eq": "gpu-1" }, "jobScriptId": { "eq": 3 },
        "name": { "contains": "tr" },
    });
    assert_eq!(run.calls[0].1, json!({ "first": 100, "filters": filters }));
    let run = rehearsal()
        .pages("ListJobScripts", [vec![script(3)]])
        .run("job script list", json!({ "template": 2, "name": "tr" }));
    assert_eq!(run.records, [script(3)]);
    let filters = json!({ "name": { "contains": "tr" }, "parentTemplateId": { "eq": 2 } });
    assert_eq!(run.calls[0].1["filters"], filters);
    let run = rehearsal()
        .pages("ListJobTemplates", [vec![template(2)]])
        .run("job template list", json!({ "identifier": "train" }));
    assert_eq!(run.records, [template(2)]);
    assert_eq!(run.calls[0].1["filters"], json!({ "identifier": { "eq": "train" } }));
}

#[test]
fn get_shows_one_or_says_where_to_look() {
    for (noun, operation, field, record) in [
        ("submission", "GetJobSubmission", "jobSubmission", submission(7, "DONE")),
        ("script", "GetJobScript", "jobScript", script(7)),
        ("template", "GetJobTemplate", "jobTemplate", template(7)),
    ] {
        let command = format!("job {noun} get");
        let run = rehearsal().answer(operation, json!({ (field): record })).run(&command, json!({ "id": 7 }));
        assert_eq!(run.records, [record]);
        assert_eq!(run.calls[0].1, json!({ "id": 7 }));
        let run = rehearsal().answer(operation, json!({ (field): null })).run(&command, json!({ "id": 7 }));
        let hint = format!("vantage job {noun} list shows the {noun}s that you can see");
        let message = format!("job {noun} 7 was not found");
        assert_eq!(failure(run), (ErrorKind::NotFound, message, vec![hint]));
    }
}

#[test]
fn a_script_is_shown_with_its_files() {
    let mut record = script(3);
    record["files"] = json!([{ "filename": "train.sh", "fileType": "ENTRYPOINT", "content": "#!/bin/sh\n" }]);
    let run = rehearsal()
        .answer("GetJobScript", json!({ "jobScript": record }))
        .run("job script get", json!({ "id": 3 }));
    assert_eq!(run.records, [record]);
}

#[test]
fn submit_sends_only_what_was_given() {
    let answer = json!({ "createJobSubmission": of_type("JobSubmission", submission(7, "CREATED")) });
    let run = rehearsal()
        .answer("CreateJobSubmission", answer.clone())
        .run("job submission create", json!({ "name": "train", "script": 3, "cluster": "gpu-1" }));
    assert_eq!(run.records, [submission(7, "CREATED")]);
    let least = json!({ "input": { "name": "train", "jobScriptId": 3, "clusterName": "gpu-1" } });
    assert_eq!(run.calls[0].1, least);
    let arguments = json!({
        "name": "train", "script": 3, "cluster": "gpu-1", "description": "d", "directory": "/tmp",
        "sbatch-argument": ["--time=10", "--gres=gpu:1"],
    });
    let run = rehearsal().answer("CreateJobSubmission", answer).run("job submission create", arguments);
    assert_eq!(run.calls[0].1["input"]["sbatchArguments"], json!(["--time=10", "--gres=gpu:1"]));
    assert_eq!(run.calls[0].1["input"]["executionDirectory"], json!("/tmp"));
}

#[test]
fn refusals_have_the_kind_that_their_names_say() {
    let submit = json!({ "name": "a", "script": 3, "cluster": "c" });
    let id = || json!({ "id": 7 });
    let named = || json!({ "id": 7, "name": "b" });
    let made = || json!({ "name": "b", "template": 2 });
    for (command, arguments, operation, field, member, kind) in [
        (
            "submission create",
            submit.clone(),
            "CreateJobSubmission",
            "createJobSubmission",
            "JobScriptNotFound",
            ErrorKind::NotFound,
        ),
        (
            "submission create",
            submit.clone(),
            "CreateJobSubmission",
            "createJobSubmission",
            "ClusterNotFound",
            ErrorKind::NotFound,
        ),
        (
            "submission create",
            submit,
            "CreateJobSubmission",
            "createJobSubmission",
            "InvalidInput",
            ErrorKind::Invalid,
        ),
        (
            "submission cancel",
            id(),
            "CancelJobSubmission",
            "cancelJobSubmission",
            "JobSubmissionNotFound",
            ErrorKind::NotFound,
        ),
        (
            "submission cancel",
            id(),
            "CancelJobSubmission",
            "cancelJobSubmission",
            "JobSubmissionFinished",
            ErrorKind::Conflict,
        ),
        (
            "submission delete",
            id(),
            "DeleteJobSubmission",
            "deleteJobSubmission",
            "JobSubmissionActive",
            ErrorKind::Conflict,
        ),
        (
            "submission delete",
            id(),
            "DeleteJobSubmission",
            "deleteJobSubmission",
            "Somethingelse",
            ErrorKind::Failed,
        ),
        (
            "script create",
            made(),
            "CreateJobScript",
            "createJobScript",
            "JobTemplateNotFound",
            ErrorKind::NotFound,
        ),
        (
            "script update",
            named(),
            "UpdateJobScript",
            "updateJobScript",
            "JobScriptNotFound",
            ErrorKind::NotFound,
        ),
        ("script delete", id(), "DeleteJobScript", "deleteJobScript", "JobScriptInUse", ErrorKind::Conflict),
        (
            "template update",
            named(),
            "UpdateJobTemplate",
            "updateJobTemplate",
            "JobTemplateIdentifierInUse",
            ErrorKind::Conflict,
        ),
        (
            "template delete",
            id(),
            "DeleteJobTemplate",
            "deleteJobTemplate",
            "JobTemplateNotFound",
            ErrorKind::NotFound,
        ),
    ] {
        let run = rehearsal()
            .answer(operation, json!({ (field): refusal(member) }))
            .run(&format!("job {command}"), arguments);
        let (found, message, hints) = failure(run);
        assert_eq!((found, message.as_str()), (kind, "no"), "{command}: {member}");
        let helps = kind == ErrorKind::NotFound || member == "JobSubmissionActive";
        assert_eq!(hints.len(), usize::from(helps), "{command}: {member}: {hints:?}");
    }
}

#[test]
fn cancel_and_delete_answer_with_what_they_did() {
    let answer = json!({ "cancelJobSubmission": of_type("JobSubmission", submission(7, "CANCELLED")) });
    let run =
        rehearsal().answer("CancelJobSubmission", answer).run("job submission cancel", json!({ "id": 7 }));
    assert_eq!(run.records, [submission(7, "CANCELLED")]);
    for (noun, operation, field, member) in [
        ("submission", "DeleteJobSubmission", "deleteJobSubmission", "JobSubmissionDeleted"),
        ("script", "DeleteJobScript", "deleteJobScript", "JobScriptDeleted"),
        ("template", "DeleteJobTemplate", "deleteJobTemplate", "JobTemplateDeleted"),
    ] {
        let run = rehearsal()
            .answer(operation, json!({ (field): refusal(member) }))
            .run(&format!("job {noun} delete"), json!({ "id": 7 }));
        assert_eq!((run.result, run.records), (Ok(()), vec![json!({ "deleted": 7 })]));
    }
}

#[test]
fn scripts_come_from_files_or_templates() {
    let answer = || json!({ "createJobScript": of_type("JobScript", script(3)) });
    let run = rehearsal()
        .answer("CreateJobScript", answer())
        .file("file", "train.sh", "#!/bin/sh\n")
        .run("job script create", json!({ "name": "train" }));
    assert_eq!(run.calls[0].1, json!({ "input": { "name": "train", "content": "#!/bin/sh\n" } }));
    assert_eq!(run.records, [script(3)]);
    let run = rehearsal()
        .answer("CreateJobScript", answer())
        .run("job script create", json!({ "name": "train", "template": 2 }));
    assert_eq!(run.calls[0].1, json!({ "input": { "name": "train", "templateId": 2 } }));
    let (kind, message, _) = failure(rehearsal().run("job script create", json!({ "name": "train" })));
    assert_eq!(kind, ErrorKind::Usage);
    assert_eq!(message, "a script needs `--file` with its text, or a `--template`");
    let large = rehearsal().file("file", "large.sh", vec![b'x'; SCRIPT + 1]);
    let (kind, message, _) = failure(large.run("job script create", json!({ "name": "train" })));
    assert_eq!((kind, message.as_str()), (ErrorKind::TooLarge, "`large.sh` is larger than 131072 bytes"));
    let binary = rehearsal().file("file", "binary", vec![0xff]);
    let (kind, message, _) = failure(binary.run("job script create", json!({ "name": "train" })));
    assert_eq!((kind, message.as_str()), (ErrorKind::Invalid, "`binary` is not UTF-8"));
}

#[test]
fn updates_send_what_changes_and_refuse_to_change_nothing() {
    let answer = json!({ "updateJobScript": of_type("JobScript", script(3)) });
    let run = rehearsal()
        .answer("UpdateJobScript", answer)
        .file("file", "a", "#!/bin/sh\n")
        .run("job script update", json!({ "id": 3, "unarchive": true }));
    assert_eq!(
        run.calls[0].1,
        json!({ "input": { "id": 3, "isArchived": false, "content": "#!/bin/sh\n" } })
    );
    let answer = json!({ "updateJobTemplate": of_type("JobTemplate", template(2)) });
    let run = rehearsal()
        .answer("UpdateJobTemplate", answer)
        .run("job template update", json!({ "id": 2, "archive": true, "identifier": "t" }));
    assert_eq!(run.calls[0].1, json!({ "input": { "id": 2, "isArchived": true, "identifier": "t" } }));
    for noun in ["script", "template"] {
        let (kind, message, _) = failure(rehearsal().run(&format!("job {noun} update"), json!({ "id": 3 })));
        assert_eq!((kind, message.as_str()), (ErrorKind::Usage, "there is nothing to change"));
    }
}

#[test]
fn templates_are_made_from_files() {
    let answer = json!({ "createJobTemplate": of_type("JobTemplate", template(2)) });
    let run = rehearsal()
        .answer("CreateJobTemplate", answer)
        .file("file", "t.sh", "#!/bin/sh\n")
        .run("job template create", json!({ "name": "train", "identifier": "train" }));
    let input = json!({ "name": "train", "identifier": "train", "content": "#!/bin/sh\n" });
    assert_eq!(run.calls[0].1, json!({ "input": input }));
    assert_eq!(run.records, [template(2)]);
}

fn changed(submission: Value) -> vantage_plugin::Result<Value> {
    Ok(json!({ "jobSubmissionChanged": submission }))
}

fn watched(events: Vec<vantage_plugin::Result<Value>>) -> Rehearsal {
    rehearsal().events("WatchJobSubmissions", events)
}

#[test]
fn a_watch_emits_every_state_up_to_the_last() {
    let states = ["CREATED", "SUBMITTED", "DONE"].map(|status| submission(7, status));
    let run = watched(states.iter().cloned().map(changed).collect())
        .run("job submission watch", json!({ "id": 7 }));
    assert_eq!((run.result, run.records), (Ok(()), states.to_vec()));
    assert_eq!(run.calls, [("WatchJobSubmissions".to_owned(), json!({ "id": 7 }))]);
    assert_eq!(run.notes, [""; 0]);
}

#[test]
fn a_job_that_ended_badly_is_noted_and_fails_where_that_was_asked_for() {
    let mut ended = submission(7, "ABORTED");
    ended["reportMessage"] = json!("exit status 1");
    let text = "job 7 ended as ABORTED: exit status 1";
    let run = watched(vec![changed(ended.clone())]).run("job submission watch", json!({ "id": 7 }));
    assert_eq!((run.result, run.notes), (Ok(()), vec![text.to_owned()]));
    let run = watched(vec![changed(ended.clone())])
        .run("job submission watch", json!({ "id": 7, "exit-status": true }));
    assert_eq!(run.records, [ended]);
    let error = run.result.expect_err("it fails");
    assert_eq!((error.kind(), error.message()), (ErrorKind::Failed, text));
}

#[test]
fn events_that_end_early_lose_no_final_state() {
    let found = |submission: Value| json!({ "jobSubmission": submission });
    let watch = || watched(vec![changed(submission(7, "SUBMITTED"))]);
    let run = watch()
        .answer("GetJobSubmission", found(submission(7, "DONE")))
        .run("job submission watch", json!({ "id": 7 }));
    assert_eq!((run.result, run.records), (Ok(()), vec![submission(7, "SUBMITTED"), submission(7, "DONE")]));
    let run = watch()
        .answer("GetJobSubmission", found(submission(7, "SUBMITTED")))
        .run("job submission watch", json!({ "id": 7 }));
    assert_eq!(run.records, [submission(7, "SUBMITTED")]);
    let error = run.result.expect_err("it is not over");
    assert_eq!(
        (error.kind(), error.message()),
        (ErrorKind::Unavailable, "the events of job 7 ended before the job")
    );
    let run = watch()
        .answer("GetJobSubmission", found(Value::Null))
        .run("job submission watch", json!({ "id": 7 }));
    let error = run.result.expect_err("it is gone");
    assert_eq!((error.kind(), error.message()), (ErrorKind::NotFound, "job submission 7 was deleted"));
}

#[test]
fn a_watch_fails_as_the_platform_does() {
    let errors = json!([{ "message": "no such job", "code": "NOT_FOUND" }]);
    let refused = rehearsal().refuse_events("WatchJobSubmissions", errors);
    let (kind, message, _) = failure(refused.run("job submission watch", json!({ "id": 7 })));
    assert_eq!((kind, message.as_str()), (ErrorKind::NotFound, "job submission 7 was not found"));
    let refused = rehearsal().refuse_events("WatchJobSubmissions", json!([{ "message": "no" }]));
    let (kind, _, _) = failure(refused.run("job submission watch", json!({ "id": 7 })));
    assert_eq!(kind, ErrorKind::Rejected);
    let lost = Error::new(ErrorKind::Unavailable, "gone");
    let run = watched(vec![changed(submission(7, "SUBMITTED")), Err(lost.clone())])
        .run("job submission watch", json!({ "id": 7 }));
    assert_eq!(run.result, Err(lost));
    let (kind, message, _) = failure(rehearsal().run("job submission watch", json!({ "exit-status": true })));
    assert_eq!((kind, message.as_str()), (ErrorKind::Usage, "`--exit-status` needs the number of one job"));
}

#[test]
fn all_jobs_are_followed_until_somebody_ends_it() {
    let states = [submission(1, "DONE"), submission(2, "CREATED")];
    let run = watched(states.iter().cloned().map(changed).collect()).run("job submission watch", json!({}));
    assert_eq!(run.records, states);
    assert_eq!(run.calls[0].1, json!({ "id": null }));
    assert_eq!(run.result.expect_err("it has no end").kind(), ErrorKind::Unavailable);
}
