//! Counters of what clients did, for tests and for people who watch their own client:
//! `GET /admin/stats`, or `Running::stats` in the same process. They only ever go up.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// Declares the counters once, for the record and for the atomics behind it.
macro_rules! counters {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// How often what happened since the start.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
        #[non_exhaustive]
        pub struct Stats { $($(#[$doc])* pub $name: u64,)* }

        /// The counters while the platform runs.
        #[derive(Debug, Default)]
        pub(crate) struct Counters { $(pub(crate) $name: Counter,)* }

        impl Counters {
            /// What they show now.
            pub(crate) fn read(&self) -> Stats {
                Stats { $($name: self.$name.0.load(Ordering::SeqCst),)* }
            }
        }
    };
}

counters! {
    /// Device authorizations that were granted a device code.
    device_authorizations,
    /// Device codes that were approved, by a person or by `--auto-approve`.
    device_approvals,
    /// Device codes that were denied.
    device_denials,
    /// Requests with a device code at the token endpoint, well-formed or not.
    token_polls,
    /// Polls that came too early.
    slow_downs,
    /// Access tokens that were issued, for device codes and refresh tokens alike.
    tokens_issued,
    /// Refresh tokens that were spent rightly.
    refreshes,
    /// Refresh tokens that came a second time; each ended its session.
    refresh_reuses,
    /// Requests at the revocation endpoint that were answered with 200.
    revocations,
    /// Sessions that ended: revoked, reused, or by the administrator.
    sessions_ended,
    /// Requests at the userinfo endpoint.
    userinfo_requests,
    /// GraphQL requests that were executed.
    graphql_requests,
    /// The most requests to the APIs that were under way at once.
    graphql_in_flight_peak,
    /// GraphQL requests that were refused with 401.
    graphql_unauthorized,
    /// Operations that began to be answered by a stream, over WebSockets and server-sent events.
    subscriptions_started,
    /// Those of them that are over, whoever ended them.
    subscriptions_ended,
    /// Events that they gave.
    subscription_events,
    /// WebSockets that were opened.
    websockets_opened,
    /// Breaches of `graphql-transport-ws`; each closed its WebSocket.
    stream_breaches,
    /// Requests that broke OAuth 2.0, RFC 8628 (with slow_down), RFC 7636 or the rotation of tokens.
    protocol_breaches,
    /// Codes typed at the page that stand for nothing.
    wrong_user_codes,
    /// Requests that were failed on purpose.
    faults_injected,
    /// Requests whose Host header was not the platform's own.
    foreign_hosts,
}

/// One counter.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    /// Counts one more.
    pub(crate) fn add(&self) {
        self.add_many(1);
    }

    /// Notes a number if it is the greatest so far.
    pub(crate) fn at_least(&self, number: u64) {
        self.0.fetch_max(number, Ordering::SeqCst);
    }

    /// Counts `number` more.
    pub(crate) fn add_many(&self, number: u64) {
        self.0.fetch_add(number, Ordering::SeqCst);
    }
}
