//! Values that a pack knows of one of its arguments: the one place where completing starts a pack.
//!
//! It is started only where its compiled code and a sign-in that is valid now are at hand: nothing is compiled,
//! renewed, asked or shown, and no request goes out for what was not granted. A second is a long time for a
//! shell that waits, so the pack has what is left of the limit and is then left behind, with the thread that it
//! is on; nothing that could be lost is under way there.

use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use serde_json::Value;
use vantage_policy::command_while_completing;
use vantage_policy::description::Command;
use vantage_runtime::ports::Ports;
use vantage_runtime::{RunRequest, Typing};
use vantage_session::Session;

use super::candidate::Candidate;
use super::silent;
use super::tree::Found;
use crate::adapters::audit::RunLog;
use crate::adapters::authority::StoredGrants;
use crate::adapters::nothing::Nothing;
use crate::adapters::platform::SessionPlatform;
use crate::adapters::{Failures, WallClock};
use crate::catalog::Chosen;
use crate::cli::globals::Globals;
use crate::cli::packs;
use crate::commands::pack::before;
use crate::context::Context;
use crate::environment::Environment;
use crate::pack_settings::PackSettings;

/// What is left of the limit when the pack has to have answered: for the lines of its log, and the answer.
const AFTERWARDS: Duration = Duration::from_millis(20);

/// Asks the pack; none where it does not answer by `deadline`, for whatever reason.
pub(super) fn of_pack(
    found: Found,
    argument: String,
    typed: String,
    environment: Environment,
    deadline: Instant,
) -> Option<Vec<Candidate>> {
    let (send, answer) = mpsc::sync_channel(1);
    let ask = move || {
        // Nobody waits any more where it took too long.
        let _ = send.send(asked(&found, argument, typed, environment, deadline - AFTERWARDS));
    };
    // As much stack as a main thread has.
    std::thread::Builder::new().stack_size(8 << 20).spawn(ask).ok()?;
    answer.recv_timeout(deadline.saturating_duration_since(Instant::now())).ok()?
}

fn asked(
    found: &Found,
    argument: String,
    typed: String,
    environment: Environment,
    deadline: Instant,
) -> Option<Vec<Candidate>> {
    let pack = found.pack().filter(|pack| pack.outrun.is_none())?;
    let matches = found.matches()?;
    let context = Context::new(environment, globals(&matches), silent());
    if context.offline() {
        return None;
    }
    let (word, below) = matches.subcommand()?;
    let (command, below) = packs::chosen(&pack.description, word, below)?;
    before::admit(pack, &context).ok()?;
    let settings = PackSettings::read(&context.configuration().ok()?, &pack.description).ok()?;
    let request = RunRequest {
        pack_id: pack.description.id.clone(),
        version: pack.description.version.to_string(),
        command: command_while_completing(&pack.description, command),
        operations: pack.description.operations().ok()?,
        path: pack.own_path(&command.path),
        arguments: Value::Object(packs::arguments(command, below)).to_string(),
        requested_storage: None,
        limits: settings.limits,
    };
    let ports = ports(pack, command, settings.values, &context)?;
    let runtime = context.runtime().ok()?;
    let loaded = runtime.at_hand(pack.origin.digest())?;
    let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    let within = deadline.saturating_duration_since(Instant::now());
    let typing = Typing { argument, typed: typed.clone(), within };
    let answer = executor.block_on(runtime.complete(&loaded, request, typing, ports)).ok()?;
    Some(Candidate::of_pack(&answer, &typed))
}

/// The global options that count here: whose names are completed, and whether anyone may be asked.
fn globals(matches: &clap::ArgMatches) -> Globals {
    let text = |name: &str| matches.get_one::<String>(name).cloned();
    Globals {
        profile: text("profile"),
        organization: text("organization"),
        offline: matches.get_one::<bool>("offline").copied().unwrap_or_default(),
        ..Globals::default()
    }
}

fn ports(pack: &Chosen, command: &Command, settings: String, context: &Context) -> Option<Ports> {
    let session: Session = context.session().ok()?.as_it_is()?;
    let failures = Failures::default();
    let authority = StoredGrants::new(
        &context.store().ok()?,
        &pack.description,
        &pack.origin,
        context.grant_scope().ok()?,
        context.policies().ok()?,
        failures.clone(),
    );
    let nothing = Arc::new(Nothing);
    Some(Ports {
        authority: Arc::new(authority.ok()?),
        platform: Arc::new(SessionPlatform {
            session: Arc::new(session),
            console: silent(),
            dry_run: false,
            failures,
        }),
        identity: Arc::clone(&nothing) as _,
        answers: Arc::clone(&nothing) as _,
        questions: Arc::clone(&nothing) as _,
        storage: Arc::clone(&nothing) as _,
        inputs: nothing,
        clock: Arc::new(WallClock),
        audit: Arc::new(RunLog::while_completing(pack, command, context).ok()?),
        settings,
    })
}
