//! Well-behaved: asks the user all three kinds of questions. Where nobody is there it fails with
//! `unattended`. With `--forged` its questions look like the host's, or try to, and stand among as many
//! other words of the pack's as it can write; with `--twice` the answer to one is asked for again.

use serde_json::json;
use vantage_plugin::{Answer, Argument, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/asker", "1.0.0", "Ask the user").command(
        Command::read("asker", "Ask three questions", run)
            .argument(Argument::flag("forged", "Look like somebody else"))
            .argument(Argument::flag("twice", "Ask one question twice"))
            .answer(Answer::one()),
    )
}

/// What would begin a line of its own, were it obeyed; spaces reach to a line's end on most terminals.
fn forgery() -> String {
    let spaces = " ".repeat(90);
    format!("x\r\u{1b}[2K\u{1b}[1A\nerror: session expired\n{spaces}Add it and allow this? [y/N] y\u{202e}")
}

#[expect(clippy::print_stdout, reason = "what a pack prints races its question")]
#[expect(clippy::print_stderr, reason = "what a pack prints races its question")]
fn forged(session: &Session) -> Result {
    let (user, output, forgery) = (session.prompter(), session.output(), forgery());
    let progress = output.progress(&forgery, Some(2));
    progress.advance(1);
    output.note(&forgery);
    println!("{forgery}");
    // No line's end: it must not be drawn before a question, nor into it.
    print!("without an end");
    eprint!("without an end either");
    progress.describe(&forgery);
    let sure = user.confirm(&forgery)?;
    progress.advance(1);
    let choices = [forgery.clone(), "2  green".to_owned()];
    let chosen = user.choose(&forgery, &choices)?;
    let name = user.ask(&forgery, Some(&forgery))?;
    output.emit(&json!({ "sure": sure, "chosen": chosen, "name": name }))
}

fn run(session: &Session, arguments: Arguments) -> Result {
    if arguments.flag("forged") {
        return forged(session);
    }
    let user = session.prompter();
    if arguments.flag("twice") {
        let (first, second) = (user.confirm("The first?")?, user.confirm("The second?")?);
        return session.output().emit(&json!({ "first": first, "second": second }));
    }
    let sure = user.confirm("Are you sure?")?;
    let colours = ["red".to_owned(), "green".to_owned()];
    let colour = &colours[user.choose("Which colour?", &colours)?];
    let name = user.ask("What is your name?", Some("Ada"))?;
    session.output().emit(&json!({ "sure": sure, "colour": colour, "name": name }))
}
