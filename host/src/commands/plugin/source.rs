//! From what the user types as SOURCE to a pack's bytes, with progress on a terminal.
//!
//! What the text means and how bytes are fetched is the store's; here the configuration's registries
//! and the console join them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use vantage_output::Console;
use vantage_store::{Address, Fetched, Fetcher, Progress};

use crate::context::{Context, USER_AGENT};
use crate::error::HostError;

/// The largest component that is read, in bytes.
pub const COMPONENT_LIMIT: u64 = 32 << 20;

/// What is counted in a progress display: KiB, of which 32 bits hold enough.
const UNIT: u64 = 1024;

/// Reads what the user typed.
pub fn address(text: &str, context: &Context) -> Result<Address, HostError> {
    let registries: Option<BTreeMap<String, String>> = context.configuration()?.read(&["registries"])?;
    Ok(Address::parse(text, &registries.unwrap_or_default())?)
}

/// Gets a pack. Nothing of it is believed or kept yet.
pub async fn fetch(address: &Address, context: &Context) -> Result<Fetched, HostError> {
    Ok(fetcher(context).fetch(address).await?)
}

/// What gets packs.
pub fn fetcher(context: &Context) -> Fetcher {
    let (credentials, progress) =
        (context.environment().registry_credentials(), Download::new(context.console().clone()));
    Fetcher::new(USER_AGENT, credentials, COMPONENT_LIMIT, Arc::new(progress)).offline(context.offline())
}

/// Draws how far a download is.
struct Download {
    console: Console,
    shown: Mutex<Option<Shown>>,
}

struct Shown {
    id: u64,
    /// In units.
    at: u64,
}

impl Download {
    fn new(console: Console) -> Self {
        Self { console, shown: Mutex::new(None) }
    }
}

impl Progress for Download {
    fn at(&self, bytes: u64, of: Option<u64>) {
        let units = |bytes: u64| u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = shown.get_or_insert_with(|| Shown {
            id: self.console.start_progress("", "downloading (KiB)", of.map(units)),
            at: 0,
        });
        let now = u64::from(units(bytes));
        self.console.advance_progress(shown.id, units(now.saturating_sub(shown.at) * UNIT));
        shown.at = now;
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        if let Some(shown) = self.shown.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.console.end_progress(shown.id);
        }
    }
}
