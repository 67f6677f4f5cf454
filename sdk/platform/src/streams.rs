//! What every live stream of events waits for: that something changed, that the clock has come to
//! an instant, and that the stream itself is over because its token is, because an administrator
//! broke it, or because the platform stops. What is streamed is the business of `graphql`.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::identity::bearer;
use crate::identity::claims::Claims;
use crate::server::Platform;

/// How often a clock and a token are looked at. A clock may be moved by hand, so no timer knows
/// when an instant comes; looking costs no more than comparing two numbers.
const TICK: Duration = Duration::from_millis(50);

/// Why a stream is over before it has come to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// Its token expired, or the session did.
    Forbidden,
    /// `POST /admin/streams/drop`: to be broken without a word.
    Dropped,
    /// The platform stops.
    Stopping,
}

/// The signals that live streams wait for.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// Counts the changes of the world that were not brought about by time.
    changes: watch::Sender<u64>,
    /// Counts how often all streams were dropped.
    drops: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
}

impl Streams {
    /// Notes that something in the world was changed.
    pub(crate) fn changed(&self) {
        self.changes.send_modify(|number| *number += 1);
    }

    /// Gets notice of changes from now on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Breaks every stream that is live.
    pub(crate) fn drop_all(&self) {
        self.drops.send_modify(|number| *number += 1);
    }

    /// Ends every stream, and those that come yet.
    pub(crate) fn stop(&self) {
        self.stopping.send_replace(true);
    }
}

/// Waits until a stream is over for a reason of its own; `claims` are those of its token, if it
/// has shown one.
pub(crate) async fn over(platform: &Platform, claims: Option<&Claims>) -> Over {
    let mut drops = platform.streams.drops.subscribe();
    let mut stopping = platform.streams.stopping.subscribe();
    // The senders live as long as the platform: waiting for them does not fail.
    tokio::select! {
        _ = drops.changed() => Over::Dropped,
        _ = stopping.wait_for(|stopping| *stopping) => Over::Stopping,
        () = forbidden(platform, claims) => Over::Forbidden,
    }
}

async fn forbidden(platform: &Platform, claims: Option<&Claims>) {
    while claims.is_none_or(|claims| bearer::still_good(platform, claims).is_ok()) {
        tokio::time::sleep(TICK).await;
    }
}

/// Waits until a clock shows an instant, in milliseconds since 1970, or a later one.
pub(crate) async fn reached(clock: &dyn Clock, instant: i64) {
    loop {
        let missing = instant.saturating_sub(clock.now().as_millisecond());
        if missing <= 0 {
            return;
        }
        // Not a tick too late where the clock is the machine's.
        let missing = Duration::from_millis(missing.unsigned_abs());
        tokio::time::sleep(missing.min(TICK)).await;
    }
}
