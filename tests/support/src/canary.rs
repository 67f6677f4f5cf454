//! The canary: a text in every token that the platform issues, looked for wherever none may be.
//!
//! A world looks by itself: at both streams of each run, at what is drawn on its terminals, and, when it
//! ends, at every file that the user has. Records of the credential store are the one exception, and
//! what a test names because it put a token there itself.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use memchr::memmem::Finder;

/// What the canary says once a token is decoded.
const PLAIN: &str = "no token leaves the session of any world";

/// A canary, in all the forms that it could hide in.
#[derive(Clone)]
pub struct Canary {
    text: String,
    forms: Vec<(&'static str, Finder<'static>)>,
}

impl Canary {
    /// The one of every world, unless its options say otherwise.
    #[must_use]
    pub fn of_worlds() -> Self {
        Self::new(&vantage_platform::canary_of(PLAIN))
    }

    /// One that holds `text` as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let each = |write: fn(u8) -> String| bytes.iter().map(|byte| write(*byte)).collect::<String>();
        let mut forms = vec![
            ("as it is", text.to_owned()),
            ("backwards", text.chars().rev().collect()),
            ("in hexadecimal", each(|byte| format!("{byte:02x}"))),
            ("in hexadecimal capitals", each(|byte| format!("{byte:02X}"))),
            ("in hexadecimal, spaced", each(|byte| format!("{byte:02x} "))),
            ("in percent signs", each(|byte| format!("%{byte:02x}"))),
            ("in percent signs and capitals", each(|byte| format!("%{byte:02X}"))),
            ("in escapes", each(|byte| format!("\\u{byte:04x}"))),
            ("as a list of numbers", each(|byte| format!("{byte}, "))),
            ("in two bytes a character", each(|byte| format!("{}\0", char::from(byte)))),
        ];
        for engine in [STANDARD, URL_SAFE] {
            for before in 0..3 {
                // What stands before moves the text by so many bytes; the first and the last characters
                // of the encoding are shared with the neighbours.
                let encoded = engine.encode([&[0; 2][..before], bytes].concat());
                let inner = encoded.trim_end_matches('=');
                forms.push(("in base64", inner[4..inner.len() - 2].to_owned()));
            }
        }
        if let Ok(plain) = URL_SAFE.decode(text) {
            forms.push(("decoded", String::from_utf8_lossy(&plain).into_owned()));
        }
        let forms = forms.into_iter().map(|(name, form)| (name, Finder::new(form.as_bytes()).into_owned()));
        Self { text: text.to_owned(), forms: forms.collect() }
    }

    /// What tokens hold.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// In which form the canary stands in `bytes`; `None` where it does not.
    #[must_use]
    pub fn found_in(&self, bytes: &[u8]) -> Option<&'static str> {
        self.forms.iter().find(|(_, form)| form.find(bytes).is_some()).map(|(name, _)| *name)
    }

    /// Fails where the canary stands in `bytes`; `place` says where they are from.
    ///
    /// # Panics
    /// There.
    #[track_caller]
    pub fn is_not_in(&self, bytes: &[u8], place: &dyn fmt::Display) {
        if let Some(form) = self.found_in(bytes) {
            panic!("a token, {form}, in {place}");
        }
    }

    /// Looks into every file below `folder` but records of the credential store, and what is below
    /// `but`; gives how many it looked into.
    ///
    /// # Panics
    /// Where one holds the canary.
    #[track_caller]
    pub fn is_in_no_file(&self, folder: &Path, but: &[PathBuf]) -> usize {
        let mut seen = 0;
        each_file(folder, &mut |path, bytes| {
            let known = is_record(path) || but.iter().any(|exception| path.starts_with(exception));
            seen += usize::from(!known);
            if !known {
                self.is_not_in(bytes, &path.display());
            }
        });
        seen
    }
}

impl fmt::Debug for Canary {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Canary").field("text", &self.text).finish_non_exhaustive()
    }
}

/// Whether the file is one in which the program keeps a sign-in. Locks, and what was set aside, are none.
fn is_record(path: &Path) -> bool {
    path.parent().is_some_and(|folder| folder.ends_with("state/sessions"))
        && path.extension().is_some_and(|end| end == "json")
}

/// Shows every file below `folder`. What is no file has nothing in it, and what is gone by now, or cannot
/// be read because a test wants it so, is passed over.
pub fn each_file(folder: &Path, look: &mut dyn FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => each_file(&path, look),
            Ok(kind) if kind.is_file() => {
                if let Ok(bytes) = fs::read(&path) {
                    look(&path, &bytes);
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_form_is_overlooked() {
        let canary = Canary::of_worlds();
        let token = format!("eyJhbGciOiJFUzI1NiJ9.{}cGF5bG9hZA.c2ln", canary.text());
        for before in ["", "x", "xy", "Bearer "] {
            for after in ["", "\"", "}}"] {
                let text = format!("{before}{token}{after}");
                let hexadecimal: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
                let percent: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
                let backwards: String = text.chars().rev().collect();
                for hidden in [&text, &hexadecimal, &percent, &backwards] {
                    assert!(canary.found_in(hidden.as_bytes()).is_some(), "{hidden}");
                }
                assert_eq!(canary.found_in(STANDARD.encode(&text).as_bytes()), Some("in base64"));
                assert_eq!(canary.found_in(URL_SAFE.encode(&text).as_bytes()), Some("in base64"));
                assert_eq!(
                    canary.found_in(format!("{:?}", text.as_bytes()).as_bytes()),
                    Some("as a list of numbers")
                );
            }
        }
        assert_eq!(
            canary.found_in(b"{\"_canary\":\"no token leaves the session of any world__\"}"),
            Some("decoded")
        );
        assert_eq!(canary.found_in(b"no token is here"), None);
    }
}
