//! What the mutations of the API `jobs` take, and which of it is refused. A refusal is a sentence
//! that names the field, and becomes the answer `InvalidInput`.

use async_graphql::InputObject;

use crate::graphql::scalars::JsonScalar;

/// No name, identifier, file or folder that people write is longer.
const LONGEST: usize = 255;

/// More arguments than that are a mistake.
const MOST_ARGUMENTS: usize = 100;

/// A job template to create.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateJobTemplateInput {
    /// What to call it.
    pub(super) name: String,
    /// Another key, for people: letters, digits, dashes, underscores and dots.
    pub(super) identifier: Option<String>,
    /// What to say about it.
    pub(super) description: Option<String>,
    /// An object with the values that are put into places such as `{{ nodes }}`.
    pub(super) template_vars: Option<JsonScalar>,
    /// The content of its entrypoint.
    pub(super) content: String,
    /// The name of its entrypoint; `job.sh.j2` unless said otherwise.
    pub(super) filename: Option<String>,
}

/// A change to a job template; what is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateJobTemplateInput {
    /// Which template.
    pub(super) id: i64,
    /// What to call it from now on.
    pub(super) name: Option<String>,
    /// Its other key from now on.
    pub(super) identifier: Option<String>,
    /// What to say about it from now on.
    pub(super) description: Option<String>,
    /// Whether it is kept for the record only.
    pub(super) is_archived: Option<bool>,
    /// The values from now on, all of them.
    pub(super) template_vars: Option<JsonScalar>,
    /// The content of its entrypoint from now on.
    pub(super) content: Option<String>,
}

/// A job script to create: of `content`, or of a template.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateJobScriptInput {
    /// What to call it.
    pub(super) name: String,
    /// What to say about it.
    pub(super) description: Option<String>,
    /// The content of its entrypoint.
    pub(super) content: Option<String>,
    /// The name of its entrypoint; `job.sh`, or the template's without `.j2`, unless said otherwise.
    pub(super) filename: Option<String>,
    /// The template to make it of, with the template's values in their places.
    pub(super) template_id: Option<i64>,
}

/// A change to a job script; what is left out stays as it is.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct UpdateJobScriptInput {
    /// Which script.
    pub(super) id: i64,
    /// What to call it from now on.
    pub(super) name: Option<String>,
    /// What to say about it from now on.
    pub(super) description: Option<String>,
    /// Whether it is kept for the record only.
    pub(super) is_archived: Option<bool>,
    /// The content of its entrypoint from now on; jobs that were submitted keep theirs.
    pub(super) content: Option<String>,
}

/// A job to submit.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct CreateJobSubmissionInput {
    /// What to call it.
    pub(super) name: String,
    /// The script to run.
    pub(super) job_script_id: i64,
    /// The cluster to run it on.
    pub(super) cluster_name: String,
    /// What to say about it.
    pub(super) description: Option<String>,
    /// The folder on the cluster to run it in, from the root on.
    pub(super) execution_directory: Option<String>,
    /// What to give to `sbatch` besides the script, such as `--exclusive`.
    pub(super) sbatch_arguments: Option<Vec<String>>,
}

impl CreateJobTemplateInput {
    pub(super) fn check(&self) -> Result<(), String> {
        name(&self.name)?;
        self.identifier.as_deref().map_or(Ok(()), identifier)?;
        self.template_vars.as_ref().map_or(Ok(()), template_vars)?;
        content(&self.content)?;
        self.filename.as_deref().map_or(Ok(()), filename)
    }
}

impl UpdateJobTemplateInput {
    pub(super) fn check(&self) -> Result<(), String> {
        self.name.as_deref().map_or(Ok(()), name)?;
        self.identifier.as_deref().map_or(Ok(()), identifier)?;
        self.template_vars.as_ref().map_or(Ok(()), template_vars)?;
        self.content.as_deref().map_or(Ok(()), content)
    }
}

impl CreateJobScriptInput {
    pub(super) fn check(&self) -> Result<(), String> {
        name(&self.name)?;
        match (&self.content, self.template_id) {
            (None, None) => return Err("content: it is missing, and so is templateId; give one".to_owned()),
            (Some(_), Some(_)) => return Err("content: it cannot be given with templateId".to_owned()),
            (Some(text), None) => content(text)?,
            (None, Some(_)) => {}
        }
        self.filename.as_deref().map_or(Ok(()), filename)
    }
}

impl UpdateJobScriptInput {
    pub(super) fn check(&self) -> Result<(), String> {
        self.name.as_deref().map_or(Ok(()), name)?;
        self.content.as_deref().map_or(Ok(()), content)
    }
}

impl CreateJobSubmissionInput {
    pub(super) fn check(&self) -> Result<(), String> {
        name(&self.name)?;
        let folder = self.execution_directory.as_deref();
        if folder.is_some_and(|folder| !folder.starts_with('/') || folder.chars().any(char::is_control)) {
            return Err("executionDirectory: it must begin with `/`".to_owned());
        }
        let arguments = self.sbatch_arguments.as_deref().unwrap_or_default();
        if arguments.len() > MOST_ARGUMENTS {
            return Err(format!("sbatchArguments: there may be {MOST_ARGUMENTS}, not {}", arguments.len()));
        }
        let wrong = |argument: &&String| argument.is_empty() || argument.chars().any(char::is_control);
        match arguments.iter().find(wrong) {
            Some(argument) => Err(format!("sbatchArguments: {argument:?} cannot stand on a command line")),
            None => Ok(()),
        }
    }
}

fn name(text: &str) -> Result<(), String> {
    let fits = !text.trim().is_empty() && text.len() <= LONGEST && !text.chars().any(char::is_control);
    fits.then_some(()).ok_or_else(|| format!("name: 1 to {LONGEST} bytes, on one line"))
}

fn identifier(text: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let fits = (1..=LONGEST).contains(&text.len()) && text.chars().all(allowed);
    fits.then_some(())
        .ok_or_else(|| format!("identifier: 1 to {LONGEST} letters, digits, dashes, underscores and dots"))
}

fn filename(text: &str) -> Result<(), String> {
    let fits = (1..=LONGEST).contains(&text.len()) && !matches!(text, "." | "..");
    let fits = fits && !text.contains(|c: char| c == '/' || c.is_control());
    fits.then_some(()).ok_or_else(|| "filename: a name without a folder".to_owned())
}

fn content(text: &str) -> Result<(), String> {
    if text.trim().is_empty() { Err("content: it is empty".to_owned()) } else { Ok(()) }
}

fn template_vars(value: &JsonScalar) -> Result<(), String> {
    if value.0.is_object() { Ok(()) } else { Err("templateVars: it must be an object".to_owned()) }
}
