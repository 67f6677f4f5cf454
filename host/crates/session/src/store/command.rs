//! The store that is a program of the user's choosing: a vault, a password manager, a script.
//!
//! The program is started anew for each action and speaks JSON, a line each: its hello with the
//! versions it knows, our request, its answer. `docs/reference/credential-command.md` is the
//! protocol as its authors read it. Secrets go through the pipe alone, never into arguments or
//! variables. What the program says is bounded and distrusted; how it is started, waited for and
//! ended is in `command/process.rs`. Blocks for 10 seconds at most.

mod process;

use std::borrow::Cow;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::error::SessionError;
use crate::http::printable;
use process::Process;

/// The version of the protocol that this program speaks.
const VERSION: u64 = 1;
/// Letters of a token's alphabet in a row: more than any word or path has, fewer than a token.
const TOKEN_LIKE: usize = 32;

/// The program, and whose sign-in it is asked for.
pub(crate) struct Program {
    line: Vec<String>,
    name: String,
    profile: String,
    patience: Duration,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "lowercase")]
enum Action {
    Get,
    Store,
    Delete,
    Prove,
}

#[derive(Deserialize)]
struct Hello {
    #[serde(rename = "vantage-credential-command")]
    versions: Vec<u64>,
}

#[derive(Serialize)]
struct Request<'a> {
    version: u64,
    action: Action,
    name: &'a str,
    profile: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    record: Option<&'a str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer<'a> {
    Ok {
        #[serde(borrow, default)]
        record: Option<Cow<'a, str>>,
    },
    Error {
        kind: Kind,
        #[serde(borrow, default)]
        message: Cow<'a, str>,
    },
}

#[derive(Deserialize, Clone, Copy, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    NotFound,
    Unavailable,
    Denied,
    Unsupported,
    #[serde(other)]
    Other,
}

/// What the program answered, once it is known to be one of these.
enum Outcome {
    Done(Option<Zeroizing<Vec<u8>>>),
    Refused(Kind, String),
}

impl Program {
    /// `line` is the program and its arguments, `name` the record's; starts nothing.
    pub(crate) fn new(line: Vec<String>, name: String, profile: String) -> Self {
        Self { line, name, profile, patience: process::PATIENCE }
    }

    /// The program as messages name it, without its arguments.
    pub(crate) fn shown(&self) -> String {
        printable(self.line.first().map_or("", String::as_str))
    }

    /// The record that the program keeps; `None` if it has none.
    ///
    /// # Errors
    /// [`SessionError::CredentialCommand`]: it cannot be started, does not answer, or says no.
    pub(crate) fn get(&self) -> Result<Option<Zeroizing<Vec<u8>>>, SessionError> {
        match self.ask(Action::Get, None)? {
            Outcome::Done(Some(record)) => Ok(Some(record)),
            Outcome::Done(None) => Err(self.failure(Action::Get, "its answer has no record".into())),
            Outcome::Refused(Kind::NotFound, _) => Ok(None),
            Outcome::Refused(_, problem) => Err(self.failure(Action::Get, problem)),
        }
    }

    /// Gives it `record` to keep, in place of one that it had.
    ///
    /// # Errors
    /// As [`Program::get`].
    pub(crate) fn store(&self, record: &[u8]) -> Result<(), SessionError> {
        match self.ask(Action::Store, Some(record))? {
            Outcome::Done(_) => Ok(()),
            Outcome::Refused(_, problem) => Err(self.failure(Action::Store, problem)),
        }
    }

    /// Has it forget the record; says whether it had one.
    ///
    /// # Errors
    /// As [`Program::get`].
    pub(crate) fn delete(&self) -> Result<bool, SessionError> {
        match self.ask(Action::Delete, None)? {
            Outcome::Done(_) => Ok(true),
            Outcome::Refused(Kind::NotFound, _) => Ok(false),
            Outcome::Refused(_, problem) => Err(self.failure(Action::Delete, problem)),
        }
    }

    /// Asks whether it could keep a record now, before there is one. A program that does not know
    /// the question has answered it as well as it can.
    ///
    /// # Errors
    /// As [`Program::get`].
    pub(crate) fn prove(&self) -> Result<(), SessionError> {
        match self.ask(Action::Prove, None)? {
            Outcome::Done(_) | Outcome::Refused(Kind::Unsupported, _) => Ok(()),
            Outcome::Refused(_, problem) => Err(self.failure(Action::Prove, problem)),
        }
    }

    fn ask(&self, action: Action, record: Option<&[u8]>) -> Result<Outcome, SessionError> {
        let mut process =
            Process::start(&self.line, self.patience).map_err(|problem| self.failure(action, problem))?;
        let outcome = self.converse(&mut process, action, record);
        let (ended, said) = process.finish();
        outcome.map_err(|mut problem| {
            for clause in [ended, said.map(|line| format!("its last words: {line}"))].into_iter().flatten() {
                problem = format!("{problem}; {clause}");
            }
            self.failure(action, hide(&problem, record))
        })
    }

    fn converse(
        &self,
        process: &mut Process,
        action: Action,
        record: Option<&[u8]>,
    ) -> Result<Outcome, String> {
        let hello = process.line()?.ok_or("it said no hello")?;
        let Hello { versions } = serde_json::from_slice(&hello)
            .map_err(|_| "its first line is not the hello of a credential command")?;
        if !versions.contains(&VERSION) {
            return Err(format!("it speaks versions {versions:?} of the protocol, and not {VERSION}"));
        }
        process.send(self.request(action, record)?);
        let answer = process.line()?.ok_or("it did not answer")?;
        match serde_json::from_slice(&answer).map_err(|_| "its answer is none of this protocol")? {
            Answer::Ok { record: kept } => kept.map(checked).transpose().map(Outcome::Done),
            Answer::Error { kind, message } => Ok(Outcome::Refused(kind, words(kind, &message, record))),
        }
    }

    fn request(&self, action: Action, record: Option<&[u8]>) -> Result<Zeroizing<Vec<u8>>, String> {
        let record = record.map(std::str::from_utf8).transpose().map_err(|_| "the record is no text")?;
        let request = Request { version: VERSION, action, name: &self.name, profile: &self.profile, record };
        // Large enough not to grow, since growing leaves copies behind: an escape doubles a letter.
        let mut line = Zeroizing::new(Vec::with_capacity(1024 + record.map_or(0, |record| record.len() * 2)));
        serde_json::to_writer(&mut *line, &request).map_err(|error| error.to_string())?;
        line.push(b'\n');
        if line.len() > process::LONGEST_LINE {
            return Err(format!("the record makes a line of {} bytes", line.len()));
        }
        Ok(line)
    }

    fn failure(&self, action: Action, problem: String) -> SessionError {
        let (verb, tried) = match action {
            Action::Get => ("read", Action::Get),
            Action::Store => ("store", Action::Prove),
            Action::Delete => ("delete", Action::Get),
            Action::Prove => ("make room for", Action::Prove),
        };
        SessionError::CredentialCommand {
            program: self.shown(),
            action: verb,
            problem: printable(&problem),
            attempt: self.attempt(tried),
        }
    }

    /// What can be typed to see what the program does. It changes nothing, and holds no secret.
    fn attempt(&self, action: Action) -> String {
        let request =
            Request { version: VERSION, action, name: &self.name, profile: &self.profile, record: None };
        let request = serde_json::to_string(&request).unwrap_or_default();
        let words: Vec<String> = self.line.iter().map(|word| quoted(&printable(word))).collect();
        format!("echo '{request}' | {}", words.join(" "))
    }
}

/// The program's own words, or ours where it has none.
fn words(kind: Kind, message: &str, record: Option<&[u8]>) -> String {
    let message = printable(&hide(message, record));
    if !message.is_empty() {
        return message;
    }
    let ours = match kind {
        Kind::NotFound => "it has none",
        Kind::Unavailable => "it is unavailable",
        Kind::Denied => "it refuses",
        Kind::Unsupported => "it does not know how",
        Kind::Other => "it gives no reason",
    };
    ours.to_owned()
}

/// A record is JSON that we wrote: whatever else it holds is found out by who reads it.
fn checked(record: Cow<'_, str>) -> Result<Zeroizing<Vec<u8>>, String> {
    let record = Zeroizing::new(record.into_owned().into_bytes());
    let strange = |byte: &u8| byte.is_ascii_control() && !byte.is_ascii_whitespace();
    if record.iter().any(strange) {
        return Err("its record has characters that no record has".into());
    }
    Ok(record)
}

/// `text` without the tokens of `record`, and without whatever else looks like one.
fn hide(text: &str, record: Option<&[u8]>) -> String {
    #[derive(Deserialize)]
    struct Tokens<'a> {
        #[serde(borrow)]
        access_token: Option<Cow<'a, str>>,
        #[serde(borrow)]
        refresh_token: Option<Cow<'a, str>>,
    }
    let mut text = text.to_owned();
    if let Some(Ok(tokens)) = record.map(serde_json::from_slice::<Tokens>) {
        for token in [tokens.access_token, tokens.refresh_token].into_iter().flatten() {
            if !token.is_empty() {
                text = text.replace(&*token, "[redacted]");
            }
        }
    }
    let of_tokens = |letter: char| letter.is_ascii_alphanumeric() || "-_.~+=".contains(letter);
    let mut hidden = String::with_capacity(text.len());
    for part in text.split_inclusive(|letter| !of_tokens(letter)) {
        let letters = part.trim_end_matches(|letter| !of_tokens(letter));
        hidden.push_str(if letters.len() >= TOKEN_LIKE { "[redacted]" } else { letters });
        hidden.push_str(&part[letters.len()..]);
    }
    hidden
}

fn quoted(word: &str) -> String {
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "-_./=:@,+%".contains(letter);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(all(test, unix))]
mod tests;
