//! What the fuzz targets call: each reader of a stranger's bytes, with the promises that it keeps.
//!
//! Not part of the crate's interface: built for cargo-fuzz, which sets `cfg(fuzzing)`, and for the
//! crate's own tests, which run every sample of `fuzz/seeds` and of `corpus` through it. A function
//! returns whether its bytes were accepted, and panics where a promise is broken.

use serde_json::Value;

use crate::capability::Capability;
use crate::gate::{DOCUMENT_LENGTH, GateError, Operation, VARIABLES_LENGTH};
use crate::json;
use crate::text::is_graphql_name;

/// A reader by name; the folder of its samples has the same name.
pub type Target = fn(&[u8]) -> bool;

/// Every reader.
pub const TARGETS: &[(&str, Target)] = &[("gate", gate), ("variables", variables)];

/// A document: what is read of it is what its print says, and everything about it can be shown.
pub fn gate(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let operation = match Operation::read_dynamic("cluster", text) {
        Ok(operation) => operation,
        Err(error) => return refused(&error),
    };
    assert!(text.len() <= DOCUMENT_LENGTH && !text.contains('\0'));
    assert_eq!(Operation::read_dynamic("cluster", &operation.document).as_ref(), Ok(&operation));
    assert!(operation.roots.len() <= 20 && operation.roots.is_sorted(), "{:?}", operation.roots);
    assert!(!operation.document.contains('\n'), "the print is one line: {}", operation.document);
    for line in operation.reach.lines() {
        assert!(line.bytes().all(|byte| matches!(byte, b' '..=b'~')), "not to be shown: {line}");
        let root = line.split(['.', '(', ' ']).next().unwrap_or_default();
        assert!(operation.roots.iter().any(|known| known == root), "beyond the roots: {line}");
    }
    let named = operation.roots.iter().chain(&operation.variables).all(|name| is_graphql_name(name));
    assert!(named, "{operation:?}");
    for capability in operation.capabilities().into_iter().chain(operation.dynamic_capabilities()) {
        assert_eq!(capability.to_string().parse::<Capability>().as_ref(), Ok(&capability));
    }
    true
}

/// The variables of a call: what is printed means what was written, and nothing stands there twice.
pub fn variables(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let document = "query Q($a: In, $b: [In!]) { f(a: $a, b: $b) }";
    let operation = Operation::read_dynamic("cluster", document).expect("a document of ours");
    let printed = match operation.check_variables(text) {
        Ok(printed) => printed,
        Err(error) => return refused(&error),
    };
    assert!(text.len() <= VARIABLES_LENGTH);
    assert_eq!(operation.check_variables(&printed).as_ref(), Ok(&printed));
    // Numbers that no `Value` can hold are allowed, and then only the names can be looked at.
    if let Ok(written) = serde_json::from_str::<Value>(text) {
        assert_eq!(serde_json::from_str::<Value>(&printed).expect("JSON"), written);
    }
    let names = json::names(&printed).expect("an object");
    assert!(names.iter().all(|name| operation.variables.contains(name)), "{names:?}");
    true
}

/// Always false: it was not accepted. Its error is fit to be shown.
fn refused(error: &GateError) -> bool {
    let text = error.to_string();
    assert!(text.bytes().all(|byte| matches!(byte, b' '..=b'~') || byte >= 0x80), "{text:?}");
    assert!(!text.contains(char::is_control) && text.len() < 2_000, "{text:?}");
    let _ = (error.hints(), format!("{error:?}"));
    false
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::TARGETS;

    /// The samples as they are, cut short at every byte, and with every byte changed.
    #[test]
    fn every_sample_keeps_the_promises() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        for (name, target) in TARGETS {
            let samples = [folder.join("fuzz/seeds").join(name), folder.join("corpus")];
            let files = samples.iter().flat_map(|folder| std::fs::read_dir(folder).expect("samples"));
            let mut accepted = 0;
            for file in files {
                let sample = std::fs::read(file.expect("an entry").path()).expect("a sample");
                accepted += usize::from(target(&sample));
                for at in 0..sample.len() {
                    target(&sample[..at]);
                    let mut changed = sample.clone();
                    changed[at] ^= 1 << (at % 8);
                    target(&changed);
                }
            }
            assert!(accepted > 3, "{name} accepts {accepted} of its samples, and so proves nothing");
        }
    }
}
