//! Help on terminals: how wide it is, when it has colours, and what a pack's words do there.

use insta::assert_snapshot;
use vantage_test_support::World;

use crate::guests::guest;
use crate::world;

/// Every escape that is left of what was drawn when colours are taken out.
fn other_escapes(drawn: &str) -> Vec<&str> {
    let behind = drawn.split('\u{1b}').skip(1);
    let is_color = |text: &&str| {
        let letters = text.strip_prefix('[').unwrap_or_default();
        letters
            .trim_start_matches(|character: char| character.is_ascii_digit() || character == ';')
            .starts_with('m')
    };
    behind.filter(|text| !is_color(text)).collect()
}

fn on_terminal(world: &World, line: &[&str], variables: &[(&str, &str)]) -> String {
    let (drawn, status) = world.on_terminal_with(line, variables).finish().unwrap();
    assert!(status.success(), "{drawn}");
    drawn
}

#[test]
fn no_row_is_wider_than_the_terminal_or_than_a_hundred_columns() {
    let world = world();
    for line in [&["--help"][..], &["help", "cluster", "create"], &["plugin", "--help"], &["help", "api"]] {
        for (columns, most) in [("50", 50), ("80", 80), ("300", 100)] {
            let mut command = world.command(line);
            let help = world.finish(command.env("COLUMNS", columns)).expect(0).stdout;
            // The line of usage is left to the terminal.
            let rows = help.lines().filter(|row| !row.starts_with("Usage: "));
            let widest = rows.map(|row| row.chars().count()).max().unwrap();
            assert!(widest <= most, "{line:?} at {columns}: {widest}\n{help}");
        }
    }
}

#[test]
fn colours_are_on_terminals_unless_they_are_not_wanted() {
    let world = world();
    let line = ["help", "cluster", "create"];
    let drawn = on_terminal(&world, &line, &[]);
    assert!(
        drawn.contains("\u{1b}[1mUsage:") && drawn.contains("\u{1b}[36m`vantage cluster get NAME`"),
        "{drawn}"
    );
    assert!(other_escapes(&drawn).is_empty(), "{:?}", other_escapes(&drawn));
    for plain in [
        on_terminal(&world, &line, &[("NO_COLOR", "1")]),
        on_terminal(&world, &line, &[("TERM", "dumb")]),
        on_terminal(&world, &["--color", "never", "help", "cluster", "create"], &[]),
        world.run(&line).expect(0).stdout,
    ] {
        assert!(!plain.contains('\u{1b}') && plain.contains("Usage: vantage cluster create"), "{plain}");
    }
    let always = world.run(&["--color", "always", "--help"]).expect(0).stdout;
    assert!(always.contains("\u{1b}[1mUsage:"), "{always}");
}

#[test]
fn a_packs_words_get_no_escape_into_its_help() {
    let world = crate::signed_in();
    world.run(&["plugin", "add", &guest("escapes").display().to_string(), "--grant-all"]).expect(0);
    for line in [&["escapes", "--help"][..], &["help", "escapes"], &["escapes", "-h"], &["--help"]] {
        let drawn = on_terminal(&world, line, &[]);
        assert!(other_escapes(&drawn).is_empty(), "{:?}", other_escapes(&drawn));
        let hidden = |character: char| matches!(character, '\u{202e}' | '\u{200b}' | '\u{7}' | '\u{9b}');
        assert!(!drawn.contains(hidden), "{drawn}");
    }
    let drawn = on_terminal(&world, &["escapes", "--help"], &[]);
    assert!(drawn.contains("Head\\u{1b}[2J") && drawn.contains("Body \\u{202e}evil"), "{drawn}");
}

#[test]
fn near_names_are_told_by_help_too_and_of_choices() {
    let world = world();
    assert_snapshot!(world.run(&["help", "cluster", "lst"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: there is no command `lst`
    hint: some similar subcommands exist: `ls`, `list`
    hint: vantage --help lists the commands; vantage plugin add brings new ones
    ");
    assert_snapshot!(world.run(&["help", "clustr"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: there is no command `clustr`
    hint: a similar subcommand exists: `cluster`
    hint: vantage --help lists the commands; vantage plugin add brings new ones
    ");
    assert_snapshot!(world.run(&["cluster", "list", "--provider", "awz"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value `awz` for `--provider <PROVIDER>` [possible values: on_prem, aws, gcp, azure, localhost]
    hint: a similar value exists: `aws`
    ");
}
