//! Builds what a command asks for, when it asks.
//!
//! `--help` builds nothing, `whoami` no engine, `plugin list` no session. The context also is the
//! one place that joins environment and options to the crates' arguments: precedence is decided in
//! the session crate, from what is gathered here.

use std::sync::{Arc, OnceLock};

use vantage_output::Console;
use vantage_policy::team::Policies;
use vantage_runtime::{CacheFolders, Compiler, Runtime, RuntimeError};
use vantage_session::{
    Configuration, Credentials, Origin, Overrides, Profile, Resolved, Session, StoreKind, Surroundings,
    SystemClock,
};
use vantage_store::{GrantScope, Store};

use crate::cli::globals::Globals;
use crate::environment::{Environment, Folders};
use crate::error::{HostError, Kind};
use crate::sign_in::Teller;
use crate::team_policy;

/// What the host sends as its name and version.
/// How requests introduce themselves.
pub const USER_AGENT: &str = concat!("vantage/", env!("CARGO_PKG_VERSION"));

/// What a command can ask for.
pub struct Context {
    environment: Environment,
    globals: Globals,
    console: Console,
    resolved: OnceLock<Resolved>,
    surroundings: OnceLock<Surroundings>,
    session: OnceLock<Arc<Session>>,
    policies: OnceLock<Policies>,
}

impl Context {
    /// Joins options and environment; opens nothing.
    pub fn new(environment: Environment, globals: Globals, console: Console) -> Self {
        let (resolved, surroundings, session) = (OnceLock::new(), OnceLock::new(), OnceLock::new());
        Self { environment, globals, console, resolved, surroundings, session, policies: OnceLock::new() }
    }

    /// The global options.
    pub fn globals(&self) -> &Globals {
        &self.globals
    }

    /// Standard output and standard error.
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// What the process was started with.
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Whether a person can be asked.
    pub fn attended(&self) -> bool {
        !self.globals.no_input
            && !self.environment.is_set("VANTAGE_NO_INPUT")
            && self.environment.stderr_terminal
    }

    /// Whether no server may be asked.
    pub fn offline(&self) -> bool {
        self.globals.offline || self.environment.is_set("VANTAGE_OFFLINE")
    }

    /// Where configuration, data, state and cache lie.
    pub fn folders(&self) -> Result<Folders, HostError> {
        folders(&self.environment)
    }

    /// The configuration, read anew, so that it can be edited and saved.
    pub fn configuration(&self) -> Result<Configuration, HostError> {
        let file = self.folders()?.config_file();
        Ok(tracing::info_span!("configuration").in_scope(|| Configuration::load(&file))?)
    }

    /// The profile in force, each value with its origin.
    pub fn resolved(&self) -> Result<Resolved, HostError> {
        if let Some(resolved) = self.resolved.get() {
            return Ok(resolved.clone());
        }
        let configuration = self.configuration()?;
        for warning in configuration.warnings() {
            self.console.warn(&warning);
        }
        let resolved = configuration.resolve(&self.overrides())?;
        Ok(self.resolved.get_or_init(|| resolved).clone())
    }

    /// The team policies that apply, read once in a run.
    pub fn policies(&self) -> Result<&Policies, HostError> {
        if let Some(policies) = self.policies.get() {
            return Ok(policies);
        }
        let named = self.configuration()?.policy();
        Ok(self.policies.get_or_init(|| team_policy::load(named.as_ref().map(|(_, path)| path.as_path()))))
    }

    /// A profile as it is configured, whatever flags and variables say.
    pub fn profile(&self, name: &str) -> Result<Profile, HostError> {
        let only = Overrides { profile: Some((name.to_owned(), Origin::Profile)), ..Overrides::default() };
        Ok(self.configuration()?.resolve(&only)?.profile)
    }

    /// The session of the profile in force; it reads no token until it is asked for one.
    pub fn session(&self) -> Result<Arc<Session>, HostError> {
        if let Some(session) = self.session.get() {
            return Ok(Arc::clone(session));
        }
        let (profile, surroundings) = (self.resolved()?.profile, self.surroundings()?);
        let session = Session::new(profile, surroundings, self.credentials());
        Ok(Arc::clone(self.session.get_or_init(|| Arc::new(session))))
    }

    /// A session with the stored sign-in of any profile, whatever variables say.
    pub fn session_for(&self, profile: Profile) -> Result<Session, HostError> {
        Ok(Session::new(profile, self.surroundings()?, Credentials::Stored))
    }

    /// A session for every sign-in there is: those in files, and those that profiles leave to a
    /// program.
    pub fn sessions(&self) -> Result<Vec<Session>, HostError> {
        let mut sessions = Session::all(&self.surroundings()?)?;
        for name in self.configuration()?.profile_names() {
            let profile = match self.profile(&name) {
                Ok(profile) => profile,
                Err(error) => {
                    self.console.warn(&format!("profile `{name}` is passed over: {error}"));
                    continue;
                }
            };
            if profile.credential_store == StoreKind::Command {
                sessions.push(self.session_for(profile)?);
            }
        }
        Ok(sessions)
    }

    /// Deletes what damage left beside the sign-ins; says how many files that were.
    pub fn clear_leftovers(&self) -> Result<usize, HostError> {
        Ok(Session::clear_leftovers(&self.surroundings()?)?)
    }

    fn surroundings(&self) -> Result<Surroundings, HostError> {
        if let Some(surroundings) = self.surroundings.get() {
            return Ok(surroundings.clone());
        }
        let folders = self.folders()?;
        let surroundings = Surroundings::new(
            vantage_session::Folders { state: folders.state, cache: folders.cache },
            Arc::new(SystemClock),
            USER_AGENT.to_owned(),
            self.environment.has_session_bus(),
            Arc::new(Teller::new(self)),
        )
        .offline(self.offline());
        Ok(self.surroundings.get_or_init(|| surroundings).clone())
    }

    /// The variable that the identity of this run comes from, if it is not a stored sign-in.
    pub fn identity_given_by(&self) -> Option<String> {
        match self.credentials() {
            Credentials::Stored => None,
            Credentials::Token { from, .. }
            | Credentials::TokenFile { from, .. }
            | Credentials::ClientSecretFile { from, .. }
            | Credentials::AssertionFile { from, .. } => Some(from),
        }
    }

    /// What the identity of this run comes from: the first of these that is set, else the store.
    fn credentials(&self) -> Credentials {
        let file = |name| Some((self.environment.path(name)?, name.to_owned()));
        if let Some((path, from)) = file("VANTAGE_TOKEN_FILE") {
            return Credentials::TokenFile { path, from };
        }
        if let Some(token) = self.environment.token() {
            return Credentials::Token { token, from: "VANTAGE_TOKEN".to_owned() };
        }
        if let Some((path, from)) = file("VANTAGE_CLIENT_SECRET_FILE") {
            return Credentials::ClientSecretFile { path, from };
        }
        match file("VANTAGE_ASSERTION_FILE") {
            Some((path, from)) => Credentials::AssertionFile { path, from },
            None => Credentials::Stored,
        }
    }

    /// Whether a sign-in is half written, which [`Context::settle`] would wait for.
    pub fn is_working(&self) -> bool {
        self.session.get().is_some_and(|session| session.is_working())
    }

    /// Waits until no sign-in is half written. It is bounded by the time-outs of a refresh.
    pub async fn settle(&self) {
        if let Some(session) = self.session.get() {
            session.settle().await;
        }
    }

    /// Packs on disk; opening it touches nothing.
    pub fn store(&self) -> Result<Store, HostError> {
        Ok(Store::open(&self.folders()?.data))
    }

    /// An engine. Built only where a pack runs or is checked.
    pub fn runtime(&self) -> Result<Runtime, HostError> {
        let folders = self.folders()?;
        let folders = CacheFolders { compiled: folders.cache.join("compiled"), keys: folders.data };
        let compiler = Compiler::this_program().map_err(|error| RuntimeError::Compile {
            message: format!("the compiler is not found: {error}"),
        })?;
        Ok(Runtime::new(folders, compiler)?)
    }

    /// Whose grants count: those given for this issuer, these origins and this organization.
    pub fn grant_scope(&self) -> Result<GrantScope, HostError> {
        let profile = self.resolved()?.profile;
        let apis = std::iter::once(&profile.api).chain(profile.apis.values());
        Ok(GrantScope {
            issuer: profile.issuer.to_string(),
            origins: apis.map(|api| api.origin().ascii_serialization()).collect(),
            organization: profile.organization,
        })
    }

    /// Flags and variables that stand above the profile.
    fn overrides(&self) -> Overrides {
        let flag = |value: &Option<String>, name| Some((value.clone()?, Origin::Flag(name)));
        let variable = |name| Some((self.environment.text(name)?.to_owned(), Origin::Environment(name)));
        Overrides {
            profile: flag(&self.globals.profile, "--profile").or_else(|| variable("VANTAGE_PROFILE")),
            issuer: variable("VANTAGE_ISSUER"),
            client_id: variable("VANTAGE_CLIENT_ID"),
            api: variable("VANTAGE_API"),
            organization: flag(&self.globals.organization, "--organization")
                .or_else(|| variable("VANTAGE_ORGANIZATION")),
            credential_store: variable("VANTAGE_CREDENTIAL_STORE"),
        }
    }
}

/// Where configuration, data, state and cache lie, or how to say so.
pub fn folders(environment: &Environment) -> Result<Folders, HostError> {
    environment.folders().ok_or_else(|| {
        HostError::said(
            Kind::Failed,
            "there is no home folder to keep configuration and packs in",
            vec!["set VANTAGE_HOME to a folder, or HOME".to_owned()],
        )
    })
}
