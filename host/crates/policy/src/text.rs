//! Which characters a pack may use where.
//!
//! Identifiers that a person reads before agreeing to something (ids, versions, operation names,
//! coordinates) are refused unless every character is plain ASCII: what is shown must be what is
//! granted. Free text is only bounded here; drawing the rest of it visibly is the business of the
//! output crate. Called by this crate's parsers, and by the host for what users type.

/// The longest text that may stand on one line, in characters.
pub const LINE_LENGTH: usize = 300;

/// The longest Markdown text, in bytes.
pub const MARKDOWN_LENGTH: usize = 32 * 1024;

/// The longest publisher and the longest name of a pack, in bytes.
pub const ID_LENGTH: usize = 63;

/// The longest GraphQL name, in bytes. Longer ones are legal GraphQL, but no person reads them.
const NAME_LENGTH: usize = 128;

/// How much of a refused text an error repeats, in characters.
const EXCERPT_LENGTH: usize = 60;

/// The first character that may not stand in an id, version, name or coordinate: anything that is
/// not printable ASCII, so every control, bidirectional, zero-width and look-alike character.
pub fn refused_character(text: &str) -> Option<char> {
    text.chars().find(|character| !matches!(character, ' '..='~'))
}

/// Names a character so that an error can show it whatever it does to a terminal: `U+202E`.
pub fn name_of(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}

/// Whether the text is a word of kebab case: a letter, then letters, digits and hyphens, all lower
/// case, at most `longest` bytes.
pub fn is_word(text: &str, longest: usize) -> bool {
    let mut bytes = text.bytes();
    text.len() <= longest
        && bytes.next().is_some_and(|byte| byte.is_ascii_lowercase())
        && bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

/// Says what is wrong with a pack's id. Publisher and name are words, and each could be the name of a
/// file on every system.
///
/// # Errors
/// What is wrong, as the rest of a sentence about the id.
pub fn check_pack_id(id: &str) -> Result<(), String> {
    if let Some(character) = refused_character(id) {
        return Err(format!("it holds {}; only plain ASCII may stand there", name_of(character)));
    }
    let parts = id.split_once('/').map(<[&str; 2]>::from);
    let Some(parts) = parts.filter(|parts| parts.iter().all(|part| is_word(part, ID_LENGTH))) else {
        return Err(format!("`{}` must be a publisher and a name, such as `acme/gpu-report`", excerpt(id)));
    };
    match parts.into_iter().find(|part| is_device(part)) {
        Some(part) => Err(format!("`{part}` in it is a device on Windows, where no file can have that name")),
        None => Ok(()),
    }
}

/// Whether Windows has a device of this name; in lower case.
fn is_device(word: &str) -> bool {
    let numbered = word.strip_prefix("com").or_else(|| word.strip_prefix("lpt"));
    matches!(word, "aux" | "con" | "nul" | "prn")
        || numbered.is_some_and(|number| matches!(number.as_bytes(), [b'0'..=b'9']))
}

/// Whether the text is a name as GraphQL has them, of a length that people can read.
pub fn is_graphql_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    text.len() <= NAME_LENGTH
        && bytes.next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether the text would take more than one line anywhere: any of Unicode's line breaks counts.
pub fn has_line_break(text: &str) -> bool {
    text.chars().any(|character| matches!(character, '\n'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}'))
}

/// The start of a refused text, for an error message; escaped, so that it is one visible line.
pub fn excerpt(text: &str) -> String {
    let mut shown: String = text.chars().take(EXCERPT_LENGTH).flat_map(visible).collect();
    if text.chars().nth(EXCERPT_LENGTH).is_some() {
        shown.push('…');
    }
    shown
}

fn visible(character: char) -> Vec<char> {
    match character {
        ' '..='~' => vec![character],
        other => other.escape_unicode().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_printable_ascii_passes() {
        assert_eq!(refused_character("acme/gpu-report 1.2"), None);
        for hostile in
            ['\u{1b}', '\u{7f}', '\u{9b}', '\u{202e}', '\u{200b}', '\u{fe0f}', 'а', '\u{e0041}', '\r']
        {
            assert_eq!(refused_character(&format!("ab{hostile}c")), Some(hostile));
        }
        assert_eq!(name_of('\u{202e}'), "U+202E");
    }

    #[test]
    fn words_and_names() {
        assert!(is_word("gpu-report2", 63) && is_word("a", 1));
        for refused in ["", "-a", "2a", "A", "a_b", "a/b", "ab", "é"] {
            assert!(!is_word(refused, 1), "{refused}");
        }
        assert!(is_graphql_name("__schema") && is_graphql_name("_") && is_graphql_name("aB9"));
        for refused in ["", "9a", "a-b", "a.b", "ä", "a\u{200b}"] {
            assert!(!is_graphql_name(refused), "{refused}");
        }
        assert!(!is_graphql_name(&"a".repeat(NAME_LENGTH + 1)));
    }

    #[test]
    fn an_id_is_two_words_that_are_no_devices() {
        for id in ["acme/gpu-report", "a/b", "com/lpt", "com10/console", "auxiliary/x", "conin/nul-x"] {
            assert_eq!(check_pack_id(id), Ok(()), "{id}");
        }
        for id in ["con/x", "acme/nul", "prn/aux", "com1/x", "acme/lpt9"] {
            assert!(check_pack_id(id).unwrap_err().contains("is a device on Windows"), "{id}");
        }
        // Neither these nor what else a path could be made of is a word to begin with.
        for part in
            ["..", ".", "a.", "a..b", "a/b", "/", "", "\0", "a\0", "CON", "Nul", "con.txt", "nul.", "a b"]
        {
            assert!(check_pack_id(&format!("acme/{part}")).is_err(), "{part:?}");
            assert!(check_pack_id(&format!("{part}/x")).is_err(), "{part:?}");
        }
        for part in ["acm\u{435}", "\u{440}ay", "a\u{200b}", &"a".repeat(ID_LENGTH + 1), &"a".repeat(300)] {
            assert!(check_pack_id(&format!("{part}/x")).is_err(), "{part:?}");
        }
    }

    #[test]
    fn excerpts_are_short_and_visible() {
        assert_eq!(excerpt("a\u{1b}[2J"), "a\\u{1b}[2J");
        assert_eq!(excerpt(&"x".repeat(500)).chars().count(), EXCERPT_LENGTH + 1);
    }

    #[test]
    fn every_line_break_is_seen() {
        for text in ["a\nb", "a\rb", "a\u{b}b", "a\u{2028}b", "a\u{85}b"] {
            assert!(has_line_break(text));
        }
        assert!(!has_line_break("a\tb"));
    }
}
