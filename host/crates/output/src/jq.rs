//! `--jq`: answers filtered by jq's language before they are written.
//!
//! The language is jaq's. What of it reaches beyond its input is left out: the process's environment,
//! which may hold secrets, its end, its logs and other files; `now` is the time that everything else is
//! rendered by. Values are JSON texts on both sides. Nothing is written here: `answer.rs` does that.

use jaq_core::data::JustLut;
use jaq_core::load::parse::Def;
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, compile};
use jaq_json::{Val, read, write};
use jiff::Timestamp;

use crate::error::OutputError;

/// Brackets within brackets that a record may have: each takes stack when it is read.
const DEEPEST: usize = 256;

/// Definitions and native filters that are left out.
const LEFT_OUT: [&str; 10] = [
    "debug",
    "debug_empty",
    "env",
    "halt",
    "halt_error",
    "input_filename",
    "now",
    "stderr",
    "stderr_empty",
    "get_search_list",
];

/// Rows as spreadsheets and line tools read them, which jq has and jaq's library has not.
const ROWS: &str = r#"
def cells(text): [.[]
  | if isstring then text elif . == null then "" elif isarray or isobject
    then error("\(.) cannot be in a row") else tojson end];
def @csv: cells("\"" + gsub("\""; "\"\"") + "\"") | join(",");
def @tsv: cells(gsub("\\\\"; "\\\\") | gsub("\t"; "\\t") | gsub("\n"; "\\n") | gsub("\r"; "\\r")) | join("\t");
"#;

/// A filter that is ready to run.
pub(crate) struct Filter {
    compiled: jaq_core::Filter<JustLut<Val>>,
}

/// One output of a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Output {
    /// A string, which is written without quotes.
    Text(String),
    /// Any other value, as compact JSON.
    Json(String),
}

impl Filter {
    /// Reads `expression`.
    pub(crate) fn new(expression: &str, now: Timestamp) -> Result<Self, OutputError> {
        let clock = format!("def now: {};", now.as_duration().as_secs_f64());
        let clock = load::parse(&clock, |parser| parser.defs()).unwrap_or_default();
        let rows = load::parse(ROWS, |parser| parser.defs()).unwrap_or_default();
        let definitions = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let definitions = definitions.filter(|definition| !LEFT_OUT.contains(&definition.name));
        let functions = jaq_core::funs().chain(jaq_std::funs()).chain(jaq_json::funs());
        let functions = functions.filter(|(name, ..)| !LEFT_OUT.contains(name));
        let arena = Arena::default();
        let modules = Loader::new(definitions.chain(rows).map(shorter).chain(clock))
            .load(&arena, File { code: expression, path: () })
            .map_err(|errors| OutputError::Filter { problem: unread(expression, errors) })?;
        let compiled = Compiler::default()
            .with_funs(functions)
            .compile(modules)
            .map_err(|errors| OutputError::Filter { problem: undefined(expression, errors) })?;
        Ok(Self { compiled })
    }

    /// The outputs for `json`, one JSON text, as they are asked for.
    pub(crate) fn outputs(
        &self,
        json: &str,
    ) -> Result<impl Iterator<Item = Result<Output, OutputError>>, OutputError> {
        if depth(json) > DEEPEST {
            return Err(failed(format!("a record has more than {DEEPEST} brackets within brackets")));
        }
        let input = read::parse_single(json.as_bytes()).map_err(|error| failed(error.to_string()))?;
        let context = Ctx::<JustLut<Val>>::new(&self.compiled.lut, Vars::new([]));
        let outputs = self.compiled.id.run((context, input));
        Ok(outputs.map(|output| match output {
            Ok(value) => written(&value),
            Err(exception) => Err(match exception.get_err() {
                // What `error` was given is said as it is, and not as JSON.
                Ok(error) => failed(match error.into_val() {
                    Val::TStr(text) => String::from_utf8_lossy(&text).into_owned(),
                    value => value.to_string(),
                }),
                Err(_) => failed("it broke off".to_owned()),
            }),
        }))
    }
}

/// A definition that lives forever, beside one that does not.
fn shorter<'text>(definition: Def<&'static str>) -> Def<&'text str> {
    definition
}

fn failed(problem: String) -> OutputError {
    OutputError::Filtering { problem }
}

/// The value as a text; refused where JSON has no such value, rather than written as another one.
fn written(value: &Val) -> Result<Output, OutputError> {
    if let Val::TStr(text) = value {
        return Ok(Output::Text(String::from_utf8_lossy(text).into_owned()));
    }
    let mut bytes = Vec::new();
    let written = write::write(&mut bytes, &write::Pp::default(), 0, value);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    match (written, crate::record::validated(&text)) {
        (Ok(()), Ok(_)) => Ok(Output::Json(text)),
        _ => Err(failed("it gave a value that JSON does not have".to_owned())),
    }
}

/// Brackets within brackets in the JSON text `json`.
fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let (mut in_string, mut escaped) = (false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' if !in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

/// What is wrong with an expression that cannot be read: the first of it.
fn unread(expression: &str, errors: load::Errors<&str, ()>) -> String {
    let problem = errors.into_iter().find_map(|(_, error)| match error {
        load::Error::Io(files) => files.first().map(|(file, _)| at(expression, file, "no file can be read")),
        load::Error::Lex(errors) => {
            let (expected, found) = errors.into_iter().next()?;
            let expected = match expected {
                load::lex::Expect::Delim(open) => format!("`{open}` is not closed"),
                expected => format!("expected {}", expected.as_str()),
            };
            Some(at(expression, found, &expected))
        }
        load::Error::Parse(errors) => {
            let (expected, found) = errors.into_iter().next()?;
            Some(at(expression, found, &format!("expected {}", expected.as_str())))
        }
    });
    problem.unwrap_or_else(|| "it cannot be read".to_owned())
}

fn undefined(expression: &str, errors: compile::Errors<&str, ()>) -> String {
    let problem = errors.into_iter().flat_map(|(_, errors)| errors).next();
    match problem {
        Some((name, kind)) => at(expression, name, &format!("there is no {} `{name}`", kind.as_str())),
        None => "it cannot be read".to_owned(),
    }
}

/// `problem`, with the character of `expression` at which `part` of it begins.
fn at(expression: &str, part: &str, problem: &str) -> String {
    let start = (part.as_ptr() as usize).wrapping_sub(expression.as_ptr() as usize);
    match expression.get(..start) {
        Some(before) if part.is_empty() && before.len() == expression.len() => {
            format!("{problem} at its end")
        }
        Some(before) => format!("{problem} at character {}", before.chars().count() + 1),
        None => problem.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00Z".parse().unwrap()
    }

    fn run(expression: &str, json: &str) -> Vec<String> {
        let filter = Filter::new(expression, now()).unwrap();
        let show = |output: Result<Output, OutputError>| match output {
            Ok(Output::Text(text)) => format!("text {text}"),
            Ok(Output::Json(json)) => json,
            Err(error) => format!("error {}", error_text(&error)),
        };
        filter.outputs(json).unwrap().map(show).collect()
    }

    fn error_text(error: &OutputError) -> String {
        match error {
            OutputError::Filter { problem } | OutputError::Filtering { problem } => problem.clone(),
            other => other.to_string(),
        }
    }

    fn refused(expression: &str) -> String {
        Filter::new(expression, now()).err().map(|error| error_text(&error)).unwrap_or_default()
    }

    #[test]
    fn strings_are_raw_and_all_else_is_json() {
        let json = r#"[{"name":"a\tb","n":12345678901234567890},{"name":"集","n":1.50}]"#;
        assert_eq!(run(".[].name", json), ["text a\tb", "text 集"]);
        assert_eq!(run(".[] | {n}", json), [r#"{"n":12345678901234567890}"#, r#"{"n":1.50}"#]);
        assert_eq!(run("length, (.[0] | keys), empty", json), ["2", r#"["n","name"]"#]);
        assert_eq!(run("map(select(.name | test(\"^a\"))) | length", json), ["1"]);
        assert_eq!(
            run(".[] | [.name, .n, null, true] | @tsv", json)[0],
            "text a\\tb\t12345678901234567890\t\ttrue"
        );
        let csv = run(".[] | [.a, .b] | @csv", r#"[{"a":"x \"y\"","b":""},{"a":1,"b":[]}]"#);
        assert_eq!(csv, [r#"text "x ""y""","""#, "error [] cannot be in a row"]);
        assert_eq!(run("[\"\\\\ \\n\"] | @tsv", "null"), ["text \\\\ \\n"]);
        assert_eq!(run("now | todate", "null"), ["text 2026-11-23T12:00:00Z"]);
    }

    #[test]
    fn what_fails_says_where() {
        assert_eq!(refused(".[0"), "`[` is not closed at its end");
        assert_eq!(refused(".a | nosuch"), "there is no filter `nosuch` at character 6");
        assert_eq!(refused("$x"), "there is no variable `$x` at character 1");
        assert!(refused(". |").starts_with("expected"), "{}", refused(". |"));
        assert!(refused("").starts_with("expected"), "{}", refused(""));
        assert_eq!(run(".a", "7"), [r#"error cannot index 7 with "a""#]);
        assert_eq!(run("1, error(\"no\"), 2", "7")[..2], ["1", "error no"]);
        assert_eq!(run("nan", "7"), ["error it gave a value that JSON does not have"]);
    }

    #[test]
    fn nothing_but_the_input_is_reached() {
        for expression in [
            "env",
            "$ENV",
            "env.HOME",
            "input",
            "inputs",
            "debug",
            "stderr",
            "halt",
            "halt_error",
            "halt(1)",
            "input_filename",
            "$__loc__",
            "import \"a\" as a; 1",
            "include \"a\"; 1",
            "$__prog_args",
        ] {
            assert!(!refused(expression).is_empty(), "`{expression}` is there");
        }
    }

    #[test]
    fn a_record_as_deep_as_it_is_long_is_refused() {
        let filter = Filter::new(".", now()).unwrap();
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(filter.outputs(&nested(DEEPEST)).unwrap().all(|output| output.is_ok()));
        assert!(filter.outputs(&nested(DEEPEST + 1)).is_err());
        assert!(filter.outputs(&nested(200_000)).is_err());
        assert_eq!(depth(r#"{"a":"[[[\"[["}"#), 1);
    }
}
