//! Where a token goes: to the origins that were there at sign-in and for the organization it was
//! made for, and nowhere else, however the profile is changed afterwards.

use std::io::Write;
use std::net::TcpListener;
use std::process::Command;

use serde_json::json;
use vantage_platform::Options;
use vantage_test_support::World;

use super::{A_DAY, ASKING, assert_clear, assert_refreshes};
use crate::{VANTAGE, seeded, signed_in};

/// An address that belongs to nobody the user signed in to, and hears who comes.
struct Elsewhere(TcpListener);

impl Elsewhere {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    fn address(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn assert_unvisited(&self, context: &str) {
        assert!(self.0.accept().is_err(), "{context}: the other origin was connected to");
    }
}

/// With a fresh token and with an expired one: refused, nobody is connected to, nothing is spent.
fn assert_refused(world: &World, elsewhere: &Elsewhere, context: &str, command: &dyn Fn() -> Command) {
    let requests = world.admin("stats")["graphql_requests"].clone();
    for expired in [false, true] {
        if expired {
            world.stored("test").age(A_DAY);
        }
        let ran = world.bounded(&mut command());
        assert_clear(&ran, 5, context);
        assert!(ran.stderr.contains("vantage login --force --profile test"), "{context}\n{ran}");
        elsewhere.assert_unvisited(context);
    }
    assert_eq!(world.admin("stats")["graphql_requests"], requests, "{context}");
    assert_refreshes(world, 0, context);
}

#[test]
fn a_variable_leads_no_token_elsewhere() {
    let (world, elsewhere) = (signed_in(), Elsewhere::new());
    assert_refused(&world, &elsewhere, "VANTAGE_API", &|| {
        let mut command = world.command(ASKING);
        command.env("VANTAGE_API", elsewhere.address());
        command
    });
}

#[test]
fn a_changed_profile_leads_no_token_elsewhere() {
    let (world, elsewhere) = (signed_in(), Elsewhere::new());
    world.run(&["profile", "set", "test", "api", &elsewhere.address()]).expect(0);
    assert_refused(&world, &elsewhere, "profile set", &|| world.command(ASKING));
}

#[test]
fn an_exception_for_one_api_leads_no_token_elsewhere() {
    let (world, elsewhere) = (signed_in(), Elsewhere::new());
    let mut config = std::fs::File::options().append(true).open(world.home().join("config.toml")).unwrap();
    writeln!(config, "\n[profiles.test.apis]\ncluster = \"{}/graphql\"", elsewhere.address()).unwrap();
    drop(config);
    assert_refused(&world, &elsewhere, "apis", &|| world.command(ASKING));
}

#[test]
fn another_issuer_gets_nothing_of_this_ones() {
    let (world, elsewhere) = (signed_in(), Elsewhere::new());
    world.stored("test").age(A_DAY);
    let mut command = world.command(ASKING);
    command.env("VANTAGE_ISSUER", elsewhere.address());
    assert_clear(&world.bounded(&mut command), 4, "VANTAGE_ISSUER");
    elsewhere.assert_unvisited("VANTAGE_ISSUER");
    assert_refreshes(&world, 0, "VANTAGE_ISSUER");
}

#[test]
fn the_token_of_another_organization_is_not_used() {
    for at_sign_in in [&["login"][..], &["login", "--organization", "acme"]] {
        let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
        world.run(at_sign_in).expect(0);
        let asking = |organization| [ASKING, &["--organization", organization]].concat();
        for expired in [false, true] {
            if expired {
                world.stored("test").age(A_DAY);
            }
            let ran = world.bounded(&mut world.command(&asking("globex")));
            assert_clear(&ran, 4, &at_sign_in.join(" "));
            assert!(ran.stderr.contains("vantage login"), "{ran}");
        }
        let stats = world.admin("stats");
        assert_eq!(
            (&stats["graphql_requests"], &stats["graphql_unauthorized"], &stats["refreshes"]),
            (&json!(0), &json!(0), &json!(0)),
            "{stats}"
        );
    }
}
