//! What can be watched through the API `jobs`.

use async_graphql::{Context, Result, Subscription};
use futures_util::Stream;

use super::query::READ_SUBMISSIONS;
use super::types::JobSubmission;
use crate::graphql::caller::view;
use crate::graphql::watch::events;
use crate::server::Shared;

/// What can be watched.
#[derive(Debug)]
pub(crate) struct Subscription;

/// What can be watched.
#[Subscription]
impl Subscription {
    /// A job submission of the token's organization as it is at once, and again whenever where it
    /// stands has changed; ends after a final status, or when the submission is deleted. Without a
    /// number: every submission that is not final, then every change, and no end.
    async fn job_submission_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which submission; all of them if it is left out.")] id: Option<i64>,
    ) -> Result<impl Stream<Item = Result<JobSubmission>>> {
        let (platform, view) = (context.data::<Shared>()?, view(context, READ_SUBMISSIONS)?);
        events(platform, view, id.map(|id| id.to_string())).await
    }
}
