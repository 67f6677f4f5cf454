//! What it takes to start a pack: once, when its code is compiled, and each time afterwards.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vantage_output::Used;
use vantage_runtime::{Component, Loaded, Runtime};

use crate::commands::pack::used;
use crate::commands::plugin::examine::Read;
use crate::context::Context;
use crate::error::HostError;
use crate::working::Working;

/// What was measured, on this machine and just now.
pub(super) struct Start {
    compiling: Duration,
    warm: Duration,
    /// By describing, of what it may use for that.
    used: Used,
}

impl Start {
    /// Compiles anew, whatever is in the cache, then starts from the cache and lets the pack describe
    /// itself. Answers with the loaded pack and what it said.
    pub(super) async fn measure(
        read: &Read,
        context: &Context,
    ) -> Result<(Runtime, Loaded, String, Self), HostError> {
        let runtime = context.runtime()?;
        if let Err(error) = runtime.forget(&read.digest) {
            tracing::debug!(%error, "compiled code could not be forgotten: what is measured may be the cache");
        }
        let showing = Working::begin(context.console(), "compiling", None);
        let began = Instant::now();
        runtime.load(&read.digest, Component::Bytes(&read.bytes)).await?;
        let compiling = began.elapsed();
        drop(showing);
        let began = Instant::now();
        let loaded = runtime.load(&read.digest, Component::Bytes(&read.bytes)).await?;
        let described = runtime.describe(&loaded).await?;
        let start =
            Self { compiling, warm: began.elapsed(), used: used(&described.usage, &described.limits) };
        Ok((runtime, loaded, described.text, start))
    }

    /// In a line each.
    pub(super) fn words(&self) -> [String; 2] {
        let milliseconds = |time: Duration| format!("{:.1} ms", time.as_secs_f64() * 1_000.0);
        let (once, afterwards) = (milliseconds(self.compiling), milliseconds(self.warm));
        [format!("{once} compiled once, {afterwards} afterwards"), self.used.text()]
    }

    /// For programs: milliseconds, and what describing used.
    pub(super) fn record(&self) -> Value {
        let milliseconds = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        json!({
            "compiling_ms": milliseconds(self.compiling),
            "warm_ms": milliseconds(self.warm),
            "used": self.used.json(),
        })
    }
}
