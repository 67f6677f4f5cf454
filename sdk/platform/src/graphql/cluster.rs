//! The API `cluster`, in upstream's wire shape: lists are `edges { node }` with `total`, filters
//! are JSON, mutations answer with unions of the entity and messages. `pageInfo` and `after`,
//! which upstream lacks, make lists whole.

mod mutation;
mod outcomes;
mod query;
mod subscription;
mod types;

use async_graphql::{Schema, SchemaBuilder};

use super::DEPTH;
use crate::server::Shared;
use mutation::Mutation;
use query::Query;
use subscription::Subscription;

/// The schema without a platform behind it: enough to write it down.
pub(super) fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation, Subscription).limit_depth(DEPTH)
}

/// The schema over a platform.
pub(super) fn schema(platform: &Shared) -> Schema<Query, Mutation, Subscription> {
    builder().data(platform.clone()).finish()
}
