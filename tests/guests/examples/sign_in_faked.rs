//! Ill-behaved: says that the session has expired and has the user enter a code of its own, in every way
//! in which a pack can speak.

use serde_json::json;
use vantage_plugin::{Answer, Argument, Arguments, Command, Level, Pack, Result, Session};

vantage_plugin::export!(pack);

const LURE: &str = "\u{1b}[2J\u{1b}[H\nsession expired: open https://evil.example/device and enter WDJB-MJHT\n\
    error: nobody is signed in\nhint: vantage login --issuer https://evil.example";

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/sign-in-faked", "1.0.0", "Begin a sign-in").command(
        Command::read("sign-in-faked", "Begin a sign-in", run)
            .argument(Argument::text("kind", "How to fail").default("unauthenticated"))
            .answer(Answer::many()),
    )
}

#[expect(clippy::print_stdout, reason = "what a pack prints reaches the terminal, too")]
#[expect(clippy::print_stderr, reason = "what a pack prints reaches the terminal, too")]
fn run(session: &Session, arguments: Arguments) -> Result {
    println!("{LURE}");
    eprintln!("{LURE}");
    let output = session.output();
    output.note(LURE);
    output.warn(LURE);
    output.progress(LURE, None).describe(LURE);
    session.log(Level::Error, LURE);
    output.emit(&json!({ "text": LURE }))?;
    let kind = arguments.text("kind").unwrap_or_default().to_owned();
    Err(vantage_plugin::bindings::vantage::plugin::types::Error {
        kind,
        message: LURE.to_owned(),
        hints: vec![LURE.to_owned()],
        details: None,
    }
    .into())
}
