//! The line as far as it was typed, in words.
//!
//! Most shells hand over words. bash hands over the text, since it takes words apart at more places than any
//! other shell does (`COMP_WORDBREAKS`), and puts the answer in place of the last such piece alone: what stands
//! before it in the same word is kept here, to be left off again. Pure.

use std::ffi::OsString;

/// What stands before the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// The program's name and whole words.
    pub(super) before: Vec<OsString>,
    /// The word that is being typed; empty behind a space.
    pub(super) typed: String,
    /// For bash: as much of that word as stays in the line whatever is answered.
    pub(super) kept: String,
    /// For bash: the quote in which it ends.
    pub(super) open: Option<char>,
}

impl Line {
    /// A line of words, of which the one at `place` is being typed; it may be missing where it is empty.
    pub(super) fn of_words(words: &[OsString], place: usize) -> Option<Self> {
        let before = words.get(..place).filter(|before| !before.is_empty())?.to_vec();
        let typed = words.get(place).map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
        Some(Self { before, typed, kept: String::new(), open: None })
    }

    /// A line of bash, with the characters at which it breaks words.
    pub(super) fn of_bash(line: &str, breaks: &str) -> Self {
        let mut words = Words::default();
        let mut rest = line.chars();
        while let Some(character) = rest.next() {
            words.next(character, &mut rest, breaks);
        }
        let before = words.done.into_iter().skip_while(|word| is_assignment(word)).map(OsString::from);
        Self { before: before.collect(), typed: words.word, kept: words.kept, open: words.open }
    }
}

/// Takes a line apart as bash does, as far as that matters to us: no expansion is made.
#[derive(Default)]
struct Words {
    done: Vec<String>,
    word: String,
    /// Whether a word has begun, be it an empty one in quotes.
    begun: bool,
    kept: String,
    open: Option<char>,
}

impl Words {
    fn next(&mut self, character: char, rest: &mut std::str::Chars<'_>, breaks: &str) {
        match (self.open, character) {
            (Some(quote), _) if character == quote => self.open = None,
            (Some('"'), '\\') => match rest.next() {
                Some(escaped) if "$`\"\\".contains(escaped) => self.word.push(escaped),
                Some(other) => self.word.extend(['\\', other]),
                None => {}
            },
            (Some(_), _) => self.word.push(character),
            (None, '\'' | '"') => {
                self.open = Some(character);
                self.begun = true;
                self.kept.clone_from(&self.word);
            }
            (None, '\\') => {
                self.begun = true;
                self.word.extend(rest.next());
            }
            (None, _) if character.is_whitespace() => self.end(),
            (None, _) => {
                self.begun = true;
                self.word.push(character);
                if breaks.contains(character) {
                    self.kept.clone_from(&self.word);
                }
            }
        }
    }

    fn end(&mut self) {
        if std::mem::take(&mut self.begun) {
            self.done.push(std::mem::take(&mut self.word));
        }
        self.kept.clear();
    }
}

/// `NAME=value` before the program.
fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty() && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bash(line: &str) -> (String, String, String, Option<char>) {
        let Line { before, typed, kept, open } = Line::of_bash(line, " \t\n\"'><=;|&(:");
        let before: Vec<_> = before.iter().map(|word| word.to_string_lossy()).collect();
        (before.join("|"), typed, kept, open)
    }

    fn is(line: &str, before: &str, typed: &str, kept: &str, open: Option<char>) {
        assert_eq!(bash(line), (before.to_owned(), typed.to_owned(), kept.to_owned(), open), "{line}");
    }

    #[test]
    fn a_line_of_bash_becomes_words() {
        is("vantage cl", "vantage", "cl", "", None);
        is("vantage  cluster get ", "vantage|cluster|get", "", "", None);
        is(r"vantage get 'a b' c\ d e", r"vantage|get|a b|c d", "e", "", None);
        is(r#"vantage '' "x\"y\z" g"#, r#"vantage||x"y\z"#, "g", "", None);
        is("A=1 B_2=x vantage C=3 ", "vantage|C=3", "", "", None);
        is("vantage $(rm -rf x) `y` ", "vantage|$(rm|-rf|x)|`y`", "", "", None);
        is("vantage get \\", "vantage|get", "", "", None);
    }

    #[test]
    fn what_bash_leaves_in_the_line_is_kept() {
        is("vantage --output=js", "vantage", "--output=js", "--output=", None);
        is("vantage plugin add oci://h:50", "vantage|plugin|add", "oci://h:50", "oci://h:", None);
        is(r"vantage get a\=b", "vantage|get", "a=b", "", None);
        is("vantage get 'a=b c", "vantage|get", "a=b c", "", Some('\''));
        is("vantage --cluster=\"my cl", "vantage", "--cluster=my cl", "--cluster=", Some('"'));
        assert_eq!(Line::of_bash("vantage --output=js", " \t").kept, "");
    }

    #[test]
    fn words_may_lack_the_last_one_where_it_is_empty() {
        let words: Vec<OsString> = ["vantage", "cluster", "g"].map(OsString::from).to_vec();
        let line = |place| Line::of_words(&words, place).map(|line| (line.before.len(), line.typed));
        assert_eq!(line(2), Some((2, "g".to_owned())));
        assert_eq!(line(3), Some((3, String::new())));
        assert_eq!(line(1), Some((1, "cluster".to_owned())));
        assert_eq!((line(0), line(4)), (None, None));
    }
}
