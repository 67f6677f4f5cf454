//! Puts in words why a run broke off: a limit, or a crash with what is known of it.
//!
//! A pack's own `error` never comes here. Some of wasmtime's errors have no type to tell them by;
//! those are told by their text, and a test for each fails should a new release change it.

use wasmtime::component::ResourceTableError;
use wasmtime::{Trap, WasmBacktrace};
use wasmtime_wasi::I32Exit;

use crate::error::RuntimeError;
use crate::limits::{Exceeded, LimitKind};

/// Texts of wasmtime's errors that have no public type.
const TELLTALE: [(&str, LimitKind); 3] = [
    ("fuel allocated for hostcalls has been exhausted", LimitKind::CallData),
    ("store handle limit exceeded", LimitKind::Handles),
    ("resource limit exceeded", LimitKind::Instances),
];

/// The runtime's error for a guest that did not come to an end by itself.
pub(crate) fn explain(trap: &wasmtime::Error, stderr: Vec<String>) -> RuntimeError {
    if let Some((which, allowed)) = limit(trap) {
        return RuntimeError::Limit { which, allowed, stderr };
    }
    let message = match (trap.downcast_ref::<I32Exit>(), trap.downcast_ref::<Trap>()) {
        (Some(I32Exit(status)), _) => format!("it ended itself with exit status {status}"),
        (_, Some(trap)) => trap.to_string().trim_start_matches("wasm trap: ").to_owned(),
        _ => trap.root_cause().to_string(),
    };
    RuntimeError::Crashed { message, stderr, backtrace: backtrace(trap) }
}

/// The limit that was hit, and how much it allows; none where it was no limit.
fn limit(trap: &wasmtime::Error) -> Option<(LimitKind, String)> {
    if let Some(Exceeded { which, allowed }) = trap.downcast_ref::<Exceeded>() {
        return Some((*which, allowed.clone()));
    }
    if let Some(Trap::StackOverflow) = trap.downcast_ref::<Trap>() {
        return Some((LimitKind::Stack, LimitKind::Stack.allowed()));
    }
    if let Some(ResourceTableError::Full) = trap.downcast_ref::<ResourceTableError>() {
        return Some((LimitKind::Handles, LimitKind::Handles.allowed()));
    }
    let cause = trap.root_cause().to_string();
    let (_, which) = TELLTALE.iter().find(|(text, _)| cause.contains(text))?;
    Some((*which, which.allowed()))
}

/// The guest's functions, innermost first, by name where the component has names.
fn backtrace(trap: &wasmtime::Error) -> Vec<String> {
    let Some(backtrace) = trap.downcast_ref::<WasmBacktrace>() else {
        return Vec::new();
    };
    let line = |frame: &wasmtime::FrameInfo| {
        let function =
            frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), str::to_owned);
        match frame.module_offset() {
            Some(offset) => format!("{function} at {offset:#x}"),
            None => function,
        }
    };
    backtrace.frames().iter().map(line).collect()
}
