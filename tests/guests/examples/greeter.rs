//! Well-behaved: greets with rows, a note, a warning, progress and a log line. What a first pack is.

use serde::{Deserialize, Serialize};
use vantage_plugin::{Answer, Argument, Column, Command, Level, Pack, Result, Session, Setting, ValueKind};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/greeter", "1.0.0", "Greet people")
        .setting(Setting::new("greeting", ValueKind::Text, "What to say").default("Hello"))
        .command(
            Command::read("greeter", "Greet people by name", run)
                .alias("greet")
                .argument(Argument::text("name", "Whom to greet").value_name("NAME").positional().repeated())
                .argument(Argument::integer("times", "How often").short('t').default(1))
                .argument(Argument::flag("warn", "Warn, too"))
                .answer(
                    Answer::many()
                        .column(Column::text("Greeting", "/greeting"))
                        .column(Column::number("Turn", "/turn").wide()),
                )
                .example("vantage greeter Ada", "Greets Ada"),
        )
}

#[derive(Deserialize)]
struct Greeter {
    #[serde(default)]
    name: Vec<String>,
    times: u32,
    #[serde(default)]
    warn: bool,
}

#[derive(Deserialize)]
struct Settings {
    greeting: Option<String>,
}

#[derive(Serialize)]
struct Row {
    greeting: String,
    turn: u32,
}

fn run(session: &Session, arguments: Greeter) -> Result {
    let output = session.output();
    let settings: Settings = session.settings()?;
    let greeting = settings.greeting.unwrap_or_else(|| "Hello".to_owned());
    session.log(Level::Debug, "about to greet");
    let progress = output.progress("Greeting", u32::try_from(arguments.name.len()).ok());
    for name in &arguments.name {
        progress.describe(name);
        for turn in 1..=arguments.times {
            output.emit(&Row { greeting: format!("{greeting}, {name}!"), turn })?;
        }
        progress.advance(1);
    }
    if arguments.warn {
        output.warn("this is a warning");
    }
    output.note(format!("greeted {} people", arguments.name.len()));
    Ok(())
}
