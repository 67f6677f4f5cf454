//! Well-behaved: shows every aspect of who is signed in that it is granted, and why not of the others.

use serde_json::json;
use vantage_plugin::{Answer, Arguments, Aspect, Column, Command, Pack, Request, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/who", "1.0.0", "Show who is signed in")
        .request(Request::persona(Aspect::Identity, "greets you"))
        .request(Request::persona(Aspect::Email, "shows your address"))
        .request(Request::persona(Aspect::Organization, "shows your organization"))
        .request(Request::persona(Aspect::Roles, "shows your roles"))
        .command(
            Command::read("who", "Show who is signed in", run).answer(
                Answer::many()
                    .column(Column::text("Asked", "/asked"))
                    .column(Column::text("Value", "/value"))
                    .column(Column::text("Error", "/error")),
            ),
        )
}

fn run(session: &Session, _: Arguments) -> Result {
    let persona = session.persona()?;
    let answers = [
        ("subject", persona.subject().map(|value| json!(value))),
        ("display-name", persona.display_name().map(|value| json!(value))),
        ("email", persona.email().map(|value| json!(value))),
        (
            "organization",
            persona.organization().map(|membership| json!(membership.map(|one| json!([one.id, one.name])))),
        ),
        ("roles", persona.roles().map(|value| json!(value))),
        ("has-role", persona.has_role("no such role").map(|value| json!(value))),
    ];
    for (asked, answer) in answers {
        let record = match answer {
            Ok(value) => json!({ "asked": asked, "value": value, "error": null }),
            Err(error) => json!({ "asked": asked, "value": null, "error": error.kind().as_str() }),
        };
        session.output().emit(&record)?;
    }
    Ok(())
}
