//! The platform's GraphQL APIs, each at `{api}/{name}/graphql` with a schema of its own, and its
//! SDL at `{api}/{name}/schema.graphql`. A new API is a module here and a line in [`router`] and
//! [`sdl`]: `http` reads requests, asks who calls and records what came, for all of them alike.

mod caller;
mod cluster;
mod connection;
mod echo;
mod filters;
mod http;
mod jobs;
mod messages;
mod operation;
mod pages;
mod scalars;
mod sse;
mod watch;
mod websocket;

use async_graphql::{ObjectType, SDLExportOptions, Schema, SubscriptionType};
use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, header};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};

use crate::faults;
use crate::server::Shared;

/// No document that people write is longer.
const BODY_LIMIT: usize = 1024 * 1024;

/// A bound that no query of a person reaches; introspection needs some fifteen.
const DEPTH: usize = 32;

/// The APIs' endpoints.
pub(crate) fn router(platform: &Shared) -> Router<Shared> {
    endpoint("cluster", cluster::schema(platform))
        .merge(endpoint("jobs", jobs::schema(platform)))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(platform.clone(), faults::on_api))
}

/// The schema of an API in GraphQL's schema language, as it is served; `None` for an unknown API.
#[must_use]
pub fn sdl(api: &str) -> Option<String> {
    match api {
        "cluster" => Some(write(&cluster::builder().finish())),
        "jobs" => Some(write(&jobs::builder().finish())),
        _ => None,
    }
}

fn endpoint<Q, M, S>(name: &'static str, schema: Schema<Q, M, S>) -> Router<Shared>
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let (text, streaming) = (write(&schema), schema.clone());
    let answer = async move |State(platform): State<Shared>, headers: HeaderMap, body| {
        http::answer(name, &schema, &platform, headers, body).await
    };
    let upgrade = async move |State(platform): State<Shared>, headers: HeaderMap, upgrade| {
        websocket::upgrade(name, &streaming, &platform, headers, upgrade).await
    };
    Router::new().route(&format!("/{name}/graphql"), post(answer).get(upgrade)).route(
        &format!("/{name}/schema.graphql"),
        get(async || ([(header::CONTENT_TYPE, "text/plain")], text)),
    )
}

fn write<Q, M, S>(schema: &Schema<Q, M, S>) -> String
where
    Q: ObjectType + 'static,
    M: ObjectType + 'static,
    S: SubscriptionType + 'static,
{
    let options = SDLExportOptions::new().use_space_ident().prefer_single_line_descriptions();
    let text = schema.sdl_with_options(options);
    // Every GraphQL tool brings these two directives itself, and some refuse a second definition.
    let own = |line: &&str| !BUILT_IN.iter().any(|beginning| line.starts_with(beginning));
    text.trim().lines().filter(own).map(|line| format!("{line}\n")).collect()
}

/// The lines of the schema that describe and define built-in directives.
const BUILT_IN: [&str; 3] = ["\"Directs the executor to ", "directive @include(", "directive @skip("];
