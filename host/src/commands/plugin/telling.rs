//! A pack's authority drawn for people: the same groups and lines for consent and for `plugin show`.
//!
//! The sentences are the host's. A pack's own words stand behind `|`, the platform's behind `>`, each
//! on every line that they take.

use vantage_output::visible::Visible;
use vantage_policy::authority::{Group, Line};

use crate::framed::framed;
use crate::platform_words::PlatformWords;

/// Columns of a purpose, and of a description in the platform's schema, on all its lines together.
const WORDS: usize = 300;

/// Draws lines of authority under their groups; `state` says how a line stands, if anything.
pub fn authority(
    lines: &[Line],
    words: &PlatformWords,
    columns: Option<usize>,
    state: impl Fn(&Line) -> Option<String>,
) -> String {
    let mut text = String::new();
    let mut group: Option<Group> = None;
    for line in lines {
        if group != Some(line.group) {
            text.push_str(&format!("\n  {}\n", heading(line.group)));
            group = Some(line.group);
        }
        let mut add = |first: &str, next: &str, words: &str| {
            text.push_str(&framed(first, next, words, columns));
            text.push('\n');
        };
        add("    ", "      ", &line.capability.to_string());
        if let Some(state) = state(line) {
            add("      ", "      ", &state);
        }
        add("      ", "      ", &line.meaning);
        if let Some(words) = words.of(&line.capability) {
            add("      > ", "      > ", &cut(words));
        }
        for purpose in &line.purposes {
            add("      | ", "      | ", &cut(purpose));
        }
        if !line.paths.is_empty() {
            add("      as far as ", "        ", &line.paths.join(", "));
        }
    }
    text
}

/// Whose words are whose.
pub fn legend(lines: &[Line], words: &PlatformWords) -> &'static str {
    match words.any_of(lines) {
        true => "words behind | are the pack's own, words behind > are the platform's",
        false => "words behind | are the pack's own",
    }
}

fn heading(group: Group) -> String {
    let title = group.title();
    let (first, rest) = title.split_at(1);
    format!("{}{rest}", first.to_uppercase())
}

fn cut(text: &str) -> String {
    Visible::line(text).cut(WORDS).to_string()
}
