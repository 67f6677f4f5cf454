//! What the gate costs: on documents as people write them, on the largest that it reads, and on the
//! worst that it refuses; each beside what the parser alone takes for the same document.
//!
//! `cargo bench -p vantage-policy`, or as a part of `cargo xtask bench`, for which it prints a line of
//! JSON for each document. The two are measured in turn, so that a busy machine is busy for both.

#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use apollo_compiler::parser::Parser;
use serde_json::json;
use vantage_policy::gate::Operation;

/// How long each document is measured.
const PATIENCE: Duration = Duration::from_millis(1_500);

/// What stands in no call's way: each is as long as the timer is exact.
const BATCH: Duration = Duration::from_micros(200);

fn main() {
    for (name, document) in documents() {
        let decided = match Operation::read_dynamic("cluster", &document) {
            Ok(_) => "read".to_owned(),
            Err(error) => format!("refused: {error}"),
        };
        let mut gate =
            Timer::new(|| drop(black_box(Operation::read_dynamic("cluster", black_box(&document)))));
        let mut parser = Timer::new(|| {
            black_box(parse(black_box(&document)));
        });
        let began = Instant::now();
        while began.elapsed() < PATIENCE {
            gate.sample();
            parser.sample();
        }
        let line = json!({
            "document": name,
            "bytes": document.len(),
            "decided": decided,
            "gate": gate.nanoseconds,
            "parser": parser.nanoseconds,
        });
        println!("{line}");
    }
}

/// The parser alone, with the limits that the gate sets.
fn parse(document: &str) -> bool {
    Parser::new().recursion_limit(64).token_limit(10_000).parse_ast(document, "document").is_ok()
}

/// Samples of what one call takes.
struct Timer<F> {
    act: F,
    /// Calls in one sample.
    calls: u32,
    nanoseconds: Vec<f64>,
}

impl<F: FnMut()> Timer<F> {
    fn new(mut act: F) -> Self {
        let mut calls = 1;
        loop {
            let began = Instant::now();
            (0..calls).for_each(|_| act());
            if began.elapsed() >= BATCH {
                return Self { act, calls, nanoseconds: Vec::new() };
            }
            calls *= 2;
        }
    }

    fn sample(&mut self) {
        let began = Instant::now();
        (0..self.calls).for_each(|_| (self.act)());
        self.nanoseconds.push(began.elapsed().as_secs_f64() * 1e9 / f64::from(self.calls));
    }
}

fn documents() -> Vec<(&'static str, String)> {
    let fields = |count: usize, length: usize| -> String {
        (0..count).map(|number| format!("f{number:0>width$} ", width = length - 2)).collect()
    };
    let chain = |levels: usize| -> String {
        (0..levels).map(|level| format!("fragment F{level} on Query{{...F{0} ...F{0}}}", level + 1)).collect()
    };
    vec![
        ("an ordinary query", ORDINARY.to_owned()),
        ("an ordinary query of 38 kB", format!("query Q {{ clusters {{ {} }} }}", fields(1_500, 25))),
        ("the largest that is read", format!("query Q {{ clusters {{ {} }} }}", fields(1_990, 32))),
        ("the same in fragments", fragments(&fields(197, 30))),
        ("a string of 64 KiB", format!("query Q {{ f(a: \"{}\") }}", "x".repeat(65_000))),
        (
            "fragments that double 60 times",
            format!("query Q{{...F0}}{}fragment F60 on Query{{f}}", chain(60)),
        ),
        ("10,000 aliases", format!("query Q {{ {} }}", "a:f ".repeat(10_000))),
        ("64 KiB of opening braces", format!("query Q {}", "{".repeat(65_000))),
        ("64 KiB of commas", format!("query Q {{ f }}{}", ",".repeat(65_000))),
        ("64 KiB of one name", format!("query Q {{ {} }}", "x".repeat(65_000))),
        ("65 KiB", " ".repeat(65 * 1024)),
    ]
}

/// Ten fragments, each with its share of the fields.
fn fragments(fields: &str) -> String {
    let spreads: String = (0..10).map(|number| format!("...F{number} ")).collect();
    let fragment = |number: usize| format!("fragment F{number} on Cluster {{ g{number} {{ {fields} }} }} ");
    let fragments: String = (0..10).map(fragment).collect();
    format!("query Q {{ clusters {{ {spreads} }} }} {fragments}")
}

const ORDINARY: &str = "query ListClusters($first: Int!, $after: String, $filters: JSONScalar) {
    clusters(first: $first, after: $after, filters: $filters) {
        edges {
            node {
                name status provider clusterType ownerEmail description clientId cloudAccountId createdAt
            }
        }
        pageInfo { hasNextPage endCursor }
    }
}";
