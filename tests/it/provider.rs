//! Sign-in and token lifecycle at a provider that nobody here wrote: `oidc-provider`, shaped like a
//! Keycloak realm, with faults injected in front of it.
//!
//! The local platform of the other tests speaks as this project reads the RFCs; this one speaks as
//! its authors do, and as the faults make it. Each test has a realm and a home of its own.

mod hostile;
mod liberties;
mod refresh;
mod sign_in;
mod unattended;

use std::path::{Path, PathBuf};
use std::{env, fs};

use serde_json::{Value, json};
use vantage_platform::Options;
use vantage_test_support::oidc::{Realm, Waiting, path};
use vantage_test_support::{Ran, World};

use crate::{VANTAGE, seeded};

/// A query that shows that the token is good at the platform.
const QUERY: &[&str] = &["api", "{ __typename }"];

/// A world whose profile `realm` is in use; `None` where the tests of the servers are left out.
fn started(settings: &Value) -> Option<(World, Realm)> {
    if is_skipped("servers") {
        return None;
    }
    let world = World::new(VANTAGE, Options { auto_approve: true, ..seeded() });
    let realm = Realm::new(&servers(), settings);
    let (issuer, api) = (realm.issuer(), realm.api());
    world.run(&["profile", "create", "realm", "--issuer", issuer, "--api", api, "--use"]).expect(0);
    Some((world, realm))
}

/// The same, signed in with an access token that counts as expired.
fn expired(settings: &Value) -> Option<(World, Realm)> {
    let (world, realm) = started(settings)?;
    realm.inject(path::TOKEN, json!({"merge": {"expires_in": 0}}));
    sign_in(&world, &realm, &["login"]).expect(0);
    Some((world, realm))
}

/// Runs a sign-in that is approved on the provider's pages.
pub(crate) fn sign_in(world: &World, realm: &Realm, line: &[&str]) -> Ran {
    let waiting = Waiting::start(&mut world.command(line));
    realm.approve(&waiting.link, &waiting.code, "ada");
    Ran::new(&waiting.finish(), |text| world.normal(text))
}

/// Where `cargo xtask servers` installs.
pub(crate) fn servers() -> PathBuf {
    env::var_os("VANTAGE_TEST_SERVERS")
        .map_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("../servers"), PathBuf::from)
}

/// Said by `cargo xtask test --skip`, which tells that it skips.
pub(crate) fn is_skipped(name: &str) -> bool {
    env::var("VANTAGE_TEST_SKIP").unwrap_or_default().split(',').any(|skipped| skipped == name)
}

/// Said by `cargo xtask test --long`: what takes a minute of waiting is tested too.
fn is_long() -> bool {
    env::var_os("VANTAGE_TEST_LONG").is_some()
}

/// The files of sign-ins that lie in the world.
fn records(world: &World) -> Vec<PathBuf> {
    let Ok(folder) = fs::read_dir(world.home().join("state/sessions")) else {
        return Vec::new();
    };
    let paths = folder.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.extension().is_some_and(|end| end == "json")).collect()
}

/// Makes a file the user's alone.
#[cfg(unix)]
fn private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

#[cfg(not(unix))]
fn private(_: &Path) {}
