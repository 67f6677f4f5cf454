//! What a pack does while a value is completed, where nobody has asked for anything to be run.

use std::time::{Duration, Instant};

use serde_json::Value;

use super::meets::requests;
use super::stage::Stage;
use crate::completion::{candidates, once_there, recorded};

/// How long a misdeed may be asked for before it counts as lost; see `completion.rs`.
const PATIENCE: Duration = Duration::from_secs(120);

/// The candidates for the argument that is called after a misdeed.
#[track_caller]
fn of(stage: &Stage, misdeed: &str) -> Vec<String> {
    let option = format!("--{misdeed}");
    candidates(&stage.world, &["vantage", "completes-badly", &option, ""])
}

/// The same once there are any.
#[track_caller]
fn once(stage: &Stage, misdeed: &str) -> Vec<String> {
    let option = format!("--{misdeed}");
    once_there(&stage.world, &["vantage", "completes-badly", &option, ""])
}

/// Every misdeed in turn: no candidates but those that do no harm, nothing on standard error, exit status 0.
pub(super) fn each(stage: &Stage) {
    stage.add();
    assert_eq!(once(stage, "fine"), ["fine"]);
    for misdeed in ["endless", "waits", "giant", "huge", "bad-json", "traps", "exits"] {
        assert_eq!(of(stage, misdeed), [""; 0], "{misdeed}");
    }
    assert_eq!(once(stage, "escapes"), [r"seen | \u{1b}]0;title\u{7}"]);
    assert_eq!(once(stage, "options"), ["no-option"]);
    let before = requests(stage);
    for misdeed in ["mutation", "not-listed", "dynamic", "prompts", "emits", "stores", "persona"] {
        let told = once(stage, misdeed);
        assert!(told.len() == 1 && told[0].starts_with("was-denied | "), "{misdeed}: {told:?}");
    }
    assert_eq!(requests(stage), before, "something was sent");
    for rule in ["not-listed", "completing"] {
        let lines = recorded(&stage.world, &stage.id());
        let denied = lines.iter().filter(|line| line["rule"] == rule);
        let commands: Vec<&Value> = denied.map(|line| &line["command"]).collect();
        assert!(!commands.is_empty(), "no line for {rule} in {lines:?}");
        assert!(commands.iter().all(|command| *command == "completion completes-badly"), "{commands:?}");
    }
    subscriptions_end(stage);
}

/// A subscription of a command that reads is the pack's to have, and ends with its time.
fn subscriptions_end(stage: &Stage) {
    let began = Instant::now();
    let ended = |lines: Vec<Value>| {
        lines.iter().any(|line| line["operation"] == "BadNews" && line["outcome"] == "cancelled")
    };
    while !ended(recorded(&stage.world, &stage.id())) {
        assert_eq!(of(stage, "waits"), [""; 0]);
        assert!(began.elapsed() < PATIENCE, "no subscription was begun and ended");
    }
}
