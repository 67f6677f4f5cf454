//! What can be watched through the API `cluster`.

use async_graphql::{Context, Result, Subscription};
use futures_util::Stream;

use super::query::READ;
use super::types::Cluster;
use crate::graphql::caller::view;
use crate::graphql::watch::events;
use crate::server::Shared;

/// What can be watched.
#[derive(Debug)]
pub(crate) struct Subscription;

/// What can be watched.
#[Subscription]
impl Subscription {
    /// A cluster of the token's organization as it is at once, and again whenever its status has
    /// changed; ends when the cluster is deleted. Without a name: every cluster, and no end.
    async fn cluster_status_changed(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which cluster; all of them if it is left out.")] name: Option<String>,
    ) -> Result<impl Stream<Item = Result<Cluster>>> {
        events(context.data::<Shared>()?, view(context, READ)?, name).await
    }
}
