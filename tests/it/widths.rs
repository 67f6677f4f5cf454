//! Tables on terminals that are narrow, usual, wide and very wide, with names in other scripts, without
//! colours, and on a terminal that understands nothing.

use insta::assert_snapshot;
use vantage_platform::Options;
use vantage_test_support::World;

use crate::{VANTAGE, seeded};

/// Clusters with names that are wide, that are written from right to left, and that are joined of parts.
fn international() -> World {
    let names =
        ["机器学习集群-上海", "عنقود-الحوسبة", "🚀-launch-👩‍🔬", "ordinary", "ひらがな", "e\u{301}te\u{301}"];
    let cluster_names = names.map(str::to_owned).to_vec();
    World::signed_in(VANTAGE, Options { clusters: 7, cluster_names, ..seeded() })
}

/// What a terminal of `width` columns is sent, colours left out.
fn drawn(world: &World, width: usize, line: &[&str]) -> String {
    let columns = width.to_string();
    let terminal = world.on_terminal_with(line, &[("COLUMNS", &columns), ("NO_COLOR", "1")]);
    let (drawn, status) = terminal.finish().unwrap();
    assert!(status.success(), "{drawn}");
    for row in drawn.lines() {
        // A character is at least as wide here as on any terminal.
        assert!(!row.contains('\u{1b}'), "{row:?}");
    }
    drawn.replace('\r', "")
}

#[test]
fn a_list_fits_forty_columns() {
    assert_snapshot!(drawn(&international(), 40, &["cluster", "list"]), @"");
}

#[test]
fn a_list_fits_eighty_columns() {
    assert_snapshot!(drawn(&international(), 80, &["cluster", "list"]), @"");
}

#[test]
fn a_list_fits_a_hundred_and_twenty_columns() {
    assert_snapshot!(drawn(&international(), 120, &["cluster", "list"]), @"");
}

#[test]
fn a_list_is_no_wider_than_it_has_to_be() {
    let world = international();
    assert_snapshot!(drawn(&world, 300, &["cluster", "list", "--wide"]), @"");
    // Wider than all columns together, nothing changes any more.
    assert_eq!(drawn(&world, 300, &["cluster", "list"]), drawn(&world, 299, &["cluster", "list"]));
}

#[test]
fn a_dumb_terminal_gets_text_and_nothing_else() {
    let world = international();
    let dumb = [("TERM", "dumb"), ("COLUMNS", "80")];
    let (text, _) = world.on_terminal_with(&["cluster", "list"], &dumb).finish().unwrap();
    assert!(!text.contains('\u{1b}'), "{text:?}");
    assert_eq!(text.replace('\r', ""), drawn(&world, 80, &["cluster", "list"]));
}

#[test]
fn what_goes_into_a_pipe_knows_no_width() {
    let world = international();
    let mut narrow = world.command(&["cluster", "list"]);
    let ran = world.finish(narrow.env("COLUMNS", "40")).expect(0);
    assert_eq!(ran.stdout, world.run(&["cluster", "list"]).expect(0).stdout);
    assert!(ran.stdout.contains("机器学习集群-上海\t"), "{ran}");
}
