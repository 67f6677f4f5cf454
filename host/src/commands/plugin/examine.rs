//! What `plugin add` finds out of a pack before it asks anyone, for those who make packs.
//!
//! The same steps in the same order: the bytes are read once, looked at, compiled, and described in an
//! instance that is lent nothing. Called by `plugin sign` and `plugin check`, which store nothing.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use vantage_policy::description::Description;
use vantage_runtime::{Component, Described, Inspected, Loaded, Runtime};
use vantage_store::Store;

use crate::commands::plugin::source::COMPONENT_LIMIT;
use crate::context::Context;
use crate::error::HostError;
use crate::working::Working;

/// A component's bytes.
pub struct Read {
    /// All of them.
    pub bytes: Vec<u8>,
    /// Their SHA-256.
    pub digest: String,
}

impl Read {
    /// Reads the file at `path`.
    pub fn file(path: &Path) -> Result<Self, HostError> {
        let bytes = Store::read_source(path, COMPONENT_LIMIT)?;
        let digest = vantage_store::sha256_digest(&bytes);
        Ok(Self { bytes, digest })
    }

    /// Looks at the component and compiles it.
    pub async fn compile(&self, context: &Context) -> Result<Compiled, HostError> {
        let inspected = vantage_runtime::inspect(&self.bytes)?;
        let runtime = context.runtime()?;
        let compiling = Working::begin(context.console(), "compiling", None);
        let loaded = runtime.load(&self.digest, Component::Bytes(&self.bytes)).await?;
        drop(compiling);
        Ok(Compiled { inspected, runtime, loaded })
    }
}

/// A component that can run.
pub struct Compiled {
    /// What its outside says.
    pub inspected: Inspected,
    runtime: Runtime,
    loaded: Loaded,
}

impl Compiled {
    /// What the pack says of itself, in an instance of its own, unread.
    pub async fn describe(&self) -> Result<Described, HostError> {
        Ok(self.runtime.describe(&self.loaded).await?)
    }

    /// What the pack says of itself.
    pub async fn description(&self) -> Result<Description, HostError> {
        Ok(Description::parse(&self.describe().await?.text)?)
    }
}

/// Where a pack's signature is looked for: `x.wasm.minisig` beside `x.wasm`.
pub fn signature_path(pack: &Path) -> PathBuf {
    let mut name = OsString::from(pack);
    name.push(".minisig");
    PathBuf::from(name)
}
