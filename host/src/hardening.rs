//! What this process gives up before it has anything to lose: a token is in its memory while it runs.
//!
//! It leaves no core behind, and nobody reads its memory but root: no debugger, and no other program of
//! the same user, where the system can say so (Linux). What it starts is no concern of this: a program of
//! the user's may be debugged, and leaves cores again if it wants to.

/// Gives it up. To be called before a token can be there.
pub fn harden() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        // The hard limit stays, so that what is started can have its own way. Lowering cannot fail.
        let no_core = Rlimit { current: Some(0), ..getrlimit(Resource::Core) };
        let _ = setrlimit(Resource::Core, no_core);
    }
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
}
