//! What `vantage api` reads before anything is sent: the document and its variables, from the command
//! line, from files, and from standard input, which can be read once only.

use std::io::Read;

use serde_json::{Map, Value};

use super::Arguments;
use crate::error::HostError;

/// The longest document, and the longest text of a variable or of all, in bytes.
const LIMIT: u64 = 1 << 20;

/// A document and its variables, a JSON object.
pub(super) struct Input {
    pub(super) document: String,
    pub(super) variables: String,
}

/// One variable as it was given.
#[derive(Debug, Clone)]
pub(super) struct Field {
    name: String,
    value: Given,
}

#[derive(Debug, Clone)]
enum Given {
    Value(Value),
    /// A file's name, or `-`.
    File(String),
}

/// Reads `NAME=VALUE`.
pub(super) fn field(text: &str) -> Result<Field, String> {
    let (name, value) = named(text)?;
    let value = match value.strip_prefix('@') {
        Some("") => return Err(format!("`{text}` names no file; -f takes an `@` as it is")),
        Some(file) => Given::File(file.to_owned()),
        None => Given::Value(serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()))),
    };
    Ok(Field { name, value })
}

/// Reads `NAME=TEXT`.
pub(super) fn raw_field(text: &str) -> Result<Field, String> {
    let (name, value) = named(text)?;
    Ok(Field { name, value: Given::Value(Value::String(value.to_owned())) })
}

fn named(text: &str) -> Result<(String, &str), String> {
    let (name, value) = text.split_once('=').ok_or("NAME=VALUE expected")?;
    let letters = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if !letters || name.is_empty() || name.starts_with(|character: char| character.is_ascii_digit()) {
        return Err(format!("`{name}` is no name of a GraphQL variable"));
    }
    Ok((name.to_owned(), value))
}

/// Reads everything that the arguments name.
pub(super) fn read(arguments: &Arguments) -> Result<Input, HostError> {
    let fields = || arguments.fields.iter().chain(&arguments.raw_fields);
    let files = fields().filter(|field| matches!(&field.value, Given::File(name) if name == "-"));
    let used = files.count()
        + usize::from(arguments.document == "-")
        + usize::from(arguments.variables.as_deref() == Some("-"));
    if used > 1 {
        return Err(HostError::usage(
            "standard input is named more than once, and can be read once only",
            vec!["put one of them into a file, as in -F name=@FILE".to_owned()],
        ));
    }
    let document = match arguments.document.strip_prefix('@') {
        Some(file) => text(file, "the document")?,
        None if arguments.document == "-" => text("-", "the document")?,
        None => arguments.document.clone(),
    };
    let mut variables = match &arguments.variables {
        Some(file) => object(file)?,
        None => Map::new(),
    };
    for Field { name, value } in fields() {
        let value = match value {
            Given::Value(value) => value.clone(),
            Given::File(file) => Value::String(text(file, &format!("the variable `{name}`"))?),
        };
        variables.insert(name.clone(), value);
    }
    Ok(Input { document, variables: Value::Object(variables).to_string() })
}

/// The variables in a file.
fn object(file: &str) -> Result<Map<String, Value>, HostError> {
    let wrong = |problem: String| {
        HostError::usage(
            match file {
                "-" => format!("standard input holds no variables: {problem}"),
                file => format!("`{file}` holds no variables: {problem}"),
            },
            vec!["--variables takes a JSON object, as in {\"first\": 10}".to_owned()],
        )
    };
    match serde_json::from_str(&text(file, "the variables")?) {
        Ok(Value::Object(variables)) => Ok(variables),
        Ok(_) => Err(wrong("it is not a JSON object".to_owned())),
        Err(error) => Err(wrong(error.to_string())),
    }
}

fn shown(file: &str) -> &str {
    if file == "-" { "standard input" } else { file }
}

/// The text of a file, or of standard input.
fn text(file: &str, what: &str) -> Result<String, HostError> {
    let unread = |error| HostError::input(shown(file), error);
    let mut text = String::new();
    if file == "-" {
        std::io::stdin().lock().take(LIMIT + 1).read_to_string(&mut text).map_err(unread)?;
    } else {
        let file = std::fs::File::open(file).map_err(unread)?;
        file.take(LIMIT + 1).read_to_string(&mut text).map_err(unread)?;
    }
    if text.len() as u64 > LIMIT {
        return Err(HostError::usage(format!("{what} is longer than 1 MiB"), Vec::new()));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parse: fn(&str) -> Result<Field, String>, text: &str) -> String {
        match parse(text) {
            Ok(Field { name, value: Given::Value(value) }) => format!("{name} = {value}"),
            Ok(Field { name, value: Given::File(file) }) => format!("{name} from {file}"),
            Err(error) => error,
        }
    }

    #[test]
    fn values_are_json_text_or_files() {
        let field = |text| read(super::field, text);
        assert_eq!(field("a=1"), "a = 1");
        assert_eq!(field("a=null"), "a = null");
        assert_eq!(field(r#"a={"b": [true]}"#), r#"a = {"b":[true]}"#);
        assert_eq!(field("a=b=c"), r#"a = "b=c""#);
        assert_eq!(field("a="), r#"a = """#);
        assert_eq!(field("a=@x y"), "a from x y");
        assert_eq!(field("a=@-"), "a from -");
        assert_eq!(read(raw_field, "a=1"), r#"a = "1""#);
        assert_eq!(read(raw_field, "a=@x"), r#"a = "@x""#);
    }

    #[test]
    fn what_is_no_variable_is_refused() {
        let field = |text| read(super::field, text);
        assert_eq!(field("a"), "NAME=VALUE expected");
        assert_eq!(field("=1"), "`` is no name of a GraphQL variable");
        assert_eq!(field("1a=1"), "`1a` is no name of a GraphQL variable");
        assert_eq!(field("a.b=1"), "`a.b` is no name of a GraphQL variable");
        assert_eq!(field("a=@"), "`a=@` names no file; -f takes an `@` as it is");
        assert_eq!(read(raw_field, "a"), "NAME=VALUE expected");
    }
}
