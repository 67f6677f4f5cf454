//! What Markdown becomes in rows, and that nobody's text gets an escape through.

use insta::assert_snapshot;
use proptest::prelude::*;

use super::stream::Blocks;
use super::*;
use crate::width::columns;

const TEXT: &str = "\
# A heading

A paragraph with `code`, **weight** and *slant*, long enough to be set in two rows of forty columns.

- one
- two, which goes on for longer than a row has room for
  1. deeper
  2. again

> Quoted, and long enough to be set in more than one row as well.

```sh
vantage cluster list    # spaces stay
```

See [the guide](https://docs.example/guide) or <https://docs.example>.

| option | means |
| --- | --- |
| `--wide` | all columns |
";

#[test]
fn every_block_has_its_form() {
    assert_snapshot!(rows(TEXT, 40, false).join("\n"), @"
    A heading

    A paragraph with `code`, weight and
    slant, long enough to be set in two rows
    of forty columns.

    - one
    - two, which goes on for longer than a
      row has room for
      1. deeper
      2. again

    | Quoted, and long enough to be set in
    | more than one row as well.

        vantage cluster list    # spaces sta
        y

    See the guide
    (https://docs.example/guide) or
    https://docs.example.

    option    means
    `--wide`  all columns
    ");
}

#[test]
fn colours_are_the_only_escapes() {
    let painted = rows("**a** `b` [c](https://d.example)", 80, true).join("\n");
    assert_eq!(painted, "\u{1b}[1ma\u{1b}[0m \u{1b}[36m`b`\u{1b}[0m c \u{1b}[2m(https://d.example)\u{1b}[0m");
}

#[test]
fn what_a_terminal_would_obey_is_shown_wherever_it_stands() {
    for text in [
        "a \u{1b}[2Jb",
        "a &#27;[2Jb",
        "`\u{1b}]0;x\u{7}`",
        "```\n\u{1b}[2J\n```",
        "[a](<https://x.example/\u{1b}]8;;>)",
        "![\u{1b}](x)",
        "<b \u{1b}[1m>",
        "<div \u{1b}[1m>\n\u{9b}2J\n</div>",
        "| \u{1b}[2J |\n| --- |\n| \u{202e} |",
        "# \u{1b}[2J",
        "a\u{200b}\u{202e}\rb",
    ] {
        let shown = rows(text, 60, false).join("\n");
        assert!(!shown.contains(|character: char| character.is_control() && character != '\n'), "{shown:?}");
        assert!(shown.contains("\\u{"), "{shown}");
    }
}

#[test]
fn a_table_that_does_not_fit_is_set_a_cell_a_row() {
    let table =
        "| name | what it is for |\n| --- | --- |\n| gpu-7 | long runs of everybody |\n| cpu | rest |";
    assert_snapshot!(rows(table, 24, false).join("\n"), @"
    name: gpu-7
    what it is for: long
    runs of everybody

    name: cpu
    what it is for: rest
    ");
}

#[test]
fn what_lies_very_deep_is_set_in_bounded_room() {
    let deep = format!("{}a\n{}", "> ".repeat(5_000), "word ".repeat(200));
    let rows = rows(&deep, 80, true);
    assert!(rows.iter().all(|row| columns(row) <= 80), "{rows:?}");
}

#[test]
fn blocks_are_given_when_they_have_ended_and_nothing_is_lost() {
    let mut blocks = Blocks::default();
    assert!(blocks.push("A paragraph\ngoes on.\n\n").is_empty());
    assert_eq!(blocks.push("The ne"), Vec::<String>::new());
    assert_eq!(blocks.push("xt.\n"), ["A paragraph\ngoes on.\n\n"]);
    assert_eq!(blocks.push("\n```\ncode\n\nmore\n"), ["The next.\n\n"]);
    assert_eq!(blocks.push("```\n\n- one\n\n- two\n"), ["```\ncode\n\nmore\n```\n\n"]);
    assert_eq!(blocks.finish().as_deref(), Some("- one\n\n- two\n"));
    assert_eq!(blocks.finish(), None);
}

#[test]
fn a_text_that_comes_in_parts_is_set_as_one_that_comes_whole() {
    let whole = rows(TEXT, 60, true).join("\n") + "\n";
    for size in [1, 7, 50, TEXT.len()] {
        let mut setting = Setting::new(60, true);
        let characters: Vec<char> = TEXT.chars().collect();
        let mut set: String =
            characters.chunks(size).map(|part| setting.push(&part.iter().collect::<String>())).collect();
        set.push_str(&setting.finish());
        assert_eq!(set, whole, "in parts of {size}");
    }
}

proptest! {
    #[test]
    fn rows_are_never_too_wide_and_hold_no_escape(text in "[ -~\n`*_\\[\\]()#>|\u{1b}集\u{301}-]{0,200}", width in 40usize..120) {
        for row in rows(&text, width, false) {
            prop_assert!(columns(&row) <= width, "{row:?}");
            prop_assert!(!row.contains(char::is_control), "{row:?}");
        }
    }

    #[test]
    fn parts_put_together_are_the_text(text in "[a-c \n`~-]{0,200}", cut in 0usize..200) {
        let cut = cut.min(text.len());
        let mut blocks = Blocks::default();
        let mut all = blocks.push(&text[..cut]).concat();
        all.push_str(&blocks.push(&text[cut..]).concat());
        all.push_str(&blocks.finish().unwrap_or_default());
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(words(&all), words(&text));
    }
}
