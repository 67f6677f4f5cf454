//! What arguments may be called, and where they may stand.

use insta::assert_snapshot;
use serde_json::{Value, json};

use super::super::{Description, RESERVED_LONG, RESERVED_SHORT};
use super::{refusal, with};

#[test]
fn the_contract_names_the_same_reserved_options() {
    let contract = include_str!("../../../../../../wit/README.md");
    let start = contract.find("`--all ").unwrap() + 1;
    let list = &contract[start..start + contract[start..].find('`').unwrap()];
    let mut written: Vec<&str> = list.split_whitespace().collect();
    let long = RESERVED_LONG.iter().map(|name| format!("--{name}"));
    let mut known: Vec<String> = long.chain(RESERVED_SHORT.iter().map(|short| format!("-{short}"))).collect();
    written.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, written);
}

#[test]
fn arguments_keep_clear_of_the_host_and_of_each_other() {
    let argument = |changes: Value| {
        let mut argument = json!({"name": "extra", "kind": "text", "summary": "Extra"});
        argument.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        refusal("/commands/0/arguments/-", argument)
    };
    assert_snapshot!(argument(json!({"name": "profile"})), @"/commands/0/arguments/6/name | `profile` is a global option of vantage");
    assert_snapshot!(argument(json!({"name": "host-anything"})), @"/commands/0/arguments/6/name | `host-anything` is a global option of vantage");
    assert_snapshot!(argument(json!({"short": "o"})), @"/commands/0/arguments/6/short | `-o` is a global option of vantage");
    assert_snapshot!(argument(json!({"short": "é"})), @"/commands/0/arguments/6/short | it must be a letter from a to z or A to Z");
    assert_snapshot!(argument(json!({"short": "xy"})), @r#"/commands/0/arguments/6/short | invalid value: string "xy", expected a character"#);
    assert_snapshot!(argument(json!({"short": "s"})), @"/commands/0/arguments/6/short | another argument of the command has the letter `s` too");
    assert_snapshot!(argument(json!({"name": "state"})), @"/commands/0/arguments/6/name | another argument of the command has the name `state` too");
    assert_snapshot!(argument(json!({"name": "No_such"})), @"/commands/0/arguments/6/name | `No_such` must be a lower case letter, then at most 31 letters, digits or hyphens");
    assert_snapshot!(argument(json!({"positional": true})), @"/commands/0/arguments/6 | no positional argument can follow a repeated one");
    assert_snapshot!(argument(json!({"conflicts": ["nothing"]})), @"/commands/0/arguments/6/conflicts/0 | the command has no argument `nothing`");
    assert_snapshot!(argument(json!({"conflicts": ["extra"]})), @"/commands/0/arguments/6/conflicts/0 | an argument cannot exclude itself");
    assert_snapshot!(argument(json!({"kind": "choice"})), @"/commands/0/arguments/6/choices | a choice needs at least one value");
    assert_snapshot!(argument(json!({"choices": [{"value": "a"}]})), @"/commands/0/arguments/6/choices | kind `text` has no choices");
    assert_snapshot!(argument(json!({"kind": "choice", "choices": [{"value": "a"}, {"value": "a"}]})), @"/commands/0/arguments/6/choices/1/value | `a` stands there twice");
    assert_snapshot!(argument(json!({"kind": "choice", "choices": [{"value": "-a"}]})), @"/commands/0/arguments/6/choices/0/value | `-a` must be plain ASCII and not begin with a hyphen");
    assert_snapshot!(argument(json!({"kind": "flag", "required": true})), @"/commands/0/arguments/6/required | a flag cannot have `required`");
    assert_snapshot!(argument(json!({"required": true, "default": "x"})), @"/commands/0/arguments/6/default | a required argument takes no default");
    assert_snapshot!(argument(json!({"default": 1})), @"/commands/0/arguments/6/default | the default of kind `text` must be a string");
    assert_snapshot!(argument(json!({"kind": "file", "default": "x"})), @"/commands/0/arguments/6/default | the default of kind `file` must be left out");
    assert_snapshot!(argument(json!({"kind": "integer", "repeated": true, "default": 1})), @"/commands/0/arguments/6/default | the default of a repeated argument must be a list");
    assert_snapshot!(argument(json!({"kind": "integer", "repeated": true, "default": [1, "2"]})), @"/commands/0/arguments/6/default/1 | the default of kind `integer` must be a whole number within ±(2^53−1)");
    assert_snapshot!(argument(json!({"value_name": "A\u{1b}[2J"})), @r"/commands/0/arguments/6/value_name | `A\u{1b}[2J` must be plain ASCII and not begin with a hyphen");
    for name in RESERVED_LONG {
        assert!(argument(json!({"name": name})).contains("is a global option"), "{name}");
    }
    for short in RESERVED_SHORT {
        assert!(argument(json!({"short": short})).contains("is a global option"), "{short}");
    }
}

#[test]
fn places_of_positional_arguments_are_clear() {
    let positional = |name: &str, required: bool| json!({"name": name, "kind": "text", "summary": "A", "positional": true, "required": required});
    assert!(Description::parse(&with("/commands/0/arguments/1", positional("b", false))).is_ok());
    let arguments = json!([positional("a", false), positional("b", true)]);
    assert_snapshot!(refusal("/commands/1/arguments", arguments), @"/commands/1/arguments/1 | a required positional argument cannot follow an optional one");
}
