//! What a pack may do while it completes a value in the user's shell.
//!
//! Nobody has asked for a command to be run: a line is being typed. So a pack acts for a command of the
//! host's making, which reads, takes nothing and lists what the pack's own reading commands list. The
//! rules of `decision` hold for it as for any other; what is not an operation is denied by the runtime.

use crate::description::{Answer, Command, Description, Effect, Shape};

/// The command that a pack acts for while it completes a value of `command`.
pub fn command_while_completing(description: &Description, command: &Command) -> Command {
    let reading = description.commands.iter().filter(|command| command.effect == Effect::Read);
    let mut operations: Vec<String> = reading.flat_map(|command| command.operations.clone()).collect();
    operations.sort_unstable();
    operations.dedup();
    Command {
        path: command.path.clone(),
        aliases: Vec::new(),
        summary: command.summary.clone(),
        description: None,
        hidden: true,
        deprecated: None,
        effect: Effect::Read,
        arguments: Vec::new(),
        examples: Vec::new(),
        answer: Answer { shape: Shape::Nothing, key: None, columns: Vec::new(), schema: None },
        operations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Grants, Rule, decide_operation};

    #[test]
    fn what_reading_commands_list_is_all_there_is() {
        let operation = |name: &str, document: &str| {
            serde_json::json!({
                "name": name, "api": "cluster", "document": document, "purpose": "Test",
            })
        };
        let command = |path: &str, effect: &str, operations: &[&str]| {
            serde_json::json!({
                "path": ["x", path], "summary": "Test", "effect": effect,
                "answer": { "shape": "nothing" }, "operations": operations,
            })
        };
        let description = serde_json::json!({
            "schema": 1, "id": "acme/x", "version": "1.0.0", "summary": "Test",
            "commands": [
                command("list", "read", &["List"]),
                command("get", "read", &["Get", "List"]),
                command("delete", "destroy", &["Delete", "Check"]),
            ],
            "operations": [
                operation("List", "query List { clusters { name } }"),
                operation("Get", "query Get { cluster { name } }"),
                operation("Check", "query Check { clusters { name } }"),
                operation("Delete", "mutation Delete { deleteCluster { name } }"),
            ],
        });
        let description = Description::parse(&description.to_string()).unwrap();
        let completing = command_while_completing(&description, &description.commands[2]);
        assert_eq!(
            (completing.effect, &completing.operations[..]),
            (Effect::Read, &["Get".to_owned(), "List".to_owned()][..])
        );
        let grants = Grants::all_of(&description).unwrap();
        let rules: Vec<_> = description
            .operations()
            .unwrap()
            .iter()
            .map(|operation| {
                decide_operation(operation, &completing, &grants).err().map(|denial| denial.rule)
            })
            .collect();
        assert_eq!(rules, [None, None, Some(Rule::NotListed), Some(Rule::NotListed)]);
    }
}
