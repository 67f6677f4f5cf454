//! Capabilities as text: exact both ways, and errors that say what was expected.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

fn error(text: &str) -> String {
    text.parse::<Capability>().unwrap_err().to_string()
}

#[test]
fn every_form_prints_as_the_design_writes_it() {
    for text in [
        "query cluster/Query.clusters",
        "mutation cluster/Mutation.deleteCluster",
        "subscription jobs/Subscription.jobSubmissionChanged",
        "dynamic cluster/Query.clusters",
        "dynamic cluster/Mutation.__schema",
        "persona email",
        "persona identity",
        "persona organization",
        "persona roles",
        "storage 1MiB",
        "storage 1536KiB",
        "storage 7B",
    ] {
        assert_eq!(text.parse::<Capability>().unwrap().to_string(), text);
    }
    assert_eq!("storage 1024KiB".parse::<Capability>().unwrap().to_string(), "storage 1MiB");
}

#[test]
fn errors_say_what_was_expected() {
    assert_snapshot!(error("read clusters"), @"`read clusters` is no capability: expected a line that begins with `query`, `mutation`, `subscription`, `dynamic`, `persona` or `storage`");
    assert_snapshot!(error("query cluster/Mutation.delete"), @"`query cluster/Mutation.delete` is no capability: expected `query API/Query.FIELD`");
    assert_snapshot!(error("query clusters"), @"`query clusters` is no capability: expected a coordinate such as `cluster/Query.clusters` after the first word");
    assert_snapshot!(error("persona token"), @"`persona token` is no capability: expected `persona identity|email|organization|roles`");
    assert_snapshot!(error("storage 1MB"), @"`storage 1MB` is no capability: expected `storage SIZE` with a size such as `512KiB` or `1MiB`");
    assert_snapshot!(error("query cluster/Query.clu\u{200b}sters"), @"a capability is plain ASCII, this one holds U+200B");
    assert_snapshot!(error("query cluster/Query.сlusters"), @"a capability is plain ASCII, this one holds U+0441");
}

#[test]
fn nothing_but_the_exact_grammar_is_read() {
    for text in [
        "",
        " ",
        "query",
        "query ",
        "query  cluster/Query.clusters",
        " query cluster/Query.clusters",
        "query cluster/Query.clusters ",
        "query cluster/Query.clusters\n",
        "Query cluster/Query.clusters",
        "query cluster/query.clusters",
        "query cluster/Query.*",
        "query */Query.clusters",
        "query cluster/Query.",
        "query /Query.clusters",
        "query cluster/Query.a.b",
        "query cluster/Query.9a",
        "query Cluster/Query.a",
        "query a/b/Query.a",
        "dynamic cluster/Type.a",
        "persona",
        "persona Email",
        "persona email roles",
        "storage",
        "storage 1",
        "storage MiB",
        "storage 0MiB",
        "storage 01MiB",
        "storage +1MiB",
        "storage -1MiB",
        "storage 1 MiB",
        "storage 1.5MiB",
        "storage 99999999999TiB",
    ] {
        assert!(text.parse::<Capability>().is_err(), "{text}");
    }
}

#[test]
fn serializes_as_its_text() {
    let text = "\"mutation cluster/Mutation.deleteCluster\"";
    let capability: Capability = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&capability).unwrap(), text);
    assert!(serde_json::from_str::<Capability>("\"mutation\"").is_err());
}

fn capabilities() -> impl Strategy<Value = Capability> {
    let kind = prop::sample::select(OperationKind::ALL.to_vec());
    let coordinate = ("[a-z][a-z0-9-]{0,31}", kind, "[_A-Za-z][_A-Za-z0-9]{0,30}", any::<bool>());
    let fields = coordinate.prop_map(|(api, kind, field, dynamic)| match dynamic {
        true => Capability::Dynamic { api, kind, field },
        false => Capability::of_field(kind, &api, &field),
    });
    prop_oneof![
        fields,
        prop::sample::select(Aspect::ALL.to_vec()).prop_map(Capability::Persona),
        (1..=u64::MAX).prop_map(Capability::Storage),
        (0..60u32, 1..16u64).prop_map(|(shift, factor)| Capability::Storage(factor << shift)),
    ]
}

proptest! {
    #[test]
    fn what_is_printed_reads_the_same(capability in capabilities()) {
        let text = capability.to_string();
        prop_assert_eq!(text.parse::<Capability>(), Ok(capability));
        prop_assert_eq!(crate::text::refused_character(&text), None);
    }

    #[test]
    fn what_is_read_prints_the_same_or_is_a_size(text in "(query|mutation|dynamic|persona|storage) [a-zA-Z0-9/._ ]{0,20}") {
        if let Ok(capability) = text.parse::<Capability>() {
            let printed = capability.to_string();
            prop_assert!(printed == text || matches!(capability, Capability::Storage(_)));
        }
    }
}
