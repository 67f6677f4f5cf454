//! `vantage-platform`: reads arguments, serves, and prints one line of JSON on stdout when it is
//! ready. Everything else goes to stderr. It is the library's `serve` with a command line, and
//! ends on SIGINT or SIGTERM.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use tracing_subscriber::EnvFilter;
use vantage_platform::{Echo, Failure, Options, PlatformError, Ready, parse_duration, sdl, serve};

/// A local Vantage platform on 127.0.0.1, for authors, tests and the demo
#[derive(Debug, Parser)]
#[command(name = "vantage-platform", version)]
struct Arguments {
    /// Port to listen on; 0 takes any that is free
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Approve every device code at once, without anyone looking
    #[arg(long)]
    auto_approve: bool,
    /// Who --auto-approve signs in: ada, grace, lin or sam
    #[arg(long, value_name = "NAME", default_value = "ada")]
    user: String,
    /// Decides names, ids and times of the world
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How many clusters the first organization has
    #[arg(long, value_name = "N", default_value_t = 7)]
    clusters: usize,
    /// Call the first of those so, in any script; repeatable
    #[arg(long = "cluster-name", value_name = "NAME")]
    cluster_names: Vec<String>,
    /// How long a new cluster is preparing
    #[arg(long, value_name = "DURATION", default_value = "8s", value_parser = parse_duration)]
    ready_after: Duration,
    /// How many job submissions the first organization has
    #[arg(long, value_name = "N", default_value_t = 12)]
    submissions: usize,
    /// How long a job takes for each of its steps: created, pending, running, completing
    #[arg(long, value_name = "DURATION", default_value = "3s", value_parser = parse_duration)]
    job_step: Duration,
    /// Answer that much later
    #[arg(long, value_name = "DURATION", default_value = "0s", value_parser = parse_duration)]
    latency: Duration,
    /// Fail this share of requests, to the APIs unless said otherwise
    #[arg(long, value_name = "STATUS:SHARE[:api|identity|all]")]
    fail: Option<Failure>,
    /// Answer with the caller's own token in errors, extensions, data, an html page, split over
    /// chunks, or in events of a stream: a fault, for tests that look for leaks
    #[arg(long, value_name = "PLACE")]
    echo: Option<Echo>,
    /// Refuse WebSockets, so that subscriptions come as server-sent events
    #[arg(long)]
    no_websockets: bool,
    /// How long an access token is good for
    #[arg(long, value_name = "SECONDS", default_value = "300", value_parser = parse_duration)]
    access_token_ttl: Duration,
    /// How long a refresh token is good for, from its last use
    #[arg(long, value_name = "SECONDS", default_value = "2592000", value_parser = parse_duration)]
    refresh_token_ttl: Duration,
    /// How long a person has to approve
    #[arg(long, value_name = "SECONDS", default_value = "600", value_parser = parse_duration)]
    device_code_ttl: Duration,
    /// The least time between two polls
    #[arg(long, value_name = "SECONDS", default_value = "5", value_parser = parse_duration)]
    poll_interval: Duration,
    /// Keep the world in this file; in memory otherwise
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Keep signing key and sign-ins in the database too: tokens stay good on the same --port
    #[arg(long)]
    keep_sessions: bool,
    /// Base64url text that every token and device code contains, for tests that look for leaks
    #[arg(long, value_name = "TEXT")]
    canary: Option<String>,
    /// What to log on stderr: error, warn, info, debug, trace, or directives
    #[arg(long, value_name = "FILTER", default_value = "info")]
    log: String,
    /// Print the schema of an API, and end
    #[arg(long, value_name = "API")]
    schema: Option<String>,
}

impl Arguments {
    fn options(self) -> Options {
        Options {
            port: self.port,
            access_token_ttl: self.access_token_ttl,
            refresh_token_ttl: self.refresh_token_ttl,
            device_code_ttl: self.device_code_ttl,
            poll_interval: self.poll_interval,
            auto_approve: self.auto_approve,
            user: self.user,
            seed: self.seed,
            clusters: self.clusters,
            cluster_names: self.cluster_names,
            ready_after: self.ready_after,
            submissions: self.submissions,
            job_step: self.job_step,
            latency: self.latency,
            fail: self.fail,
            echo: self.echo,
            websockets: !self.no_websockets,
            database: self.database,
            keep_sessions: self.keep_sessions,
            canary: self.canary,
            ..Options::default()
        }
    }
}

/// Why the process ends with a failure.
#[derive(Debug, thiserror::Error)]
enum Failed {
    #[error(transparent)]
    Platform(#[from] PlatformError),
    #[error("there is no API `{0}`; there are cluster and jobs")]
    UnknownApi(String),
    #[error("could not write to stdout")]
    Stdout(#[source] std::io::Error),
    #[error("could not listen for signals")]
    Signals(#[source] std::io::Error),
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let filter = EnvFilter::try_new(&arguments.log).unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false).init();
    match run(arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failed) => {
            report(&failed);
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), Failed> {
    if let Some(api) = &arguments.schema {
        let text = sdl(api).ok_or_else(|| Failed::UnknownApi(api.clone()))?;
        return print(&text).map_err(Failed::Stdout);
    }
    // Listening for signals begins first: one that comes right after the line must find us.
    let signals = signals().map_err(Failed::Signals)?;
    let mut running = serve(arguments.options()).await?;
    print(&line(&running.ready)).map_err(Failed::Stdout)?;
    tracing::info!(api = running.ready.api, "serving");
    tokio::select! {
        ended = running.ended() => ended?,
        () = signals => {
            tracing::info!("stopping");
            running.stop().await;
        }
    }
    Ok(())
}

fn line(ready: &Ready) -> String {
    // A record of strings and a number: writing it cannot fail.
    format!("{}\n", serde_json::to_string(ready).unwrap_or_default())
}

fn print(text: &str) -> std::io::Result<()> {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes())?;
    stdout.flush()
}

fn report(failed: &Failed) {
    let mut text = format!("error: {failed}\n");
    let mut source = std::error::Error::source(failed);
    while let Some(cause) = source {
        text.push_str(&format!("  caused by: {cause}\n"));
        source = cause.source();
    }
    if let Failed::Platform(error) = failed {
        for hint in error.hints() {
            text.push_str(&format!("hint: {hint}\n"));
        }
    }
    // If stderr is gone, there is nobody left to tell.
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// Completes when the process is asked to end.
#[cfg(unix)]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Completes when the process is asked to end.
#[cfg(not(unix))]
fn signals() -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = tokio::signal::windows::ctrl_c()?;
    Ok(async move {
        interrupt.recv().await;
    })
}
