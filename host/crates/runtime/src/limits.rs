//! How much a pack may use, and the limiter that holds it to that.
//!
//! Time is counted in `meter`; the sizes of single messages stand beside the interface that they
//! bound. `run` sets all of these on a store before anything is instantiated.

use std::fmt;
use std::time::Duration;

use wasmtime::ResourceLimiter;

/// Linear memories and tables together: a Python pack with a large answer needs about 120 MiB.
const MEMORY: u64 = 256 * 1024 * 1024;
/// Computing per run, without the time spent waiting for the platform or the user. A Python pack
/// that sorts 100,000 rows takes 2 s on a slow machine.
const COMPUTING: Duration = Duration::from_secs(30);
/// Computing and waiting of `describe`, which has nothing to wait for.
pub(crate) const DESCRIBE: Duration = Duration::from_secs(5);
/// What `describe` may answer; 200 commands with all their texts take about a tenth of it.
pub(crate) const DESCRIPTION_BYTES: usize = 1024 * 1024;
/// How often a pack that computes lets others run and is checked for its deadline.
pub(crate) const TICK: Duration = Duration::from_millis(10);
/// Native stack of a pack's functions; deeper recursion traps.
pub(crate) const STACK: usize = 512 * 1024;
/// Data that one call may hand to the host. 100,000 rows of 100 bytes count as 13 MiB; SDKs split
/// at 1 MiB.
pub(crate) const CALL_DATA: usize = 32 * 1024 * 1024;
/// Live handles in the component's own tables.
pub(crate) const COMPONENT_HANDLES: usize = 1_000;
/// Live resources on the host's side, WASI's streams and pollables included.
pub(crate) const RESOURCES: usize = 1_000;
/// Random bytes of one call.
pub(crate) const RANDOM: u64 = 64 * 1024;
/// Frames of a backtrace that are worth reading.
pub(crate) const FRAMES: usize = 32;
/// Core instances, memories and tables of one component. Composed Python packs have about 10.
pub(crate) const INSTANCES: usize = 50;
pub(crate) const MEMORIES: usize = 8;
pub(crate) const TABLES: usize = 16;
/// Memory of the process that compiles a component: a Python pack of 19 MB has 410 MiB in use.
pub(crate) const COMPILING_MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// Computing of the process that compiles a component, all its threads together. A Python pack needs
/// some 15 s on a slow machine.
pub(crate) const COMPILING: Duration = Duration::from_secs(120);
/// Compiled code of one component: twice its size is usual, and components have 32 MiB at most.
pub(crate) const COMPILED_CODE: u64 = 512 * 1024 * 1024;
/// What one element of a table takes on the host.
const TABLE_ELEMENT: u64 = size_of::<usize>() as u64;

/// What a user can raise or lower for one pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes of all memories and tables together.
    pub memory: u64,
    /// Time spent computing in one run.
    pub computing: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory: MEMORY, computing: COMPUTING }
    }
}

/// How much of its limits a run used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Usage {
    /// The most bytes that its memories and tables had together.
    pub memory_peak: u64,
    /// Time spent computing.
    pub computing: Duration,
    /// Requests sent to the platform.
    pub requests: u64,
}

/// The limits that a run can hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum LimitKind {
    /// Memories and tables together.
    Memory,
    /// Computing time.
    Computing,
    /// Native stack.
    Stack,
    /// Data handed over in one call.
    CallData,
    /// Handles alive at once.
    Handles,
    /// Core instances, memories and tables of one component.
    Instances,
    /// Memory of the compiler.
    CompilingMemory,
    /// Computing time of the compiler.
    Compiling,
}

impl LimitKind {
    /// What the user or the pack's author can do about it.
    pub(crate) fn hints(self) -> Vec<String> {
        let hint = match self {
            Self::Memory => "raise `memory` for the pack in the configuration if you trust it",
            Self::Computing => "raise `computing` for the pack in the configuration if you trust it",
            Self::Stack => "the pack recurses too deeply: tell its author",
            Self::CallData => "the pack hands over too much in one call: tell its author",
            Self::Handles => "the pack does not drop its handles: tell its author",
            Self::CompilingMemory | Self::Compiling => {
                "its code is too much for the compiler, perhaps on purpose: tell its author"
            }
            Self::Instances => "the pack is composed of too many parts: tell its author",
        };
        vec![hint.to_owned()]
    }

    /// How much a limit allows that nobody can change.
    pub(crate) fn allowed(self) -> String {
        match self {
            Self::Stack => size(STACK as u64),
            Self::CallData => size(CALL_DATA as u64),
            Self::Handles => RESOURCES.to_string(),
            Self::Instances => format!("{INSTANCES}, {MEMORIES} and {TABLES}"),
            Self::CompilingMemory => size(COMPILING_MEMORY),
            Self::Compiling => format!("{} s", COMPILING.as_secs()),
            Self::Memory | Self::Computing => "as the configuration says".to_owned(),
        }
    }
}

impl fmt::Display for LimitKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Memory => "memory",
            Self::Computing => "computing time",
            Self::Stack => "stack",
            Self::CallData => "data in one call",
            Self::Handles => "handles",
            Self::CompilingMemory => "memory to compile",
            Self::Compiling => "computing time to compile",
            Self::Instances => "instances, memories or tables",
        })
    }
}

/// The error with which limiter and deadline end a run; `run` finds it again in the trap.
#[derive(Debug, thiserror::Error)]
#[error("over the limit of {which}: {allowed}")]
pub(crate) struct Exceeded {
    pub(crate) which: LimitKind,
    pub(crate) allowed: String,
}

impl Exceeded {
    pub(crate) fn computing(allowed: Duration) -> Self {
        Self { which: LimitKind::Computing, allowed: format!("{} s", allowed.as_secs_f64()) }
    }

    pub(crate) fn memory(allowed: u64) -> Self {
        Self { which: LimitKind::Memory, allowed: size(allowed) }
    }
}

/// A size as people write it; exact where it is a whole number of MiB or KiB.
pub(crate) fn size(bytes: u64) -> String {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    match bytes {
        bytes if bytes >= MIB && bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        bytes if bytes >= KIB && bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        bytes => format!("{bytes} bytes"),
    }
}

/// Sums what all memories and tables of a store take. wasmtime's own limits bound each alone, so
/// eight memories would have eight times the limit.
#[derive(Debug)]
pub(crate) struct Limiter {
    allowed: u64,
    used: u64,
    peak: u64,
}

impl Limiter {
    pub(crate) fn new(allowed: u64) -> Self {
        Self { allowed, used: 0, peak: 0 }
    }

    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    /// Books growth, or fails: an error here traps, where `false` would let a pack try on forever.
    fn grow(&mut self, bytes: u64) -> wasmtime::Result<bool> {
        let wanted = self.used.saturating_add(bytes);
        if wanted > self.allowed {
            return Err(Exceeded::memory(self.allowed).into());
        }
        self.used = wanted;
        self.peak = self.peak.max(wanted);
        Ok(true)
    }
}

impl ResourceLimiter for Limiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.grow(desired.saturating_sub(current) as u64)
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        self.grow((desired.saturating_sub(current) as u64).saturating_mul(TABLE_ELEMENT))
    }

    fn instances(&self) -> usize {
        INSTANCES
    }

    fn tables(&self) -> usize {
        TABLES
    }

    fn memories(&self) -> usize {
        MEMORIES
    }
}
