//! What can be asked of the API `jobs`.

use async_graphql::{Context, Object, Result};

use super::types::{JobScript, JobSubmission, JobTemplate};
use crate::graphql::caller::view;
use crate::graphql::connection::{Asked, Connection, Node, failure};
use crate::graphql::scalars::JsonScalar;
use crate::server::Shared;

/// The role that reading templates needs.
const READ_TEMPLATES: &str = "jobbergate:job-templates:read";
/// The role that reading scripts needs.
const READ_SCRIPTS: &str = "jobbergate:job-scripts:read";
/// The role that reading submissions needs.
pub(super) const READ_SUBMISSIONS: &str = "jobbergate:job-submissions:read";

/// What can be asked.
#[derive(Debug)]
pub(crate) struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// The job templates of the token's organization, the newest first.
    async fn job_templates(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many to give at most: 0 to 100.")] first: i32,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Conditions that all must hold: `{field: {eq: value}}`, also `ne`, `in`, `contains`."
        )]
        filters: Option<JsonScalar>,
    ) -> Result<Connection<JobTemplate>> {
        Connection::read(context, view(context, READ_TEMPLATES)?, Asked { first, after, filters }).await
    }

    /// A job template of the token's organization; nothing if there is none of this number.
    async fn job_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which template.")] id: i64,
    ) -> Result<Option<JobTemplate>> {
        one(context, READ_TEMPLATES, id).await
    }

    /// The job scripts of the token's organization, the newest first.
    async fn job_scripts(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many to give at most: 0 to 100.")] first: i32,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Conditions that all must hold: `{field: {eq: value}}`, also `ne`, `in`, `contains`."
        )]
        filters: Option<JsonScalar>,
    ) -> Result<Connection<JobScript>> {
        Connection::read(context, view(context, READ_SCRIPTS)?, Asked { first, after, filters }).await
    }

    /// A job script of the token's organization; nothing if there is none of this number.
    async fn job_script(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which script.")] id: i64,
    ) -> Result<Option<JobScript>> {
        one(context, READ_SCRIPTS, id).await
    }

    /// The job submissions of the token's organization, the newest first.
    async fn job_submissions(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "How many to give at most: 0 to 100.")] first: i32,
        #[graphql(desc = "Go on after this cursor.")] after: Option<String>,
        #[graphql(
            desc = "Conditions that all must hold: `{field: {eq: value}}`, also `ne`, `in`, `contains`."
        )]
        filters: Option<JsonScalar>,
    ) -> Result<Connection<JobSubmission>> {
        Connection::read(context, view(context, READ_SUBMISSIONS)?, Asked { first, after, filters }).await
    }

    /// A job submission of the token's organization; nothing if there is none of this number.
    async fn job_submission(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which submission.")] id: i64,
    ) -> Result<Option<JobSubmission>> {
        one(context, READ_SUBMISSIONS, id).await
    }
}

async fn one<N: Node>(context: &Context<'_>, permission: &str, id: i64) -> Result<Option<N>> {
    let (view, platform) = (view(context, permission)?, context.data::<Shared>()?);
    let row = platform.database.run(move |connection| view.find::<N::Row>(connection, id)).await;
    Ok(row.map_err(failure)?.map(N::from))
}
