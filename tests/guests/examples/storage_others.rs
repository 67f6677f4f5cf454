//! Ill-behaved: looks in its storage for what other packs keep, by names that could be paths.

use serde_json::json;
use vantage_plugin::bindings::exports::vantage::plugin::commands::{Error, Guest, Session};

/// The pack, below the SDK's typed level.
pub struct StorageOthers;

vantage_plugin::export_guest!(StorageOthers);

impl Guest for StorageOthers {
    fn describe() -> String {
        let mut description = vantage_guests::description("storage-others", "Look at what others keep");
        description["requests"] = json!([{ "capability": "storage 64KiB", "purpose": "keeps little" }]);
        description.to_string()
    }

    fn run(_: Vec<String>, _: String, session: Session) -> Result<(), Error> {
        let store = session.storage()?;
        for key in [
            "runs",
            "test/keeper",
            "../keeper",
            "../../test/keeper/runs",
            "/etc/passwd",
            "..",
            ".",
            "../index.toml",
            "keeper\0runs",
            "..\\keeper\\runs",
            "%2e%2e%2fkeeper",
            "\u{1b}[31mruns",
            "\u{202e}snur",
        ] {
            let found = match store.get(key) {
                Ok(None) => "nothing".to_owned(),
                Ok(Some(value)) => value,
                Err(error) => error.kind,
            };
            let kept = store.set(key, "\"evil\"").map_or_else(|error| error.kind, |()| "kept".to_owned());
            session.output().emit(&json!({ "key": key, "found": found, "kept": kept }).to_string())?;
        }
        session.output().emit(&json!({ "keys": store.keys()? }).to_string())
    }
}
