//! `vantage config edit`: the configuration file in the person's editor.
//!
//! The editor gets a copy. Only a copy that can be read, and whose profiles can all be used, replaces
//! the file; with mistakes in it the person can go on, or leave it where it is and come back.

use std::path::Path;
use std::process::Command;

use vantage_session::{Draft, SessionError};

use crate::context::Context;
use crate::environment::Environment;
use crate::error::{HostError, Kind};
use crate::reply::Reply;
use crate::terminal;

/// Answers nothing on standard output.
pub(super) async fn run(context: &Context) -> Result<Reply, HostError> {
    let environment = context.environment();
    if !(context.attended() && environment.stdin_terminal && environment.stdout_terminal) {
        return Err(HostError::usage(
            "`vantage config edit` needs a terminal",
            vec![
                "vantage config set KEY VALUE changes a setting".to_owned(),
                "vantage config path says where the file is".to_owned(),
            ],
        ));
    }
    let file = context.folders()?.config_file();
    let draft = Draft::begin(&file)?;
    loop {
        edit(environment.editor(), draft.path()).map_err(|problem| failed(&draft, problem))?;
        if !draft.is_changed()? {
            context.console().note("nothing was changed");
            return Ok(Reply::nothing());
        }
        let error = match apply(&draft, context) {
            Ok(()) => {
                context.console().note(&format!("saved `{}`", file.display()));
                return Ok(Reply::nothing());
            }
            Err(error) => error,
        };
        context.console().warn(&error.to_string());
        if !terminal::confirm(context.console(), "Edit it again?".to_owned()).await? {
            return Err(kept(&draft, error));
        }
    }
}

/// Replaces the file, and warns of what nobody reads.
fn apply(draft: &Draft, context: &Context) -> Result<(), SessionError> {
    let checked = draft.check()?;
    let warnings = checked.warnings();
    draft.apply(checked)?;
    warnings.iter().for_each(|warning| context.console().warn(warning));
    Ok(())
}

/// Runs the editor on the file at `path` and waits for its end.
fn edit(editor: &str, path: &Path) -> Result<(), String> {
    let words = match cfg!(windows) {
        // Backslashes are a part of paths there.
        true => editor.split_whitespace().map(str::to_owned).collect(),
        false => shell_words::split(editor).map_err(|_| format!("a quote in `{editor}` is not closed"))?,
    };
    let Some((program, arguments)) = words.split_first() else {
        return Err("no editor is named".to_owned());
    };
    let mut command = Command::new(program);
    command.args(arguments).arg(path);
    for name in Environment::own() {
        command.env_remove(name);
    }
    let ended = command.status();
    match ended.map_err(|error| format!("`{program}` cannot be started: {error}"))? {
        status if status.success() => Ok(()),
        status => Err(format!("`{program}` ended with {status}")),
    }
}

fn failed(draft: &Draft, problem: String) -> HostError {
    let mut hints = vec!["VISUAL or EDITOR names the editor, as in EDITOR=nano".to_owned()];
    hints.extend(draft.is_changed().unwrap_or(true).then(|| whereabouts(draft)));
    HostError::said(Kind::Failed, format!("the editor failed: {problem}"), hints)
}

/// The person leaves the mistake, which has been shown, in the copy.
fn kept(draft: &Draft, error: SessionError) -> HostError {
    let kind = HostError::from(error).kind();
    HostError::said(kind, "the configuration was not changed", vec![whereabouts(draft)])
}

fn whereabouts(draft: &Draft) -> String {
    format!("what you wrote is in `{}`", draft.path().display())
}
