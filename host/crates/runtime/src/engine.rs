//! The engine, set up for code that nobody trusts, and [`Runtime`], which owns it.
//!
//! Building an engine costs 0.2 ms, so the host builds one only when a pack really runs. Nothing
//! here looks inside a component (`component`) or runs one (`run`).

use std::fs;
use std::io;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tracing::Instrument;
use wasmtime::component::Component as Code;
use wasmtime::{Config, Engine, WasmFeatures};

use crate::compiled::CompiledCode;
use crate::compiled::compiler::Compiler;
use crate::component::inspect;
use crate::error::RuntimeError;
use crate::limits;

/// The engine and its version, for `vantage version`. wasmtime tells its version nowhere; a test
/// compares this with the lock file.
pub const ENGINE: &str = "wasmtime 48.0.8";

/// Where compiled code is kept. Both folders are made when they are first needed.
#[derive(Debug, Clone)]
pub struct CacheFolders {
    /// Compiled code, which can be deleted at any time: `CACHE/compiled`.
    pub compiled: PathBuf,
    /// The parent of the folder with the key that guards compiled code and with what was checked
    /// by it: `DATA`.
    pub keys: PathBuf,
}

/// Where the bytes of a component come from, should they be needed.
#[derive(Debug, Clone, Copy)]
pub enum Component<'a> {
    /// They are in memory.
    Bytes(&'a [u8]),
    /// They are in this file, which is read only where no compiled code is found.
    File(&'a Path),
}

/// Where a loaded pack's machine code came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Mapped from the cache.
    Cached,
    /// Compiled just now.
    Compiled,
}

/// A pack whose machine code is in memory, ready to run any number of times.
#[derive(Clone)]
pub struct Loaded {
    pub(crate) code: Code,
    pub(crate) imports: Vec<String>,
    digest: String,
    origin: Origin,
}

impl Loaded {
    fn new(code: Code, digest: &str, origin: Origin) -> Self {
        let engine = code.engine().clone();
        let imports = code.component_type().imports(&engine).map(|(name, _)| name.to_owned()).collect();
        Self { code, imports, digest: digest.to_owned(), origin }
    }

    /// The interfaces that it imports, with their versions.
    #[must_use]
    pub fn imports(&self) -> &[String] {
        &self.imports
    }

    /// The component's digest, as in `sha256:…`.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Where its machine code came from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        self.origin
    }
}

/// The engine and its compiled code. Costs no thread and no file until a pack is loaded.
#[derive(Debug)]
pub struct Runtime {
    engine: Engine,
    compiled: CompiledCode,
    compiler: Compiler,
}

impl Runtime {
    /// Sets the engine up.
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Engine`] where wasmtime does not support the machine.
    pub fn new(folders: CacheFolders, compiler: Compiler) -> Result<Self, RuntimeError> {
        let engine = Engine::new(&configuration()).map_err(|source| RuntimeError::Engine { source })?;
        let compiled = CompiledCode::new(&engine, folders);
        Ok(Self { engine, compiled, compiler })
    }

    /// Loads the pack with this digest: maps its compiled code, or reads, scans and compiles it.
    ///
    /// The component is looked at only where no sound compiled code is found, and must then have
    /// the digest. It is compiled in a process of its own, which a dropped future ends.
    ///
    /// # Errors
    ///
    /// Everything that [`inspect`] finds, [`RuntimeError::Read`], [`RuntimeError::Changed`],
    /// [`RuntimeError::Compile`], and [`RuntimeError::Limit`] where the compiler took too much. A cache that cannot be used is no error.
    pub async fn load(&self, digest: &str, component: Component<'_>) -> Result<Loaded, RuntimeError> {
        let span = tracing::info_span!("plugin.load", digest);
        if let Some(code) = span.in_scope(|| self.compiled.find(&self.engine, digest)) {
            return Ok(Loaded::new(code, digest, Origin::Cached));
        }
        let bytes = match component {
            Component::Bytes(bytes) => bytes.to_vec(),
            Component::File(path) => {
                fs::read(path).map_err(|source| RuntimeError::Read { path: path.to_owned(), source })?
            }
        };
        check_digest(digest, &bytes)?;
        inspect(&bytes)?;
        let span = tracing::info_span!("plugin.compile", digest, bytes = bytes.len());
        let code = self.compiler.compile(&self.engine, bytes).instrument(span).await?;
        let code = self.compiled.keep(&self.engine, digest, &code);
        let code = code.map_err(|error| RuntimeError::Compile { message: format!("{error:#}") })?;
        Ok(Loaded::new(code, digest, Origin::Compiled))
    }

    /// The pack with this digest where its compiled code is in the cache and sound; nothing is compiled.
    #[must_use]
    pub fn at_hand(&self, digest: &str) -> Option<Loaded> {
        let span = tracing::info_span!("plugin.load", digest);
        let code = span.in_scope(|| self.compiled.find(&self.engine, digest))?;
        Some(Loaded::new(code, digest, Origin::Cached))
    }

    /// Deletes what was compiled from the component with this digest, for every engine.
    ///
    /// # Errors
    ///
    /// Those of the file system; a cache that is not there is none.
    pub fn forget(&self, digest: &str) -> io::Result<()> {
        self.compiled.forget(digest)
    }
}

fn check_digest(expected: &str, bytes: &[u8]) -> Result<(), RuntimeError> {
    let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    let found = format!("sha256:{hash}");
    if found == expected {
        return Ok(());
    }
    Err(RuntimeError::Changed { expected: expected.to_owned(), found })
}

/// What the engine offers to code that nobody trusts: what compilers of today's languages emit,
/// and nothing that is young.
pub(crate) fn configuration() -> Config {
    let mut config = Config::new();
    config
        // Endless loops end at a tick; counting fuel instead costs two to three times as much.
        .epoch_interruption(true)
        .max_wasm_stack(limits::STACK)
        // Guests run on stacks of their own. The part beyond `max_wasm_stack` is the host's:
        // parsers in host calls recurse, and unoptimised builds need room.
        .async_stack_size(limits::STACK + 4 * 1024 * 1024)
        // The contract is synchronous; component-level threads and streams stay off.
        .concurrency_support(false)
        // Backtraces cost nothing until something traps.
        .wasm_backtrace_max_frames(NonZeroUsize::new(limits::FRAMES))
        .wasm_features(
            WasmFeatures::GC
                | WasmFeatures::FUNCTION_REFERENCES
                | WasmFeatures::EXCEPTIONS
                | WasmFeatures::THREADS
                | WasmFeatures::RELAXED_SIMD
                | WasmFeatures::MEMORY64,
            false,
        );
    // Multi-memory stays on: without it wasmtime panics while compiling a composed component whose
    // parts pass strings. `limits` sums all memories instead.
    #[cfg(feature = "watched")]
    crate::watched::prepare(&mut config);
    config
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_the_one_that_the_lock_file_names() {
        let lock = include_str!("../../../../Cargo.lock");
        let mut packages = lock.split("[[package]]");
        let wasmtime = packages
            .find(|package| package.contains("name = \"wasmtime\"\n"))
            .expect("the lock file names wasmtime");
        let version = ENGINE.strip_prefix("wasmtime ").expect("has a name");
        assert!(wasmtime.contains(&format!("version = \"{version}\"")), "{wasmtime}");
    }

    #[test]
    fn bytes_with_another_digest_are_refused() {
        let error = check_digest("sha256:00", b"abc").expect_err("differs");
        insta::assert_snapshot!(error, @"the component changed on disk: expected `sha256:00`, found `sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad`");
    }
}
