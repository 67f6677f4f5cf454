//! What a user is shown before a pack is added, and the question.
//!
//! The frame and the sentences are the host's; a pack's own words are shown visibly and marked as
//! its own, and so are the platform's. `--yes` never answers this question: it is about authority,
//! not about a command.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use vantage_policy::authority::{Line, Trust, explain, warning};
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;
use vantage_policy::team::Bar;

use crate::commands::plugin::difference::Difference;
use crate::commands::plugin::telling;
use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::framed::framed;
use crate::platform_words::PlatformWords;
use crate::terminal;

/// A pack that someone wants to add.
pub struct Candidate<'a> {
    /// What it says of itself.
    pub description: &'a Description,
    /// The SHA-256 of its component.
    pub digest: &'a str,
    /// Who signed it, in words.
    pub publisher: String,
    /// The word behind `plugin` that asks for it.
    pub verb: &'static str,
    /// What the user typed.
    pub source: &'a str,
    /// The other options of the line, as they are typed.
    pub options: &'a str,
    /// What it asks for and the team's policy denies.
    pub barred: BTreeMap<Capability, Bar>,
    /// Against the one that is installed.
    pub difference: Option<Difference>,
}

impl Candidate<'_> {
    /// What it asks for and may be granted.
    pub fn grantable(&self) -> Result<BTreeSet<Capability>, HostError> {
        let mut declared = self.description.capabilities()?;
        declared.retain(|capability| !self.barred.contains_key(capability));
        Ok(declared)
    }

    /// Shows on the terminal what it may do, and asks. The default is No.
    pub async fn ask(&self, context: &Context) -> Result<bool, HostError> {
        let lines = explain(self.description, Trust::ThirdParty)?;
        let words = PlatformWords::about(&lines, context).await;
        let text = self.text(&lines, &words, context)?;
        terminal::blocking(context.console(), move |terminal| {
            terminal.write(&text)?;
            terminal.write("\n")?;
            terminal.confirm("Add it and allow this?")
        })
        .await
    }

    fn text(&self, lines: &[Line], words: &PlatformWords, context: &Context) -> Result<String, HostError> {
        let (description, columns) = (self.description, context.console().style().width);
        let mut text = format!("\n{} {}\n", description.id, description.version);
        let mut add = |first: &str, next: &str, words: &str| {
            text.push_str(&framed(first, next, words, columns));
            text.push('\n');
        };
        add("  | ", "  | ", &description.summary);
        add("", "", "");
        // Whole on a line of 80 columns, so that it can be copied.
        add("  ", "    ", self.digest);
        add("  from      ", "          | ", self.source);
        add("  publisher ", "            ", &self.publisher);
        add("  profile   ", "            ", &context.resolved()?.profile.name);
        add("", "", "");
        add("", "", &format!("It adds; {}", telling::legend(lines, words)));
        for command in &description.commands {
            let hidden = if command.hidden { " (left out of help)" } else { "" };
            add("  ", "    ", &format!("vantage {}{hidden}", command.path.join(" ")));
            add("    | ", "    | ", &command.summary);
        }
        if let Some(difference) = &self.difference {
            text.push_str(&difference.text(columns));
        }
        text.push_str(&self.authority(lines, words, columns));
        Ok(text)
    }

    /// What the pack may do once it is granted all that it declares, in groups.
    fn authority(&self, lines: &[Line], words: &PlatformWords, columns: Option<usize>) -> String {
        if lines.is_empty() {
            let nothing = "It asks for nothing: neither the platform nor who you are.";
            return format!("\n{}\n", framed("", "", nothing, columns));
        }
        let head = match self.barred.is_empty() {
            true => "It asks to be allowed all of this",
            false => "It asks to be allowed this; what a policy denies is not allowed with the rest",
        };
        let mut text = format!("\n{}\n", framed("", "", head, columns));
        let state =
            |line: &Line| Some(format!("denied by policy: {}", self.barred.get(&line.capability)?.rule()));
        text.push_str(&telling::authority(lines, words, columns, state));
        if let Some(warning) = warning(lines) {
            text.push_str(&format!("\n{}\n", framed("  ", "  ", &format!("Mind that {warning}."), columns)));
        }
        text
    }

    /// Nobody is there to ask: the exact line that would grant, and what is new in it.
    pub fn unattended(&self) -> Result<HostError, HostError> {
        let grantable = self.grantable()?;
        let grants: Vec<String> =
            grantable.iter().map(|capability| format!("--grant \"{capability}\"")).collect();
        let grants = if grants.is_empty() { "--grant-all".to_owned() } else { grants.join(" ") };
        let id = &self.description.id;
        let more = self.difference.as_ref().filter(|difference| difference.is_more());
        let message = match more {
            Some(before) => format!(
                "`{id}` {} asks for more than {} is granted, and there is nobody to ask",
                self.description.version,
                before.version()
            ),
            None => format!("`{id}` asks for authority, and there is nobody to ask"),
        };
        let denied: Vec<_> = self
            .barred
            .iter()
            .map(|(capability, bar)| json!({ "capability": capability, "rule": bar.rule() }))
            .collect();
        Ok(HostError::Said(Box::new(Said {
            kind: Kind::Denied,
            message,
            causes: more.map(|difference| difference.lines().join("; ")).into_iter().collect(),
            hints: vec![format!(
                "vantage plugin {} {}{} {grants}",
                self.verb,
                shell_words::quote(self.source),
                self.options
            )],
            request_id: None,
            details: Some(json!({
                "pack": id,
                "capabilities": self.description.capabilities()?,
                "denied": denied,
                "difference": self.difference.as_ref().map(Difference::json),
            })),
            backtrace: None,
        })))
    }
}

/// A capability was named that the pack does not declare.
pub fn not_declared(id: &str, capability: &Capability, declared: &BTreeSet<Capability>) -> HostError {
    let known: Vec<String> = declared.iter().map(|capability| format!("\"{capability}\"")).collect();
    let hint = match known.len() {
        0 => "it declares none".to_owned(),
        _ => format!("it declares {}", known.join(", ")),
    };
    HostError::usage(format!("`{id}` does not ask for \"{capability}\""), vec![hint])
}
