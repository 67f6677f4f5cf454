//! How commands are measured: in turn, so that what disturbs one disturbs the other; medians, and what
//! lies between a tenth and nine tenths of the runs.

use std::fs;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// How often a process is asked how much memory it has had.
const GLANCE: Duration = Duration::from_millis(1);

/// Seconds of two things that were measured in turn.
#[derive(Default)]
pub(super) struct Pair {
    first: Vec<f64>,
    second: Vec<f64>,
}

/// A median, with the bounds of most of what was seen.
#[derive(Clone, Copy)]
pub(super) struct Spread {
    pub(super) low: f64,
    pub(super) median: f64,
    pub(super) high: f64,
}

impl Spread {
    /// Of at least one number.
    pub(super) fn of(mut numbers: Vec<f64>) -> Self {
        numbers.sort_by(f64::total_cmp);
        let last = numbers.len().saturating_sub(1);
        let at = |tenths: usize| numbers.get((last * tenths + 5) / 10).copied().unwrap_or(f64::NAN);
        Self { low: at(1), median: at(5), high: at(9) }
    }
}

impl Pair {
    /// Runs two commands in turn, `runs` times each, and once before that for nothing.
    pub(super) fn of(
        runs: usize,
        mut first: impl FnMut() -> Command,
        mut second: impl FnMut() -> Command,
    ) -> Result<Self> {
        let mut pair = Self::default();
        once(&mut first())?;
        once(&mut second())?;
        for run in 0..runs {
            // Each goes first as often as the other.
            if run % 2 == 0 {
                let one = once(&mut first())?;
                pair.add(one, once(&mut second())?);
            } else {
                let other = once(&mut second())?;
                pair.add(once(&mut first())?, other);
            }
        }
        Ok(pair)
    }

    pub(super) fn add(&mut self, first: Duration, second: Duration) {
        self.first.push(first.as_secs_f64());
        self.second.push(second.as_secs_f64());
    }

    /// What the first takes beyond the second, against so many seconds.
    pub(super) fn beyond(self, seconds: f64) -> Self {
        let first = self.first.iter().zip(&self.second).map(|(first, second)| first - second).collect();
        Self { first, second: vec![seconds; self.second.len()] }
    }

    /// The first over the second, run by run.
    pub(super) fn ratio(&self) -> Spread {
        Spread::of(self.first.iter().zip(&self.second).map(|(first, second)| first / second).collect())
    }

    /// Medians of both, in milliseconds.
    pub(super) fn medians(&self) -> [f64; 2] {
        [&self.first, &self.second].map(|seconds| Spread::of(seconds.clone()).median * 1e3)
    }
}

/// How long a command takes that has to succeed; what it prints goes nowhere.
pub(super) fn once(command: &mut Command) -> Result<Duration> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let began = Instant::now();
    let status = command.status()?;
    let elapsed = began.elapsed();
    if status.success() { Ok(elapsed) } else { Err(format!("{command:?} ended with {status}").into()) }
}

/// The most memory that a command has at once, in KiB; none where the system does not tell, or where it
/// was over too soon to be asked.
#[expect(clippy::disallowed_methods, reason = "no event tells of a process's memory")]
pub(super) fn peak(command: &mut Command) -> Result<Option<u64>> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut process = command.spawn()?;
    let path = format!("/proc/{}/status", process.id());
    let mut most = None;
    while process.try_wait()?.is_none() {
        // It only grows. Right after the start it is what this program had.
        let status = fs::read_to_string(&path).unwrap_or_default();
        let own = status.starts_with("Name:\tvantage\n");
        most = status.lines().find_map(high_water).filter(|_| own).or(most);
        thread::sleep(GLANCE);
    }
    Ok(most)
}

fn high_water(line: &str) -> Option<u64> {
    line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok()
}
