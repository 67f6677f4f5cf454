//! Steps 1 to 3 and 6 of the gate, and the canonical print of step 8.
//!
//! The parser's own limits keep nesting from the stack; any diagnostic denies. What it accepts
//! beyond the specification is refused here: schema definitions, several operations, names that
//! stand twice. Expansion is [`super::expand`]'s.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::catch_unwind;

use apollo_compiler::Node;
use apollo_compiler::ast::{
    Argument, Definition, DirectiveList, Document, FragmentDefinition, OperationDefinition, OperationType,
    Selection, Value,
};
use apollo_compiler::parser::Parser;

use super::{DOCUMENT_LENGTH, GateError, OperationKind, whole};
use crate::text::{excerpt, is_graphql_name};

/// How deep selections, values and types may nest before the parser gives up.
const RECURSION: usize = 64;

/// How many tokens the parser reads.
const TOKENS: usize = 10_000;

/// A document that is one operation and its fragments.
pub(super) struct Parsed {
    pub(super) kind: OperationKind,
    pub(super) operation: Node<OperationDefinition>,
    pub(super) fragments: BTreeMap<String, Node<FragmentDefinition>>,
}

impl Parsed {
    /// Prints the operation and the named fragments, on one line, so that no string can become a
    /// block string whose indentation would be read in two ways.
    pub(super) fn print(&self, fragments: &BTreeSet<String>) -> String {
        let mut document = Document::new();
        document.definitions.push(Definition::OperationDefinition(self.operation.clone()));
        let reached = self.fragments.iter().filter(|(name, _)| fragments.contains(*name));
        document
            .definitions
            .extend(reached.map(|(_, fragment)| Definition::FragmentDefinition(fragment.clone())));
        document.serialize().no_indent().to_string()
    }
}

/// Reads a text as one operation and its fragments.
pub(super) fn parse(text: &str) -> Result<Parsed, GateError> {
    if text.len() > DOCUMENT_LENGTH {
        return Err(GateError::Length { length: text.len(), limit: DOCUMENT_LENGTH });
    }
    if text.contains('\0') {
        return Err(GateError::Nul);
    }
    let document = document(text)?;
    whole::check(text, &document)?;
    let parsed = sort(document.definitions)?;
    let mut check = Check::default();
    check.operation(&parsed.operation)?;
    for fragment in parsed.fragments.values() {
        check.name(&fragment.name)?;
        check.name(&fragment.type_condition)?;
        check.directives(&fragment.directives)?;
        check.selections(&fragment.selection_set)?;
    }
    match check.used.difference(&check.declared).next() {
        Some(name) => Err(GateError::UnknownVariable { name: excerpt(name) }),
        None => Ok(parsed),
    }
}

fn document(text: &str) -> Result<Document, GateError> {
    let parse = || Parser::new().recursion_limit(RECURSION).token_limit(TOKENS).parse_ast(text, "document");
    // The parser unwraps what its lexer promises. Should that promise ever be broken, a hostile
    // document must not take the host down: a panic is a refusal like any other.
    match catch_unwind(parse) {
        Ok(Ok(document)) => Ok(document),
        Ok(Err(failed)) => Err(syntax_error(&failed.errors)),
        Err(_) => Err(GateError::Unreadable),
    }
}

fn syntax_error(errors: &apollo_compiler::validation::DiagnosticList) -> GateError {
    let Some(first) = errors.iter().next() else {
        return GateError::Unreadable;
    };
    let (line, column) =
        first.line_column_range().map_or((1, 1), |range| (range.start.line, range.start.column));
    let message = first.error.to_string();
    // The message may repeat a token of any length.
    let message = message.strip_prefix("syntax error: ").unwrap_or(&message);
    GateError::Syntax { line, column, message: excerpt(message) }
}

/// Exactly one operation; every fragment once; nothing of a schema.
fn sort(definitions: Vec<Definition>) -> Result<Parsed, GateError> {
    let mut operations = Vec::new();
    let mut fragments = BTreeMap::new();
    for definition in definitions {
        match definition {
            Definition::OperationDefinition(operation) => operations.push(operation),
            Definition::FragmentDefinition(fragment) => {
                let name = fragment.name.to_string();
                if fragments.insert(name.clone(), fragment).is_some() {
                    return Err(GateError::Duplicate { what: "fragment", name: excerpt(&name) });
                }
            }
            _ => return Err(GateError::Definition),
        }
    }
    let count = operations.len();
    let (Some(operation), 1) = (operations.pop(), count) else {
        return Err(GateError::Operations { count });
    };
    let kind = match operation.operation_type {
        OperationType::Query => OperationKind::Query,
        OperationType::Mutation => OperationKind::Mutation,
        OperationType::Subscription => OperationKind::Subscription,
    };
    Ok(Parsed { kind, operation, fragments })
}

/// Walks all that is written, reached or not: directives, names, duplicates, variables. Nesting is
/// bounded by the parser.
#[derive(Default)]
struct Check {
    declared: BTreeSet<String>,
    used: BTreeSet<String>,
}

impl Check {
    fn operation(&mut self, operation: &OperationDefinition) -> Result<(), GateError> {
        if let Some(name) = &operation.name {
            self.name(name)?;
        }
        for variable in &operation.variables {
            self.name(&variable.name)?;
            if !self.declared.insert(variable.name.to_string()) {
                return Err(GateError::Duplicate { what: "variable", name: excerpt(&variable.name) });
            }
            self.directives(&variable.directives)?;
            if let Some(value) = &variable.default_value {
                self.value(value)?;
            }
        }
        self.directives(&operation.directives)?;
        self.selections(&operation.selection_set)
    }

    fn selections(&mut self, selections: &[Selection]) -> Result<(), GateError> {
        for selection in selections {
            match selection {
                Selection::Field(field) => {
                    self.name(&field.name)?;
                    field.alias.iter().try_for_each(|alias| self.name(alias))?;
                    self.arguments(&field.arguments)?;
                    self.directives(&field.directives)?;
                    self.selections(&field.selection_set)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.name(&spread.fragment_name)?;
                    self.directives(&spread.directives)?;
                }
                Selection::InlineFragment(fragment) => {
                    fragment.type_condition.iter().try_for_each(|name| self.name(name))?;
                    self.directives(&fragment.directives)?;
                    self.selections(&fragment.selection_set)?;
                }
            }
        }
        Ok(())
    }

    fn directives(&mut self, directives: &DirectiveList) -> Result<(), GateError> {
        for directive in directives.iter() {
            if !matches!(directive.name.as_str(), "skip" | "include") {
                return Err(GateError::Directive { name: excerpt(&directive.name) });
            }
            self.arguments(&directive.arguments)?;
        }
        Ok(())
    }

    fn arguments(&mut self, arguments: &[Node<Argument>]) -> Result<(), GateError> {
        let mut names = BTreeSet::new();
        for argument in arguments {
            self.name(&argument.name)?;
            if !names.insert(argument.name.as_str()) {
                return Err(GateError::Duplicate { what: "argument", name: excerpt(&argument.name) });
            }
            self.value(&argument.value)?;
        }
        Ok(())
    }

    fn value(&mut self, value: &Value) -> Result<(), GateError> {
        match value {
            Value::Variable(name) => {
                self.used.insert(name.to_string());
            }
            Value::List(items) => items.iter().try_for_each(|item| self.value(item))?,
            Value::Object(members) => {
                let mut names = BTreeSet::new();
                for (name, member) in members {
                    if !names.insert(name.as_str()) {
                        return Err(GateError::Duplicate { what: "input field", name: excerpt(name) });
                    }
                    self.value(member)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The parser has checked the alphabet; what is left is the length.
    fn name(&self, name: &str) -> Result<(), GateError> {
        if is_graphql_name(name) { Ok(()) } else { Err(GateError::NameLength { name: excerpt(name) }) }
    }
}
