//! The argument `filters`: `{"field": {"operator": value}}`, all of which must hold. Upstream
//! knows `eq`; here are also `ne`, `in` and `contains`. An unknown field or operator is an error,
//! never a filter that does nothing.

use async_graphql::{Error, Result};
use rusqlite::types::Value;
use serde_json::Value as Json;

use super::caller::error;
use crate::database::lists::Conditions;

/// The fields that a list can be filtered by, and their columns.
type Fields = [(&'static str, &'static str)];

/// More values than that in one `in` are a mistake.
const MANY: usize = 1_000;

/// Reads the argument.
pub(super) fn read(fields: &Fields, filters: Option<&Json>) -> Result<Conditions> {
    let mut conditions = Conditions::default();
    let members = match filters {
        None | Some(Json::Null) => return Ok(conditions),
        Some(Json::Object(members)) => members,
        Some(_) => {
            return Err(bad("`filters` must be an object such as {\"name\": {\"eq\": \"x\"}}"));
        }
    };
    for (field, operators) in members {
        let (_, column) = fields
            .iter()
            .find(|(name, _)| name == field)
            .ok_or_else(|| bad(format!("`filters` has no field `{field}`; it has {}", names(fields))))?;
        let operators = operators
            .as_object()
            .ok_or_else(|| bad(format!("`filters.{field}` must be an object such as {{\"eq\": \"x\"}}")))?;
        for (operator, operand) in operators {
            condition(&mut conditions, field, column, operator, operand)?;
        }
    }
    Ok(conditions)
}

fn condition(into: &mut Conditions, field: &str, column: &str, operator: &str, operand: &Json) -> Result<()> {
    let wrong = |what: &str| bad(format!("`filters.{field}.{operator}` must be {what}"));
    match operator {
        "eq" | "ne" => {
            let sign = if operator == "eq" { "IS" } else { "IS NOT" };
            into.sql.push_str(&format!(" AND {column} {sign} ?"));
            into.values
                .push(scalar(operand).ok_or_else(|| wrong("a string, a whole number, true, false or null"))?);
        }
        "in" => {
            let list = operand.as_array().filter(|list| list.len() <= MANY);
            let values = list.and_then(|list| list.iter().map(scalar).collect::<Option<Vec<_>>>());
            let values = values.ok_or_else(|| wrong("a list of up to 1000 strings or whole numbers"))?;
            let marks = vec!["?"; values.len()].join(", ");
            into.sql.push_str(&format!(" AND {column} IN ({marks})"));
            into.values.extend(values);
        }
        "contains" => {
            let text = operand.as_str().ok_or_else(|| wrong("a string"))?;
            into.sql.push_str(&format!(" AND instr(lower({column}), ?) > 0"));
            into.values.push(Value::Text(text.to_ascii_lowercase()));
        }
        _ => {
            return Err(bad(format!(
                "`filters.{field}` has no operator `{operator}`; it has eq, ne, in, contains"
            )));
        }
    }
    Ok(())
}

fn scalar(operand: &Json) -> Option<Value> {
    match operand {
        Json::Null => Some(Value::Null),
        Json::String(text) => Some(Value::Text(text.clone())),
        Json::Number(number) => number.as_i64().map(Value::Integer),
        // As SQLite keeps them.
        Json::Bool(truth) => Some(Value::Integer(i64::from(*truth))),
        _ => None,
    }
}

fn names(fields: &Fields) -> String {
    fields.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn bad(message: impl Into<String>) -> Error {
    error("BAD_USER_INPUT", message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FIELDS: [(&str, &str); 3] =
        [("name", "name"), ("provider", "provider"), ("isArchived", "is_archived")];

    #[test]
    fn filters_become_conditions_with_values_apart() {
        let filters = json!({"name": {"eq": "x' OR 1"}, "provider": {"in": ["aws", "gcp"], "ne": null}});
        let conditions = read(&FIELDS, Some(&filters)).unwrap();
        assert_eq!(conditions.sql, " AND name IS ? AND provider IN (?, ?) AND provider IS NOT ?");
        assert_eq!(conditions.values.len(), 4);
        let archived = read(&FIELDS, Some(&json!({"isArchived": {"eq": true}}))).unwrap();
        assert_eq!(
            (archived.sql.as_str(), archived.values),
            (" AND is_archived IS ?", vec![Value::Integer(1)])
        );
        assert_eq!(read(&FIELDS, Some(&json!(null))).unwrap().sql, "");
    }

    #[test]
    fn what_would_filter_nothing_is_refused() {
        let message = |filters| read(&FIELDS, Some(&filters)).unwrap_err().message;
        assert!(message(json!({"nam": {"eq": "x"}})).contains("no field `nam`; it has name, provider"));
        assert!(message(json!({"name": {"like": "x"}})).contains("no operator `like`"));
        assert!(message(json!({"name": "x"})).contains("must be an object"));
        assert!(message(json!({"name": {"eq": []}})).contains("`filters.name.eq` must be a string"));
        assert!(message(json!([1])).contains("`filters` must be an object"));
    }
}
