//! What can be asked of the API `cluster`.

use async_graphql::{Context, Object, Result};

use super::types::Cluster;
use crate::graphql::caller::view;
use crate::graphql::connection::{Asked, Connection};
use crate::graphql::scalars::JsonScalar;

/// The role that every question needs.
pub(super) const READ: &str = "clusters:read";

/// What can be asked.
#[derive(Debug)]
pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// The clusters of the token's organization, by name.
    async fn clusters(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many to give at most: 0 to 100.", default = 100)] first: i32,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Conditions that all must hold: `{field: {eq: value}}`, also `ne`, `in`, `contains`."
        )]
        filters: Option<JsonScalar>,
    ) -> Result<Connection<Cluster>> {
        Connection::read(context, view(context, READ)?, Asked { first, after, filters }).await
    }
}
