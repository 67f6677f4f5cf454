//! The revocation endpoint (RFC 7009). A refresh token takes its whole session with it; an access
//! token goes alone; a token that is unknown is as good as revoked.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::bearer::number;
use super::claims::Claims;
use super::form::Form;
use super::refusal::{Refusal, uncached};
use crate::server::{Platform, Shared};

/// Ends what the token stands for.
pub(crate) async fn revoke(State(platform): State<Shared>, form: Form) -> Response {
    match end(&platform, &form) {
        Ok(()) => {
            platform.counters.revocations.add();
            uncached(StatusCode::OK.into_response())
        }
        Err(refusal) => refusal.answer(&platform.counters),
    }
}

fn end(platform: &Platform, form: &Form) -> Result<(), Refusal> {
    form.check_client()?;
    let token = form.require("token")?;
    // The hint only says where to look first (section 2.1), and both are looked at here.
    if platform.identity.sessions.end_family(token) {
        platform.counters.sessions_ended.add();
    } else if let Some(claims) = platform.identity.keys.verify::<Claims>(token) {
        platform.identity.sessions.revoke_access(number(&claims));
    }
    Ok(())
}
