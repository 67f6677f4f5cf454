//! Texts of commands in Markdown: what is no code in them shows as it stands.

/// One line of a command's text, in which only code between backticks is Markdown.
pub(super) fn inline(text: &str) -> String {
    if text.matches('`').count() % 2 == 1 {
        return escaped(text).replace('`', "\\`");
    }
    let part = |(at, part): (usize, &str)| match at % 2 {
        0 => escaped(part),
        _ => format!("`{part}`"),
    };
    text.split('`').enumerate().map(part).collect()
}

/// As [`inline`], for a cell of a table.
pub(super) fn cell(text: &str) -> String {
    inline(text).replace("\\|", "|").replace('|', "\\|")
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A block of text as it stands, of the language `language`.
pub(super) fn block(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

#[test]
fn only_code_is_left_as_it_is() {
    assert_eq!(inline("`a_b` <c> *d* e|f"), "`a_b` \\<c\\> \\*d\\* e\\|f");
    assert_eq!(inline("a ` b"), "a \\` b");
    assert_eq!(cell("`a|b` c|d"), "`a\\|b` c\\|d");
}
