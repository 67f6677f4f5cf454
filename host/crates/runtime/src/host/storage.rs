//! `storage.store`: small JSON values that a pack keeps between runs.
//!
//! The granted size is checked here for each value and by the store for all of them together.

use vantage_policy::decision::decide_storage;
use wasmtime::component::Resource;

use super::contract::storage::{Host, HostStore};
use super::record::Asked;
use super::{Failure, State, error, json, text};

/// The handle has no state: the grant is checked at each call.
pub struct Values;

impl State {
    /// How many bytes the pack may keep, if it may keep any.
    fn granted(&self, store: &Resource<Values>) -> Result<u64, Failure> {
        self.table.get(store)?;
        let lent = self.lent()?;
        Ok(lent.allow(Asked::Storage, |grants| decide_storage(lent.requested_storage(), grants))?)
    }
}

/// Keys are what people see in lists of what a pack keeps.
fn check_key(key: &str) -> Result<(), Failure> {
    if key.is_empty() || key.len() > text::NAME || key.chars().any(char::is_control) {
        let message = format!("a key has 1 to {} bytes and no control characters", text::NAME);
        return Err(Failure::invalid(message));
    }
    Ok(())
}

impl Host for State {}

impl HostStore for State {
    fn get(&mut self, store: Resource<Values>, key: String) -> Result<Option<String>, Failure> {
        self.granted(&store)?;
        check_key(&key)?;
        let _pause = self.meter.pause();
        Ok(self.lent()?.ports().storage.get(&key)?)
    }

    fn set(&mut self, store: Resource<Values>, key: String, value: String) -> Result<(), Failure> {
        let granted = self.granted(&store)?;
        check_key(&key)?;
        json::check(&value, json::RECORD)?;
        if (key.len() + value.len()) as u64 > granted {
            let message = format!("the value has {} bytes; the pack may keep {granted}", value.len());
            return Err(Failure::Error(error("full", message)));
        }
        let _pause = self.meter.pause();
        Ok(self.lent()?.ports().storage.set(&key, &value)?)
    }

    fn delete(&mut self, store: Resource<Values>, key: String) -> Result<(), Failure> {
        self.granted(&store)?;
        check_key(&key)?;
        let _pause = self.meter.pause();
        Ok(self.lent()?.ports().storage.delete(&key)?)
    }

    fn keys(&mut self, store: Resource<Values>) -> Result<Vec<String>, Failure> {
        self.granted(&store)?;
        let _pause = self.meter.pause();
        Ok(self.lent()?.ports().storage.keys()?)
    }

    fn drop(&mut self, store: Resource<Values>) -> wasmtime::Result<()> {
        self.table.delete(store)?;
        Ok(())
    }
}
