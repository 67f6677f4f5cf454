//! `vantage plugin exec PACK -- LINE`: the line that it stands for, run as that pack's.
//!
//! The line is what would be typed behind `vantage` if nobody else had the pack's words; global options may
//! stand before the pack, too. Taken apart here, before there is a tree: which tree it is depends on the
//! pack. What is run is found in `catalog.rs`.

use std::ffi::OsString;

use crate::cli::peek::Peek;

/// A line that is run as one pack's.
#[derive(Debug, PartialEq, Eq)]
pub struct OfPack {
    /// The pack, by id or by a word of its own.
    pub pack: String,
    /// The program's name, global options and the line.
    pub arguments: Vec<OsString>,
}

/// Takes `vantage plugin exec` apart; none for every other line, and for one that asks about `exec`.
pub fn find(arguments: &[OsString], peek: &Peek) -> Option<OfPack> {
    let (["plugin", "exec", ..], [plugin, exec, pack, ..]) =
        (peek.words.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), peek.places.as_slice())
    else {
        return None;
    };
    let before = (0..*pack).filter(|place| place != plugin && place != exec);
    let mut line: Vec<&OsString> = before.map(|place| &arguments[place]).collect();
    let behind = &arguments[pack + 1..];
    match behind.split_first() {
        None => return None,
        Some((first, rest)) if first == "--" => line.extend(rest),
        // Help that is asked for before anything of the pack is named is about `exec`.
        Some((first, _)) if first == "--help" || first == "-h" => return None,
        Some(_) => line.extend(behind),
    }
    Some(OfPack { pack: peek.words[2].clone(), arguments: line.into_iter().cloned().collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken_apart(line: &str) -> Option<(String, String)> {
        let arguments: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let found = find(&arguments, &Peek::at(&arguments))?;
        let words: Vec<_> = found.arguments.iter().map(|word| word.to_string_lossy()).collect();
        Some((found.pack, words.join(" ")))
    }

    #[test]
    fn a_line_behind_the_pack_is_its_own() {
        for (line, pack, expected) in [
            ("vantage plugin exec acme/x -- gpu list", "acme/x", "vantage gpu list"),
            ("vantage plugin exec acme/x gpu list --every", "acme/x", "vantage gpu list --every"),
            ("vantage -p plugin plugin -v exec x -- gpu -o json", "x", "vantage -p plugin -v gpu -o json"),
            ("vantage plugin exec acme/x -- gpu -- --file", "acme/x", "vantage gpu -- --file"),
            ("vantage plugin exec acme/x -- gpu --help", "acme/x", "vantage gpu --help"),
            ("vantage plugin exec acme/x -- -j", "acme/x", "vantage -j"),
        ] {
            assert_eq!(taken_apart(line), Some((pack.to_owned(), expected.to_owned())), "{line}");
        }
    }

    #[test]
    fn what_is_about_exec_or_anything_else_is_left() {
        for line in [
            "vantage plugin exec",
            "vantage plugin exec acme/x",
            "vantage plugin exec acme/x --help",
            "vantage plugin exec -- acme/x gpu",
            "vantage help plugin exec acme/x",
            "vantage plugin list exec x gpu",
            "vantage plugin",
        ] {
            assert_eq!(taken_apart(line), None, "{line}");
        }
    }
}
