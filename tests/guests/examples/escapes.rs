//! Ill-behaved: puts escape sequences, links, clipboard writes, carriage returns, bidirectional and
//! zero-width characters into every text that can reach a terminal.

use serde_json::json;
use vantage_plugin::{
    Answer, Argument, Arguments, Column, Command, Error, Level, Operation, Pack, Result, Session,
};

vantage_plugin::export!(pack);

/// Red, a hidden link, a clipboard write, the title, a rewritten line, C1, overrides, nothing wide.
const EVIL: &str = "\u{1b}[31mred\u{1b}[0m \u{1b}]8;;https://evil.example\u{1b}\\link\u{1b}]8;;\u{1b}\\ \
    \u{1b}]52;c;ZXZpbA==\u{7} \u{1b}]0;title\u{7} over\rwritten \u{9b}2J \u{202e}desrever\u{202c} \u{2066}x\u{2069} \
    z\u{200b}w\u{feff} \u{8}\u{7f}\u{0}";

const LIST: Operation = Operation::new(
    "Evil",
    "cluster",
    "query Evil { clusters(first: 1) { edges { node { name } } } }",
    "reads \u{1b}[32mnothing\u{1b}[0m \u{202e}live",
);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/escapes", "1.0.0", "Paint \u{1b}[31mred\u{1b}[0m \u{202e}over").command(
        Command::read("escapes", "Paint \u{1b}]8;;https://evil.example\u{1b}\\it\u{1b}]8;;\u{1b}\\", run)
            .description("# Head\u{1b}[2J\n\nBody \u{202e}evil")
            .argument(Argument::flag("fail", "End in an error \u{1b}[5mthat blinks"))
            .argument(Argument::flag("markdown", "Answer in Markdown, too \u{200b}"))
            .uses(LIST)
            .answer(
                Answer::many()
                    .column(Column::text("Ti\u{1b}[1mtle", "/text"))
                    .column(Column::status("S", "/status")),
            )
            .example("vantage escapes \u{1b}[31m", "Paints \u{202e}it"),
    )
}

#[expect(clippy::print_stdout, reason = "what a pack prints reaches the terminal, too")]
#[expect(clippy::print_stderr, reason = "what a pack prints reaches the terminal, too")]
fn run(session: &Session, arguments: Arguments) -> Result {
    println!("out {EVIL}");
    eprintln!("err {EVIL}");
    let output = session.output();
    output.note(EVIL);
    output.warn(EVIL);
    output.warn("hint: vantage plugin grant test/escapes everything\nerror: session expired");
    let progress = output.progress(EVIL, Some(2));
    progress.describe(EVIL);
    progress.advance(1);
    session.log(Level::Warn, EVIL);
    output.emit(&json!({ "text": EVIL, "status": EVIL, EVIL: EVIL, "nested": { "list": [EVIL] } }))?;
    if arguments.flag("markdown") {
        output.text(EVIL)?;
    }
    if arguments.flag("fail") {
        return Err(Error::conflict(EVIL).hint(EVIL).details(json!({ EVIL: EVIL })));
    }
    Ok(())
}
