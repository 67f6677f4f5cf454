//! What a user is shown before a pack is added, and the question.
//!
//! The frame and the sentences are the host's; a pack's own words are shown visibly and marked as
//! its own. `--yes` never answers this question: it is about authority, not about a command.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use vantage_output::visible::Visible;
use vantage_policy::authority::{Group, Trust, explain, warning};
use vantage_policy::capability::Capability;
use vantage_policy::description::Description;

use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::terminal;

/// The text above the question.
pub fn text(
    description: &Description,
    digest: &str,
    source: &Path,
    context: &Context,
) -> Result<String, HostError> {
    let source = source.display().to_string();
    let mut text = format!(
        "\n{} {}: {}\n\n  from      {}\n  digest    {digest}\n  publisher not verified: the pack is not signed\n  profile   {}\n",
        description.id,
        description.version,
        Visible::line(&description.summary),
        Visible::line(&source),
        context.resolved()?.profile.name,
    );
    text.push_str("\nIt adds\n");
    for command in description.commands.iter().filter(|command| !command.hidden) {
        text.push_str(&format!(
            "  vantage {:28} {}\n",
            command.path.join(" "),
            Visible::line(&command.summary)
        ));
    }
    text.push_str(&authority(description)?);
    Ok(text)
}

/// What the pack may do once it is granted all that it declares, in groups.
fn authority(description: &Description) -> Result<String, HostError> {
    let lines = explain(description, Trust::ThirdParty)?;
    if lines.is_empty() {
        return Ok("\nIt asks for nothing: neither the platform nor who you are.\n".to_owned());
    }
    let mut text =
        String::from("\nIt asks to be allowed all of this; the purposes are the pack's own words.\n");
    let mut group: Option<Group> = None;
    for line in &lines {
        if group != Some(line.group) {
            text.push_str(&format!("\n  It {}\n", line.group.title()));
            group = Some(line.group);
        }
        text.push_str(&format!("    {:44}  {}\n", line.capability.to_string(), line.meaning));
        for purpose in &line.purposes {
            text.push_str(&format!("        \"{}\"\n", Visible::line(purpose)));
        }
        if !line.paths.is_empty() {
            text.push_str(&format!("        as far as {}\n", wrapped(&line.paths)));
        }
    }
    if let Some(warning) = warning(&lines) {
        text.push_str(&format!("\n  Mind that {warning}.\n"));
    }
    Ok(text)
}

/// The paths with commas between, broken into lines that fit a terminal of 100 columns.
fn wrapped(paths: &[String]) -> String {
    const COLUMNS: usize = 80;
    let mut text = String::new();
    let mut column = 0;
    for path in paths {
        if column > 0 && column + path.len() > COLUMNS {
            text.push_str(",\n          ");
            column = 0;
        } else if column > 0 {
            text.push_str(", ");
        }
        text.push_str(path);
        column += path.len() + 2;
    }
    text
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
