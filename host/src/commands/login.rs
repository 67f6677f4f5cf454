//! `vantage login`: signs in by the device flow of RFC 8628.
//!
//! It shows the code and the link; the session crate does the rest. While a valid sign-in is there
//! it says so and does nothing, unless forced.

use std::io::Read;

use clap::Args;
use vantage_output::AnswerSpec;
use vantage_session::{LoginOutcome, Persona, Secret};

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};
use crate::sign_in::{Options, Presenter};

/// The longest token that is read, in bytes.
const TOKEN_LIMIT: usize = 64 * 1024;

/// Sign in to the platform
#[derive(Debug, Clone, Args)]
#[command(after_help = "Examples:
  vantage login
      Shows a code and a link; approve it in any browser, on any machine
  vantage login --profile lab
      Signs in to the platform of another profile
  vantage login --qr
      Also draws the link as a QR code, for a phone")]
pub struct Arguments {
    /// Sign in anew even while signed in
    #[arg(long, short)]
    pub force: bool,
    /// Do not open a browser
    #[arg(long)]
    pub no_browser: bool,
    /// Draw the link as a QR code
    #[arg(long)]
    pub qr: bool,
    /// Sign in with an access token from standard input, until it expires
    #[arg(long, conflicts_with_all = ["no_browser", "qr"])]
    pub token_stdin: bool,
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::no_answer()
}

/// Answers nothing on standard output: who was signed in is a note.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let session = context.session()?;
    let console = context.console();
    if arguments.token_stdin {
        let persona = session.keep_token(token(context)?, arguments.force).await?;
        console.note(&format!("signed in as {}, until the token expires", shown(&persona)));
        return Ok(Reply::nothing());
    }
    let presenter = Presenter::new(context, Options { no_browser: arguments.no_browser, qr: arguments.qr });
    let outcome = session.login(&mut |code| presenter.show(code), arguments.force).await?;
    presenter.done();
    match outcome {
        LoginOutcome::SignedIn(persona) => console.note(&format!("signed in as {}", shown(&persona))),
        LoginOutcome::AlreadySignedIn(persona) => {
            console.note(&format!("already signed in as {}; --force signs in anew", shown(&persona)));
        }
    }
    Ok(Reply::nothing())
}

/// Reads a token from standard input. It is never shown, not even in an error.
fn token(context: &Context) -> Result<Secret, HostError> {
    let hints = || vec!["vantage login --token-stdin < FILE reads it from a file".to_owned()];
    if context.environment().stdin_terminal {
        return Err(HostError::usage(
            "--token-stdin reads a token, and standard input is a terminal",
            hints(),
        ));
    }
    // As large as it can get from the start: a text that grows leaves copies behind.
    let mut text = String::with_capacity(TOKEN_LIMIT + 1);
    let read = std::io::stdin().lock().take(TOKEN_LIMIT as u64 + 1).read_to_string(&mut text);
    let secret = Secret::from(text);
    match read {
        Ok(0) => Err(HostError::usage("there is no token on standard input", hints())),
        Ok(length) if length > TOKEN_LIMIT => {
            Err(HostError::usage("the token on standard input is too long", Vec::new()))
        }
        Ok(_) => Ok(secret),
        Err(error) => Err(HostError::input("standard input", error)),
    }
}

fn shown(persona: &Persona) -> String {
    let name = persona.username.as_ref().or(persona.email.as_ref()).unwrap_or(&persona.subject);
    match &persona.organization {
        Some(organization) => format!("`{name}` of organization `{}`", organization.name),
        None => format!("`{name}`"),
    }
}
