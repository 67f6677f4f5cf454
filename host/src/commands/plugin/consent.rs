//! What a user is shown before a pack is added, and the question.
//!
//! The frame and the sentences are the host's; a pack's own words are shown visibly and marked as
//! its own. `--yes` never answers this question: it is about authority, not about a command.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use vantage_policy::authority::{Group, Trust, explain, warning};
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;

use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::framed::framed;
use crate::terminal;

/// The text above the question.
pub fn text(
    description: &Description,
    digest: &str,
    source: &Path,
    context: &Context,
) -> Result<String, HostError> {
    let columns = context.environment().width;
    let source = framed("  from      ", "          | ", &source.display().to_string(), columns);
    let mut text = format!(
        "\n{} {}\n{}\n\n{source}\n  digest    {digest}\n  publisher not verified: the pack is not signed\n  profile   {}\n",
        description.id,
        description.version,
        framed("  | ", "  | ", &description.summary, columns),
        context.resolved()?.profile.name,
    );
    text.push_str("\nIt adds; the words behind bars are the pack's own\n");
    for command in &description.commands {
        let hidden = if command.hidden { " (left out of help)" } else { "" };
        text.push_str(&format!("  vantage {}{hidden}\n", command.path.join(" ")));
        text.push_str(&framed("    | ", "    | ", &command.summary, columns));
        text.push('\n');
    }
    text.push_str(&authority(description, columns)?);
    Ok(text)
}

/// What the pack may do once it is granted all that it declares, in groups.
fn authority(description: &Description, columns: Option<usize>) -> Result<String, HostError> {
    let lines = explain(description, Trust::ThirdParty)?;
    if lines.is_empty() {
        return Ok("\nIt asks for nothing: neither the platform nor who you are.\n".to_owned());
    }
    let mut text = String::from("\nIt asks to be allowed all of this\n");
    let mut group: Option<Group> = None;
    for line in &lines {
        if group != Some(line.group) {
            text.push_str(&format!("\n  It {}\n", line.group.title()));
            group = Some(line.group);
        }
        text.push_str(&format!("    {}\n      {}\n", line.capability, line.meaning));
        for purpose in &line.purposes {
            text.push_str(&framed("      | ", "      | ", purpose, columns));
            text.push('\n');
        }
        if !line.paths.is_empty() {
            text.push_str(&framed("      as far as ", "        ", &line.paths.join(", "), columns));
            text.push('\n');
        }
    }
    if let Some(warning) = warning(&lines) {
        text.push_str(&format!("\n  Mind that {warning}.\n"));
    }
    Ok(text)
}

/// Shows `text` on the terminal and asks. The default is No.
pub async fn ask(text: String) -> Result<bool, HostError> {
    terminal::blocking(move |terminal| {
        terminal.write(&text)?;
        terminal.write("\n")?;
        terminal.confirm("Add it and allow this?")
    })
    .await
}

/// Nobody is there to ask: the exact line that would grant.
pub fn unattended(source: &Path, description: &Description, declared: &BTreeSet<Capability>) -> HostError {
    let grants: Vec<String> = declared.iter().map(|capability| format!("--grant \"{capability}\"")).collect();
    let grants = if grants.is_empty() { "--grant-all".to_owned() } else { grants.join(" ") };
    HostError::Said(Box::new(Said {
        kind: Kind::Denied,
        message: format!("`{}` asks for authority, and there is nobody to ask", description.id),
        causes: Vec::new(),
        hints: vec![format!("vantage plugin add {} {grants}", source.display())],
        request_id: None,
        details: Some(json!({
            "pack": description.id,
            "capabilities": declared.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })),
        backtrace: None,
    }))
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
