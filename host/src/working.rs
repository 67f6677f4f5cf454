//! A progress display of the host's own work, which ends with the work, however that ends.
//!
//! It is seen on a terminal alone, and only where the work takes long; the console sees to both. Packs'
//! displays are lent to them in `adapters/answers.rs`.

use vantage_output::Console;

/// Work that is under way.
pub struct Working {
    console: Console,
    id: u64,
}

impl Working {
    /// Begins; `total` is in steps of [`Working::step`], where that is known.
    pub fn begin(console: &Console, title: &str, total: Option<u32>) -> Self {
        Self { console: console.clone(), id: console.start_progress("", title, total) }
    }

    /// One step is done.
    pub fn step(&self) {
        self.console.advance_progress(self.id, 1);
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.console.end_progress(self.id);
    }
}
