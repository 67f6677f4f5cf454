//! How job templates are changed.

use async_graphql::{Context, Object, Result};
use serde_json::json;

use super::inputs::{CreateJobTemplateInput, UpdateJobTemplateInput};
use super::outcomes::{
    CreateJobTemplateResult, DeleteJobTemplateResult, InvalidInput, JobTemplateDeleted,
    JobTemplateIdentifierInUse, UpdateJobTemplateResult, no_template,
};
use crate::database::files::Files;
use crate::database::templates::{self, Change, Changed, Template};
use crate::graphql::caller::{Caller, view};
use crate::graphql::connection::failure;
use crate::server::Shared;

/// The part of `Mutation` that is about templates.
#[derive(Debug, Default)]
pub(crate) struct TemplateMutation;

#[Object]
impl TemplateMutation {
    /// Creates a job template in the token's organization.
    async fn create_job_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The template to create.")] create_job_template_input: CreateJobTemplateInput,
    ) -> Result<CreateJobTemplateResult> {
        let (view, input) = (view(context, "jobbergate:job-templates:create")?, create_job_template_input);
        if let Err(problem) = input.check() {
            return Ok(CreateJobTemplateResult::InvalidInput(InvalidInput::new(problem)));
        }
        let filename = input.filename.unwrap_or_else(|| "job.sh.j2".to_owned());
        let template = Template {
            id: 0,
            name: input.name,
            identifier: input.identifier.clone(),
            description: input.description.unwrap_or_default(),
            owner_email: context.data::<Caller>()?.email.clone(),
            is_archived: false,
            template_vars: input.template_vars.map_or_else(|| json!({}), |values| values.0).to_string(),
            files: Files::entrypoint(filename, input.content),
            created_at: view.now,
            updated_at: view.now,
        };
        let platform = context.data::<Shared>()?;
        let made = platform.change(move |t| templates::insert(t, &view.organization, template)).await;
        Ok(match made.map_err(failure)? {
            Some(row) => CreateJobTemplateResult::JobTemplate(Box::new(row.into())),
            None => CreateJobTemplateResult::JobTemplateIdentifierInUse(in_use(input.identifier)),
        })
    }

    /// Changes a job template of the token's organization.
    async fn update_job_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which template, and what to change.")]
        update_job_template_input: UpdateJobTemplateInput,
    ) -> Result<UpdateJobTemplateResult> {
        let (view, input) = (view(context, "jobbergate:job-templates:update")?, update_job_template_input);
        if let Err(problem) = input.check() {
            return Ok(UpdateJobTemplateResult::InvalidInput(InvalidInput::new(problem)));
        }
        let change = Change {
            name: input.name,
            identifier: input.identifier.clone(),
            description: input.description,
            is_archived: input.is_archived,
            template_vars: input.template_vars.map(|values| values.0.to_string()),
            content: input.content,
        };
        let platform = context.data::<Shared>()?;
        let changed = platform.change(move |t| templates::update(t, &view, input.id, change)).await;
        Ok(match changed.map_err(failure)? {
            Changed::Done(row) => UpdateJobTemplateResult::JobTemplate(Box::new(row.into())),
            Changed::NotFound => UpdateJobTemplateResult::JobTemplateNotFound(no_template(input.id)),
            Changed::IdentifierInUse => {
                UpdateJobTemplateResult::JobTemplateIdentifierInUse(in_use(input.identifier))
            }
        })
    }

    /// Deletes a job template of the token's organization; scripts that were made of it stay.
    async fn delete_job_template(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which template.")] id: i64,
    ) -> Result<DeleteJobTemplateResult> {
        let view = view(context, "jobbergate:job-templates:delete")?;
        let platform = context.data::<Shared>()?;
        let deleted = platform.change(move |t| templates::delete(t, &view.organization, id)).await;
        Ok(if deleted.map_err(failure)? {
            let message = format!("Job template {id} was deleted");
            DeleteJobTemplateResult::JobTemplateDeleted(JobTemplateDeleted::new(message))
        } else {
            DeleteJobTemplateResult::JobTemplateNotFound(no_template(id))
        })
    }
}

fn in_use(identifier: Option<String>) -> JobTemplateIdentifierInUse {
    let identifier = identifier.unwrap_or_default();
    JobTemplateIdentifierInUse::new(format!("Job template identifier {identifier} is already in use"))
}
