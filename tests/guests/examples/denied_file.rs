//! Ill-behaved: opens files that the user has not named: an argument that it does not have, one that
//! is no file, and paths.

use vantage_plugin::{Answer, Argument, Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-file", "1.0.0", "Open any file").command(
        Command::read("denied-file", "Open what nobody named", run)
            .argument(Argument::text("word", "No file").default("/etc/hostname"))
            .argument(Argument::file("input", "A file"))
            .answer(Answer::many()),
    )
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    let mut last = None;
    for name in ["word", "secrets", "/etc/passwd", "../input", ""] {
        match session.files(name) {
            Ok(files) => {
                for file in files {
                    output.emit(&serde_json::json!({ "argument": name, "got": file.read_text(1 << 20)? }))?;
                }
            }
            Err(error) => last = Some(error),
        }
    }
    last.map_or(Ok(()), Err)
}
