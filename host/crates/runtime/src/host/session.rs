//! `session.session`: the handle from which a run gets all others.
//!
//! Handing one out costs nothing and grants nothing: each handle is checked at each call.

use vantage_policy::decision::decide_storage;
use vantage_policy::description::Kind;
use wasmtime::component::Resource;

use super::contract::session::{Host, HostSession};
use super::graphql::Client;
use super::inputs::OpenFile;
use super::output::Output;
use super::persona::Persona;
use super::prompt::Prompter;
use super::record::Asked;
use super::storage::Values;
use super::{Failure, State, text};

/// The one session of a run.
pub struct Session;

impl Host for State {}

impl HostSession for State {
    fn graphql(&mut self, session: Resource<Session>) -> wasmtime::Result<Resource<Client>> {
        self.table.get(&session)?;
        Ok(self.hand_out(Client)?)
    }

    fn persona(&mut self, session: Resource<Session>) -> Result<Resource<Persona>, Failure> {
        self.table.get(&session)?;
        // Which aspect is not known yet, so that nothing is recorded: none was seen.
        self.lent()?.only_in_runs(None)?;
        Ok(self.hand_out(Persona::default())?)
    }

    fn output(&mut self, session: Resource<Session>) -> wasmtime::Result<Resource<Output>> {
        self.table.get(&session)?;
        Ok(self.hand_out(Output)?)
    }

    fn prompter(&mut self, session: Resource<Session>) -> wasmtime::Result<Resource<Prompter>> {
        self.table.get(&session)?;
        Ok(self.hand_out(Prompter)?)
    }

    fn storage(&mut self, session: Resource<Session>) -> Result<Resource<Values>, Failure> {
        self.table.get(&session)?;
        let lent = self.lent()?;
        lent.only_in_runs(Some(Asked::Storage))?;
        lent.allow(Asked::Storage, |grants| decide_storage(lent.requested_storage(), grants))?;
        Ok(self.hand_out(Values)?)
    }

    fn files(
        &mut self,
        session: Resource<Session>,
        argument: String,
    ) -> Result<Vec<Resource<OpenFile>>, Failure> {
        self.table.get(&session)?;
        let _pause = self.meter.pause();
        let lent = self.lent()?;
        lent.only_in_runs(None)?;
        let declared = &lent.command().arguments;
        if !declared.iter().any(|declared| declared.name == argument && declared.kind == Kind::File) {
            let argument = text::cut(&argument, text::NAME);
            return Err(Failure::invalid(format!("the command has no argument `{argument}` for files")));
        }
        let files = lent.ports().inputs.open(&argument)?;
        files.into_iter().map(|file| Ok(self.hand_out(OpenFile(file))?)).collect()
    }

    fn settings(&mut self, session: Resource<Session>) -> wasmtime::Result<String> {
        self.table.get(&session)?;
        Ok(self.lent()?.ports().settings.clone())
    }

    fn drop(&mut self, session: Resource<Session>) -> wasmtime::Result<()> {
        self.table.delete(session)?;
        Ok(())
    }
}
