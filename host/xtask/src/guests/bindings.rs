//! Bindings out of the contract, and components out of core modules.
//!
//! The generators that other projects run as programs are libraries here, so that nobody has to
//! install them. Rust, Python and JavaScript bring generators of their own; C, C++ and Go use this.

use std::fmt::Display;
use std::path::Path;

use wasi_preview1_component_adapter_provider::{
    WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER,
};
use wit_bindgen_core::wit_parser::{Resolve, WorldId, WorldItem};
use wit_bindgen_core::{Files, WorldGenerator};
use wit_component::{ComponentEncoder, DecodedWasm, StringEncoding};

use super::folder;
use crate::Result;

/// The world that packs implement.
const WORLD: &str = "command-pack";

/// The interface that every pack exports, without its version.
const EXPORT: &str = "vantage:plugin/commands@";

/// The contract, read for one generator: generators leave their marks in it.
pub(super) struct Contract {
    resolve: Resolve,
    world: WorldId,
}

impl Contract {
    /// Reads the folder of WIT files.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder).map_err(whole)?;
        let world = resolve.select_world(&[package], Some(WORLD)).map_err(whole)?;
        Ok(Self { resolve, world })
    }

    /// Makes `folder` hold what the generator makes, and nothing else.
    pub(super) fn generate(mut self, mut generator: Box<dyn WorldGenerator>, folder: &Path) -> Result<()> {
        let mut files = Files::default();
        generator.generate(&mut self.resolve, self.world, &mut files).map_err(whole)?;
        folder::remove(folder)?;
        files.iter().try_for_each(|(name, bytes)| folder::write(&folder.join(name), bytes))
    }

    /// Adds to a core module what says which world it implements; C's linker does that by itself.
    pub(super) fn embed(&self, module: &mut Vec<u8>) -> Result<()> {
        wit_component::embed_component_metadata(module, &self.resolve, self.world, StringEncoding::UTF8)
            .map_err(whole)
    }
}

/// Makes a component of a core module that may call WASI 0.1 and says which world it implements.
pub(super) fn component(module: &[u8]) -> Result<Vec<u8>> {
    let adapter = (WASI_SNAPSHOT_PREVIEW1_ADAPTER_NAME, WASI_SNAPSHOT_PREVIEW1_REACTOR_ADAPTER);
    let mut encoder = ComponentEncoder::default();
    let encoder =
        encoder.validate(true).module(module).map_err(whole)?.adapter(adapter.0, adapter.1).map_err(whole)?;
    encoder.encode().map_err(whole)
}

/// Refuses what is no command pack: it says so here rather than in the first test that loads it.
pub(super) fn check(component: &[u8]) -> Result<()> {
    let DecodedWasm::Component(resolve, world) = wit_component::decode(component).map_err(whole)? else {
        return Err("the build made a WIT package and no component".into());
    };
    let world = &resolve.worlds[world];
    let name = |key| resolve.name_world_key(key);
    let interfaces = |item: &WorldItem| matches!(item, WorldItem::Interface { .. });
    if !world.exports.iter().any(|(key, item)| interfaces(item) && name(key).starts_with(EXPORT)) {
        return Err(format!("the component does not export `{EXPORT}…`").into());
    }
    let given = |import: &String| {
        let wasi = import.starts_with("wasi:") && !import.starts_with("wasi:http/");
        wasi || import.starts_with("vantage:plugin/")
    };
    let strange = world.imports.keys().map(name).find(|import| !given(import));
    match strange {
        Some(import) => Err(format!("the component imports `{import}`, which no host gives").into()),
        None => Ok(()),
    }
}

/// An error with all its causes, which these libraries leave out unless asked.
fn whole(error: impl Display) -> Box<dyn std::error::Error> {
    format!("{error:#}").into()
}
