//! `vantage logout`: revokes the sign-in at the provider and forgets it here.
//!
//! What is kept here is deleted whatever the provider answers; that revoking failed is said, since
//! the refresh token then lives on at the provider until it expires.

use clap::Args;
use vantage_output::{AnswerSpec, Console};
use vantage_session::{LogoutOutcome, Revocation, Session, SessionError};

use crate::context::Context;
use crate::error::{HostError, Kind};
use crate::reply::{self, Reply};

/// Sign out and forget the sign-in
#[derive(Debug, Clone, Args)]
pub struct Arguments {
    /// Sign out of every profile and organization
    #[arg(long)]
    pub all: bool,
}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::no_answer()
}

/// Answers nothing on standard output.
pub async fn run(arguments: &Arguments, context: &Context) -> Result<Reply, HostError> {
    if arguments.all {
        return all(context).await;
    }
    let outcome = context.session()?.logout().await?;
    tell(context.console(), "", &outcome);
    Ok(Reply::nothing())
}

/// Signs out of everything, and goes on where one cannot be deleted.
async fn all(context: &Context) -> Result<Reply, HostError> {
    let console = context.console();
    if let Some(from) = context.identity_given_by() {
        return Err(SessionError::TokenGiven { from }.into());
    }
    let sessions = context.sessions()?;
    if sessions.is_empty() {
        console.note("nobody was signed in");
    }
    let mut left = 0;
    for session in &sessions {
        let whose = format!("{}: ", name(session));
        match session.logout().await {
            Ok(outcome) => tell(console, &whose, &outcome),
            Err(error) => {
                console.warn(&format!("{whose}the sign-in is still there: {error}"));
                left += 1;
            }
        }
    }
    if context.clear_leftovers()? > 0 {
        console.note("damaged sign-ins that had been set aside are deleted too");
    }
    match left {
        0 => Ok(Reply::nothing()),
        1 => Err(HostError::said(Kind::Failed, "one sign-in could not be deleted", Vec::new())),
        _ => Err(HostError::said(Kind::Failed, format!("{left} sign-ins could not be deleted"), Vec::new())),
    }
}

/// What a sign-in is told apart by.
pub(super) fn name(session: &Session) -> String {
    let profile = session.profile();
    match &profile.organization {
        Some(organization) => format!("profile `{}`, organization `{organization}`", profile.name),
        None => format!("profile `{}`", profile.name),
    }
}

/// Says how a sign-out went, after `whose` sign-in it was.
pub(super) fn tell(console: &Console, whose: &str, outcome: &LogoutOutcome) {
    match outcome {
        LogoutOutcome::NotSignedIn => console.note(&format!("{whose}nobody was signed in")),
        LogoutOutcome::SignedOut(Revocation::Revoked) => console.note(&format!("{whose}signed out")),
        LogoutOutcome::SignedOut(Revocation::NotOffered) => console.warn(&format!(
            "{whose}signed out on this computer; the provider offers no way to end the session there"
        )),
        LogoutOutcome::SignedOut(Revocation::Failed(why)) => console.warn(&format!(
            "{whose}signed out on this computer, but the provider could not be told to end the session: {why}"
        )),
    }
}
