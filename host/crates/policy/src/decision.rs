//! Whether a pack may do what it is about to do.
//!
//! Pure functions of what the pack declared, what the user granted, what the team's policy leaves of
//! that ([`Grants::within`]), and what is asked now. Each says yes, or a [`Denial`] with its rule and reason; nothing is ever quietly left out. The runtime calls
//! them before every port; the host turns a denial into the line that would grant it.

mod grants;

use std::fmt;

pub use grants::{Grants, Growth};

use crate::capability::{Aspect, Capability};
use crate::description::{Command, Effect};
use crate::gate::{Operation, OperationKind};
use crate::team::Bar;
use crate::text::excerpt;

/// Which rule denies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The command does not list the operation.
    NotListed,
    /// A command that only reads tried to change something.
    ReadOnly,
    /// The user has not granted the capability, or revoked it.
    NotGranted,
    /// The capability is granted, but for less than the operation reaches now.
    BeyondReach,
    /// An operation made at run time has no name.
    Anonymous,
    /// A team's policy does not allow the capability, granted or not.
    TeamPolicy,
}

impl Rule {
    /// The word that stands for it in the audit log; it is never changed.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::NotListed => "not-listed",
            Rule::ReadOnly => "read-only",
            Rule::NotGranted => "not-granted",
            Rule::BeyondReach => "beyond-reach",
            Rule::Anonymous => "anonymous",
            Rule::TeamPolicy => "team-policy",
        }
    }
}

/// Why something was denied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub struct Denial {
    /// The capability that is missing, where granting one would help.
    pub capability: Option<Capability>,
    /// Which rule denies.
    pub rule: Rule,
    /// One line, lower case, no full stop.
    pub reason: String,
    /// Whose rule it is, where a team's policy denies.
    pub bar: Option<Box<Bar>>,
}

impl Denial {
    fn new(rule: Rule, reason: String) -> Denial {
        Denial { capability: None, rule, reason, bar: None }
    }

    fn missing(rule: Rule, capability: Capability, reason: impl fmt::Display) -> Denial {
        Denial { reason: reason.to_string(), capability: Some(capability), rule, bar: None }
    }

    fn barred(capability: Capability, bar: &Bar) -> Denial {
        let bar_of = Some(Box::new(bar.clone()));
        Denial { bar: bar_of, ..Denial::missing(Rule::TeamPolicy, capability, bar) }
    }

    fn not_granted(capability: Capability) -> Denial {
        let reason = format!("`{capability}` is not granted");
        Denial::missing(Rule::NotGranted, capability, reason)
    }

    /// The reason as one line, lower case, no full stop. The remedy is for the host to write.
    pub fn message(&self) -> &str {
        &self.reason
    }
}

/// Whether a command may run one of its pack's declared operations.
///
/// # Errors
///
/// The first rule that denies: the command must list the operation, a command that reads never
/// mutates, and each root field must be granted, with at least what the operation reaches below it.
pub fn decide_operation(operation: &Operation, command: &Command, grants: &Grants) -> Result<(), Denial> {
    if !command.operations.contains(&operation.name) {
        let reason = format!(
            "the command `{}` does not list the operation `{}`",
            command.path.join(" "),
            excerpt(&operation.name)
        );
        return Err(Denial::new(Rule::NotListed, reason));
    }
    decide_effect(operation, command.effect)?;
    for root in &operation.roots {
        let capability = Capability::of_field(operation.kind, &operation.api, root);
        if !grants.contains(&capability) {
            return Err(grants.denial(capability));
        }
        if let Some(line) = grants.beyond(&capability, &operation.reach.below(root)).first() {
            let reason = format!("`{capability}` is granted, but not for `{line}`");
            return Err(Denial::missing(Rule::BeyondReach, capability, reason));
        }
    }
    Ok(())
}

/// Whether a pack may run a document that it made at run time, in a command of that effect.
///
/// # Errors
///
/// The first rule that denies: the operation must have a name, a command that reads never mutates,
/// and each root field needs its `dynamic` capability.
pub fn decide_dynamic(operation: &Operation, effect: Effect, grants: &Grants) -> Result<(), Denial> {
    if operation.name.is_empty() {
        return Err(Denial::new(
            Rule::Anonymous,
            "an operation that a pack makes must have a name".to_owned(),
        ));
    }
    decide_effect(operation, effect)?;
    match operation.dynamic_capabilities().into_iter().find(|capability| !grants.contains(capability)) {
        Some(capability) => Err(grants.denial(capability)),
        None => Ok(()),
    }
}

/// Whether a pack may see an aspect of who is signed in.
///
/// # Errors
///
/// A denial that names the aspect's capability.
pub fn decide_aspect(aspect: Aspect, grants: &Grants) -> Result<(), Denial> {
    let capability = Capability::Persona(aspect);
    if grants.contains(&capability) { Ok(()) } else { Err(grants.denial(capability)) }
}

/// How many bytes a pack may keep on this computer.
///
/// # Errors
///
/// A denial that names the storage that the description asked for, or the smallest, if none is
/// granted.
pub fn decide_storage(requested: Option<u64>, grants: &Grants) -> Result<u64, Denial> {
    grants.storage().ok_or_else(|| match requested {
        Some(bytes) => grants.denial(Capability::Storage(bytes)),
        None => Denial::new(Rule::NotGranted, "the pack has asked for no storage".to_owned()),
    })
}

/// A mutation from a command declared `read` is denied whatever was granted.
fn decide_effect(operation: &Operation, effect: Effect) -> Result<(), Denial> {
    if operation.kind == OperationKind::Mutation && effect == Effect::Read {
        let reason = format!(
            "the operation `{}` is a mutation, and the command is declared to read only",
            excerpt(&operation.name)
        );
        return Err(Denial::new(Rule::ReadOnly, reason));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
