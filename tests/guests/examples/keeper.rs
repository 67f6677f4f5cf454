//! Well-behaved: counts its runs in its storage, and fills that up when told to.

use serde_json::json;
use vantage_plugin::{Answer, Argument, Arguments, Command, Pack, Request, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/keeper", "1.0.0", "Count runs")
        .request(Request::storage("64KiB", "counts how often you ran it"))
        .command(
            Command::read("keeper", "Count a run", run)
                .argument(Argument::flag("fill", "Keep more than was granted"))
                .argument(Argument::flag("forget", "Begin anew"))
                .answer(Answer::one()),
        )
}

fn run(session: &Session, arguments: Arguments) -> Result {
    let storage = session.storage()?;
    if arguments.flag("forget") {
        storage.delete("runs")?;
    }
    let runs = storage.get::<u64>("runs")?.unwrap_or(0) + 1;
    storage.set("runs", &runs)?;
    if arguments.flag("fill") {
        for number in 0..128 {
            storage.set(&format!("filler-{number}"), &"x".repeat(1 << 10))?;
        }
    }
    session.output().emit(&json!({ "runs": runs, "keys": storage.keys()? }))
}
