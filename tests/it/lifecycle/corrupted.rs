//! Anything but a record where the record should be: a clear error, what to do, and no end of the
//! program but that.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use vantage_test_support::{Ran, World};

use super::{A_DAY, CHEAPEST, assert_clear, assert_refreshes, is_long, rounds};
use crate::signed_in;

/// Makes something at a path.
type Make<'a> = &'a dyn Fn(&Path);

/// What has been set aside.
fn set_aside(world: &World) -> Vec<PathBuf> {
    let entries = fs::read_dir(world.sessions()).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.to_string_lossy().contains(".json.corrupt-")).collect()
}

/// Runs with `bytes` for a record.
fn run_with(world: &World, path: &Path, bytes: &[u8]) -> Ran {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    world.bounded(&mut world.command(CHEAPEST))
}

/// `bytes` are set aside, and the user is told to sign in.
fn assert_set_aside(world: &World, path: &Path, bytes: &[u8], context: &str) {
    let ran = run_with(world, path, bytes);
    assert_clear(&ran, 4, context);
    assert!(ran.stderr.contains("hint: `vantage login"), "{context}\n{ran}");
    let kept = set_aside(world);
    assert_eq!(kept.len(), 1, "{context}: {kept:?}\n{ran}");
    assert!(fs::read(&kept[0]).unwrap() == bytes, "{context}: it was changed on the way");
    let mode = fs::metadata(&kept[0]).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o600, "{context}");
    let again = world.bounded(&mut world.command(CHEAPEST));
    assert_clear(&again, 4, context);
    fs::remove_file(&kept[0]).unwrap();
}

/// Something is refused, and stays where it is.
fn assert_left(world: &World, ran: &Ran, status: i32, context: &str) {
    assert_clear(ran, status, context);
    assert!(ran.stderr.contains("hint: "), "{context}\n{ran}");
    assert_eq!(set_aside(world), Vec::<PathBuf>::new(), "{context}");
}

#[test]
fn what_is_no_record_is_set_aside() {
    let world = signed_in();
    let stored = world.stored("test");
    let record = stored.bytes();
    let changed = |name: &str, value: Value| {
        let mut record: Value = serde_json::from_slice(&record).unwrap();
        record[name] = value;
        record.to_string().into_bytes()
    };
    let mut random = Vec::new();
    for round in 0_u64..500 {
        random.extend(round.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29).to_le_bytes());
    }
    let nested = format!("{{\"version\":1,\"persona\":{}{}}}", "[".repeat(200), "]".repeat(200));
    for (context, bytes) in [
        ("nothing", Vec::new()),
        ("random bytes", random),
        ("zeros, as a crash leaves them", vec![0; record.len()]),
        ("a record and a zero", [&record[..], &[0]].concat()),
        ("a mark of byte order", [&[0xEF, 0xBB, 0xBF], &record[..]].concat()),
        ("depth 200", nested.into_bytes()),
        ("an array", b"[]".to_vec()),
        ("two records", [&record[..], &record[..]].concat()),
        ("version 0", changed("version", json!(0))),
        ("a sealed form that names no key", changed("version", json!(2))),
        ("a version of text", changed("version", json!("1"))),
        ("no access token", changed("access_token", Value::Null)),
        ("a token with a line break", changed("access_token", json!("a\r\nb"))),
        ("another profile's", changed("profile", json!("other"))),
        ("a time that is none", changed("obtained_at", json!("today"))),
    ] {
        assert_set_aside(&world, stored.path(), &bytes, context);
    }
    assert_refreshes(&world, 0, "none of it");
    world.run(&["login"]).expect(0);
    world.run(CHEAPEST).expect(0);
}

#[test]
fn many_who_meet_the_same_damage_say_the_same() {
    let world = signed_in();
    let stored = world.stored("test");
    for _ in 0..rounds(3, 50) {
        stored.write(b"damaged");
        for ran in world.crowd(20, CHEAPEST) {
            assert_clear(&ran, 4, "a crowd");
            assert!(ran.stderr.contains("hint: `vantage login"), "{ran}");
        }
        let kept = set_aside(&world);
        assert_eq!(kept.len(), 1, "{kept:?}");
        fs::remove_file(&kept[0]).unwrap();
    }
}

#[test]
fn a_record_that_ends_anywhere_is_set_aside() {
    let world = signed_in();
    let stored = world.stored("test");
    let record = stored.bytes();
    let step = if is_long() { 1 } else { 97 };
    for end in (0..record.len()).step_by(step) {
        assert_set_aside(&world, stored.path(), &record[..end], &format!("cut off at {end}"));
    }
}

#[test]
fn what_may_be_somebodys_is_left_where_it_is() {
    let world = signed_in();
    let stored = world.stored("test");
    let record: Value = serde_json::from_slice(&stored.bytes()).unwrap();
    let mut newer = record.clone();
    newer["version"] = json!(3);
    let ran = run_with(&world, stored.path(), newer.to_string().as_bytes());
    assert_left(&world, &ran, 1, "a newer version");
    assert_eq!(stored.read().unwrap(), newer);
    let ran = run_with(&world, stored.path(), &vec![b' '; 10 << 20]);
    assert_left(&world, &ran, 1, "10 MiB");
    assert_eq!(fs::metadata(stored.path()).unwrap().len(), 10 << 20);
}

#[test]
fn what_is_no_file_is_refused_and_not_waited_for() {
    let world = signed_in();
    let stored = world.stored("test");
    let (path, record) = (stored.path(), stored.bytes());
    let elsewhere = world.home().join("elsewhere.json");
    fs::write(&elsewhere, &record).unwrap();
    world.has_tokens_in(&elsewhere);
    fs::set_permissions(&elsewhere, fs::Permissions::from_mode(0o600)).unwrap();
    let lock = stored.lock_file();
    let pipe: Make<'_> = &|path| assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    let folder: Make<'_> = &|path| fs::create_dir(path).unwrap();
    let link: Make<'_> = &|path| symlink(&elsewhere, path).unwrap();
    let loose: Make<'_> = &|path| symlink("nowhere", path).unwrap();
    // A pipe can be locked as well as a file, and is never read.
    for (context, place, make, status) in [
        ("a pipe", path, pipe, 1),
        ("a folder", path, folder, 1),
        ("a link to a record", path, link, 1),
        ("a link to nothing", path, loose, 1),
        ("a folder for a lock", &lock, folder, 7),
        ("a link for a lock", &lock, link, 7),
        ("a link to nothing for a lock", &lock, loose, 7),
    ] {
        stored.write(&record);
        stored.age(A_DAY);
        let kept = place.with_extension("kept");
        fs::rename(place, &kept).unwrap();
        make(place);
        let ran = world.bounded(&mut world.command(CHEAPEST));
        assert_left(&world, &ran, status, context);
        // It is gone whatever it was: a folder is no link, and its removal is another call.
        fs::remove_file(place).or_else(|_| fs::remove_dir(place)).unwrap();
        fs::rename(&kept, place).unwrap();
    }
    assert_refreshes(&world, 0, "none of it");
    assert!(fs::read(&elsewhere).unwrap() == record, "a link was followed");
    world.run(CHEAPEST).expect(0);
}
