//! `vantage logout`: revokes the sign-in at the provider and forgets it here.
//!
//! What is kept here is deleted whatever the provider answers; that revoking failed is said, since
//! the refresh token then lives on at the provider until it expires.

use clap::Args;
use vantage_output::AnswerSpec;
use vantage_session::{LogoutOutcome, Revocation};

use crate::context::Context;
use crate::error::HostError;
use crate::reply::{self, Reply};

/// Sign out and forget the sign-in
#[derive(Debug, Clone, Args)]
pub struct Arguments {}

/// How it answers.
pub fn answer() -> AnswerSpec {
    reply::no_answer()
}

/// Answers nothing on standard output.
pub async fn run(_: &Arguments, context: &Context) -> Result<Reply, HostError> {
    let console = context.console();
    match context.session()?.logout().await? {
        LogoutOutcome::NotSignedIn => console.note("nobody was signed in"),
        LogoutOutcome::SignedOut(Revocation::Revoked) => console.note("signed out"),
        LogoutOutcome::SignedOut(Revocation::NotOffered) => {
            console.warn("signed out on this computer; the provider offers no way to end the session there");
        }
        LogoutOutcome::SignedOut(Revocation::Failed(why)) => console.warn(&format!(
            "signed out on this computer, but the provider could not be told to end the session: {why}"
        )),
    }
    Ok(Reply::nothing())
}
