//! Whatever the policy: another rule, or another file, never allows more than before.

use proptest::prelude::*;

use super::*;

/// A policy's rules by key: for each of the caps its entries, or none where it is not capped.
#[derive(Debug, Clone, Default)]
struct Rules {
    publishers: Option<Vec<&'static str>>,
    sources: Option<Vec<&'static str>>,
    capabilities: Option<Vec<&'static str>>,
    bundled: Option<Vec<&'static str>>,
    deny: Vec<&'static str>,
    changes: bool,
    bundled_changes: bool,
}

impl Rules {
    fn text(&self) -> String {
        let mut text = "version = 1\n".to_owned();
        let mut line = |key: &str, entries: &Option<Vec<&str>>| {
            text.extend(entries.iter().map(|entries| format!("{key} = {entries:?}\n")));
        };
        line("publishers", &self.publishers);
        line("sources", &self.sources);
        line("capabilities", &self.capabilities);
        line("deny", &Some(self.deny.clone()));
        text.push_str(if self.changes { "changes = \"ask\"\n" } else { "" });
        text.push_str("[bundled]\n");
        text.push_str(if self.bundled_changes { "changes = \"ask\"\n" } else { "" });
        text.extend(self.bundled.iter().map(|entries| format!("capabilities = {entries:?}\n")));
        text
    }

    fn file(&self) -> PolicyFile {
        let file = PolicyFile::parse("policy.toml", &self.text());
        assert_eq!(file.fault(), None, "{}", self.text());
        file
    }

    /// These rules and one more: one of `more`'s caps where there was none, or one of its denials.
    fn with_one_of(&self, more: &Rules, which: usize) -> Rules {
        let mut rules = self.clone();
        match which {
            0 => rules.publishers = rules.publishers.or_else(|| more.publishers.clone()),
            1 => rules.sources = rules.sources.or_else(|| more.sources.clone()),
            2 => rules.capabilities = rules.capabilities.or_else(|| more.capabilities.clone()),
            3 => rules.bundled = rules.bundled.or_else(|| more.bundled.clone()),
            4 => rules.deny.extend(more.deny.first()),
            5 => rules.changes = true,
            _ => rules.bundled_changes = true,
        }
        rules
    }
}

const PUBLISHERS: [&str; 3] = ["acme", "acme-evil", "vantage"];
const SOURCES: [&str; 4] = ["/", "/srv/packs", "oci://ghcr.io/acme", "oci://ghcr.io/acme/x:1.2"];
const ENTRIES: [&str; 8] = [
    "query",
    "query cluster",
    "query cluster/Query.clusters",
    "mutation jobs",
    "persona",
    "persona email",
    "storage 1MiB",
    "dynamic",
];
const DENY: [&str; 4] = [
    "acme/x",
    "acme/x@<1.2",
    "vantage/cluster",
    "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
];
const LINES: [&str; 8] = [
    "query cluster/Query.clusters",
    "query cluster/Query.node",
    "query jobs/Query.jobScripts",
    "mutation jobs/Mutation.deleteJobScript",
    "persona email",
    "persona roles",
    "storage 2MiB",
    "dynamic jobs/Query.jobScripts",
];

fn rules() -> impl Strategy<Value = Rules> {
    let some = |all: &'static [&'static str]| prop::option::of(prop::sample::subsequence(all, 0..=all.len()));
    let deny = prop::sample::subsequence(&DENY[..], 0..=DENY.len());
    (some(&PUBLISHERS), some(&SOURCES), some(&ENTRIES), some(&ENTRIES), deny, any::<bool>(), any::<bool>())
        .prop_map(|(publishers, sources, capabilities, bundled, deny, changes, bundled_changes)| Rules {
            publishers,
            sources,
            capabilities,
            bundled,
            deny,
            changes,
            bundled_changes,
        })
}

/// Everything that can be asked of policies, and whether it is allowed.
fn allowed(policies: &Policies) -> Vec<(String, bool)> {
    let mut all = Vec::new();
    for (trust, id) in [
        (Trust::ThirdParty, "acme/x"),
        (Trust::ThirdParty, "acme-evil/x"),
        (Trust::Bundled, "vantage/cluster"),
    ] {
        for version in ["1.1.0", "1.2.0-rc.1", "2.0.0"] {
            let parsed = version.parse().unwrap();
            for source in [
                None,
                Some("/srv/packs/x.wasm"),
                Some("/srv/packs-evil/x.wasm"),
                Some("oci://ghcr.io/acme/x:1.2"),
            ] {
                for digest in ["a", "b"].map(|digit| format!("sha256:{}", digit.repeat(64))) {
                    for identity in [None, Some((id, &parsed))] {
                        let candidate = Candidate { trust, digest: &digest, source, identity };
                        all.push((format!("{candidate:?}"), policies.admit(&candidate).is_ok()));
                    }
                }
            }
        }
    }
    for trust in [Trust::ThirdParty, Trust::Bundled] {
        for line in LINES {
            let allowed = policies.allow(&line.parse().unwrap(), trust).is_ok();
            all.push((format!("{line} {trust:?}"), allowed));
        }
        all.push((format!("unasked {trust:?}"), policies.asks_about_changes(trust).is_none()));
    }
    all
}

fn assert_no_more(before: &Policies, after: &Policies) -> Result<(), TestCaseError> {
    for ((what, was), (_, is)) in allowed(before).into_iter().zip(allowed(after)) {
        prop_assert!(was || !is, "{what} was denied, and is allowed now");
    }
    Ok(())
}

proptest! {
    #[test]
    fn another_rule_never_allows_more(rules in rules(), more in rules(), which in 0usize..7) {
        let before = Policies::new(vec![rules.file()]);
        let after = Policies::new(vec![rules.with_one_of(&more, which).file()]);
        assert_no_more(&before, &after)?;
    }

    #[test]
    fn another_file_never_allows_more(rules in rules(), more in rules(), first in any::<bool>()) {
        let before = Policies::new(vec![rules.file()]);
        let mut files = vec![rules.file(), more.file()];
        if first {
            files.reverse();
        }
        assert_no_more(&before, &Policies::new(files))?;
    }

    #[test]
    fn a_fault_in_a_file_never_allows_more_to_packs_of_others(rules in rules(), text in "[ -~\n]{0,60}") {
        let broken = PolicyFile::parse("policy.toml", &format!("{}{text}", rules.text()));
        prop_assume!(broken.fault().is_some());
        for (what, allowed) in allowed(&Policies::new(vec![broken])) {
            prop_assert!(!allowed || what.contains("Bundled") || what.starts_with("unasked"), "{what}");
        }
    }

    #[test]
    fn no_text_makes_it_panic(text in "(version = 1\n)?[ -~\n]{0,200}") {
        let _ = PolicyFile::parse("policy.toml", &text).fault();
    }
}
