//! Components that nobody wrote: players of the contract, and components with bytes that are not theirs.
//!
//! Whatever they do, the host goes on: nothing panics, every end is one that has words, and no limit is
//! passed. A fixed number of seeds is run with all other tests; with `VANTAGE_FUZZ_SECONDS` set, as
//! `cargo xtask fuzz` does, seeds are drawn until that time is up. The seed is in the message of a failure.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::*;
use crate::compiled::compiler::Compiler;
use crate::engine::{CacheFolders, Component};
use crate::ports::PlatformAnswer;
use crate::testing::player::Playground;
use crate::testing::{self, World};

/// Short, since a component that loops has shown what it does.
const LIMITS: Limits = Limits { memory: 8 * 1024 * 1024, computing: Duration::from_millis(200) };

/// The seeds to run: the first so many, or whichever for as long as was asked for.
#[expect(clippy::disallowed_methods, reason = "the task that fuzzes has no other way to tell a test")]
fn seeds(fixed: u64) -> Box<dyn Iterator<Item = u64>> {
    let seconds = std::env::var("VANTAGE_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let Some(seconds) = seconds.map(Duration::from_secs) else {
        return Box::new(0..fixed);
    };
    let began = Instant::now();
    Box::new(std::iter::repeat_with(|| fastrand::u64(..)).take_while(move |_| began.elapsed() < seconds))
}

/// A runtime without a cache worth the name.
struct Stage {
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        // A cache that cannot be: nothing is written for components that are met once.
        let nowhere = folder.path().join("file");
        std::fs::File::create(&nowhere).expect("can be made");
        let folders = CacheFolders { compiled: nowhere.join("compiled"), keys: nowhere.join("keys") };
        Self { runtime: Runtime::new(folders, Compiler::Here).expect("an engine"), _folder: folder }
    }

    /// Loads, describes and runs; how it ended.
    async fn play(&self, bytes: &[u8], world: &Arc<World>) -> Result<RunOutcome, RuntimeError> {
        let loaded = self.runtime.load(&testing::digest(bytes), Component::Bytes(bytes)).await?;
        self.runtime.describe(&loaded).await?;
        let request = RunRequest { limits: LIMITS, ..testing::request() };
        self.runtime.run(&loaded, request, world.ports()).await
    }
}

/// A platform whose answers have everything that the documents ask for, or an error.
fn world() -> Arc<World> {
    let page = r#"{"clusters":{"nodes":[{"name":"x"}],"pageInfo":{"hasNextPage":true,"endCursor":"y"}}}"#;
    let world = World::new(move |number, _| match number % 7 {
        3 => Ok(PlatformAnswer { data: "null".to_owned(), errors: r#"[{"message":"no"}]"#.to_owned() }),
        5 => Err(crate::host::error("unavailable", "gone")),
        _ => Ok(testing::answer(page)),
    });
    world.events.lock().unwrap().extend([Ok(testing::answer("{}")), Ok(testing::answer("{}"))]);
    Arc::new(world)
}

fn check(seed: u64, ended: &Result<RunOutcome, RuntimeError>) {
    match ended {
        Ok(outcome) => assert!(outcome.usage.memory_peak <= LIMITS.memory, "seed {seed}: {outcome:?}"),
        Err(RuntimeError::Compile { message }) => {
            assert!(!message.contains("panicked"), "seed {seed}: {message}");
        }
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.hints().is_empty(), "seed {seed}: {error}")
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn packs_that_play_with_the_contract_break_nothing() {
    let (stage, playground) = (Stage::new(), Playground::new());
    let (mut reached, mut whole, mut crashed) = (BTreeSet::new(), 0, 0);
    for seed in seeds(300) {
        let player = playground.player(seed);
        let world = world();
        let ended = stage.play(&player.component, &world).await;
        check(seed, &ended);
        match &ended {
            Ok(_) => {
                whole += 1;
                reached.extend(player.calls);
            }
            Err(RuntimeError::Crashed { .. } | RuntimeError::Limit { .. }) => crashed += 1,
            Err(error) => panic!("seed {seed}: {error}"),
        }
        assert_eq!(world.in_flight.load(std::sync::atomic::Ordering::SeqCst), 0, "seed {seed}");
    }
    // They do come to something: all of the contract is called by players that come to their end.
    // But for files, which nobody names here.
    let is_missing = |name: &String| !reached.contains(name) && !name.contains("input-file");
    let missing: Vec<String> = playground.names().into_iter().filter(is_missing).collect();
    println!("{whole} players came to their end, {crashed} crashed");
    assert!(missing.is_empty() && whole > 0 && crashed > 0, "{whole}, {crashed}: never called: {missing:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn components_with_bytes_that_are_not_theirs_break_nothing() {
    let stage = Stage::new();
    let playground = Playground::new();
    let (mut refused, mut ran) = (0, 0);
    for seed in seeds(400) {
        let mut random = fastrand::Rng::with_seed(seed);
        let mut bytes = match random.bool() {
            true => testing::pack("", "", ""),
            false => playground.player(random.u64(..64)).component,
        };
        mutate(&mut bytes, &mut random);
        let ended = stage.play(&bytes, &world()).await;
        check(seed, &ended);
        match ended {
            Err(RuntimeError::Crashed { .. } | RuntimeError::Limit { .. }) | Ok(_) => ran += 1,
            Err(_) => refused += 1,
        }
    }
    println!("{refused} were refused, {ran} ran");
    assert!(refused > 0 && ran > 0, "{refused} were refused, {ran} ran");
}

/// A few bytes or bits are others, some are gone, some are there twice.
fn mutate(bytes: &mut Vec<u8>, random: &mut fastrand::Rng) {
    for _ in 0..random.usize(1..6) {
        let at = random.usize(8..bytes.len());
        let length = random.usize(1..32).min(bytes.len() - at);
        match random.u32(..8) {
            0..4 => bytes[at] ^= 1 << random.u32(..8),
            4 => bytes[at] = random.u8(..),
            5 => drop(bytes.drain(at..at + length)),
            6 => {
                let copy = bytes[at..at + length].to_vec();
                bytes.splice(at..at, copy);
            }
            _ => bytes.truncate(at.max(9)),
        }
        if bytes.len() < 16 {
            break;
        }
    }
}
