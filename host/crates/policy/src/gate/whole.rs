//! Whether what was read of a document is all that was written in it.
//!
//! The parser drops some of what it cannot place without a word: `f(a: 1 b)` becomes `f(a: 1)`; and it
//! reads a string that breaks off right after its quote. That is safe, since only what was read is ever
//! sent, but it is not what the author wrote, nor what a server would read. So the print of what was
//! read has to have the document's own tokens, one for one. Called by [`super::parse`] before anything
//! is decided.

use apollo_compiler::ast::{Document, OperationType};
use apollo_parser::{Lexer, Token, TokenKind};

use super::GateError;
use crate::text::excerpt;

/// Checks that `document`, read from `text`, has every token of it.
pub(super) fn check(text: &str, document: &Document) -> Result<(), GateError> {
    let printed = document.serialize().no_indent().to_string();
    let mut printed = tokens(&printed).peekable();
    let shorthands = shorthands(text, document);
    let mut all = tokens(text);
    while let Some(written) = all.next() {
        if breaks_off(&written) {
            return Err(unexpected(text, &written, "a string without an end"));
        }
        if printed.next_if(|token| is_same(&written, token)).is_none()
            && !shorthands.contains(&written.index())
        {
            // Parentheses go with the last that stands in them.
            let inner = (written.kind() == TokenKind::LParen).then(|| all.next()).flatten();
            let written = inner.unwrap_or(written);
            let excerpt = excerpt(written.data());
            return Err(unexpected(text, &written, &format!("unexpected `{excerpt}`")));
        }
    }
    match printed.next() {
        // Nothing is ever added; if it were, the author's text would not say where.
        Some(_) => Err(GateError::Unreadable),
        None => Ok(()),
    }
}

/// Where the keyword `query` stands before nothing but selections: it is printed without.
fn shorthands(text: &str, document: &Document) -> Vec<usize> {
    let operations =
        document.definitions.iter().filter_map(|definition| definition.as_operation_definition());
    let bare = operations.filter(|operation| {
        operation.operation_type == OperationType::Query
            && operation.name.is_none()
            && operation.variables.is_empty()
            && operation.directives.is_empty()
    });
    let starts = bare.filter_map(|operation| Some(operation.location()?.offset()));
    starts.filter(|&start| text.get(start..).is_some_and(|rest| rest.starts_with("query"))).collect()
}

/// The tokens that mean something.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let read = Lexer::new(text).filter_map(Result::ok);
    read.filter(|token| {
        use TokenKind::{Comma, Comment, Eof, Whitespace};
        !matches!(token.kind(), Whitespace | Comment | Comma | Eof)
    })
}

/// Whether one is the other, though a string may be quoted in another way.
fn is_same(written: &Token<'_>, printed: &Token<'_>) -> bool {
    written.kind() == printed.kind()
        && (written.kind() == TokenKind::StringValue || written.data() == printed.data())
}

/// Whether it is a string that goes on beyond its line, which block strings alone do.
fn breaks_off(token: &Token<'_>) -> bool {
    token.kind() == TokenKind::StringValue
        && !token.data().starts_with("\"\"\"")
        && token.data().contains(['\n', '\r'])
}

fn unexpected(text: &str, token: &Token<'_>, message: &str) -> GateError {
    let before = text.get(..token.index()).unwrap_or(text);
    let (lines, last) = before.rsplit_once('\n').unwrap_or(("", before));
    let line = if before.contains('\n') { lines.matches('\n').count() + 2 } else { 1 };
    GateError::Syntax { line, column: last.chars().count() + 1, message: message.to_owned() }
}
