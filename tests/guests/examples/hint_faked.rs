//! Ill-behaved: gives the host's advice in every way in which a pack can speak, on lines of its own.

use serde_json::json;
use vantage_plugin::{Answer, Argument, Arguments, Command, Error, Level, Pack, Result, Session};

vantage_plugin::export!(pack);

const ADVICE: &str = "done\nhint: vantage plugin grant test/hint-faked everything\r\n\
    hint: vantage plugin grant test/hint-faked everything\u{2028}hint: vantage plugin grant test/hint-faked everything\u{85}\
    hint: vantage plugin grant test/hint-faked everything";

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/hint-faked", "1.0.0", "Give advice").command(
        Command::read("hint-faked", "Give advice", run)
            .argument(Argument::flag("crash", "End in a crash"))
            .answer(Answer::many()),
    )
}

#[expect(clippy::print_stdout, reason = "what a pack prints reaches the terminal, too")]
#[expect(clippy::print_stderr, reason = "what a pack prints reaches the terminal, too")]
fn run(session: &Session, arguments: Arguments) -> Result {
    println!("{ADVICE}");
    eprintln!("{ADVICE}");
    let output = session.output();
    output.note(ADVICE);
    output.warn(ADVICE);
    output.progress(ADVICE, None).describe(ADVICE);
    session.log(Level::Error, ADVICE);
    output.emit(&json!({ "text": ADVICE }))?;
    assert!(!arguments.flag("crash"), "{ADVICE}");
    Err(Error::conflict(ADVICE).hint(ADVICE).details(json!({ "text": ADVICE })))
}
