//! The gate: reads a GraphQL document and says what it really reaches.
//!
//! Steps 1 to 8 of the gate's ten: bounds, parsing, exactly one operation, expansion of fragments
//! within budgets, root fields by name and never by alias, no directives but `@skip` and `@include`,
//! variables, and the canonical print that is sent in place of the pack's own text. Every step
//! denies by default. It knows no schema, no grants and no network: [`crate::decision`] judges what
//! is found here, and the session sends it.

mod error;
mod expand;
mod parse;
mod reach;
mod variables;
mod whole;

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Serialize};

pub use error::GateError;
pub(crate) use error::at;
pub use reach::Reach;

use crate::capability::{Capability, is_api_name};
use crate::text::excerpt;

/// The longest document, in bytes.
pub const DOCUMENT_LENGTH: usize = 64 * 1024;

/// The longest text of variables, in bytes.
pub const VARIABLES_LENGTH: usize = 256 * 1024;

/// The three kinds of operation that GraphQL has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperationKind {
    /// Reads.
    Query,
    /// Changes; never sent twice.
    Mutation,
    /// Follows events.
    Subscription,
}

impl OperationKind {
    /// All kinds.
    pub const ALL: [OperationKind; 3] =
        [OperationKind::Query, OperationKind::Mutation, OperationKind::Subscription];

    /// The keyword in a document, and the first word of a capability.
    pub fn as_str(self) -> &'static str {
        match self {
            OperationKind::Query => "query",
            OperationKind::Mutation => "mutation",
            OperationKind::Subscription => "subscription",
        }
    }

    /// The root type's name, as in `Query.clusters`.
    pub fn root_type(self) -> &'static str {
        match self {
            OperationKind::Query => "Query",
            OperationKind::Mutation => "Mutation",
            OperationKind::Subscription => "Subscription",
        }
    }
}

impl fmt::Display for OperationKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// An operation that the gate has read. It can be had from the gate alone.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Operation {
    /// The operation's name; empty where [`Operation::read_dynamic`] met an anonymous one.
    pub name: String,
    /// Which of the platform's APIs serves it.
    pub api: String,
    /// Query, mutation or subscription.
    pub kind: OperationKind,
    /// Names of the root fields that it reaches, sorted, without `__typename`, which is free.
    pub roots: Vec<String>,
    /// Everything that it reaches below the root.
    pub reach: Reach,
    /// The canonical print: this operation and the fragments that it reaches. This text is sent.
    pub document: String,
    /// Names of the variables that it declares, in the document's order.
    pub variables: Vec<String>,
}

impl Operation {
    /// Reads a declared operation, whose document must hold it, and no other, under that name.
    ///
    /// # Errors
    ///
    /// Whatever step of the gate refuses it; an anonymous operation, or one of another name, too.
    pub fn read(name: &str, api: &str, document: &str) -> Result<Operation, GateError> {
        let operation = Operation::read_dynamic(api, document)?;
        if operation.name.is_empty() {
            return Err(GateError::Anonymous);
        }
        if operation.name != name {
            return Err(GateError::OtherName { expected: excerpt(name), found: excerpt(&operation.name) });
        }
        Ok(operation)
    }

    /// Reads a document that comes at run time; its operation may be anonymous.
    ///
    /// A pack may not run an anonymous one: [`crate::decision::decide_dynamic`] denies it. The
    /// user's own `vantage api` may.
    ///
    /// # Errors
    ///
    /// Whatever step of the gate refuses it.
    pub fn read_dynamic(api: &str, document: &str) -> Result<Operation, GateError> {
        if !is_api_name(api) {
            return Err(GateError::Api { api: excerpt(api) });
        }
        let parsed = parse::parse(document)?;
        let expanded = expand::expand(&parsed)?;
        Ok(Operation {
            name: parsed.operation.name.as_ref().map(ToString::to_string).unwrap_or_default(),
            api: api.to_owned(),
            kind: parsed.kind,
            roots: expanded.roots.into_iter().collect(),
            reach: expanded.reach,
            document: parsed.print(&expanded.fragments),
            variables: parsed.operation.variables.iter().map(|variable| variable.name.to_string()).collect(),
        })
    }

    /// The capabilities that it needs as a declared operation: one for each root field.
    pub fn capabilities(&self) -> BTreeSet<Capability> {
        self.roots.iter().map(|field| Capability::of_field(self.kind, &self.api, field)).collect()
    }

    /// The capabilities that it needs when the document came at run time.
    pub fn dynamic_capabilities(&self) -> BTreeSet<Capability> {
        let capability = |field: &String| Capability::Dynamic {
            api: self.api.clone(),
            kind: self.kind,
            field: field.clone(),
        };
        self.roots.iter().map(capability).collect()
    }

    /// Checks the variables of one call and prints them anew: an object, declared names only, no
    /// name twice at any level. Numbers keep their digits.
    ///
    /// # Errors
    ///
    /// [`GateError::Variables`] and its kin, naming the place.
    pub fn check_variables(&self, json: &str) -> Result<String, GateError> {
        variables::check(&self.variables, json)
    }
}

#[cfg(test)]
mod tests;
