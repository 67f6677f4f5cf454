//! How long a pack has been computing, and the tick that lets the host look.
//!
//! Only the time in which the guest's own code runs counts: not while its future waits, and not
//! inside the host's functions, however slowly the platform, the user or a pipe answers. The
//! engine's epoch tells no time here; it only makes the guest stop by every [`TICK`].

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll};
use std::thread;
use std::time::{Duration, Instant};

use wasmtime::Engine;

use crate::limits::TICK;

/// The time that one run's guest code has taken. Cheap to clone and share.
#[derive(Debug, Clone)]
pub(crate) struct Meter(Arc<Reading>);

#[derive(Debug)]
struct Reading {
    origin: Instant,
    /// Nanoseconds of guest code in the stretches that are over.
    computed: AtomicU64,
    /// Nanoseconds after `origin` at which the present stretch began; zero while none runs.
    since: AtomicU64,
}

impl Meter {
    pub(crate) fn new() -> Self {
        let origin = Instant::now();
        Self(Arc::new(Reading { origin, computed: AtomicU64::new(0), since: AtomicU64::new(0) }))
    }

    /// Guest code's time so far.
    pub(crate) fn computed(&self) -> Duration {
        let running = match self.0.since.load(Ordering::Relaxed) {
            0 => 0,
            since => self.now().saturating_sub(since),
        };
        Duration::from_nanos(self.0.computed.load(Ordering::Relaxed) + running)
    }

    /// Counts the time in which `future` is polled as the guest's.
    pub(crate) fn guest<F: Future>(&self, future: F) -> Metered<F> {
        Metered { meter: self.clone(), counts: true, future: Box::pin(future) }
    }

    /// Does not count the time in which `future`, a host function's, is polled.
    pub(crate) fn host<F: Future>(&self, future: F) -> Metered<F> {
        Metered { meter: self.clone(), counts: false, future: Box::pin(future) }
    }

    /// Does not count until the guard is dropped, for host functions that do not wait.
    pub(crate) fn pause(&self) -> Pause {
        self.stop();
        Pause(self.clone())
    }

    /// Nanoseconds since the origin, never zero: zero means that nothing runs.
    fn now(&self) -> u64 {
        u64::try_from(self.0.origin.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1)
    }

    fn start(&self) {
        self.0.since.store(self.now(), Ordering::Relaxed);
    }

    fn stop(&self) {
        let since = self.0.since.swap(0, Ordering::Relaxed);
        if since != 0 {
            self.0.computed.fetch_add(self.now().saturating_sub(since), Ordering::Relaxed);
        }
    }
}

/// See [`Meter::pause`].
pub(crate) struct Pause(Meter);

impl Drop for Pause {
    fn drop(&mut self) {
        self.0.start();
    }
}

/// A future whose polls the meter counts, or does not count; see [`Meter::guest`].
pub(crate) struct Metered<F> {
    meter: Meter,
    counts: bool,
    future: Pin<Box<F>>,
}

impl<F: Future> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if self.counts {
            self.meter.start();
        } else {
            self.meter.stop();
        }
        let polled = self.future.as_mut().poll(context);
        if self.counts {
            self.meter.stop();
        } else {
            self.meter.start();
        }
        polled
    }
}

/// A thread that moves the engine's epoch on while a pack runs, until this is dropped.
///
/// It is a thread and not a task: a guest that computes keeps its executor busy.
pub(crate) struct Ticker {
    _stop: mpsc::Sender<()>,
}

impl Ticker {
    pub(crate) fn start(engine: &Engine) -> std::io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let engine = engine.weak();
        thread::Builder::new().name("vantage-tick".to_owned()).spawn(move || {
            while stopped.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
                let Some(engine) = engine.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { _stop: stop })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs until the clock has moved by a millisecond, so that a stretch has a length.
    fn work() -> Duration {
        let start = Instant::now();
        while start.elapsed() < Duration::from_millis(1) {
            std::hint::spin_loop();
        }
        start.elapsed()
    }

    #[tokio::test]
    async fn only_the_guests_own_time_counts() {
        let meter = Meter::new();
        let inner = meter.clone();
        let all = Instant::now();
        let guest = meter
            .guest(async move {
                let mut guest = work();
                {
                    let _pause = inner.pause();
                    work();
                }
                inner.host(async { work() }).await;
                guest += work();
                guest
            })
            .await;
        assert!(meter.computed() >= guest, "{:?} < {guest:?}", meter.computed());
        assert!(meter.computed() <= all.elapsed() - Duration::from_millis(2));
    }

    #[tokio::test]
    async fn waiting_does_not_count() {
        let meter = Meter::new();
        let mut waited = Duration::ZERO;
        meter
            .guest(async {
                let start = Instant::now();
                tokio::time::sleep(Duration::from_millis(2)).await;
                waited = start.elapsed();
            })
            .await;
        assert!(meter.computed() < waited);
        assert_eq!(meter.0.since.load(Ordering::Relaxed), 0);
    }
}
