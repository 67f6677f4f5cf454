//! What it takes to start a pack: once, when its code is compiled, and each time afterwards.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use vantage_runtime::{Component, Limits, Loaded, Runtime, Usage};

use crate::commands::plugin::examine::Read;
use crate::context::Context;
use crate::error::HostError;
use crate::usage;
use crate::working::Working;

/// What was measured, on this machine and just now.
pub(super) struct Start {
    compiling: Duration,
    warm: Duration,
    usage: Usage,
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
        let start = Self { compiling, warm: began.elapsed(), usage: described.usage };
        Ok((runtime, loaded, described.text, start))
    }

    /// In a line each.
    pub(super) fn words(&self) -> [String; 2] {
        let [once, afterwards] = [self.compiling, self.warm].map(usage::milliseconds);
        [
            format!("{once} compiled once, {afterwards} afterwards"),
            format!("{}, to describe itself", usage::memory(&self.usage, &Limits::default())),
        ]
    }

    /// For programs: milliseconds and bytes.
    pub(super) fn record(&self) -> Value {
        let milliseconds = |time: Duration| (time.as_secs_f64() * 1e6).round() / 1e3;
        json!({
            "compiling-ms": milliseconds(self.compiling),
            "warm-ms": milliseconds(self.warm),
            "computing-ms": milliseconds(self.usage.computing),
            "memory": self.usage.memory_peak,
            "memory-allowed": Limits::default().memory,
        })
    }
}
