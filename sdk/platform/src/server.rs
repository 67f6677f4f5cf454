//! The platform as one process serves it: what every endpoint shares, the router, and its life
//! from a bound port to the last answer. It listens on 127.0.0.1 and nowhere else.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use rusqlite::Transaction;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::clock::Clock;
use crate::database::Database;
use crate::error::PlatformError;
use crate::faults::Faults;
use crate::graphql;
use crate::identity::{CLIENT, Identity, REALM};
use crate::options::Options;
use crate::requests::{Recorded, Requests};
use crate::stats::{Counters, Stats};
use crate::streams::Streams;
use crate::{admin, identity};

/// How long answers that are under way may take once the platform is told to stop.
const PATIENCE: Duration = Duration::from_secs(2);

/// What every endpoint shares.
#[derive(Debug)]
pub(crate) struct Platform {
    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub(crate) api: String,
    /// `{api}/realms/vantage`.
    pub(crate) issuer: String,
    /// What a request's Host header must be.
    host: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) identity: Identity,
    pub(crate) database: Database,
    pub(crate) faults: Faults,
    pub(crate) counters: Counters,
    pub(crate) requests: Requests,
    pub(crate) streams: Streams,
    pub(crate) options: Options,
}

/// The platform, as handlers hold it.
pub(crate) type Shared = Arc<Platform>;

impl Platform {
    fn new(options: Options, port: u16, identity: Identity, database: Database) -> Self {
        let host = format!("127.0.0.1:{port}");
        let api = format!("http://{host}");
        Self {
            issuer: format!("{api}{REALM}"),
            api,
            host,
            clock: Arc::clone(&options.clock),
            identity,
            database,
            faults: Faults::new(options.latency, options.fail, options.echo, options.seed),
            counters: Counters::default(),
            requests: Requests::default(),
            streams: Streams::default(),
            options,
        }
    }

    fn ready(&self, port: u16) -> Ready {
        Ready {
            issuer: self.issuer.clone(),
            api: self.api.clone(),
            client_id: CLIENT.to_owned(),
            port,
            user: self.options.user.clone(),
        }
    }

    /// The present as the database keeps times: in milliseconds since 1970.
    pub(crate) fn now(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    /// Changes the world, all or nothing, and tells those who watch it.
    pub(crate) async fn change<T, F>(&self, work: F) -> Result<T, PlatformError>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    {
        let result = self.database.change(work).await;
        self.streams.changed();
        result
    }

    /// Notes a decision about a user code, and counts it.
    pub(crate) fn decide(&self, user_code: &str, decision: identity::Stage) -> bool {
        let denied = decision == identity::Stage::Denied;
        let noted = self.identity.codes.decide(user_code, decision, self.clock.now());
        match (noted, denied) {
            (true, true) => self.counters.device_denials.add(),
            (true, false) => self.counters.device_approvals.add(),
            (false, _) => {}
        }
        noted
    }

    /// Ends a session, and counts it if it had not ended.
    pub(crate) fn end_session(&self, id: &str) {
        if self.identity.sessions.end(id) {
            self.counters.sessions_ended.add();
        }
    }
}

/// Where a platform answers: the line that the binary prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The identity provider: `http://127.0.0.1:PORT/realms/vantage`.
    pub issuer: String,
    /// The base of the APIs: `http://127.0.0.1:PORT`; an API is at `{api}/{name}/graphql`.
    pub api: String,
    /// The public client to sign in as.
    pub client_id: String,
    /// The port.
    pub port: u16,
    /// Who `--auto-approve` signs in, by user name.
    pub user: String,
}

/// A platform that serves. Dropping it ends it too, without waiting.
#[derive(Debug)]
pub struct Running {
    /// Where it answers.
    pub ready: Ready,
    platform: Shared,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Running {
    /// The counters now.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.platform.counters.read()
    }

    /// The last GraphQL requests, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Recorded> {
        self.platform.requests.list()
    }

    /// Stops listening, lets answers under way finish for up to two seconds, and ends.
    pub async fn stop(self) {
        let Self { stop, mut task, .. } = self;
        // Fails only if serving ended by itself, and then there is nothing to stop.
        let _ = stop.send(());
        if tokio::time::timeout(PATIENCE, &mut task).await.is_err() {
            task.abort();
        }
    }

    /// Waits until serving ends by itself, which only an error of the listener brings about.
    ///
    /// # Errors
    /// What the listener said.
    pub async fn ended(&mut self) -> Result<(), PlatformError> {
        match (&mut self.task).await {
            Ok(result) => result.map_err(PlatformError::Serve),
            Err(error) => Err(PlatformError::Serve(std::io::Error::other(error))),
        }
    }
}

/// Starts a platform and answers when it is ready; several may run in one process.
///
/// # Errors
/// Options that cannot be served, a port that is taken, a database that cannot be used.
pub async fn serve(options: Options) -> Result<Running, PlatformError> {
    let canary = options.check()?;
    let listen = |source| PlatformError::Listen { port: options.port, source };
    let listener = TcpListener::bind(("127.0.0.1", options.port)).await.map_err(listen)?;
    let port = listener.local_addr().map_err(listen)?.port();
    let database = Database::open(&options).await?;
    let identity = Identity::new(&options, canary, &database)?;
    let platform = Arc::new(Platform::new(options, port, identity, database));
    let (stop, stopped) = oneshot::channel::<()>();
    let streaming = platform.clone();
    let server = axum::serve(listener, router(&platform)).with_graceful_shutdown(async move {
        // An error means that `Running` was dropped, which is a wish to stop as well.
        let _ = stopped.await;
        // They would not come to their end by themselves.
        streaming.streams.stop();
    });
    let task = tokio::spawn(server.into_future());
    let ready = platform.ready(port);
    Ok(Running { ready, platform, stop, task })
}

fn router(platform: &Shared) -> Router {
    Router::new()
        .merge(identity::router(platform))
        .merge(graphql::router(platform))
        .merge(admin::router())
        .fallback(async || (StatusCode::NOT_FOUND, "nothing here; the README lists the endpoints\n"))
        .layer(from_fn_with_state(platform.clone(), guard))
        .with_state(platform.clone())
}

/// Answers only to requests that name this address. A web page can make a name of its own point
/// to 127.0.0.1 and would then share an origin with the platform; its Host header gives it away.
async fn guard(State(platform): State<Shared>, request: Request, next: Next) -> Response {
    // Not the query: it may hold a user code.
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut hosts = request.headers().get_all(header::HOST).iter();
    let own = hosts.next().is_some_and(|host| host.as_bytes() == platform.host.as_bytes());
    let response = if own && hosts.next().is_none() {
        next.run(request).await
    } else {
        platform.counters.foreign_hosts.add();
        let text = format!("this is {}, and the request named another host\n", platform.host);
        (StatusCode::MISDIRECTED_REQUEST, text).into_response()
    };
    tracing::info!(%method, path, status = response.status().as_u16(), "answered");
    response
}
