//! What a pack keeps between runs, in the store, per profile. The size was granted; the store holds
//! to it.

use vantage_runtime::ports::{PortError, Storage};
use vantage_store::PackStorage;

use crate::adapters::Failures;
use crate::error::HostError;

/// A pack's values in the store.
pub struct StoredValues {
    /// The pack's file of values, bounded.
    pub values: PackStorage,
    /// What the user is told when the pack passes a failure on.
    pub failures: Failures,
}

impl StoredValues {
    fn told(&self, error: vantage_store::StoreError) -> PortError {
        let full = matches!(error, vantage_store::StoreError::Full { .. });
        let told = self.failures.keep(HostError::from(error));
        if full { PortError { kind: "full", ..told } } else { told }
    }
}

impl Storage for StoredValues {
    fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        self.values.get(key).map_err(|error| self.told(error))
    }

    fn set(&self, key: &str, value: &str) -> Result<(), PortError> {
        self.values.set(key, value).map_err(|error| self.told(error))
    }

    fn delete(&self, key: &str) -> Result<(), PortError> {
        self.values.delete(key).map_err(|error| self.told(error))
    }

    fn keys(&self) -> Result<Vec<String>, PortError> {
        self.values.keys().map_err(|error| self.told(error))
    }
}
