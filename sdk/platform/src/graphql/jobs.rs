//! The API `jobs`: templates, scripts and submissions of batch jobs. Upstream has them as REST
//! (Jobbergate); here they have the wire shape of the API `cluster`, with upstream's names.

mod inputs;
mod outcomes;
mod query;
mod scripts;
mod submissions;
mod subscription;
mod templates;
mod types;

use async_graphql::{MergedObject, Schema, SchemaBuilder};

use super::DEPTH;
use crate::server::Shared;
use query::Query;
use scripts::ScriptMutation;
use submissions::SubmissionMutation;
use subscription::Subscription;
use templates::TemplateMutation;

/// What can be changed.
#[derive(Debug, Default, MergedObject)]
pub(crate) struct Mutation(TemplateMutation, ScriptMutation, SubmissionMutation);

/// The schema without a platform behind it: enough to write it down.
pub(super) fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query, Mutation::default(), Subscription).limit_depth(DEPTH)
}

/// The schema over a platform.
pub(super) fn schema(platform: &Shared) -> Schema<Query, Mutation, Subscription> {
    builder().data(platform.clone()).finish()
}
