//! A clock that is wrong when somebody signs in, or later: each change of the clock costs one
//! refresh at most, and nobody the sign-in.

use std::process::Command;

use vantage_platform::Options;
use vantage_test_support::{World, with_environment};

use super::{ASKING, assert_refreshes, refreshes};
use crate::{VANTAGE, seeded, signed_in};

/// Clocks that are wrong, in faketime's words.
const WRONG: [&str; 4] = ["-1h", "+1h", "+10y", "@1970-01-02 00:00:00"];

/// The command by a clock of faketime's; timers are left alone.
fn by_clock(world: &World, clock: &str, arguments: &[&str]) -> Command {
    let command = world.command(arguments);
    let mut faketime = Command::new("faketime");
    faketime.args(["-m", "--exclude-monotonic", "-f", clock]).arg(command.get_program()).args(arguments);
    with_environment(faketime, &command)
}

/// Runs by one clock: the first may renew the sign-in, the others find it renewed.
fn assert_settles(world: &World, context: &str, command: &dyn Fn() -> Command) {
    let before = refreshes(world);
    world.bounded(&mut command()).expect(0);
    let after = refreshes(world);
    assert!(after - before <= 1, "{context}: {} refreshes in one run", after - before);
    for _ in 0..3 {
        world.bounded(&mut command()).expect(0);
    }
    assert_refreshes(world, after, context);
}

#[test]
fn the_clock_used_here_is_wrong() {
    let world = signed_in();
    let printed = |command: &mut Command| world.bounded(command).expect(0).json()["expires"].to_string();
    let right = printed(&mut world.command(&["whoami", "-o", "json"]));
    world.bounded(&mut by_clock(&world, "+10y", ASKING)).expect(0);
    let wrong = printed(&mut by_clock(&world, "+10y", &["whoami", "-o", "json"]));
    assert_ne!(right[..5], wrong[..5], "{right} {wrong}: faketime has no effect");
}

#[test]
fn a_clock_that_is_wrong_after_the_sign_in_costs_one_refresh() {
    let world = signed_in();
    for clock in WRONG {
        assert_settles(&world, clock, &|| by_clock(&world, clock, ASKING));
        assert_settles(&world, &format!("right after {clock}"), &|| world.command(ASKING));
    }
}

#[test]
fn a_clock_that_was_wrong_at_the_sign_in_costs_one_refresh() {
    for clock in WRONG {
        let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
        world.bounded(&mut by_clock(&world, clock, &["login"])).expect(0);
        assert_settles(&world, clock, &|| by_clock(&world, clock, ASKING));
        assert_settles(&world, &format!("right after {clock}"), &|| world.command(ASKING));
    }
}
