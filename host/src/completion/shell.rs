//! The shells: each one's script, and how it is told what may stand in the line.
//!
//! An answer is lines, the first of which says what follows: `values`, `files` or `folders`. Whatever was
//! chosen by a pack or a server is data in every script, and never code: bash and PowerShell put what they are
//! given into the line as it is, so that values are quoted for them here; zsh, fish and elvish quote values
//! themselves, and show summaries.

use clap::ValueEnum;

use super::Offer;
use super::candidate::Candidate;
use super::line::Line;

/// A shell that lines can be completed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Shell {
    /// bash 3.2 or later
    Bash,
    /// zsh 5 or later
    Zsh,
    /// fish 3.1 or later
    Fish,
    /// elvish 0.18 or later
    Elvish,
    /// PowerShell 5.1 or later
    #[value(name = "powershell", alias = "pwsh")]
    Powershell,
}

impl Shell {
    /// The shell of this name.
    pub(super) fn called(name: &str) -> Option<Self> {
        Self::from_str(name, false).ok()
    }

    /// The script that makes the shell ask.
    pub fn script(self) -> &'static str {
        match self {
            Self::Bash => include_str!("scripts/bash.sh"),
            Self::Zsh => include_str!("scripts/zsh.sh"),
            Self::Fish => include_str!("scripts/fish.fish"),
            Self::Elvish => include_str!("scripts/elvish.elv"),
            Self::Powershell => include_str!("scripts/powershell.ps1"),
        }
    }

    /// What the script is told.
    pub(super) fn answer(self, offer: Option<&Offer>, line: &Line) -> String {
        let (first, candidates) = match offer {
            Some(Offer::Files) => ("files", &[][..]),
            Some(Offer::Folders) => ("folders", &[][..]),
            Some(Offer::Values(candidates)) => ("values", candidates.as_slice()),
            None => ("values", &[][..]),
        };
        let mut text = format!("{first}\n");
        for row in candidates.iter().filter_map(|candidate| self.row(candidate, line)) {
            text.push_str(&row);
            text.push('\n');
        }
        text
    }

    /// One candidate; none where the shell could not take it as it is.
    fn row(self, Candidate { value, summary }: &Candidate, line: &Line) -> Option<String> {
        match self {
            Self::Bash => for_bash(value.strip_prefix(&line.kept)?, line.open),
            Self::Zsh if summary.is_empty() => Some(for_zsh(value)),
            Self::Zsh => Some(format!("{}:{}", for_zsh(value), for_zsh(summary))),
            Self::Fish | Self::Elvish => Some(format!("{value}\t{summary}")),
            Self::Powershell => {
                // It shows a summary for each, or fails.
                let summary = if summary.is_empty() { value } else { summary };
                Some(format!("{}\t{value}\t{summary}", for_powershell(value)))
            }
        }
    }
}

/// A value as bash reads it back where the quote `open` stands before it.
fn for_bash(value: &str, open: Option<char>) -> Option<String> {
    let plain = |one: char| one.is_ascii_alphanumeric() || !one.is_ascii() || "_-+=:,./@%".contains(one);
    match open {
        None => Some(value.chars().fold(String::new(), |mut quoted, one| {
            if !plain(one) {
                quoted.push('\\');
            }
            quoted.push(one);
            quoted
        })),
        Some('\'') => (!value.contains('\'')).then(|| value.to_owned()),
        Some(_) => (!value.contains(['"', '$', '`', '\\', '!'])).then(|| value.to_owned()),
    }
}

/// `_describe` tells values from summaries by a colon, and takes a backslash away.
fn for_zsh(text: &str) -> String {
    text.replace('\\', r"\\").replace(':', r"\:")
}

/// A value as one word of PowerShell's, in quotes unless it needs none.
fn for_powershell(value: &str) -> String {
    let plain = |one: char| one.is_ascii_alphanumeric() || "_-+=:./\\".contains(one);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    let mut quoted = String::from("'");
    for one in value.chars() {
        // Quotes from word processors end a text, too.
        if matches!(one, '\'' | '\u{2018}'..='\u{201b}') {
            quoted.push(one);
        }
        quoted.push(one);
    }
    quoted.push('\'');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that would run a program in a shell that reads it as code.
    const HOSTILE: &str = "a'b\"c $(id) `id` ;id & %d :e \\f !g #h ~i |j >k *l {m,n}";

    fn told(shell: Shell, value: &str, summary: &str, line: &Line) -> String {
        let candidate = Candidate::new(value, Some(summary)).unwrap();
        shell.answer(Some(&Offer::Values(vec![candidate])), line)
    }

    fn line() -> Line {
        Line::of_bash("vantage cluster get ", "=:")
    }

    #[test]
    fn bash_is_given_quoted_values_and_no_summaries() {
        let told = told(Shell::Bash, HOSTILE, "$(id)", &line());
        let value = told.strip_prefix("values\n").unwrap().trim_end_matches('\n');
        assert!(!value.contains('\n'));
        // The same words that a shell makes of it.
        assert_eq!(shell_words::split(value).unwrap(), [HOSTILE]);
        assert!(!value.contains("=$") && !value.contains(" $"), "{value}");
    }

    #[test]
    fn bash_gets_what_fits_into_an_open_quote() {
        let offer = |text: &str, values: &[&str]| {
            let values = values.iter().map(|value| Candidate::new(value, None).unwrap()).collect();
            Shell::Bash.answer(Some(&Offer::Values(values)), &Line::of_bash(text, "=:"))
        };
        let values = ["my cluster", "it's", "say \"so\"", "cost $5", "now!"];
        assert_eq!(
            offer("vantage cluster get 'm", &values),
            "values\nmy cluster\nsay \"so\"\ncost $5\nnow!\n"
        );
        assert_eq!(offer("vantage cluster get \"m", &values), "values\nmy cluster\nit's\n");
        assert_eq!(offer("vantage --output=j", &["--output=json", "--other"]), "values\njson\n");
    }

    #[test]
    fn zsh_can_tell_the_value_from_the_summary() {
        assert_eq!(told(Shell::Zsh, "a:b\\c", "says: \\n", &line()), "values\na\\:b\\\\c:says\\: \\\\n\n");
        assert_eq!(told(Shell::Zsh, "gpu-1", "", &line()), "values\ngpu-1\n");
    }

    #[test]
    fn fish_and_elvish_get_one_tab_a_line() {
        for shell in [Shell::Fish, Shell::Elvish] {
            let told = told(shell, HOSTILE, "one\ttab\u{7}and\nanother line", &line());
            assert_eq!(told, format!("values\n{HOSTILE}\tone\\u{{9}}tab\\u{{7}}and\n"));
        }
    }

    #[test]
    fn powershell_gets_one_word_and_always_a_summary() {
        assert_eq!(told(Shell::Powershell, "gpu-1", "", &line()), "values\ngpu-1\tgpu-1\tgpu-1\n");
        assert_eq!(for_powershell("it's $(id)"), "'it''s $(id)'");
        assert_eq!(for_powershell("a\u{2019}; id #"), "'a\u{2019}\u{2019}; id #'");
        assert_eq!(for_powershell("@x"), "'@x'");
        assert_eq!(for_powershell("a,b"), "'a,b'");
    }

    #[test]
    fn files_are_left_to_the_shell() {
        for shell in Shell::value_variants() {
            assert_eq!(shell.answer(Some(&Offer::Files), &line()), "files\n");
            assert_eq!(shell.answer(Some(&Offer::Folders), &line()), "folders\n");
            assert_eq!(shell.answer(None, &line()), "values\n");
        }
    }

    #[test]
    fn every_script_asks_by_the_name_of_its_shell() {
        for shell in Shell::value_variants() {
            let name = shell.to_possible_value().unwrap().get_name().to_owned();
            assert_eq!(Shell::called(&name), Some(*shell));
            let script = shell.script();
            assert!(script.contains(super::super::COMPLETE) && script.contains(&name), "{script}");
            assert!(script.is_ascii() && !script.contains('\t') && script.ends_with('\n'));
        }
    }
}
