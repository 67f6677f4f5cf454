//! What the checks say of keyrings, folders and files that are as they should be, and otherwise.

use std::fs;

use super::{Check, Privacy, StoreKind, Verdict, check_keyring, folder, in_force, leftovers};
use crate::store::KeyringError;

#[test]
fn auto_says_what_it_has_become_and_what_it_becomes_next() {
    let finding = |configured, kind, answer: Option<Result<(), KeyringError>>| {
        in_force(configured, kind, answer.as_ref()).finding
    };
    let absent = || Some(Err(KeyringError::Absent("there is no session bus")));
    assert_eq!(finding(StoreKind::Auto, StoreKind::File, absent()), "`auto`, which is `file` here");
    assert_eq!(finding(StoreKind::Auto, StoreKind::Keyring, Some(Ok(()))), "`auto`, which is `keyring` here");
    assert_eq!(
        finding(StoreKind::Auto, StoreKind::File, Some(Ok(()))),
        "`auto`: the sign-in is in the store `file`, the next one goes to `keyring`"
    );
    assert_eq!(finding(StoreKind::Keyring, StoreKind::Keyring, absent()), "`keyring`");
    assert_eq!(
        finding(StoreKind::Memory, StoreKind::Memory, None),
        "`memory`: the sign-in ends with the process"
    );
}

#[test]
fn a_keyring_that_is_not_there_matters_where_it_was_asked_for() {
    let check = |configured, error| check_keyring(configured, &Err(error), "lab");
    let absent = || KeyringError::Absent("there is no session bus");
    assert_eq!(check(StoreKind::Auto, absent()), Check::good("keyring", "none: there is no session bus"));
    let needed = check(StoreKind::Keyring, absent());
    assert_eq!((needed.verdict, needed.finding.as_str()), (Verdict::Bad, "there is no session bus"));
    assert!(needed.remedy.expect("a remedy").contains("vantage profile set lab credential-store file"));
    let locked = check(StoreKind::Auto, KeyringError::Locked("nobody unlocked it".into()));
    assert_eq!(locked.verdict, Verdict::Warning);
    assert!(locked.remedy.expect("a remedy").starts_with("unlock it"));
    let silent = check(StoreKind::Keyring, KeyringError::Silent);
    assert_eq!(silent.finding, "it did not answer within 3 seconds");
    assert_eq!(check_keyring(StoreKind::Auto, &Ok(()), "lab").verdict, Verdict::Good);
}

#[cfg(unix)]
#[test]
fn folders_are_the_users_and_the_remedy_says_how() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().expect("a folder");
    let path = home.path().join("state");
    let check = |privacy| folder("state folder", &path, privacy);
    assert!(check(Privacy::Secret).finding.ends_with("will be made when it is needed"));
    fs::create_dir(&path).expect("a folder");
    for (mode, secret, open) in [
        (0o700, Verdict::Good, Verdict::Good),
        (0o755, Verdict::Bad, Verdict::Good),
        (0o775, Verdict::Bad, Verdict::Bad),
        (0o707, Verdict::Bad, Verdict::Bad),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
        assert_eq!(check(Privacy::Secret).verdict, secret, "{mode:o}");
        assert_eq!(check(Privacy::Open).verdict, open, "{mode:o}");
    }
    assert_eq!(check(Privacy::Open).remedy, Some(format!("chmod 755 '{}'", path.display())));
    fs::remove_dir(&path).expect("removed");
    fs::File::create(&path).expect("a file in its place");
    assert_eq!(check(Privacy::Open).verdict, Verdict::Bad);
}

#[test]
fn what_was_left_is_counted_and_the_rest_is_not() {
    let home = tempfile::tempdir().expect("a folder");
    assert_eq!(leftovers(home.path()), None);
    for name in ["a.json", "a.lock", "a.lease"] {
        fs::File::create(home.path().join(name)).expect("a file");
    }
    assert_eq!(leftovers(home.path()), None);
    for name in ["a.json.corrupt-1790000000", "b.json.corrupt-1790000001", ".a.json.x1y2z3"] {
        fs::File::create(home.path().join(name)).expect("a file");
    }
    let check = leftovers(home.path()).expect("three files");
    assert_eq!(
        check.finding,
        format!(
            "in `{}`: 2 damaged and set aside, 1 unfinished, if nothing is being written now",
            home.path().display()
        )
    );
    assert!(check.remedy.expect("a remedy").starts_with("rm '"));
}
