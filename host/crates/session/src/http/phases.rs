//! Spans for the parts of a request, so that `-v` can tell a slow name server from a slow API.
//!
//! `connect` is a connection in the making, TLS included, which the HTTP library makes in one go; `dns`
//! is the part of it that asks for addresses. Nothing is measured here, and nothing is changed: names are
//! looked up as the library itself would.

use std::error::Error;
use std::net::SocketAddr;
use std::task::{Context, Poll};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tower_layer::Layer;
use tower_service::Service;
use tracing::Instrument;
use tracing::instrument::Instrumented;

/// Puts a span around every connection that is made.
#[derive(Debug, Clone, Copy)]
pub(super) struct Connections;

/// What makes connections, with a span around each.
#[derive(Debug, Clone)]
pub(super) struct Connecting<Inner>(Inner);

impl<Inner> Layer<Inner> for Connections {
    type Service = Connecting<Inner>;

    fn layer(&self, inner: Inner) -> Connecting<Inner> {
        Connecting(inner)
    }
}

impl<Inner: Service<Target>, Target> Service<Target> for Connecting<Inner> {
    type Response = Inner::Response;
    type Error = Inner::Error;
    type Future = Instrumented<Inner::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Inner::Error>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, target: Target) -> Self::Future {
        let span = tracing::info_span!("connect");
        let entered = span.clone();
        let _inside = entered.enter();
        self.0.call(target).instrument(span)
    }
}

/// The operating system's own way from names to addresses, with a span around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        let look = async move {
            // The port is the URL's.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found: Vec<SocketAddr> = found.map_err(Box::<dyn Error + Send + Sync>::from)?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        };
        Box::pin(look.instrument(tracing::info_span!("dns")))
    }
}
