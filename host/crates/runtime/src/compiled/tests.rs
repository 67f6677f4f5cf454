//! What the cache does with entries that are not what they were: it compiles again.

use std::os::unix::fs::symlink;
use std::time::Duration;

use super::*;
use crate::engine::{Component as Source, Origin, Runtime};
use crate::testing;

/// A home for compiled code, with its runtime.
struct Home {
    folders: CacheFolders,
    runtime: Runtime,
    _folder: tempfile::TempDir,
}

impl Home {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let folders =
            CacheFolders { compiled: folder.path().join("cache/compiled"), keys: folder.path().join("data") };
        let runtime = Runtime::new(folders.clone()).expect("an engine");
        Self { folders, runtime, _folder: folder }
    }

    async fn load(&self, bytes: &[u8]) -> Origin {
        let loaded = self.runtime.load(&testing::digest(bytes), Source::Bytes(bytes)).await;
        loaded.expect("is a pack").origin()
    }

    /// The one entry's file with this ending.
    fn entry(&self, ending: &str) -> PathBuf {
        let mut found: Vec<PathBuf> = fs::read_dir(&self.folders.compiled)
            .expect("the cache is there")
            .map(|entry| entry.expect("can be listed").path())
            .filter(|path| path.extension().is_some_and(|extension| extension == ending))
            .collect();
        assert_eq!(found.len(), 1, "{found:?}");
        found.remove(0)
    }
}

fn write(path: &Path, content: &[u8]) {
    write_beside(path, content).expect("can be written");
}

#[tokio::test]
async fn what_was_compiled_is_mapped_afterwards() {
    let home = Home::new();
    let pack = testing::pack("", "", "");
    assert_eq!(home.load(&pack).await, Origin::Compiled);
    assert_eq!(home.load(&pack).await, Origin::Cached);
    let other = Runtime::new(home.folders.clone()).expect("an engine");
    // Without the component at hand: mapped code needs no bytes.
    let nowhere = Path::new("/nonexistent");
    let loaded = other.load(&testing::digest(&pack), Source::File(nowhere)).await.expect("is cached");
    assert_eq!(other.describe(&loaded).await.expect("runs").text, "{}");

    let folder = fs::metadata(&home.folders.compiled).expect("is there");
    assert_eq!(folder.mode() & 0o777, 0o700);
    let key = fs::metadata(home.folders.keys.join("compiled-code/key.json")).expect("is there");
    assert_eq!(key.mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_flipped_bit_anywhere_is_noticed() {
    let home = Home::new();
    let pack = testing::pack("", "", "");
    home.load(&pack).await;
    let entry = home.entry("cwasm");
    let sound = fs::read(&entry).expect("can be read");
    for step in 0..64 {
        let mut flipped = sound.clone();
        let place = step * (sound.len() - 1) / 63;
        flipped[place] ^= 1 << (step % 8);
        // In place, as a faulty disk would: the folder's entry stays the same.
        OpenOptions::new()
            .write(true)
            .open(&entry)
            .and_then(|mut file| file.write_all(&flipped))
            .expect("written");
        assert_eq!(home.load(&pack).await, Origin::Compiled, "byte {place} of {}", sound.len());
        assert_eq!(home.load(&pack).await, Origin::Cached);
    }
}

#[tokio::test]
async fn a_cut_lengthened_or_missing_entry_is_compiled_again() {
    let home = Home::new();
    let pack = testing::pack("", "", "");
    home.load(&pack).await;
    let sound = fs::read(home.entry("cwasm")).expect("can be read");
    let longer = [&sound[..], b"more"].concat();
    for content in [&sound[..0], &sound[..100], &sound[..sound.len() - 1], &longer] {
        write(&home.entry("cwasm"), content);
        assert_eq!(home.load(&pack).await, Origin::Compiled, "{} bytes", content.len());
    }
    for ending in ["cwasm", "seal"] {
        fs::remove_file(home.entry(ending)).expect("can be removed");
        assert_eq!(home.load(&pack).await, Origin::Compiled, "without {ending}");
    }
    fs::remove_dir_all(&home.folders.compiled).expect("can be removed");
    assert_eq!(home.load(&pack).await, Origin::Compiled);
}

#[tokio::test]
async fn an_entry_under_another_name_is_not_believed() {
    let home = Home::new();
    let (one, two) = (testing::pack("", "", ""), testing::pack("", "(drop (i32.const 1))", ""));
    home.load(&one).await;
    let (code, seal) = (home.entry("cwasm"), home.entry("seal"));
    let key = home.runtime_key(&two);
    for (path, ending) in [(code, "cwasm"), (seal, "seal")] {
        fs::rename(path, home.folders.compiled.join(format!("{key}.{ending}"))).expect("can be renamed");
    }
    assert_eq!(home.load(&two).await, Origin::Compiled);
}

#[tokio::test]
async fn links_and_strangers_files_are_not_followed() {
    let home = Home::new();
    let pack = testing::pack("", "", "");
    home.load(&pack).await;
    let entry = home.entry("cwasm");
    let elsewhere = home.folders.keys.join("elsewhere");
    fs::rename(&entry, &elsewhere).expect("can be renamed");
    symlink(&elsewhere, &entry).expect("can be linked");
    assert_eq!(home.load(&pack).await, Origin::Compiled);

    fs::set_permissions(home.entry("cwasm"), fs::Permissions::from_mode(0o666)).expect("can be opened up");
    assert_eq!(home.load(&pack).await, Origin::Compiled);

    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(home.entry("cwasm"), Some(65534), None).expect("root can give away");
        assert_eq!(home.load(&pack).await, Origin::Compiled);
        std::os::unix::fs::chown(&home.folders.compiled, Some(65534), None).expect("root can give away");
        assert_eq!(home.load(&pack).await, Origin::Compiled);
        assert_eq!(home.load(&pack).await, Origin::Compiled);
    }
}

#[tokio::test]
async fn a_folder_that_others_can_enter_is_closed() {
    let home = Home::new();
    let pack = testing::pack("", "", "");
    home.load(&pack).await;
    fs::set_permissions(&home.folders.compiled, fs::Permissions::from_mode(0o777)).expect("can be opened up");
    assert_eq!(home.load(&pack).await, Origin::Cached);
    assert_eq!(fs::metadata(&home.folders.compiled).expect("is there").mode() & 0o777, 0o700);
}

#[tokio::test]
async fn another_key_ends_all_belief() {
    let home = Home::new();
    let pack = testing::pack("", "", "");
    home.load(&pack).await;
    let key = home.folders.keys.join("compiled-code/key.json");
    let old = fs::read_to_string(&key).expect("can be read");
    for doubt in ["", "{}", r#"{"version":2,"key":"00"}"#, &old.replace(r#""version":1"#, r#""version":9"#)] {
        write(&key, doubt.as_bytes());
        assert_eq!(home.load(&pack).await, Origin::Compiled, "{doubt}");
        assert_eq!(home.load(&pack).await, Origin::Cached);
    }
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("can be opened up");
    assert_eq!(home.load(&pack).await, Origin::Compiled);
    assert_eq!(fs::metadata(&key).expect("is there").mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_home_that_cannot_be_written_only_costs_time() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let blocked = folder.path().join("file");
    write(&blocked, b"not a folder");
    let folders = CacheFolders { compiled: blocked.join("compiled"), keys: blocked.join("data") };
    let runtime = Runtime::new(folders).expect("an engine");
    let pack = testing::pack("", "", "");
    for _ in 0..2 {
        let loaded = runtime.load(&testing::digest(&pack), Source::Bytes(&pack)).await.expect("is a pack");
        assert_eq!(loaded.origin(), Origin::Compiled);
    }
}

#[tokio::test]
async fn forgetting_leaves_nothing_of_that_pack() {
    let home = Home::new();
    let (one, two) = (testing::pack("", "", ""), testing::pack("", "(drop (i32.const 1))", ""));
    home.load(&one).await;
    home.load(&two).await;
    home.runtime.forget(&testing::digest(&one)).expect("can be forgotten");
    assert_eq!(home.load(&two).await, Origin::Cached);
    assert_eq!(home.load(&one).await, Origin::Compiled);
    home.runtime.forget("sha256:../../x").expect("is no digest, so nothing is done");
}

#[tokio::test]
async fn bytes_of_another_digest_are_not_compiled() {
    let home = Home::new();
    let (one, two) = (testing::pack("", "", ""), testing::pack("", "(drop (i32.const 1))", ""));
    let error = home.runtime.load(&testing::digest(&one), Source::Bytes(&two)).await.err().expect("differs");
    assert!(matches!(error, RuntimeError::Changed { .. }), "{error}");
}

#[tokio::test]
async fn code_that_does_not_validate_is_not_compiled() {
    let home = Home::new();
    let load = async |bytes: &[u8]| {
        home.runtime
            .load(&testing::digest(bytes), Source::Bytes(bytes))
            .await
            .err()
            .expect("is unsound")
            .to_string()
    };
    let mut pack = testing::pack("(func (export \"odd\") (result i32) (i32.const 7777))", "", "");
    // The constant's opcode becomes one that names a local, of which there are fewer.
    let place = pack.windows(3).position(|bytes| bytes == [0x41, 0xe1, 0x3c]).expect("the constant is there");
    pack[place] = 0x22;
    assert!(load(&pack).await.contains("unknown local 7777"), "{}", load(&pack).await);
    let nothing = r#"(component (export "vantage:plugin/commands@1.0.0" (instance 0)))"#;
    insta::assert_snapshot!(load(&wat::parse_str(nothing).expect("is text")).await, @"the component is truncated or malformed at byte 11: unknown instance 0: instance index out of bounds");
}

impl Home {
    fn runtime_key(&self, bytes: &[u8]) -> String {
        let engine = wasmtime::Engine::new(&crate::engine::configuration()).expect("an engine");
        let code = CompiledCode::new(&engine, self.folders.clone());
        code.key(&testing::digest(bytes)).expect("is a digest")
    }
}

#[test]
fn a_check_is_remembered_for_that_very_file_and_entry() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let guard = Guard::new(folder.path().join("keys"), Duration::ZERO);
    let (one, two) = (folder.path().join("one"), folder.path().join("two"));
    let (file, other) = (write_beside(&one, b"code").unwrap(), write_beside(&two, b"code").unwrap());
    let stamp = Stamp::of(&file).unwrap();
    assert!(!guard.knows("key", &stamp));
    guard.remember("key", &stamp).unwrap();
    assert!(guard.knows("key", &stamp));
    assert!(!guard.knows("other", &stamp));
    assert!(!guard.knows("key", &Stamp::of(&other).unwrap()));
    file.set_len(3).unwrap();
    assert!(!guard.knows("key", &Stamp::of(&file).unwrap()));
    guard.forget("key").unwrap();
    assert!(!guard.knows("key", &stamp));
}

#[test]
fn a_file_that_was_just_written_is_not_remembered() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let guard = Guard::new(folder.path().join("keys"), Duration::from_secs(3600));
    let stamp = Stamp::of(&write_beside(&folder.path().join("one"), b"code").unwrap()).unwrap();
    guard.remember("key", &stamp).unwrap();
    assert!(!guard.knows("key", &stamp));
}

/// What this version wrote once; a later one has to read it or say that it does not.
#[test]
fn samples_on_disk_are_read() {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let keys = folder.path().join("keys");
    fs::create_dir_all(keys.join("checked")).unwrap();
    let key = r#"{"version":1,"key":"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"}"#;
    write(&keys.join("key.json"), key.as_bytes());
    let guard = Guard::new(keys.clone(), Duration::ZERO);
    let seal = guard.seal("entry", b"code").unwrap();
    insta::assert_snapshot!(String::from_utf8_lossy(&seal), @r#"{"version":1,"hash":"7e8fc03033b34565f67730709125898f9e43562a560cb79ab40e1122bfd91ad4"}"#);
    let mut file = write_beside(&folder.path().join("code"), b"code").unwrap();
    file.seek(SeekFrom::Start(0)).unwrap();
    guard.check("entry", &mut file, &seal).expect("the seal fits");

    let checked = r#"{"version":1,"stamp":{"device":1,"inode":2,"size":3,"modified":[4,5],"changed":[6,7]}}"#;
    write(&keys.join("checked/entry.json"), checked.as_bytes());
    let stamp: Stamp = serde_json::from_value(serde_json::json!({
        "device": 1, "inode": 2, "size": 3, "modified": [4, 5], "changed": [6, 7]
    }))
    .unwrap();
    assert!(guard.knows("entry", &stamp));
    write(&keys.join("checked/entry.json"), checked.replace(r#""version":1"#, r#""version":2"#).as_bytes());
    assert!(!guard.knows("entry", &stamp));
}
