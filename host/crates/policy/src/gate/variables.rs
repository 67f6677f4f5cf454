//! Step 7 of the gate: the variables of one call.
//!
//! They come from the pack at run time, so they are read strictly and printed anew; what they mean
//! for the operation is for the server to judge. Called by [`super::Operation::check_variables`].

use super::{GateError, VARIABLES_LENGTH};
use crate::json;
use crate::text::excerpt;

/// How deep variables may nest.
const DEPTH: usize = 64;

/// Checks that the text is an object with declared names only, and prints it anew.
pub(super) fn check(declared: &[String], text: &str) -> Result<String, GateError> {
    if text.len() > VARIABLES_LENGTH {
        let problem = format!("they have {} bytes; at most {VARIABLES_LENGTH} are sent", text.len());
        return Err(GateError::Variables { pointer: String::new(), problem });
    }
    let printed = json::reprint(text, DEPTH).map_err(refused)?;
    let names = json::names(&printed).map_err(refused)?;
    match names.iter().find(|name| !declared.contains(name)) {
        Some(name) => Err(GateError::Variables {
            pointer: format!("/{}", json::escape_pointer(&excerpt(name))),
            problem: "the operation declares no such variable".to_owned(),
        }),
        None => Ok(printed),
    }
}

fn refused(refusal: json::Refusal) -> GateError {
    GateError::Variables { pointer: refusal.pointer, problem: refusal.problem }
}
