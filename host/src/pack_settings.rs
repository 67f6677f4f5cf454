//! What a user sets for one pack under `[packs."acme/x"]` in the configuration: the pack's own
//! settings, and the limits that only the user can raise.
//!
//! Values are read by the kinds that the pack declares; what it does not declare it does not see.

use serde_json::{Map, Value};
use vantage_policy::description::{Description, Kind};
use vantage_runtime::Limits;
use vantage_session::Configuration;

use crate::cli::values;
use crate::error::HostError;

/// Keys that are the host's, whatever a pack calls its settings.
const MEMORY: &str = "memory";
const COMPUTING: &str = "computing";

/// One pack's settings and limits.
#[derive(Debug)]
pub struct PackSettings {
    /// A JSON object of the declared settings, defaults filled in.
    pub values: String,
    /// How much a run may use.
    pub limits: Limits,
}

impl PackSettings {
    /// Reads what the configuration says of the pack that `description` describes.
    pub fn read(configuration: &Configuration, description: &Description) -> Result<Self, HostError> {
        let table = table(configuration, &description.id)?;
        let now = jiff::Timestamp::now();
        let mut values = Map::new();
        for setting in &description.settings {
            let set = match table.get(&setting.name) {
                Some(value) => Some(read_value(&description.id, &setting.name, setting.kind, value, now)?),
                None => setting.default.clone(),
            };
            values.extend(set.map(|value| (setting.name.clone(), value)));
        }
        let mut limits = Limits::default();
        if let Some(memory) = table.get(MEMORY) {
            let bytes = read_value(&description.id, MEMORY, Kind::Size, memory, now)?;
            limits.memory = bytes.as_u64().unwrap_or(limits.memory);
        }
        if let Some(computing) = table.get(COMPUTING) {
            let seconds = read_value(&description.id, COMPUTING, Kind::Duration, computing, now)?;
            limits.computing = std::time::Duration::from_secs_f64(seconds.as_f64().unwrap_or_default());
        }
        Ok(Self { values: Value::Object(values).to_string(), limits })
    }
}

fn table(configuration: &Configuration, id: &str) -> Result<Map<String, Value>, HostError> {
    Ok(configuration.read::<Map<String, Value>>(&["packs", id])?.unwrap_or_default())
}

/// A value as TOML has it, or as text that is read as an argument of that kind would be.
fn read_value(
    id: &str,
    name: &str,
    kind: Kind,
    value: &Value,
    now: jiff::Timestamp,
) -> Result<Value, HostError> {
    let read = match (kind, value) {
        (Kind::Flag, Value::Bool(_)) => Ok(value.clone()),
        (Kind::Flag, _) => Err("true or false".to_owned()),
        (_, Value::String(text)) => values::parse(kind, text, now),
        (Kind::Json, _) => Ok(value.clone()),
        (_, Value::Number(number)) => values::parse(kind, &number.to_string(), now),
        _ => Err(format!("a value of kind {kind}")),
    };
    read.map_err(|expected| {
        HostError::usage(
            format!("`{name}` under `[packs.\"{id}\"]` in the configuration cannot be used"),
            vec![format!("it takes {expected}")],
        )
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn read(text: &str) -> Result<PackSettings, HostError> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let description = r#"{"schema":1,"id":"acme/x","version":"1.0.0","summary":"Try","commands":[],
            "settings":[{"name":"greeting","kind":"text","summary":"What","default":"Hi"},
                        {"name":"pause","kind":"duration","summary":"How long"}]}"#;
        PackSettings::read(
            &Configuration::load(file.path()).unwrap(),
            &serde_json::from_str(description).unwrap(),
        )
    }

    #[test]
    fn declared_settings_are_read_by_their_kind_and_others_are_not_shown() {
        let settings =
            read("version = 1\n[packs.\"acme/x\"]\npause = \"2m\"\nsecret = 1\nmemory = \"1GiB\"\n").unwrap();
        assert_eq!(settings.values, r#"{"greeting":"Hi","pause":120}"#);
        assert_eq!(settings.limits.memory, 1 << 30);
    }

    #[test]
    fn a_value_of_another_kind_names_the_key() {
        let error = read("version = 1\n[packs.\"acme/x\"]\npause = \"soon\"\n").unwrap_err();
        assert!(error.to_string().contains("`pause`"), "{error}");
    }
}
