//! An empty WASI 0.2: what toolchains import whether or not a pack uses it.
//!
//! No preopened folder, no variable, no argument, no address and no name to look up; standard output
//! and error are `lines`, standard input is at its end. Only what the component imports is linked.
//! Clocks tell milliseconds, too coarse to time what other code does.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream, WasiCli, WasiCliView};
use wasmtime_wasi::clocks::{WasiClocks, WasiClocksView};
use wasmtime_wasi::filesystem::{WasiFilesystem, WasiFilesystemView};
use wasmtime_wasi::p2::bindings::{cli, clocks, filesystem, random, sockets};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::random::{WasiRandom, WasiRandomView};
use wasmtime_wasi::sockets::{WasiSockets, WasiSocketsView};
use wasmtime_wasi::{
    Deterministic, HostMonotonicClock, HostWallClock, WasiCtx, WasiCtxBuilder, WasiView, async_trait,
};
use wasmtime_wasi_io::bindings::wasi::io as streams;

use super::State;
use super::lines::{Lines, Stream};
use crate::component::InterfaceName;
use crate::limits;
use crate::ports::Clock;

/// The grain of both clocks: fine enough to tell the time, too coarse to time what the host does.
const GRAIN: Duration = Duration::from_millis(1);
/// When `describe` thinks it is: the first of January 2026, at midnight in Greenwich.
const DESCRIBED_AT: Duration = Duration::from_secs(1_767_225_600);
/// Bytes that a stream takes at once.
const WRITE: usize = 64 * 1024;

/// Which time and which randomness a pack gets.
pub(crate) enum Clocks {
    /// The time of this port, and randomness from the operating system.
    Real(Arc<dyn Clock>),
    /// Always the same, so that a description cannot depend on them.
    Fixed,
}

/// A context without any authority.
pub(super) fn context(clocks: Clocks, lines: &Lines) -> WasiCtx {
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdout(Pipe { lines: lines.clone(), stream: Stream::Output })
        .stderr(Pipe { lines: lines.clone(), stream: Stream::Error })
        // These are the defaults today; a sandbox does not rest on defaults.
        .allow_tcp(false)
        .allow_udp(false)
        .allow_ip_name_lookup(false)
        .socket_addr_check(|_, _| Box::pin(async { false }))
        .max_random_size(limits::RANDOM);
    match clocks {
        Clocks::Real(clock) => {
            builder.wall_clock(WallClock(clock)).monotonic_clock(Coarse(Instant::now()));
        }
        Clocks::Fixed => {
            let seed: Vec<u8> = (0..=u8::MAX).collect();
            builder
                .wall_clock(Standing)
                .monotonic_clock(Counting::default())
                .secure_random(Deterministic::new(seed.clone()))
                .insecure_random(Deterministic::new(seed))
                .insecure_random_seed(0);
        }
    }
    builder.build()
}

struct WallClock(Arc<dyn Clock>);

impl HostWallClock for WallClock {
    fn resolution(&self) -> Duration {
        GRAIN
    }

    fn now(&self) -> Duration {
        Duration::from_millis(self.0.now_milliseconds())
    }
}

/// Time since the run began, cut to whole grains.
struct Coarse(Instant);

impl HostMonotonicClock for Coarse {
    fn resolution(&self) -> u64 {
        nanoseconds(GRAIN)
    }

    fn now(&self) -> u64 {
        let elapsed = nanoseconds(self.0.elapsed());
        elapsed - elapsed % nanoseconds(GRAIN)
    }
}

struct Standing;

impl HostWallClock for Standing {
    fn resolution(&self) -> Duration {
        GRAIN
    }

    fn now(&self) -> Duration {
        DESCRIBED_AT
    }
}

/// Moves on by a grain whenever it is looked at: a loop that waits for time to pass ends, and is the
/// same loop each time.
#[derive(Default)]
struct Counting(AtomicU64);

impl HostMonotonicClock for Counting {
    fn resolution(&self) -> u64 {
        nanoseconds(GRAIN)
    }

    fn now(&self) -> u64 {
        self.0.fetch_add(nanoseconds(GRAIN), Ordering::Relaxed)
    }
}

fn nanoseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// One of the two streams, as WASI sees it: always ready, never failing.
#[derive(Clone)]
struct Pipe {
    lines: Lines,
    stream: Stream,
}

impl IsTerminal for Pipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Pipe {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[async_trait]
impl Pollable for Pipe {
    async fn ready(&mut self) {}
}

impl OutputStream for Pipe {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.lines.write(self.stream, &bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(WRITE)
    }
}

impl AsyncWrite for Pipe {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.lines.write(self.stream, bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// WASI's io interfaces work on the table alone.
struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}

/// Links one interface into a linker.
type LinkInterface = fn(&mut Linker<State>) -> wasmtime::Result<()>;

/// Everything of WASI 0.2 that a pack can import. What is not here — HTTP, key-value stores, threads
/// — is refused before a pack runs.
const INTERFACES: [(&str, &str, LinkInterface); 27] = [
    ("wasi:cli", "environment", |l| cli::environment::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "exit", |l| cli::exit::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "stdin", |l| cli::stdin::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "stdout", |l| cli::stdout::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "stderr", |l| cli::stderr::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "terminal-input", |l| cli::terminal_input::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "terminal-output", |l| cli::terminal_output::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "terminal-stdin", |l| cli::terminal_stdin::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "terminal-stdout", |l| cli::terminal_stdout::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:cli", "terminal-stderr", |l| cli::terminal_stderr::add_to_linker::<State, WasiCli>(l, State::cli)),
    ("wasi:clocks", "monotonic-clock", |l| {
        clocks::monotonic_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)
    }),
    ("wasi:clocks", "wall-clock", |l| {
        clocks::wall_clock::add_to_linker::<State, WasiClocks>(l, State::clocks)
    }),
    ("wasi:filesystem", "types", |l| {
        filesystem::types::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)
    }),
    ("wasi:filesystem", "preopens", |l| {
        filesystem::preopens::add_to_linker::<State, WasiFilesystem>(l, State::filesystem)
    }),
    ("wasi:io", "error", |l| streams::error::add_to_linker::<State, Table>(l, |state| state.ctx().table)),
    ("wasi:io", "poll", |l| streams::poll::add_to_linker::<State, Table>(l, |state| state.ctx().table)),
    ("wasi:io", "streams", |l| streams::streams::add_to_linker::<State, Table>(l, |state| state.ctx().table)),
    ("wasi:random", "random", |l| random::random::add_to_linker::<State, WasiRandom>(l, State::random)),
    ("wasi:random", "insecure", |l| random::insecure::add_to_linker::<State, WasiRandom>(l, State::random)),
    ("wasi:random", "insecure-seed", |l| {
        random::insecure_seed::add_to_linker::<State, WasiRandom>(l, State::random)
    }),
    ("wasi:sockets", "network", |l| {
        let options = sockets::network::LinkOptions::default();
        sockets::network::add_to_linker::<State, WasiSockets>(l, &options, State::sockets)
    }),
    ("wasi:sockets", "instance-network", |l| {
        sockets::instance_network::add_to_linker::<State, WasiSockets>(l, State::sockets)
    }),
    ("wasi:sockets", "tcp", |l| sockets::tcp::add_to_linker::<State, WasiSockets>(l, State::sockets)),
    ("wasi:sockets", "tcp-create-socket", |l| {
        sockets::tcp_create_socket::add_to_linker::<State, WasiSockets>(l, State::sockets)
    }),
    ("wasi:sockets", "udp", |l| sockets::udp::add_to_linker::<State, WasiSockets>(l, State::sockets)),
    ("wasi:sockets", "udp-create-socket", |l| {
        sockets::udp_create_socket::add_to_linker::<State, WasiSockets>(l, State::sockets)
    }),
    ("wasi:sockets", "ip-name-lookup", |l| {
        sockets::ip_name_lookup::add_to_linker::<State, WasiSockets>(l, State::sockets)
    }),
];

fn find(name: &InterfaceName<'_>) -> Option<LinkInterface> {
    // Versions of 0.2 only add; wasmtime matches them by semver.
    let known = (name.version.major, name.version.minor) == (0, 2);
    let same = |entry: &&(&str, &str, LinkInterface)| (entry.0, entry.1) == (name.package, name.interface);
    INTERFACES.iter().find(same).filter(|_| known).map(|entry| entry.2)
}

/// Whether a component may import this interface of WASI.
pub(super) fn offers(name: &InterfaceName<'_>) -> bool {
    find(name).is_some()
}

/// Links this interface of WASI; one that is not offered stays missing.
pub(super) fn link(linker: &mut Linker<State>, name: &InterfaceName<'_>) -> wasmtime::Result<()> {
    find(name).map_or(Ok(()), |link| link(linker))
}
