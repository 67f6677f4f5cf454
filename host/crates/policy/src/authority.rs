//! What a pack may do, in plain words: for consent at `plugin add`, and for `plugin show`.
//!
//! The same lines in the same groups for both, so that what was agreed to can be found again. It
//! only arranges; what is granted is [`crate::decision`]'s. Purposes are the pack's own words, and
//! whoever shows them marks them as such.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::capability::{Aspect, Capability, print_size};
use crate::decision::Grants;
use crate::description::{Description, DescriptionError, Effect};
use crate::gate::{Operation, OperationKind};

/// Shown in place of paths where a pack makes its documents while it runs.
const EVERYTHING: &str = "*";

/// How far a pack's own account of its effects is believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// It came inside the binary: the effects of its commands hold.
    Bundled,
    /// It came from someone else: whatever changes may destroy.
    ThirdParty,
}

/// What a capability means for the user; the order is that of the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Reads from the platform.
    Reads,
    /// Makes or alters things on the platform.
    Changes,
    /// Deletes, or does what cannot be undone.
    Destroys,
    /// Sees something of who is signed in.
    SeesAboutYou,
    /// Keeps data on this computer.
    KeepsHere,
}

impl Group {
    /// The heading.
    pub fn title(self) -> &'static str {
        match self {
            Group::Reads => "reads",
            Group::Changes => "changes",
            Group::Destroys => "deletes or cannot be undone",
            Group::SeesAboutYou => "sees about you",
            Group::KeepsHere => "keeps on this computer",
        }
    }
}

/// One capability as people are shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Under which heading.
    pub group: Group,
    /// The capability, whose text can be granted and revoked.
    pub capability: Capability,
    /// What it means, in the host's words.
    pub meaning: String,
    /// Why the pack needs it, in its own words: one for each operation or request behind it.
    pub purposes: Vec<String>,
    /// What it reaches below the root field; `*` for everything.
    pub paths: Vec<String>,
}

/// Says what a pack asks for, in the order of the groups and then of the capabilities.
///
/// # Errors
///
/// None for a description that [`Description::parse`] made.
pub fn explain(description: &Description, trust: Trust) -> Result<Vec<Line>, DescriptionError> {
    let operations = description.operations()?;
    let mut purposes: BTreeMap<Capability, Vec<String>> = BTreeMap::new();
    for (operation, source) in operations.iter().zip(&description.operations) {
        for capability in operation.capabilities() {
            add(purposes.entry(capability).or_default(), &source.purpose);
        }
    }
    for (index, request) in description.requests.iter().enumerate() {
        add(purposes.entry(description.request(index)?).or_default(), &request.purpose);
    }
    let wishes = Grants::all_of(description)?;
    let line = |(capability, purposes): (Capability, Vec<String>)| Line {
        group: group(&capability, description, &operations, trust),
        meaning: meaning(&capability),
        purposes,
        paths: paths(&capability, &wishes),
        capability,
    };
    let mut lines: Vec<Line> = purposes.into_iter().map(line).collect();
    lines.sort_by(|one, other| (one.group, &one.capability).cmp(&(other.group, &other.capability)));
    Ok(lines)
}

/// The sentence that belongs under lines which both read and change; none where they do not.
pub fn warning(lines: &[Line]) -> Option<&'static str> {
    let changes = lines.iter().any(|line| line.capability.is_mutation());
    let reads = lines.iter().any(|line| matches!(line.group, Group::Reads | Group::SeesAboutYou));
    (changes && reads).then_some("it can put what it reads where others see it")
}

fn add(purposes: &mut Vec<String>, purpose: &str) {
    if !purposes.iter().any(|known| known == purpose) {
        purposes.push(purpose.to_owned());
    }
}

fn group(
    capability: &Capability,
    description: &Description,
    operations: &[Operation],
    trust: Trust,
) -> Group {
    match capability {
        Capability::Persona(_) => Group::SeesAboutYou,
        Capability::Storage(_) => Group::KeepsHere,
        Capability::Query { .. } | Capability::Subscription { .. } => Group::Reads,
        Capability::Dynamic { kind: OperationKind::Query | OperationKind::Subscription, .. } => Group::Reads,
        // A document made at run time may do whatever the field can.
        Capability::Dynamic { kind: OperationKind::Mutation, .. } => Group::Destroys,
        Capability::Mutation { .. } if trust == Trust::ThirdParty => Group::Destroys,
        Capability::Mutation { .. } => declared(capability, description, operations),
    }
}

/// The effect that a bundled pack's commands declare for a mutation: the strongest of those that may
/// run it, and destruction where none says.
fn declared(capability: &Capability, description: &Description, operations: &[Operation]) -> Group {
    let behind = |name: &String| {
        operations
            .iter()
            .any(|operation| operation.name == *name && operation.capabilities().contains(capability))
    };
    let commands = description.commands.iter().filter(|command| command.operations.iter().any(behind));
    match commands.map(|command| command.effect).max() {
        Some(Effect::Read | Effect::Change) => Group::Changes,
        Some(Effect::Destroy) | None => Group::Destroys,
    }
}

fn paths(capability: &Capability, wishes: &Grants) -> Vec<String> {
    match capability {
        Capability::Dynamic { .. } => vec![EVERYTHING.to_owned()],
        _ => {
            let reach = wishes.reach(capability);
            reach.map(|reach| reach.summary().into_iter().map(str::to_owned).collect()).unwrap_or_default()
        }
    }
}

fn meaning(capability: &Capability) -> String {
    match capability {
        Capability::Query { api, field } => format!("reads `{field}` of the {api} API"),
        Capability::Mutation { api, field } => format!("runs `{field}` of the {api} API"),
        Capability::Subscription { api, field } => format!("follows `{field}` of the {api} API"),
        Capability::Dynamic { api, kind, field } => {
            let verb = match kind {
                OperationKind::Query => "reads",
                OperationKind::Mutation => "runs",
                OperationKind::Subscription => "follows",
            };
            format!("{verb} anything below `{field}` of the {api} API, by documents that it makes as it runs")
        }
        Capability::Persona(Aspect::Identity) => "sees your user id and your name".to_owned(),
        Capability::Persona(Aspect::Email) => "sees your e-mail address".to_owned(),
        Capability::Persona(Aspect::Organization) => "sees your organization".to_owned(),
        Capability::Persona(Aspect::Roles) => "sees your roles".to_owned(),
        Capability::Storage(bytes) => format!("keeps up to {} on this computer", print_size(*bytes)),
    }
}

#[cfg(test)]
mod tests;
