//! Memories of guests that somebody looks into before they are given back: for tests alone.
//!
//! Components give no access to their memories, so the engine is given memories of ours. Nothing of
//! this is in a program that is shipped: the feature `watched` is that of a package of tests.

#![expect(unsafe_code, reason = "wasmtime's interface for memories of a host's own; see each place")]

use std::alloc::{self, Layout};
use std::ptr::NonNull;
use std::slice;
use std::sync::{Arc, OnceLock};

use wasmtime::{Config, LinearMemory, MemoryCreator, MemoryType};

type Watch = Box<dyn Fn(&[u8]) + Send + Sync>;

static WATCH: OnceLock<Watch> = OnceLock::new();

/// Has `watch` see every memory of every guest of this process, each before it is given back. The
/// first call counts.
pub fn watch(watch: impl Fn(&[u8]) + Send + Sync + 'static) {
    let _ = WATCH.set(Box::new(watch));
}

/// Makes the engine use memories that are watched, where somebody watches.
pub(crate) fn prepare(config: &mut Config) {
    if WATCH.get().is_some() {
        // No room is reserved and no guard stands behind a memory: every access is checked instead.
        config
            .memory_reservation(0)
            .memory_guard_size(0)
            .guard_before_linear_memory(false)
            // What a memory begins with is copied into it, as there is no mapping to put it in.
            .memory_init_cow(false)
            .with_host_memory(Arc::new(Memories));
    }
}

struct Memories;

// SAFETY: what is asked for here is a memory without reservation and guard, zeroed, which
// `Memory::of` gives; `prepare` has seen to it that nothing else is asked for, and else it is refused.
unsafe impl MemoryCreator for Memories {
    fn new_memory(
        &self,
        _: MemoryType,
        minimum: usize,
        _: Option<usize>,
        reserved: Option<usize>,
        guard: usize,
    ) -> Result<Box<dyn LinearMemory>, String> {
        if reserved.is_some_and(|bytes| bytes > minimum) || guard > 0 {
            return Err(format!("{reserved:?} bytes reserved and {guard} of a guard cannot be had"));
        }
        Memory::of(minimum, minimum).map(|memory| Box::new(memory) as Box<dyn LinearMemory>)
    }
}

struct Memory {
    start: NonNull<u8>,
    size: usize,
    /// Bytes that there is room for: zeroes beyond the size.
    capacity: usize,
    /// Whether what stood here stands elsewhere by now.
    moved: bool,
}

impl Memory {
    fn of(size: usize, capacity: usize) -> Result<Self, String> {
        let layout = layout(capacity)?;
        // SAFETY: the layout is of one byte at least.
        let start = NonNull::new(unsafe { alloc::alloc_zeroed(layout) });
        Ok(Self { start: start.ok_or("there is no memory left")?, size, capacity, moved: false })
    }

    fn bytes(&self) -> &[u8] {
        // SAFETY: so many bytes were allocated, and zeroed; the guest does not run meanwhile, since
        // wasmtime calls from within it, or has ended it.
        unsafe { slice::from_raw_parts(self.start.as_ptr(), self.size) }
    }
}

/// Room for `size` bytes, at a page's begin as everywhere.
fn layout(size: usize) -> Result<Layout, String> {
    Layout::from_size_align(size.max(1), 4096).map_err(|error| error.to_string())
}

// SAFETY: the memory is this value's alone, as a `Vec` would be.
unsafe impl Send for Memory {}
// SAFETY: nothing is written through a shared reference here.
unsafe impl Sync for Memory {}

// SAFETY: the size and the pointer are those of the allocation; growing keeps what is there and
// zeroes the rest. The pointer may move, which `prepare` allows by reserving nothing.
unsafe impl LinearMemory for Memory {
    fn byte_size(&self) -> usize {
        self.size
    }

    fn byte_capacity(&self) -> usize {
        self.capacity
    }

    fn grow_to(&mut self, size: usize) -> wasmtime::Result<()> {
        if size <= self.capacity {
            self.size = size;
            return Ok(());
        }
        let grown = Self::of(size, size.saturating_mul(2)).map_err(wasmtime::Error::msg)?;
        let kept = self.size.min(size);
        // SAFETY: both have at least so many bytes, and they are two allocations.
        unsafe { self.start.copy_to_nonoverlapping(grown.start, kept) };
        std::mem::replace(self, grown).moved = true;
        Ok(())
    }

    fn as_ptr(&self) -> *mut u8 {
        self.start.as_ptr()
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        if let Some(watch) = WATCH.get().filter(|_| !self.moved) {
            watch(self.bytes());
        }
        if let Ok(layout) = layout(self.capacity) {
            // SAFETY: it was allocated with this layout, and nobody has the pointer any more.
            unsafe { alloc::dealloc(self.start.as_ptr(), layout) };
        }
    }
}
