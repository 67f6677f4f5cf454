//! Small values that a pack keeps between runs, per profile.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Result;
use crate::ports::StoragePort;

/// The pack's own small store; needs [`Request::storage`](crate::Request::storage).
pub struct Storage {
    port: Box<dyn StoragePort>,
}

impl Storage {
    pub(crate) fn new(port: Box<dyn StoragePort>) -> Self {
        Storage { port }
    }

    /// The value of `key`, or none.
    pub fn get<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>> {
        match self.port.get(key)? {
            Some(json) => Ok(Some(serde_json::from_str(&json)?)),
            None => Ok(None),
        }
    }

    /// Sets the value of `key`; kind `full` where the granted size is used up.
    pub fn set(&self, key: &str, value: &(impl Serialize + ?Sized)) -> Result {
        self.port.set(key, &serde_json::to_string(value)?)
    }

    /// Removes `key`; removing what is not there is no error.
    pub fn delete(&self, key: &str) -> Result {
        self.port.delete(key)
    }

    /// All keys, sorted.
    pub fn keys(&self) -> Result<Vec<String>> {
        self.port.keys()
    }
}
