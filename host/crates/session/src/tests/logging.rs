//! No token in any log, at any level, in a run that uses and renews and revokes one.
//!
//! Listens to everything that is traced on the test's own thread, fields and all.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::provider::Provider;
use super::server::{json, with_headers};
use super::{TestClock, profile, session};
use crate::GraphqlRequest;

/// Writes down all that is traced.
#[derive(Clone, Default)]
pub(super) struct Listener(Arc<Mutex<String>>);

impl Listener {
    /// Listens on this thread for as long as what it returns beside itself lives.
    pub(super) fn start() -> (Self, impl Sized) {
        let listener = Self::default();
        // With a single listener, tracing asks only the thread that meets a span first, and caches its no.
        let second = tracing::Dispatch::new(Self::default());
        let listening = tracing::subscriber::set_default(listener.clone());
        (listener, (listening, second))
    }

    /// Everything so far.
    pub(super) fn heard(&self) -> String {
        self.0.lock().expect("the log").clone()
    }

    fn note(&self, metadata: &Metadata<'_>, record: impl FnOnce(&mut Fields)) {
        let mut fields = Fields(format!("{}:", metadata.name()));
        record(&mut fields);
        let mut heard = self.0.lock().expect("the log");
        writeln!(heard, "{}", fields.0).expect("a line");
    }
}

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, " {}={value:?}", field.name()).expect("a field");
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.note(span.metadata(), |fields| span.record(fields));
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        self.note(event.metadata(), |fields| event.record(fields));
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[tokio::test(start_paused = true)]
async fn no_token_is_ever_traced() {
    let (listener, _listening) = Listener::start();
    let provider = Provider::with_api(|_, world| match world.refreshes {
        0 => with_headers(401, "", ""),
        1 => with_headers(503, "", "canary"),
        _ => json(200, r#"{"data":{}}"#),
    })
    .await;
    let home = tempfile::tempdir().expect("a folder");
    let clock = TestClock::new();
    let session = session(profile(&provider.server.url), home.path(), &clock);
    session.login(&mut |_| {}, false).await.expect("a sign-in");
    let request = GraphqlRequest {
        api: "cluster".into(),
        operation_name: Some("List".into()),
        document: "{ x }".into(),
        variables: r#"{"secret":"canary"}"#.into(),
        mutation: false,
    };
    session.graphql(request.clone()).await.expect_err("a 401, a refresh, and then 503");
    provider.set(|world| world.next_answers = vec![with_headers(503, "", "")]);
    clock.forward(280);
    session.persona().await.expect("still valid");
    session.logout().await.expect("signed out");
    let heard = listener.heard();
    for span in
        ["auth.discovery:", "auth.device:", "auth.refresh:", "graphql: api=\"cluster\" operation=\"List\""]
    {
        assert!(heard.contains(span), "{span} in {heard}");
    }
    assert!(heard.contains("could not be renewed") && heard.contains("trying again"), "{heard}");
    assert!(!heard.contains("canary") && !heard.contains("e30."), "{heard}");
}
