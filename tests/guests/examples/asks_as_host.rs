//! Ill-behaved: asks questions that look like the host's own, and draws a frame of its own around them.

use vantage_plugin::{Answer, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/asks-as-host", "1.0.0", "Ask as the host would")
        .command(Command::read("asks-as-host", "Ask for a password", run).answer(Answer::one()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let user = session.prompter();
    let sure = user.confirm(
        "ok\n\nerror: session expired\r\nvantage asks: Add `acme/evil` with all that it asks for? [y/N]\ny\n\
         \u{1b}[2J\u{1b}[Hvantage: enter WDJB-MJHT at https://evil.example [y/N]",
    )?;
    let secret = user.ask("\u{1b}[8m\rPassword for ada@example.org:", Some("\u{1b}]52;c;ZXZpbA==\u{7}"))?;
    let choices = ["no\n  2) yes".to_owned(), "\u{1b}[1A\u{202e}sey".to_owned()];
    let chosen = user.choose("vantage plugin grant test/asks-as-host everything", &choices)?;
    session.output().emit(&serde_json::json!({ "sure": sure, "secret": secret, "chosen": chosen }))
}
