//! Asks for one aspect of the persona and looks at all: what the user did not grant is denied.

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Aspect, Command, Pack, Request, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/denied-persona", "1.0.0", "Look at who is signed in")
        .request(Request::persona(Aspect::Email, "shows your address"))
        .command(Command::read("denied-persona", "Show who is signed in", run).answer(Answer::many()))
}

fn run(session: &Session, _: Arguments) -> Result {
    let output = session.output();
    let persona = session.persona()?;
    let seen = [
        ("email", persona.email()),
        ("subject", persona.subject()),
        ("display-name", persona.display_name()),
        ("organization", persona.organization().map(|organization| format!("{organization:?}"))),
        ("roles", persona.roles().map(|roles| roles.join(","))),
        ("has-role", persona.has_role("admin").map(|has| has.to_string())),
    ];
    let mut denied = None;
    for (aspect, value) in seen {
        match value {
            Ok(value) => output.emit(&json!({ "aspect": aspect, "value": value }))?,
            Err(error) => denied = Some(error),
        }
    }
    denied.map_or(Ok(()), Err)
}
