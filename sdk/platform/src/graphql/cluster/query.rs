//! What can be asked of the API `cluster`.

use async_graphql::{Context, Object, Result};

use super::filters;
use super::types::{Cluster, ClusterConnection, ClusterEdge, failure};
use crate::database::clusters::View;
use crate::graphql::caller::Caller;
use crate::graphql::pages::{PageInfo, cursor, key, size};
use crate::graphql::scalars::JsonScalar;
use crate::server::{Platform, Shared};

/// What a caller sees, now, if the token grants `permission`.
pub(super) fn view(context: &Context<'_>, permission: &str) -> Result<View> {
    let organization = context.data::<Caller>()?.organization_for(permission)?;
    Ok(View { organization, now: context.data::<Shared>()?.clock.now().as_millisecond() })
}

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
    ) -> Result<ClusterConnection> {
        let (size, view) = (size(first)?, view(context, "clusters:read")?);
        let after = after.as_deref().map(key).transpose()?;
        let conditions = filters::read(filters.as_ref().map(|filters| &filters.0))?;
        let platform: &Platform = context.data::<Shared>()?;
        let (before, asked, met) = (after.is_some(), view.clone(), conditions.clone());
        // One more than asked for tells whether there is a next page.
        let rows =
            platform.database.run(move |connection| asked.page(connection, met, after, size + 1)).await;
        let mut rows = rows.map_err(failure)?;
        let has_next_page = rows.len() > size;
        rows.truncate(size);
        let edges: Vec<_> = rows
            .into_iter()
            .map(|row| ClusterEdge { cursor: cursor(&row.name), node: Cluster::from(row) })
            .collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: before,
            start_cursor: edges.first().map(|edge| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(ClusterConnection { edges, page_info, view, conditions })
    }
}
