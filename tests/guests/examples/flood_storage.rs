//! Ill-behaved: keeps values and keys of all sizes until there is no room, and then goes on.

use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct FloodStorage;

vantage_plugin::export_guest!(FloodStorage);

impl Guest for FloodStorage {
    fn describe() -> String {
        let mut description = vantage_guests::description("flood-storage", "Keep everything");
        description["requests"] =
            serde_json::json!([{ "capability": "storage 64KiB", "purpose": "keeps it" }]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let store = session.storage()?;
        let value = format!("\"{}\"", "x".repeat(1 << 10));
        let (mut kept, mut kinds) = (0, Vec::new());
        for number in 0..200 {
            match store.set(&format!("key-{number}"), &value) {
                Ok(()) => kept += 1,
                Err(error) => kinds.push(error.kind),
            }
        }
        let too_large = [
            store.set("large", &format!("\"{}\"", "x".repeat(16 << 20))),
            store.set(&"k".repeat(16 << 20), "1"),
            store.set("", "1"),
        ];
        kinds.extend(
            too_large.into_iter().map(|kept| kept.map_or_else(|error| error.kind, |()| "kept".to_owned())),
        );
        kinds.dedup();
        session.output().emit(&serde_json::json!({ "kept": kept, "kinds": kinds }).to_string())
    }
}
