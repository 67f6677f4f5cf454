//! Changes that cannot be made, or not finished: the old state stays, or the new one is whole.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::PathBuf;

use super::broken::{contents, told, two_packs};
use super::*;
use crate::objects::Sort;

#[test]
fn what_is_not_our_own_file_is_refused() {
    let (folder, store, _, _) = two_packs();
    let index = store.index_path();
    let good = fs::read(&index).unwrap();
    let elsewhere = folder.path().join("elsewhere.toml");
    overwrite(&elsewhere, &good);

    fs::remove_file(&index).unwrap();
    symlink(&elsewhere, &index).unwrap();
    let error = store.list().unwrap_err();
    assert!(
        told(&error, &store).starts_with("`PACKS/index.toml` is not used: it is a symbolic link"),
        "{error}"
    );
    store.catalog().unwrap_err();
    TestPack::new("acme/new", "1.0.0", "new").add_to(&store).unwrap_err();
    assert_eq!(fs::read(&elsewhere).unwrap(), good);

    fs::remove_file(&index).unwrap();
    overwrite(&index, &good);
    fs::set_permissions(&index, fs::Permissions::from_mode(0o666)).unwrap();
    assert!(store.list().unwrap_err().to_string().ends_with("is not used: others can write it (mode 0666)"));
    fs::set_permissions(&index, fs::Permissions::from_mode(0o600)).unwrap();
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o777)).unwrap();
    let error = store.catalog().unwrap_err();
    insta::assert_snapshot!(told(&error, &store), @"
    `PACKS` is not used: others can write it (mode 0777)
    see what it is with ls -ld 'PACKS'; chmod go-w 'PACKS' keeps others from writing
    ");
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(store.list().unwrap().len(), 2);

    // A catalog that is not ours is made anew.
    fs::remove_file(store.catalog_path()).unwrap();
    symlink(&elsewhere, store.catalog_path()).unwrap();
    assert_eq!(words(&store), ["one", "two"]);
    assert_eq!(fs::read(&elsewhere).unwrap(), good);
    assert!(fs::symlink_metadata(store.catalog_path()).unwrap().is_file());
}

/// A folder in the place of a file makes the rename fail, whoever runs the tests.
#[test]
fn a_change_that_cannot_be_finished_leaves_the_old_state() {
    let (_folder, store, one, _) = two_packs();
    let new = TestPack::new("acme/new", "1.0.0", "new");
    let path = store.component_path(&new.digest()).unwrap();
    fs::create_dir_all(path.join("in the way")).unwrap();
    let before = contents(store.folder());
    let error = new.add_to(&store).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    assert_eq!(contents(store.folder()), before);
    assert_eq!(words(&store), ["one", "two"]);
    fs::remove_dir_all(&path).unwrap();
    new.add_to(&store).unwrap();

    // Not being able to write the catalog fails nothing.
    fs::remove_file(store.catalog_path()).unwrap();
    fs::create_dir_all(store.catalog_path().join("in the way")).unwrap();
    store.remove("acme/new").unwrap();
    assert_eq!(words(&store), ["one", "two"]);
    assert_eq!(store.grants("acme/one", &one.digest(), &scope("acme")).unwrap(), grants(&["persona email"]));
    let catalog = store.catalog().unwrap();
    assert_eq!(catalog.find("one").unwrap().description().unwrap().id, "acme/one");
}

#[test]
fn a_full_disk_is_told_from_other_failures() {
    let path = Path::new("/x");
    let full = StoreError::io(
        "write",
        path,
        std::io::Error::from_raw_os_error(rustix::io::Errno::NOSPC.raw_os_error()),
    );
    insta::assert_snapshot!(full, @"no space is left to write `/x`");
    let quota = StoreError::io(
        "write",
        path,
        std::io::Error::from_raw_os_error(rustix::io::Errno::DQUOT.raw_os_error()),
    );
    assert!(matches!(quota, StoreError::NoSpace { .. }));
    let denied = StoreError::io("write", path, std::io::ErrorKind::PermissionDenied.into());
    insta::assert_snapshot!(denied, @"could not write `/x`");
}

/// What a process that is killed at each step of `add` leaves behind, made by doing those steps.
#[test]
fn what_a_killed_process_leaves_is_old_or_new_and_is_cleared_away() {
    let (_folder, store, _, _) = two_packs();
    let clean = contents(store.folder());
    let new = TestPack::new("acme/new", "1.0.0", "new");

    // Killed while writing, and after the objects.
    overwrite(&store.folder().join(".unfinished-abc"), b"half");
    store.objects().write(Sort::Component, &new.bytes()).unwrap();
    store.objects().write(Sort::Description, new.json().as_bytes()).unwrap();
    assert_eq!(words(&store), ["one", "two"]);
    assert_eq!(store.list().unwrap().len(), 2);

    // Killed after the index: the catalog is older than it.
    let catalog = fs::read(store.catalog_path()).unwrap();
    new.add_to(&store).unwrap();
    overwrite(&store.catalog_path(), &catalog);
    assert_eq!(words(&store), ["new", "one", "two"]);

    // The next change clears everything away.
    store.objects().write(Sort::Component, b"left over").unwrap();
    overwrite(&store.folder().join(".unfinished-def"), b"half");
    store.remove("acme/new").unwrap();
    let names = |files: Vec<(PathBuf, Vec<u8>)>| files.into_iter().map(|(path, _)| path).collect::<Vec<_>>();
    let storage_lock = |path: &PathBuf| path.ends_with("storage/lock");
    let mut left = names(contents(store.folder()));
    left.retain(|path| !storage_lock(path));
    assert_eq!(left, names(clean));
}

/// As root every folder can be written; then the test would show nothing, and says so by its name.
#[test]
fn a_read_only_folder_is_read_unless_root() {
    if rustix::process::geteuid().is_root() {
        return;
    }
    let (_folder, store, _, _) = two_packs();
    fs::remove_file(store.catalog_path()).unwrap();
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o500)).unwrap();
    assert_eq!(words(&store), ["one", "two"]);
    assert!(!store.catalog_path().exists());
    let error = TestPack::new("acme/new", "1.0.0", "new").add_to(&store).unwrap_err();
    assert!(matches!(error, StoreError::Io { .. }), "{error}");
    fs::set_permissions(store.folder(), fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!(store.list().unwrap().len(), 2);
}
