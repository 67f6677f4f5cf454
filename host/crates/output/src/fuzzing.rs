//! What the fuzz targets call: the sanitizer, with the promises that it keeps.
//!
//! Not part of the crate's interface: built for cargo-fuzz, which sets `cfg(fuzzing)`, and for the
//! crate's own tests, which run every sample of `fuzz/seeds` through it. A function returns whether its
//! bytes had anything to be made visible, and panics where a promise is broken.

use crate::visible::{Visible, VisibleText, is_hidden};

/// A reader by name; the folder of its samples has the same name.
pub type Target = fn(&[u8]) -> bool;

/// Every reader.
pub const TARGETS: &[(&str, Target)] = &[("pieces", pieces), ("text", text)];

/// A text that comes in pieces: what is shown does not depend on where it was cut, and a terminal obeys
/// nothing in it. The first byte says how long the pieces are.
pub fn pieces(bytes: &[u8]) -> bool {
    let Some((length, bytes)) = bytes.split_first() else { return false };
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let whole = shown(std::iter::once(text.to_owned()));
    let characters: Vec<char> = text.chars().collect();
    let cut = shown(characters.chunks(usize::from(*length).max(1)).map(|piece| piece.iter().collect()));
    assert_eq!(whole, cut, "pieces of {length} characters make a difference");
    whole.lines().for_each(harmless);
    whole != text
}

fn shown(pieces: impl Iterator<Item = String>) -> String {
    let mut visible = VisibleText::new();
    let mut shown: String = pieces.map(|piece| visible.push(&piece)).collect();
    shown.push_str(&visible.finish());
    shown
}

/// A text that is there as a whole: in a line it is one, and what was made visible stays as it is.
pub fn text(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let line = Visible::line(text).to_string();
    assert!(!line.contains('\n'), "{line:?}");
    harmless(&line);
    assert_eq!(Visible::line(&line).to_string(), line, "what is visible is made visible again");
    line != text
}

fn harmless(line: &str) {
    let obeyed = line.chars().find(|character| *character != '\t' && is_hidden(*character));
    assert_eq!(obeyed, None, "in {line:?}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_samples_keep_every_promise_and_so_do_their_neighbours() {
        for (name, target) in TARGETS {
            let folder = format!("{}/fuzz/seeds/{name}", env!("CARGO_MANIFEST_DIR"));
            let mut changed_any = 0;
            for file in std::fs::read_dir(folder).expect("samples") {
                let sample = std::fs::read(file.expect("an entry").path()).expect("a sample");
                changed_any += usize::from(target(&sample));
                for at in 0..sample.len() {
                    target(&sample[..at]);
                    let mut changed = sample.clone();
                    changed[at] ^= 1 << (at % 8);
                    target(&changed);
                }
            }
            assert!(
                changed_any > 3,
                "{name} makes {changed_any} of its samples visible, and so proves nothing"
            );
        }
    }
}
