//! Ill-behaved: gives names of eight mebibytes to whatever takes a name, and passes on what it is told.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};
use vantage_plugin::bindings::vantage::plugin::logging::{Level, log};

/// The pack, below the SDK's typed level.
pub struct NamesHuge;

vantage_plugin::export_guest!(NamesHuge);

impl Guest for NamesHuge {
    fn describe() -> String {
        let mut description = vantage_guests::description("names-huge", "Name at length");
        description["requests"] = serde_json::json!([
            { "capability": "persona roles", "purpose": "asks for a role" },
            { "capability": "storage 1MiB", "purpose": "keeps little" },
        ]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let name = "\u{1b}[31mlong\n".repeat(900 << 10);
        let client = session.graphql();
        log(Level::Error, &name);
        let told = [
            client.execute(&name, "{}").err(),
            client.subscribe(&name, "{}").err(),
            client.paginate(&name, "{}", &name).err(),
            client.execute_document(&name, &name, &name).err(),
            session.files(&name).err(),
            session.storage()?.get(&name).err(),
            session.persona()?.has_role(&name).err(),
            session.prompter().ask(&name, Some(&name)).err(),
        ];
        for error in told.iter().flatten() {
            session.output().warn(&error.message);
        }
        told.into_iter().flatten().next().map_or(Ok(()), Err)
    }
}
