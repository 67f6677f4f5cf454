//! Well-behaved: asks the user all three kinds of questions. Where nobody is there it fails with
//! `unattended`.

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/asker", "1.0.0", "Ask the user")
        .command(Command::read("asker", "Ask three questions", run).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let user = session.prompter();
    let sure = user.confirm("Are you sure?")?;
    let colours = ["red".to_owned(), "green".to_owned()];
    let colour = &colours[user.choose("Which colour?", &colours)?];
    let name = user.ask("What is your name?", Some("Ada"))?;
    session.output().emit(&json!({ "sure": sure, "colour": colour, "name": name }))
}
