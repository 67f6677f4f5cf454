//! How job scripts are made, of text or of a template, and changed.

use async_graphql::{Context, Object, Result};
use serde_json::Value;

use super::inputs::{CreateJobScriptInput, UpdateJobScriptInput};
use super::outcomes::{
    CreateJobScriptResult, DeleteJobScriptResult, InvalidInput, JobScriptDeleted, JobScriptInUse,
    UpdateJobScriptResult, no_script, no_template,
};
use crate::database::files::{File, FileType, Files};
use crate::database::scripts::{self, Change, Deleted, Script};
use crate::database::templates::Template;
use crate::graphql::caller::{Caller, view};
use crate::graphql::connection::failure;
use crate::server::Shared;

/// The part of `Mutation` that is about scripts.
#[derive(Debug, Default)]
pub(crate) struct ScriptMutation;

#[Object]
impl ScriptMutation {
    /// Creates a job script in the token's organization: of `content`, or of a template.
    async fn create_job_script(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The script to create.")] create_job_script_input: CreateJobScriptInput,
    ) -> Result<CreateJobScriptResult> {
        let (view, input) = (view(context, "jobbergate:job-scripts:create")?, create_job_script_input);
        if let Err(problem) = input.check() {
            return Ok(CreateJobScriptResult::InvalidInput(InvalidInput::new(problem)));
        }
        let (owner_email, template_id) = (context.data::<Caller>()?.email.clone(), input.template_id);
        let made = context.data::<Shared>()?.change(move |transaction| {
            let template = template_id.map(|id| view.find::<Template>(transaction, id)).transpose()?;
            if matches!(template, Some(None)) {
                return Ok(None);
            }
            let script = Script {
                id: 0,
                name: input.name,
                description: input.description.unwrap_or_default(),
                owner_email,
                is_archived: false,
                parent_template_id: template_id,
                files: files(input.content, input.filename, template.flatten()),
                created_at: view.now,
                updated_at: view.now,
            };
            scripts::insert(transaction, &view.organization, script).map(Some)
        });
        Ok(match (made.await.map_err(failure)?, template_id) {
            (Some(row), _) => CreateJobScriptResult::JobScript(Box::new(row.into())),
            (None, id) => CreateJobScriptResult::JobTemplateNotFound(no_template(id.unwrap_or_default())),
        })
    }

    /// Changes a job script of the token's organization.
    async fn update_job_script(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which script, and what to change.")] update_job_script_input: UpdateJobScriptInput,
    ) -> Result<UpdateJobScriptResult> {
        let (view, input) = (view(context, "jobbergate:job-scripts:update")?, update_job_script_input);
        if let Err(problem) = input.check() {
            return Ok(UpdateJobScriptResult::InvalidInput(InvalidInput::new(problem)));
        }
        let UpdateJobScriptInput { id, name, description, is_archived, content } = input;
        let change = Change { name, description, is_archived, content };
        let platform = context.data::<Shared>()?;
        let changed = platform.change(move |t| scripts::update(t, &view, id, change)).await;
        Ok(match changed.map_err(failure)? {
            Some(row) => UpdateJobScriptResult::JobScript(Box::new(row.into())),
            None => UpdateJobScriptResult::JobScriptNotFound(no_script(id)),
        })
    }

    /// Deletes a job script of the token's organization; submissions that ended stay.
    async fn delete_job_script(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which script.")] id: i64,
    ) -> Result<DeleteJobScriptResult> {
        let view = view(context, "jobbergate:job-scripts:delete")?;
        let platform = context.data::<Shared>()?;
        let deleted = platform.change(move |transaction| scripts::delete(transaction, &view, id)).await;
        Ok(match deleted.map_err(failure)? {
            Deleted::Done => {
                let message = format!("Job script {id} was deleted");
                DeleteJobScriptResult::JobScriptDeleted(JobScriptDeleted::new(message))
            }
            Deleted::NotFound => DeleteJobScriptResult::JobScriptNotFound(no_script(id)),
            Deleted::InUse(number) => {
                let message =
                    format!("Job script {id} is in use: {number} of its submissions have not ended");
                DeleteJobScriptResult::JobScriptInUse(JobScriptInUse::new(message))
            }
        })
    }
}

/// The files of a new script: of its own text, or the template's with the values in their places.
fn files(content: Option<String>, filename: Option<String>, template: Option<Template>) -> Files {
    let Some(template) = template else {
        let filename = filename.unwrap_or_else(|| "job.sh".to_owned());
        return Files::entrypoint(filename, content.unwrap_or_default());
    };
    let values: Value = serde_json::from_str(&template.template_vars).unwrap_or_default();
    let render = |file: File| {
        let own = filename.clone().filter(|_| file.file_type == FileType::Entrypoint);
        let plain = file.filename.strip_suffix(".j2").unwrap_or(&file.filename);
        let filename = own.unwrap_or_else(|| plain.to_owned());
        File { filename, content: render(&file.content, &values), ..file }
    };
    Files(template.files.0.into_iter().map(render).collect())
}

/// Puts values into places such as `{{ name }}`; a place without a value stays as it is. That is
/// the least of what upstream's Jinja does, and enough to make a script.
fn render(content: &str, values: &Value) -> String {
    let (mut rendered, mut rest) = (String::with_capacity(content.len()), content);
    while let Some((before, (place, after))) =
        rest.split_once("{{").and_then(|(before, after)| Some((before, after.split_once("}}")?)))
    {
        rendered.push_str(before);
        match values.get(place.trim()) {
            Some(Value::String(text)) => rendered.push_str(text),
            Some(value) => rendered.push_str(&value.to_string()),
            None => rendered.push_str(&format!("{{{{{place}}}}}")),
        }
        rest = after;
    }
    rendered.push_str(rest);
    rendered
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_put_into_their_places() {
        let values = json!({"nodes": 4, "program": "./a.out"});
        assert_eq!(render("-N {{ nodes }} {{program}}\n", &values), "-N 4 ./a.out\n");
        assert_eq!(render("{{ other }} {{ nodes", &values), "{{ other }} {{ nodes");
        assert_eq!(render("", &values), "");
    }
}
