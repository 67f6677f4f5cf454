//! GraphQL operations as a pack declares them, and what else a pack asks of the user.
//!
//! Nothing here parses GraphQL: the host does, when the pack is added, and derives from the
//! documents what the user is asked to grant.

use std::fmt;

use serde::{Serialize, Serializer};

/// A GraphQL operation that a pack may run.
///
/// Declare it once as a constant, give it to the commands that run it
/// ([`Command::uses`](crate::Command::uses)), and to [`Graphql`](crate::Graphql) when you run it.
///
/// ```
/// use vantage_plugin::Operation;
///
/// const COUNT: Operation = Operation::new(
///     "CountClusters",
///     "cluster",
///     "query CountClusters($first: Int!) { clusters(first: $first) { edges { node { name } } } }",
///     "counts your clusters",
/// );
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Operation {
    name: &'static str,
    api: &'static str,
    document: &'static str,
    purpose: &'static str,
}

impl Operation {
    /// Declares the operation `name` of `document`, which the platform's API `api` serves.
    ///
    /// `purpose` says in one line why the pack needs it; the user sees it as the pack's own words.
    pub const fn new(
        name: &'static str,
        api: &'static str,
        document: &'static str,
        purpose: &'static str,
    ) -> Self {
        Operation { name, api, document, purpose }
    }

    /// The name by which it is run.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// The document, as it was declared.
    pub const fn document(&self) -> &'static str {
        self.document
    }
}

impl AsRef<str> for Operation {
    fn as_ref(&self) -> &str {
        self.name
    }
}

/// Something that a pack needs beyond its operations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Request {
    capability: String,
    purpose: String,
}

impl Request {
    /// Asks to see one aspect of who is signed in.
    pub fn persona(aspect: Aspect, purpose: impl Into<String>) -> Self {
        Request { capability: format!("persona {aspect}"), purpose: purpose.into() }
    }

    /// Asks to keep up to `size` between runs, as in `1MiB`.
    pub fn storage(size: &str, purpose: impl Into<String>) -> Self {
        Request { capability: format!("storage {size}"), purpose: purpose.into() }
    }

    /// Asks to run documents that are built at run time and reach `field`, as in `Query.clusters`.
    ///
    /// Users think twice about this one: prefer an [`Operation`].
    pub fn dynamic(api: &str, field: &str, purpose: impl Into<String>) -> Self {
        Request { capability: format!("dynamic {api}/{field}"), purpose: purpose.into() }
    }
}

#[cfg(not(target_family = "wasm"))]
impl Request {
    pub(crate) fn capability(&self) -> &str {
        &self.capability
    }
}

/// A part of the persona that the user grants on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// The platform's identifier of the user, and the name that people see.
    Identity,
    /// The address.
    Email,
    /// The organization in use.
    Organization,
    /// The names of the user's roles.
    Roles,
}

impl fmt::Display for Aspect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Aspect::Identity => "identity",
            Aspect::Email => "email",
            Aspect::Organization => "organization",
            Aspect::Roles => "roles",
        })
    }
}

pub(crate) fn names<S: Serializer>(operations: &[Operation], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(operations.iter().map(Operation::name))
}
