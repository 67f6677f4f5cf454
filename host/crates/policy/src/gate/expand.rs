//! Steps 4 and 5 of the gate: fragments expanded within budgets, roots and reach collected.
//!
//! Everything is counted after expansion, since a short document can expand to a huge one, and
//! `@skip` and `@include` count as present, since variables decide them. Root fields go by name,
//! never by alias. Called by [`super::Operation::read_dynamic`] alone.

use std::collections::BTreeSet;

use apollo_compiler::ast::{Field, Selection, Value};

use super::parse::Parsed;
use super::{GateError, Reach};
use crate::text::excerpt;

/// The most fields.
const FIELDS: usize = 2_000;

/// The most fragments, inline or spread; a legible document has far fewer than fields.
const FRAGMENTS: usize = 2_000;

/// The most aliases.
const ALIASES: usize = 50;

/// The most root fields.
const ROOTS: usize = 20;

/// How deep fields may nest.
const DEPTH: usize = 15;

/// How deep fields and fragments may nest together: keeps recursion from the stack.
const NESTING: usize = 64;

/// The most text that a reach may have, in bytes, since it is kept with every grant.
const REACH_LENGTH: usize = 128 * 1024;

/// What an operation turned out to reach.
pub(super) struct Expanded {
    pub(super) roots: BTreeSet<String>,
    pub(super) fragments: BTreeSet<String>,
    pub(super) reach: Reach,
}

/// Expands the operation.
pub(super) fn expand(parsed: &Parsed) -> Result<Expanded, GateError> {
    let mut expansion = Expansion {
        parsed,
        expanded: Expanded { roots: BTreeSet::new(), fragments: BTreeSet::new(), reach: Reach::default() },
        open: Vec::new(),
        path: Vec::new(),
        fields: 0,
        spreads: 0,
        aliases: 0,
        roots: 0,
        reach_length: 0,
    };
    expansion.selections(&parsed.operation.selection_set, 0)?;
    Ok(expansion.expanded)
}

struct Expansion<'a> {
    parsed: &'a Parsed,
    expanded: Expanded,
    /// Fragments that are being expanded: one that comes again contains itself.
    open: Vec<&'a str>,
    /// Names of the fields around.
    path: Vec<&'a str>,
    fields: usize,
    spreads: usize,
    aliases: usize,
    roots: usize,
    reach_length: usize,
}

impl<'a> Expansion<'a> {
    fn selections(&mut self, selections: &'a [Selection], nesting: usize) -> Result<(), GateError> {
        if nesting > NESTING {
            return Err(GateError::Budget { what: "levels of fields and fragments", limit: NESTING });
        }
        for selection in selections {
            match selection {
                Selection::Field(field) => self.field(field, nesting)?,
                Selection::InlineFragment(fragment) => {
                    self.fragment(fragment.type_condition.as_deref())?;
                    self.selections(&fragment.selection_set, nesting + 1)?;
                }
                Selection::FragmentSpread(spread) => self.spread(&spread.fragment_name, nesting)?,
            }
        }
        Ok(())
    }

    fn field(&mut self, field: &'a Field, nesting: usize) -> Result<(), GateError> {
        count(&mut self.fields, FIELDS, "fields")?;
        if field.alias.is_some() {
            count(&mut self.aliases, ALIASES, "aliases")?;
        }
        if self.path.is_empty() {
            count(&mut self.roots, ROOTS, "root fields")?;
        }
        if self.path.len() == DEPTH {
            return Err(GateError::Budget { what: "levels of fields", limit: DEPTH });
        }
        if field.name == "__typename" {
            // Free, as long as nothing can hide in it.
            let plain = field.arguments.is_empty() && field.selection_set.is_empty();
            return if plain { Ok(()) } else { Err(GateError::Typename) };
        }
        if self.path.is_empty() {
            self.expanded.roots.insert(field.name.to_string());
        }
        self.path.push(&field.name);
        self.reach(arguments(field))?;
        self.selections(&field.selection_set, nesting + 1)?;
        self.path.pop();
        Ok(())
    }

    fn spread(&mut self, name: &'a str, nesting: usize) -> Result<(), GateError> {
        let Some((name, fragment)) = self.parsed.fragments.get_key_value(name) else {
            return Err(GateError::UnknownFragment { name: excerpt(name) });
        };
        if self.open.contains(&name.as_str()) {
            return Err(GateError::CyclicFragment { name: excerpt(name) });
        }
        self.fragment(Some(&fragment.type_condition))?;
        self.expanded.fragments.insert(name.clone());
        self.open.push(name);
        self.selections(&fragment.selection_set, nesting + 1)?;
        self.open.pop();
        Ok(())
    }

    /// At the root a fragment must be on the root's type; below, the type that it narrows to is part
    /// of what is reached.
    fn fragment(&mut self, condition: Option<&str>) -> Result<(), GateError> {
        count(&mut self.spreads, FRAGMENTS, "fragments")?;
        let Some(condition) = condition else {
            return Ok(());
        };
        if !self.path.is_empty() {
            return self.reach(format!(" on {condition}"));
        }
        let expected = self.parsed.kind.root_type();
        if condition != expected {
            return Err(GateError::RootType { expected, found: excerpt(condition) });
        }
        Ok(())
    }

    fn reach(&mut self, suffix: String) -> Result<(), GateError> {
        let line = self.path.join(".") + &suffix;
        let length = line.len();
        if self.expanded.reach.add(line) {
            self.reach_length += length;
        }
        if self.reach_length > REACH_LENGTH {
            return Err(GateError::Budget {
                what: "bytes of field paths and arguments",
                limit: REACH_LENGTH,
            });
        }
        Ok(())
    }
}

fn count(counter: &mut usize, limit: usize, what: &'static str) -> Result<(), GateError> {
    *counter += 1;
    if *counter > limit { Err(GateError::Budget { what, limit }) } else { Ok(()) }
}

/// The arguments of a field as they stand in a reach: sorted, variables without their names.
fn arguments(field: &Field) -> String {
    let mut arguments: Vec<String> = field
        .arguments
        .iter()
        .map(|argument| format!("{}: {}", argument.name, literal(&argument.value)))
        .collect();
    if arguments.is_empty() {
        return String::new();
    }
    arguments.sort();
    format!("({})", arguments.join(", "))
}

/// A value with every variable as `$`. Nesting is bounded by the parser.
fn literal(value: &Value) -> String {
    match value {
        Value::Variable(_) => "$".to_owned(),
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(|item| literal(item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, member)| format!("{name}: {}", literal(member))).collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::String(string) => quoted(string),
        other => other.to_string(),
    }
}

/// A string as people see it at consent: plain ASCII, everything else by its number, so that what is
/// shown is what is granted.
fn quoted(string: &str) -> String {
    let mut text = String::with_capacity(string.len() + 2);
    text.push('"');
    for character in string.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            ' '..='~' => text.push(character),
            other => text.push_str(&format!("\\u{{{:X}}}", u32::from(other))),
        }
    }
    text.push('"');
    text
}
