//! What stands before a run: the team's policy, and the word of the person for what changes.
//!
//! Nothing of the pack has been started here. What it then asks for is decided at each call.

use serde_json::{Map, Value};
use vantage_policy::authority::Trust;
use vantage_policy::description::{Command, Description, Effect};
use vantage_policy::team::Candidate;

use crate::catalog::Chosen;
use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::framed::framed;
use crate::{team_policy, terminal};

/// Whether the team's policy lets the pack run at all.
pub(crate) fn admit(pack: &Chosen, context: &Context) -> Result<(), HostError> {
    let policies = context.policies()?;
    let Description { id, version, .. } = &pack.description;
    let source = match pack.origin.trust() {
        // The index is read only where its answer counts.
        Trust::ThirdParty if policies.cap_sources() => context.store()?.find(id)?.source,
        _ => None,
    };
    let source = source.map(|source| source.to_string());
    let candidate = Candidate {
        trust: pack.origin.trust(),
        digest: pack.origin.digest(),
        source: source.as_deref(),
        identity: Some((id, version)),
    };
    policies.admit(&candidate).map_err(|bar| team_policy::denied(id, None, &bar))
}

/// The command with what it is done to, as the user would type it.
fn line(command: &Command, arguments: &Map<String, Value>) -> String {
    let positional = command.arguments.iter().filter(|argument| argument.positional);
    let values = positional.filter_map(|argument| match arguments.get(&argument.name)? {
        Value::Array(values) => Some(values.iter().map(shown).collect::<Vec<_>>().join(" ")),
        value => Some(shown(value)),
    });
    let words = std::iter::once("vantage".to_owned()).chain(command.path.iter().cloned()).chain(values);
    words.collect::<Vec<_>>().join(" ")
}

fn shown(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Asks before a command that destroys, and before any change by a pack from others. `--yes` answers,
/// but where a team's policy wants a person to.
pub(super) async fn confirm(
    pack: &Chosen,
    command: &Command,
    arguments: &Map<String, Value>,
    context: &Context,
) -> Result<(), HostError> {
    let globals = context.globals();
    let wanted = match command.effect {
        Effect::Read => None,
        Effect::Change | Effect::Destroy => context.policies()?.asks_about_changes(pack.origin.trust()),
    };
    let asks = match command.effect {
        Effect::Read => false,
        Effect::Change => pack.origin.trust() == Trust::ThirdParty,
        Effect::Destroy => true,
    };
    if globals.dry_run || (wanted.is_none() && (!asks || globals.yes)) {
        return Ok(());
    }
    let line = line(command, arguments);
    if let Some(bar) = wanted.filter(|_| !context.attended()) {
        return Err(team_policy::unattended(&line, &bar));
    }
    if !context.attended() {
        return Err(HostError::usage(
            format!("`{line}` asks for confirmation, and there is nobody to ask"),
            vec!["--yes confirms it; --dry-run shows what it would do".to_owned()],
        ));
    }
    let question = match command.effect {
        Effect::Destroy => format!("`{line}` cannot be undone. Go on?"),
        _ if asks => {
            format!("`{line}` changes the platform, and comes from `{}`. Go on?", pack.description.id)
        }
        _ => format!("`{line}` changes the platform. Go on?"),
    };
    let question = framed("", "  | ", &question, context.environment().width);
    if terminal::confirm(context.console(), question).await? {
        return Ok(());
    }
    Err(HostError::said(Kind::Failed, "cancelled; nothing was changed", Vec::new()))
}
