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
    let world = World::signed_in(VANTAGE, Options { clusters: 7, cluster_names, ..seeded() });
    // What is compiled once would be told while it takes long.
    world.run(&["cluster", "list"]).expect(0);
    world
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
    // The isolates around names that are written from right to left cannot stand in a source file.
    drawn.replace('\r', "").replace('\u{2068}', "<").replace('\u{2069}', ">")
}

#[test]
fn a_list_fits_forty_columns() {
    assert_snapshot!(drawn(&international(), 40, &["cluster", "list"]), @r#"
    NAME                    STATUS
    été                     ready
    olive-alder-07          ready
    ordinary                ready
    <عنقود-الحوسبة>           ready
    ひらがな                ready
    机器学习集群-上海       ready
    🚀-launch-👩\u{200d}🔬  stopped
    no room for: Provider, Owner, Created; -o text shows every column
    "#);
}

#[test]
fn a_list_fits_eighty_columns() {
    assert_snapshot!(drawn(&international(), 80, &["cluster", "list"]), @r#"
    NAME                    STATUS   PROVIDER   OWNER                 CREATED
    été                     ready    localhost  grace@globex.example  6 months ago
    olive-alder-07          ready    localhost  ada@acme.example      6 months ago
    ordinary                ready    gcp        ada@acme.example      1 year ago
    <عنقود-الحوسبة>           ready    localhost  ada@acme.example      12 months ago
    ひらがな                ready    aws        ada@acme.example      5 months ago
    机器学习集群-上海       ready    aws        ada@acme.example      1 year ago
    🚀-launch-👩\u{200d}🔬  stopped  gcp        grace@globex.example  5 months ago
    "#);
}

#[test]
fn a_list_fits_a_hundred_and_twenty_columns() {
    assert_snapshot!(drawn(&international(), 120, &["cluster", "list"]), @r#"
    NAME                    STATUS   PROVIDER   OWNER                 CREATED
    été                     ready    localhost  grace@globex.example  6 months ago
    olive-alder-07          ready    localhost  ada@acme.example      6 months ago
    ordinary                ready    gcp        ada@acme.example      1 year ago
    <عنقود-الحوسبة>           ready    localhost  ada@acme.example      12 months ago
    ひらがな                ready    aws        ada@acme.example      5 months ago
    机器学习集群-上海       ready    aws        ada@acme.example      1 year ago
    🚀-launch-👩\u{200d}🔬  stopped  gcp        grace@globex.example  5 months ago
    "#);
}

#[test]
fn a_list_is_no_wider_than_it_has_to_be() {
    let world = international();
    assert_snapshot!(drawn(&world, 300, &["cluster", "list", "--wide"]), @r#"
    NAME                    STATUS   PROVIDER   OWNER                 DESCRIPTION               CREATED        TYPE   CLIENT                                                 ACCOUNT
    été                     ready    localhost  grace@globex.example  Batch computing for acme  6 months ago   slurm  lucid-meadow-06-9f44f941-8fdf-4476-9b48-f72a5a27cbf4         -
    olive-alder-07          ready    localhost  ada@acme.example      Batch computing for acme  6 months ago   slurm  olive-alder-07-5fd8e91a-f644-4537-8163-f9daa5f8b7a0          -
    ordinary                ready    gcp        ada@acme.example      Containers for acme       1 year ago     k8s    gentle-otter-04-5d1944be-e668-41e0-ae07-94d374540097         1
    <عنقود-الحوسبة>           ready    localhost  ada@acme.example      Containers for acme       12 months ago  k8s    calm-lagoon-02-867de1b3-3268-477e-84f3-9ed88ed332af          -
    ひらがな                ready    aws        ada@acme.example      Batch computing for acme  5 months ago   slurm  brisk-jetty-05-c20b7a0a-b415-4188-82bc-eb5cce6fa9b5          2
    机器学习集群-上海       ready    aws        ada@acme.example      Batch computing for acme  1 year ago     slurm  hollow-meadow-01-47d7912c-19fd-4f3d-bfaa-f53f7d55fd9a        3
    🚀-launch-👩\u{200d}🔬  stopped  gcp        grace@globex.example  Batch computing for acme  5 months ago   slurm  keen-basin-03-f0b14e9e-b719-4dcb-995a-d7fc01b1ada1           3
    "#);
    // Wider than all columns together, nothing changes any more.
    assert_eq!(drawn(&world, 300, &["cluster", "list"]), drawn(&world, 299, &["cluster", "list"]));
}

#[test]
fn a_dumb_terminal_gets_text_and_nothing_else() {
    let world = international();
    let dumb = [("TERM", "dumb"), ("COLUMNS", "80")];
    let (text, _) = world.on_terminal_with(&["cluster", "list"], &dumb).finish().unwrap();
    assert!(!text.contains('\u{1b}'), "{text:?}");
    let text = text.replace('\r', "").replace('\u{2068}', "<").replace('\u{2069}', ">");
    assert_eq!(text, drawn(&world, 80, &["cluster", "list"]));
}

#[test]
fn what_goes_into_a_pipe_knows_no_width() {
    let world = international();
    let mut narrow = world.command(&["cluster", "list"]);
    let ran = world.finish(narrow.env("COLUMNS", "40")).expect(0);
    assert_eq!(ran.stdout, world.run(&["cluster", "list"]).expect(0).stdout);
    assert!(ran.stdout.contains("机器学习集群-上海\t"), "{ran}");
}
