//! Who may read what is kept, whatever the process was told about new files.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use vantage_platform::Options;
use vantage_test_support::{World, with_environment};

use super::{A_DAY, CHEAPEST};
use crate::{VANTAGE, seeded};

fn with_mask(world: &World, mask: &str, arguments: &[&str]) -> Command {
    let command = world.command(arguments);
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask {mask} && exec \"$0\" \"$@\"")]);
    shell.arg(command.get_program()).args(arguments);
    with_environment(shell, &command)
}

/// Every file below is the user's alone, and every folder.
fn assert_private(folder: &Path, context: &str) -> usize {
    let mode = |path: &Path| fs::symlink_metadata(path).unwrap().permissions().mode() & 0o7777;
    assert_eq!(mode(folder), 0o700, "{context}: {}", folder.display());
    let mut files = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files += assert_private(&path, context);
        } else {
            assert_eq!(mode(&path), 0o600, "{context}: {}", path.display());
            files += 1;
        }
    }
    files
}

#[test]
fn files_are_the_users_alone_whatever_the_mask() {
    for mask in ["000", "022", "077"] {
        let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
        world.bounded(&mut with_mask(&world, mask, &["login"])).expect(0);
        assert!(assert_private(&world.home().join("state"), mask) >= 2, "no record and no lock");
        world.stored("test").age(A_DAY);
        world.bounded(&mut with_mask(&world, mask, CHEAPEST)).expect(0);
        assert!(assert_private(&world.home().join("state"), mask) >= 2, "no record and no lock");
        assert!(assert_private(&world.home().join("cache/discovery"), mask) >= 1, "nothing is cached");
    }
}
