//! Keys that nobody reads, with the key that was probably meant.
//!
//! A misspelt key is a warning and no error: the file may have been written for a newer program.

use toml_edit::Item;

use super::{Configuration, keys};

/// What stands at the top of the file; the last two belong to the packs.
const TOP: [&str; 6] = ["version", "active-profile", "policy", "profiles", "packs", "registries"];

/// What stands in a profile.
pub(super) const PROFILE: [&str; 10] = [
    "issuer",
    "client-id",
    "api",
    "apis",
    "organization",
    "credential-store",
    "credential-command",
    "scopes",
    "role-claims",
    "refresh-threshold",
];

impl Configuration {
    /// Keys that mean nothing to this program, a sentence each.
    pub fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        for key in keys(self.document.as_table()) {
            self.look_at(&mut warnings, &[&key], &TOP);
        }
        for name in self.profiles().map(keys).unwrap_or_default() {
            for key in
                self.profile_item(&name, &[]).and_then(Item::as_table_like).map(keys).unwrap_or_default()
            {
                self.look_at(&mut warnings, &["profiles", &name, &key], &PROFILE);
            }
        }
        warnings
    }

    fn look_at(&self, warnings: &mut Vec<String>, path: &[&str], known: &[&str]) {
        let Some(key) = path.last().filter(|key| !known.contains(key)) else {
            return;
        };
        let place = self.path.display();
        let meant = nearest(key, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        warnings.push(format!("`{}` in `{place}` is not a known key{meant}", path.join(".")));
    }
}

/// The known key that looks most like `key`, if any looks like it at all.
pub(super) fn nearest<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let asked = key.replace('_', "-").to_lowercase();
    known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(&asked, candidate), *candidate))
        .filter(|(distance, candidate)| *distance <= candidate.len().div_ceil(3))
        .min()
        .map(|(_, candidate)| candidate)
}
