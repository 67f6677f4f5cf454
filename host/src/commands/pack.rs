//! Runs one command of a pack: the one way in which packs, bundled or added, are started.
//!
//! It fills in the arguments, lends the ports and turns how the run ended into the host's words. What
//! stands before a run is in `pack/before.rs`; what the pack may do is decided by policy, at each call.

use std::sync::Arc;

use clap::ArgMatches;
use serde_json::{Value, json};
use vantage_output::visible::Visible;
use vantage_output::{AnswerSpec, Column, ColumnFormat, Shape, Used};
use vantage_policy::authority::Trust;
use vantage_policy::decision::{Denial, Rule};
use vantage_policy::description::{self, Command, Description};
use vantage_runtime::ports::Ports;
use vantage_runtime::{Component, Limits, PackError, RunOutcome, RunRequest, RuntimeError, Usage};

pub(crate) mod before;

use crate::adapters::answers::ConsoleAnswers;
use crate::adapters::audit::RunLog;
use crate::adapters::authority::StoredGrants;
use crate::adapters::identity::SessionIdentity;
use crate::adapters::inputs::NamedFiles;
use crate::adapters::platform::SessionPlatform;
use crate::adapters::questions::TerminalQuestions;
use crate::adapters::storage::StoredValues;
use crate::adapters::{Failures, WallClock};
use crate::catalog::{Chosen, PackOrigin};
use crate::cli::packs;
use crate::context::Context;
use crate::error::{HostError, Kind, Said};
use crate::pack_settings::PackSettings;
use crate::signals;
use crate::team_policy;
use crate::working::Working;

/// Columns of a line that a pack from others has to itself.
pub const LINE: usize = 200;

/// How often `-v` has to be given for the backtrace of a crash.
const BACKTRACE: u8 = 2;

/// Runs the command of `pack` that `matches` name.
pub async fn run(
    pack: &Chosen,
    word: &str,
    matches: &ArgMatches,
    context: &Context,
) -> Result<(), HostError> {
    let Some((command, matches)) = packs::chosen(&pack.description, word, matches) else {
        return Err(HostError::usage(format!("`{word}` has no such command"), Vec::new()));
    };
    if context.globals().schema {
        return Ok(context.console().document(&schema(command)?)?);
    }
    let bundled = pack.origin.trust() == Trust::Bundled;
    before::admit(pack, context)?;
    let arguments = packs::arguments(command, matches);
    let answer = context.console().answer(answer_spec(command))?;
    before::confirm(pack, command, &arguments, context).await?;

    let settings = PackSettings::read(&context.configuration()?, &pack.description)?;
    let failures = Failures::default();
    let id = &pack.description.id;
    let answers =
        Arc::new(ConsoleAnswers::new(context.console().clone(), id, bundled, answer, failures.clone()));
    let limits = settings.limits;
    let request = RunRequest {
        pack_id: id.clone(),
        version: pack.description.version.to_string(),
        command: command.clone(),
        operations: pack.description.operations()?,
        path: pack.own_path(&command.path),
        arguments: Value::Object(arguments.clone()).to_string(),
        requested_storage: pack.description.storage(),
        limits,
    };
    let files = packs::files(command, &arguments);
    let audit = RunLog::new(pack, command, context)?;
    let ports = ports(pack, audit, files, settings.values, context, Arc::clone(&answers), failures.clone())?;
    let runtime = context.runtime()?;
    // Seen where the compiled code is gone, or was made for another machine.
    let compiling = Working::begin(context.console(), "compiling", None);
    let loaded = match &pack.origin {
        PackOrigin::Bundled(bundled) => {
            runtime.load(bundled.digest, Component::Bytes(bundled.component)).await?
        }
        PackOrigin::Installed { component, digest } => {
            runtime.load(digest, Component::File(component)).await.map_err(|error| not_loaded(id, error))?
        }
    };
    drop(compiling);
    let resizes = (command.answer.shape == description::Shape::Live && context.console().style().redraws)
        .then(|| {
            let answers = Arc::clone(&answers);
            signals::on_resize(move || answers.resized())
        });
    let ran = runtime.run(&loaded, request, ports).await;
    if let Some(resizes) = resizes {
        resizes.abort();
    }
    match ran {
        Ok(outcome) => {
            if context.globals().verbose > 0 {
                context.console().used(id, &used(&outcome.usage, &limits));
            }
            finish(pack, &answers, outcome, &failures)
        }
        Err(error) => {
            // What was emitted before the crash is cut off where it is, never completed.
            answers.abandon()?;
            Err(crashed(pack, error, context.globals().verbose))
        }
    }
}

/// What a run used, beside what it may use.
pub fn used(usage: &Usage, limits: &Limits) -> Used {
    Used {
        memory: usage.memory_peak,
        memory_allowed: limits.memory,
        computing: usage.computing,
        computing_allowed: limits.computing,
    }
}

/// A pack that was added and cannot be loaded any more: what mends it is to add it again.
fn not_loaded(id: &str, error: RuntimeError) -> HostError {
    let mut hints = error.hints();
    hints.push(format!("vantage plugin remove {id} removes it; vantage plugin add SOURCE adds it again"));
    HostError::Said(Box::new(Said {
        kind: Kind::Failed,
        message: format!("pack `{id}` cannot be loaded"),
        causes: vec![error.to_string()],
        hints,
        request_id: None,
        details: None,
        backtrace: None,
    }))
}

/// A crash or a limit, with whose it is and what it wrote last.
fn crashed(pack: &Chosen, error: RuntimeError, verbose: u8) -> HostError {
    let (cause, stderr, backtrace) = match &error {
        RuntimeError::Crashed { message, stderr, backtrace } => {
            (message.clone(), stderr, backtrace.join("\n"))
        }
        RuntimeError::Limit { stderr, .. } => (error.to_string(), stderr, String::new()),
        _ => return error.into(),
    };
    let mut hints = error.hints();
    if let Some(homepage) = &pack.description.homepage {
        hints.push(format!("the pack's home is {homepage}"));
    }
    if verbose < BACKTRACE && !backtrace.is_empty() {
        hints.push("-vv shows where in the pack this happened".to_owned());
    }
    let Description { id, version, .. } = &pack.description;
    HostError::Said(Box::new(Said {
        kind: Kind::PackCrashed,
        message: format!("pack `{id}` {version} crashed"),
        causes: vec![cause],
        hints,
        request_id: None,
        details: Some(json!({ "pack": id, "version": version.to_string(), "stderr": stderr })),
        backtrace: (!backtrace.is_empty()).then_some(backtrace),
    }))
}

fn ports(
    pack: &Chosen,
    audit: RunLog,
    files: Vec<(String, Vec<String>)>,
    settings: String,
    context: &Context,
    answers: Arc<ConsoleAnswers>,
    failures: Failures,
) -> Result<Ports, HostError> {
    let session = context.session()?;
    let scope = context.grant_scope()?;
    let globals = context.globals();
    let id = pack.description.id.clone();
    let store = context.store()?;
    let authority = StoredGrants::new(
        &store,
        &pack.description,
        &pack.origin,
        scope.clone(),
        context.policies()?,
        failures.clone(),
    )?;
    let limit = authority.read()?.storage().unwrap_or_default();
    Ok(Ports {
        authority: Arc::new(authority),
        platform: Arc::new(SessionPlatform {
            session: Arc::clone(&session),
            console: context.console().clone(),
            dry_run: globals.dry_run,
            failures: failures.clone(),
        }),
        identity: Arc::new(SessionIdentity { session, failures: failures.clone() }),
        answers,
        questions: Arc::new(TerminalQuestions {
            pack: id.clone(),
            attended: context.attended(),
            yes: globals.yes,
            console: context.console().clone(),
        }),
        storage: Arc::new(StoredValues {
            values: store.storage(&id, &scope, limit)?,
            failures: failures.clone(),
        }),
        inputs: Arc::new(NamedFiles { named: files, failures }),
        clock: Arc::new(WallClock),
        audit: Arc::new(audit),
        settings,
    })
}

fn schema(command: &Command) -> Result<String, HostError> {
    match &command.answer.schema {
        Some(schema) => Ok(format!("{schema:#}\n")),
        None => Err(HostError::said(
            Kind::NotFound,
            format!("`vantage {}` does not describe its records by a schema", command.path.join(" ")),
            Vec::new(),
        )),
    }
}

fn answer_spec(command: &Command) -> AnswerSpec {
    let shape = match command.answer.shape {
        description::Shape::Nothing => Shape::Nothing,
        description::Shape::One => Shape::One,
        description::Shape::Many => Shape::Many,
        description::Shape::Live => Shape::Live,
        description::Shape::Text => Shape::Text,
    };
    // `cluster list` lists clusters; what has no better plural is called records.
    let noun = match command.path.as_slice() {
        [.., noun, verb] if verb == "list" => format!("{noun}s"),
        _ => "records".to_owned(),
    };
    let columns = command.answer.columns.iter().map(column).collect();
    AnswerSpec { shape, key: command.answer.key.clone(), columns, noun }
}

fn column(column: &description::Column) -> Column {
    let format = match column.format {
        description::ColumnFormat::Text => ColumnFormat::Text,
        description::ColumnFormat::Number => ColumnFormat::Number,
        description::ColumnFormat::Size => ColumnFormat::Size,
        description::ColumnFormat::Duration => ColumnFormat::Duration,
        description::ColumnFormat::Time => ColumnFormat::Time,
        description::ColumnFormat::Status => ColumnFormat::Status,
        description::ColumnFormat::Ratio => ColumnFormat::Ratio,
    };
    Column { title: column.title.clone(), pointer: column.pointer.clone(), format, wide: column.wide }
}

/// Ends the answer and says how the run ended.
fn finish(
    pack: &Chosen,
    answers: &ConsoleAnswers,
    outcome: RunOutcome,
    failures: &Failures,
) -> Result<(), HostError> {
    let error = match outcome.result {
        Ok(()) => return answers.finish(),
        // A reader that left wants no error.
        Err(error) if error.kind == "closed" => return answers.finish(),
        Err(error) => error,
    };
    // What was emitted before the failure is cut off where it is, never completed.
    answers.abandon()?;
    if error.kind == "dry-run" && failures.dry_run() {
        return Ok(());
    }
    if error.kind == "denied"
        && let Some(denial) = outcome.denial
    {
        return Err(denied(&pack.description.id, &denial));
    }
    let known = failures.behind(&error.kind, &error.message).or_else(|| failures.refusal(&error.kind));
    Err(known.unwrap_or_else(|| said_by(pack, error)))
}

/// A denial, with the remedy in the host's words.
pub fn denied(id: &str, denial: &Denial) -> HostError {
    if let Some(bar) = &denial.bar {
        return team_policy::denied(id, denial.capability.as_ref(), bar);
    }
    let hints = match &denial.capability {
        Some(capability) if matches!(denial.rule, Rule::NotGranted | Rule::BeyondReach) => {
            vec![format!("vantage plugin grant {id} \"{capability}\" allows it")]
        }
        _ => Vec::new(),
    };
    let capability = denial.capability.as_ref().map(ToString::to_string);
    HostError::Said(Box::new(Said {
        kind: Kind::Denied,
        message: format!("pack `{id}` was denied: {}", denial.message()),
        causes: Vec::new(),
        hints,
        request_id: None,
        details: Some(json!({ "pack": id, "capability": capability })),
        backtrace: None,
    }))
}

/// An error that the pack itself made up. It cannot speak as the host: its words stand under its
/// name, and the kinds that the host vouches for count as failures.
fn said_by(pack: &Chosen, error: PackError) -> HostError {
    let kind = match error.kind.as_str() {
        "usage" => Kind::Usage,
        "unattended" => Kind::Usage,
        "not-found" => Kind::NotFound,
        "conflict" => Kind::Conflict,
        "unavailable" => Kind::Unavailable,
        _ => Kind::Failed,
    };
    let bundled = pack.origin.trust() == Trust::Bundled;
    let spoken = |text: String| match bundled {
        true => text,
        false => format!("{}: {}", pack.description.id, Visible::line(&text).cut(LINE)),
    };
    let said = Box::new(Said {
        kind,
        message: spoken(error.message),
        causes: Vec::new(),
        hints: error.hints.into_iter().map(spoken).collect(),
        request_id: None,
        details: error.details,
        backtrace: None,
    });
    if bundled { HostError::Said(said) } else { HostError::OfPack(said) }
}
