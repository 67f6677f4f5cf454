//! One completion of a value: a pack is asked for candidates, for so long and no longer.
//!
//! The way of a run (`run.rs`), with less to lend: operations and settings. The pack may lack the function,
//! crash, or not come to an end; all of that is an error here, which the host turns into no candidates.
//! What the candidates look like is the host's business, too: text goes out as it came.

use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;
use wasmtime::component::Resource;

use super::{Guest, RunRequest};
use crate::component::{COMPLETION, CONTRACT, PACKAGE};
use crate::engine::{Loaded, Runtime};
use crate::error::RuntimeError;
use crate::host::{Clocks, Lent, Lines, Session, State};
use crate::limits::{Exceeded, Limiter};
use crate::meter::Meter;
use crate::ports::Ports;
use crate::trap;

/// What the user is typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Typing {
    /// The argument whose value it is.
    pub argument: String,
    /// As much of the value as is there.
    pub typed: String,
    /// How long the pack has, computing and waiting together.
    pub within: Duration,
}

impl Runtime {
    /// Asks a pack for values of an argument; gives its answer as it is, checked by nobody.
    ///
    /// The command of `request` is the one of `vantage_policy::command_while_completing`, and its arguments
    /// are those that stand on the line. The same holds of the future as of that of [`Runtime::run`].
    ///
    /// # Errors
    ///
    /// [`RuntimeError::Mismatch`] also where the pack completes nothing, [`RuntimeError::Crashed`], or
    /// [`RuntimeError::Limit`] also where its time is over.
    pub async fn complete(
        &self,
        loaded: &Loaded,
        request: RunRequest,
        typing: Typing,
        ports: Ports,
    ) -> Result<String, RuntimeError> {
        let meter = Meter::new();
        let lines = Lines::new(Some(Arc::clone(&ports.answers)), meter.clone());
        let clocks = Clocks::Real(Arc::clone(&ports.clock));
        let lent = Lent::completing(&request, ports);
        let _recorded = lent.end_of_run();
        let limiter = Limiter::new(request.limits.memory);
        let state = State::new(limiter, meter.clone(), lines.clone(), clocks, Some(lent));
        let within = typing.within;
        let work = async {
            let mut guest = Guest::start(loaded, state, request.limits.computing.min(within)).await?;
            let span = tracing::info_span!("plugin.call", function = "complete", pack = request.pack_id);
            guest.complete(request, typing).instrument(span).await
        };
        match tokio::time::timeout(within, meter.guest(work)).await {
            Ok(Ok(text)) => Ok(text),
            Ok(Err(Failed::Mismatch(source))) => Err(RuntimeError::Mismatch { source }),
            Ok(Err(Failed::Ended(error))) => Err(error),
            Ok(Err(Failed::Trapped(error))) => Err(trap::explain(&error, lines.finish())),
            Err(_) => {
                let Exceeded { which, allowed } = Exceeded::computing(within);
                Err(RuntimeError::Limit { which, allowed, stderr: lines.finish() })
            }
        }
    }
}

/// Why there is no answer.
enum Failed {
    /// It does not complete, or not as the contract says.
    Mismatch(wasmtime::Error),
    /// It did not come to be asked.
    Ended(RuntimeError),
    /// It was asked and did not answer.
    Trapped(wasmtime::Error),
}

impl From<RuntimeError> for Failed {
    fn from(error: RuntimeError) -> Self {
        Self::Ended(error)
    }
}

impl Guest {
    async fn complete(&mut self, request: RunRequest, typing: Typing) -> Result<String, Failed> {
        let interface = format!("{PACKAGE}/{COMPLETION}@{CONTRACT}");
        let missing = |name: &str| Failed::Mismatch(wasmtime::Error::msg(format!("it exports no `{name}`")));
        let (_, exported) =
            self.instance.get_export(&mut self.store, None, &interface).ok_or_else(|| missing(&interface))?;
        let (_, function) = self
            .instance
            .get_export(&mut self.store, Some(&exported), "complete")
            .ok_or_else(|| missing("complete"))?;
        let complete = self
            .instance
            .get_typed_func::<(Vec<String>, String, String, String, Resource<Session>), (String,)>(
                &mut self.store,
                function,
            )
            .map_err(Failed::Mismatch)?;
        let handed = self.store.data_mut().table.push(Session).map_err(wasmtime::Error::from);
        let session = handed.map_err(Failed::Trapped)?;
        let given = (request.path, typing.argument, typing.typed, request.arguments, session);
        let (text,) = complete.call_async(&mut self.store, given).await.map_err(Failed::Trapped)?;
        Ok(text)
    }
}
