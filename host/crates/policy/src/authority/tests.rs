//! What people read before they agree.

use insta::assert_snapshot;

use super::*;
use crate::description::tests::sample;

fn told(trust: Trust) -> String {
    let description = Description::parse(&sample().to_string()).unwrap();
    let lines = explain(&description, trust).unwrap();
    let mut told: Vec<String> = lines
        .iter()
        .map(|line| {
            let (title, purposes, paths) =
                (line.group.title(), line.purposes.join("; "), line.paths.join(" "));
            format!("{title} | {} | {} | {purposes} | {paths}", line.capability, line.meaning)
        })
        .collect();
    told.extend(warning(&lines).map(str::to_owned));
    told.join("\n")
}

#[test]
fn a_third_partys_mutations_destroy() {
    assert_snapshot!(told(Trust::ThirdParty), @"
    reads | query cluster/Query.clusters | reads `clusters` of the cluster API | To list | clusters(first: $) clusters.name
    reads | dynamic jobs/Query.jobs | reads anything below `jobs` of the jobs API, by documents that it makes as it runs | To search | *
    deletes or cannot be undone | mutation cluster/Mutation.resetGpu | runs `resetGpu` of the cluster API | To reset | resetGpu(id: 1) resetGpu.ok
    sees about you | persona email | sees your e-mail address | To sign | 
    keeps on this computer | storage 1MiB | keeps up to 1MiB on this computer | To remember | 
    it can put what it reads where others see it
    ");
}

#[test]
fn a_bundled_packs_effects_hold() {
    let mut text = sample();
    text["commands"][1]["effect"] = "change".into();
    let description = Description::parse(&text.to_string()).unwrap();
    let group = |trust| {
        let lines = explain(&description, trust).unwrap();
        lines.into_iter().find(|line| matches!(line.capability, Capability::Mutation { .. })).unwrap().group
    };
    assert_eq!(group(Trust::Bundled), Group::Changes);
    assert_eq!(group(Trust::ThirdParty), Group::Destroys);
    // No command says what it is for.
    text["commands"][1]["operations"] = serde_json::json!([]);
    let description = Description::parse(&text.to_string()).unwrap();
    let lines = explain(&description, Trust::Bundled).unwrap();
    assert!(lines.iter().any(|line| line.group == Group::Destroys));
}

#[test]
fn a_pack_that_only_reads_is_not_warned_about() {
    let mut text = sample();
    text["operations"].as_array_mut().unwrap().pop();
    text["commands"].as_array_mut().unwrap().pop();
    let description = Description::parse(&text.to_string()).unwrap();
    assert_eq!(warning(&explain(&description, Trust::ThirdParty).unwrap()), None);
}
