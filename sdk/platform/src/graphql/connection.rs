//! Lists as every API shows them: `edges { node cursor }`, `total` and `pageInfo`. An API says
//! what its nodes are ([`Node`]); reading the arguments, paging and counting are the same for all.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::{Context, Error, Object, OutputType, Result, SimpleObject, TypeName};
use rusqlite::types::Value;

use super::caller::error;
use super::filters;
use super::pages::{PageInfo, cursor, key, size};
use super::scalars::JsonScalar;
use crate::database::lists::{Conditions, Listed, View};
use crate::server::Shared;

/// An object that is listed.
pub(crate) trait Node: OutputType + From<Self::Row> + Send + Sync + 'static {
    /// What it is made of.
    type Row: Listed + Send + 'static;
    /// The name of its type.
    const NAME: &'static str;
    /// The fields that lists can be filtered by, and their columns.
    const FILTERS: &'static [(&'static str, &'static str)];

    /// The key of a row, as its cursor holds it.
    fn key(row: &Self::Row) -> String;

    /// The key that a cursor held, as the database compares it; `None` if it cannot be one.
    fn read_key(text: String) -> Option<Value>;
}

/// The arguments of a list.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) first: i32,
    pub(crate) after: Option<String>,
    pub(crate) filters: Option<JsonScalar>,
}

/// An entry of a list.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name_type)]
pub(crate) struct Edge<N: Node> {
    /// The entry itself.
    node: N,
    /// Its place in the list, for `after`.
    cursor: String,
}

impl<N: Node> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", N::NAME).into()
    }
}

/// A page of a list.
#[derive(Debug)]
pub(crate) struct Connection<N: Node> {
    edges: Vec<Edge<N>>,
    page_info: PageInfo,
    view: View,
    conditions: Conditions,
    node: PhantomData<N>,
}

impl<N: Node> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", N::NAME).into()
    }
}

/// A page of a list.
#[Object(name_type)]
impl<N: Node> Connection<N> {
    /// The entries of this page, in the list's order.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// How many entries the whole list has.
    async fn total(&self, context: &Context<'_>) -> Result<i64> {
        let (view, conditions) = (self.view.clone(), self.conditions.clone());
        let platform = context.data::<Shared>()?;
        let count = platform.database.run(move |connection| view.count::<N::Row>(connection, conditions));
        count.await.map_err(failure)
    }

    /// Where this page stands in the list.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

impl<N: Node> Connection<N> {
    /// Reads the page that is asked for.
    pub(crate) async fn read(context: &Context<'_>, view: View, asked: Asked) -> Result<Self> {
        let size = size(asked.first)?;
        let after = asked.after.as_deref().map(place::<N>).transpose()?;
        let conditions = filters::read(N::FILTERS, asked.filters.as_ref().map(|filters| &filters.0))?;
        let platform = context.data::<Shared>()?;
        let (before, seen, met) = (after.is_some(), view.clone(), conditions.clone());
        // One more than asked for tells whether there is a next page.
        let rows = platform
            .database
            .run(move |connection| seen.page::<N::Row>(connection, met, after, size + 1))
            .await;
        let mut rows = rows.map_err(failure)?;
        let has_next_page = rows.len() > size;
        rows.truncate(size);
        let edges: Vec<_> =
            rows.into_iter().map(|row| Edge { cursor: cursor(&N::key(&row)), node: N::from(row) }).collect();
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: before,
            start_cursor: edges.first().map(|edge: &Edge<N>| edge.cursor.clone()),
            end_cursor: edges.last().map(|edge| edge.cursor.clone()),
        };
        Ok(Self { edges, page_info, view, conditions, node: PhantomData })
    }
}

fn place<N: Node>(cursor: &str) -> Result<Value> {
    let wrong = || error("BAD_USER_INPUT", "`after` is not a cursor of this list");
    N::read_key(key(cursor)?).ok_or_else(wrong)
}

/// What a client hears of a failure inside; the log has the rest.
pub(crate) fn failure(problem: crate::PlatformError) -> Error {
    tracing::error!(%problem, "the database failed");
    error("INTERNAL_SERVER_ERROR", "the platform's database failed")
}
