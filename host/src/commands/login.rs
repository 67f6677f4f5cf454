//! `vantage login`: signs in by the device flow of RFC 8628.
//!
//! It shows the code and the link; the session crate does the rest. While a valid sign-in is there
//! it says so and does nothing, unless forced.

use clap::Args;
use vantage_output::AnswerSpec;
use vantage_session::{LoginOutcome, Persona};

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};
use crate::sign_in::{Options, Presenter};

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
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::no_answer()
}

/// Answers nothing on standard output: who was signed in is a note.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let session = context.session()?;
    let console = context.console();
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

fn shown(persona: &Persona) -> String {
    let name = persona.username.as_ref().or(persona.email.as_ref()).unwrap_or(&persona.subject);
    match &persona.organization {
        Some(organization) => format!("`{name}` of organization `{}`", organization.name),
        None => format!("`{name}`"),
    }
}
