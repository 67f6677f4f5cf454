//! What is not the user's own is neither followed nor written to.

use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::time::Duration;

use super::*;
use crate::error::StoreError;
use crate::lock::Lock;

fn names() -> [&'static str; 3] {
    ["audit.jsonl", "audit.head", "audit.lock"]
}

#[test]
fn symbolic_links_are_not_followed() {
    for name in names() {
        let (folder, log) = filled(2);
        let (place, elsewhere) = (log.folder.join(name), folder.path().join("elsewhere"));
        fs::rename(&place, &elsewhere).unwrap();
        let before = fs::read(&elsewhere).unwrap();
        symlink(&elsewhere, &place).unwrap();
        let error = log.append(&entry(3)).unwrap_err();
        assert!(
            matches!(&error, StoreError::Foreign { reason, .. } if reason == "it is a symbolic link"),
            "{name}: {error}"
        );
        assert_eq!(fs::read(&elsewhere).unwrap(), before, "{name} was written through");
        let error = log.snapshot().unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }), "{name}: {error}");
    }
}

#[test]
fn a_link_to_nothing_makes_nothing() {
    for name in names() {
        let (folder, log) = log();
        fs::create_dir_all(&log.folder).unwrap();
        symlink(folder.path().join("elsewhere"), log.folder.join(name)).unwrap();
        log.append(&entry(1)).unwrap_err();
        assert!(!folder.path().join("elsewhere").exists(), "{name}");
    }
}

#[test]
fn files_that_others_can_read_are_refused_with_what_mends_it() {
    for (name, mode) in [("audit.jsonl", 0o640), ("audit.jsonl", 0o604), ("audit.head", 0o644)] {
        let (_folder, log) = filled(1);
        let path = log.folder.join(name);
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let before = fs::read(&path).unwrap();
        let error = log.append(&entry(2)).unwrap_err();
        assert!(error.to_string().contains("others can read it"), "{error}");
        assert_eq!(
            error.hints(),
            [format!(
                "see what it is with ls -ld '{0}'; chmod go-rwx '{0}' keeps others from reading",
                path.display()
            )]
        );
        assert_eq!(fs::read(&path).unwrap(), before);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fill(&log, [2]);
        assert_whole(&log, 2);
    }
}

#[test]
fn a_folder_that_others_can_write_is_refused() {
    let (_folder, log) = filled(1);
    fs::set_permissions(&log.folder, fs::Permissions::from_mode(0o777)).unwrap();
    let error = log.append(&entry(2)).unwrap_err();
    assert!(error.to_string().contains("others can write it"), "{error}");
    assert!(log.snapshot().is_err());
}

#[test]
fn pipes_and_folders_in_place_of_files_are_refused_at_once() {
    for name in names() {
        let (_folder, log) = log();
        fs::create_dir_all(log.folder.join(name)).unwrap();
        log.append(&entry(1)).unwrap_err();

        let (_folder, log) = super::log();
        fs::create_dir_all(&log.folder).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            log.folder.join(name),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR,
            0,
        )
        .unwrap();
        log.append(&entry(1)).unwrap_err();
    }
}

#[test]
fn files_of_others_are_refused() {
    // Only root can give a file away; the user's own tests have none of another's.
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (_folder, log) = filled(1);
    for path in [log.log_path(), log.head_path()] {
        std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
        let metadata = fs::metadata(&path).unwrap();
        assert_eq!(metadata.uid(), 65_534);
        // Root may use what any user owns, as under sudo.
        fill(&log, [2]);
    }
}

#[test]
fn a_lock_that_is_never_let_go_costs_a_bounded_while() {
    let (_folder, log) = filled(1);
    let lock = Lock::take(&log.lock_path(), Duration::ZERO).unwrap();
    let impatient = log.clone().with_patience(Duration::from_millis(1));
    assert!(matches!(impatient.append(&entry(2)), Err(StoreError::Locked { .. })));
    assert!(matches!(impatient.snapshot(), Err(StoreError::Locked { .. })));
    drop(lock);
    fill(&impatient, [2]);
    assert_whole(&log, 2);
}
