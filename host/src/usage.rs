//! How much of its limits a pack used, in words: for `-v` and for `plugin check`.

use std::time::Duration;

use vantage_runtime::{Limits, Usage};

/// What a run used, of what it was allowed.
pub fn of_run(usage: &Usage, limits: &Limits) -> String {
    let requests = match usage.requests {
        1 => "1 request".to_owned(),
        number => format!("{number} requests"),
    };
    format!("{}, {}, {requests}", memory(usage, limits), computing(usage, limits))
}

/// As in `1.1 of 256.0 MiB of memory`.
pub fn memory(usage: &Usage, limits: &Limits) -> String {
    let mebibytes = |bytes: u64| format!("{:.1}", bytes as f64 / f64::from(1 << 20));
    format!("{} of {} MiB of memory", mebibytes(usage.memory_peak), mebibytes(limits.memory))
}

fn computing(usage: &Usage, limits: &Limits) -> String {
    format!("{} of {} s of computing", milliseconds(usage.computing), limits.computing.as_secs_f64())
}

/// As in `3.2 ms`.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_stands_beside_what_was_allowed() {
        let mut limits = Limits::default();
        let mut usage =
            Usage { memory_peak: 1_115_672, computing: Duration::from_micros(3_210), requests: 1 };
        insta::assert_snapshot!(of_run(&usage, &limits), @"1.1 of 256.0 MiB of memory, 3.2 ms of 30 s of computing, 1 request");
        limits.computing = Duration::from_millis(500);
        usage.requests = 12;
        insta::assert_snapshot!(of_run(&usage, &limits), @"1.1 of 256.0 MiB of memory, 3.2 ms of 0.5 s of computing, 12 requests");
    }
}
