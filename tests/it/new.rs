//! `plugin new`: the projects that it makes are built, tested and used as their authors are told to.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use insta::assert_snapshot;
use serde_json::{Value, json};
use vantage_test_support::{Ran, World, with_environment};

use crate::guests::built;
use crate::{signed_in, world};

const READ: &str = "query cluster/Query.clusters";

/// Runs the binary in `folder`.
fn run_in(world: &World, folder: &Path, arguments: &[&str]) -> Ran {
    world.finish(world.command(arguments).current_dir(folder))
}

/// Makes a project in a folder with a space in its name; gives the folder and the record.
fn project(world: &World, id: &str, language: &str) -> (PathBuf, Value) {
    let above = world.home().join("my packs");
    fs::create_dir_all(&above).unwrap();
    let made = run_in(world, &above, &["plugin", "new", id, "--lang", language, "-o", "json"]);
    let record = made.expect(0).json();
    (above.join(record["folder"].as_str().unwrap()), record)
}

/// The commands that the author is told to type, each split at its spaces.
fn next(record: &Value) -> Vec<Vec<&str>> {
    let lines = record["next"].as_array().unwrap().iter();
    lines.map(|line| line.as_str().unwrap().split(' ').collect()).collect()
}

/// Runs one of the author's own tools, and gives what it said.
fn tool(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8(said).unwrap()).concat();
    assert!(output.status.success(), "{command:?}: {said}");
    said
}

/// Adds the pack as its author is told to, and runs both commands.
fn check_use(world: &World, folder: &Path, add: &[&str]) {
    assert_eq!(add[0], "vantage");
    let component = add[3];
    let schema = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/platform/schema/cluster.graphql");
    let against = format!("cluster={schema}");
    let check = ["plugin", "check", component, "--against", &against, "-o", "json"];
    let checked = run_in(world, folder, &check).expect(0).json();
    assert_eq!((&checked["problems"], &checked["schema"][0]["documents"]), (&json!([]), &json!(2)));

    let added = [&add[1..], &["--grant", READ, "-o", "json"]].concat();
    let added = run_in(world, folder, &added).expect(0).json();
    assert_eq!((&added["commands"], &added["link"]), (&json!(["gpu-watch"]), &json!(true)));
    let expected = world.run(&["cluster", "list", "-o", "json", "--sort", "name"]).expect(0).json();
    let listed = world.run(&["gpu-watch", "list", "-o", "json", "--sort", "name"]).expect(0).json();
    let names = |list: &Value| -> Vec<Value> {
        list.as_array().unwrap().iter().map(|one| one["name"].clone()).collect()
    };
    assert!(!names(&listed).is_empty());
    assert_eq!(names(&listed), names(&expected));

    let first = &listed[0];
    let (name, status) = (first["name"].as_str().unwrap(), first["status"].as_str().unwrap());
    let same = world.run(&["gpu-watch", "list", "--status", status, "-o", "json"]).expect(0).json();
    assert!(same.as_array().unwrap().iter().all(|one| one["status"] == status), "{same}");
    assert_eq!(&world.run(&["gpu-watch", "show", name, "-o", "json"]).expect(0).json(), first);
    let missing = world.run(&["gpu-watch", "show", "nosuch"]).expect(3).stderr;
    assert!(missing.starts_with("error: acme/gpu-watch: cluster `nosuch` was not found\n"), "{missing}");
    assert!(missing.contains("vantage gpu-watch list shows the clusters"), "{missing}");
    assert!(world.run(&["gpu-watch", "list", "--help"]).expect(0).stdout.contains("--status <STATUS>"));
}

#[test]
fn a_project_in_rust_passes_its_tests_and_becomes_a_pack_that_works() {
    let world = signed_in();
    let (folder, record) = project(&world, "acme/gpu-watch", "rust");
    // What the workspace was built with is on this machine: no network is needed.
    fs::copy(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let target = built().join("work/new");
    let cargo = |arguments: &[&str]| {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        tool(cargo.args(arguments).current_dir(&folder).env("CARGO_TARGET_DIR", &target))
    };
    let next = next(&record);
    // The packs of the workspace could not have been built without it.
    assert_eq!(next[0], ["rustup", "target", "add", "wasm32-wasip2"]);
    for line in &next[1..3] {
        assert_eq!(line[0], "cargo");
        let said = cargo(&[&line[1..], &["--offline"]].concat());
        assert!(!said.contains("warning"), "{said}");
        assert!(line[1] != "test" || said.contains("test result: ok. 4 passed"), "{said}");
    }
    cargo(&["fmt", "--check"]);
    let component = Path::new(next[3][3]);
    fs::create_dir_all(folder.join(component).parent().unwrap()).unwrap();
    fs::copy(target.join(component.strip_prefix("./target").unwrap()), folder.join(component)).unwrap();
    check_use(&world, &folder, &next[3]);
}

#[test]
fn a_project_in_python_passes_its_tests_and_becomes_a_pack_that_works() {
    // Said by `cargo xtask test --skip`, which tells that it skips.
    if env::var("VANTAGE_TEST_SKIP").unwrap_or_default().split(',').any(|skipped| skipped == "python") {
        return;
    }
    let world = signed_in();
    let (folder, record) = project(&world, "acme/gpu-watch", "python");
    let next = next(&record);
    let tests = tool(Command::new(next[0][0]).args(&next[0][1..]).current_dir(&folder));
    assert!(tests.contains("Ran 4 tests"), "{tests}");
    // What the next two lines would make and fetch, as `cargo xtask guests` has it.
    assert_eq!((next[1][2], next[2][0]), ("venv", ".venv/bin/pip"));
    let installed = built().join("../tools/componentize-py/bin/componentize-py").canonicalize().unwrap();
    fs::create_dir_all(folder.join(".venv/bin")).unwrap();
    symlink(installed, folder.join(next[3][0])).unwrap();
    tool(Command::new(folder.join(next[3][0])).args(&next[3][1..]).current_dir(&folder));
    check_use(&world, &folder, &next[4]);
}

#[test]
fn the_tests_of_the_python_sdk_pass() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../sdk/python");
    let said = tool(Command::new("python3").args(["-B", "-m", "unittest"]).current_dir(folder));
    assert!(said.contains("\nOK"), "{said}");
}

#[test]
fn what_was_made_and_what_comes_next_is_told() {
    let world = world();
    let made = run_in(&world, world.home(), &["plugin", "new", "gpu-watch", "--lang", "rust"]).expect(0);
    assert_snapshot!(made, @"
    exit: 0
    --- stdout
    id	local/gpu-watch
    language	rust
    folder	gpu-watch
    --- stderr
    made `gpu-watch`; README.md says what is in it, and these come next:
      cd gpu-watch
      rustup target add wasm32-wasip2
      cargo test
      cargo build --release --target wasm32-wasip2
      vantage plugin add ./target/wasm32-wasip2/release/gpu_watch.wasm --link
    its publisher is `local`; name yourself in the pack's id before you give it to others
    ");
    assert_snapshot!(fs::read_to_string(world.home().join("gpu-watch/Cargo.toml")).unwrap(), @r#"
    [package]
    name = "gpu-watch"
    version = "0.1.0"
    edition = "2024"
    rust-version = "1.95"
    publish = false

    [lib]
    # A component when built for WebAssembly; natively only its tests are built.
    crate-type = ["cdylib"]

    [dependencies]
    # In no registry yet: it came with the project. Once it is in one, a version can stand here, and
    # vendor/ can go.
    vantage-plugin = { path = "vendor/sdk/rust" }
    serde = { version = "1", features = ["derive"] }
    serde_json = "1"

    # Small, since everyone who adds the pack downloads it.
    [profile.release]
    opt-level = "s"
    lto = true
    codegen-units = 1
    panic = "abort"
    strip = true

    # A workspace of its own, whatever folder this one lies in.
    [workspace]
    exclude = ["vendor"]
    "#);
    let mode = |path: &str| fs::metadata(world.home().join(path)).unwrap().permissions().mode() & 0o777;
    // As the files of anybody's own, by the user's mask.
    assert_eq!(mode("gpu-watch") & 0o700, 0o700);
    assert_eq!(mode("gpu-watch"), mode("gpu-watch/src"));
    let quiet =
        run_in(&world, world.home(), &["plugin", "new", "b", "--lang", "python", "--quiet"]).expect(0);
    assert_eq!(quiet.stderr, "");
    assert_snapshot!(world.run(&["plugin", "new", "--help"]).expect(0).stdout, @"
    Start a pack of your own: a project that builds, with its tests

    Usage: vantage plugin new [OPTIONS] --lang <rust|python> <NAME>

    Arguments:
      <NAME>  The pack's name, which is its command too; or its id, as in acme/gpu-watch

    Options:
          --lang <rust|python>  The language to write it in [possible values: rust, python]
          --publisher <NAME>    Who publishes it: the first word of the pack's id [default: local]
          --path <FOLDER>       The folder to make, which may be there and empty [default: the pack's
                                name]
      -h, --help                Print help

    The project holds the SDK and the contract of this vantage: what it downloads is the language's own.
    What to type next is said at the end, and in the project's README.md.

    Examples:
      vantage plugin new gpu-watch --lang rust
          Makes the folder gpu-watch with a pack in Rust, whose command is vantage gpu-watch
      vantage plugin new acme/gpu-watch --lang python --path packs/watch
          The same in Python, published by acme, in another folder

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    ");
}

#[test]
fn a_name_that_plugin_add_would_refuse_is_refused_at_once() {
    let world = world();
    let wrong = |arguments: &[&str]| {
        let line = [&["plugin", "new", "--lang", "rust"], arguments].concat();
        let ran = run_in(&world, world.home(), &line).expect(2);
        assert_eq!(ran.stdout, "");
        ran.stderr
    };
    assert_snapshot!(wrong(&["GPU_Watch"]), @"
    error: `GPU_Watch` cannot name a pack: a name is a word of a-z, 0-9 and -, beginning with a letter
    hint: `gpu-watch` is a name that works
    ");
    assert_snapshot!(wrong(&[""]), @"error: `` cannot name a pack: a name is a word of a-z, 0-9 and -, beginning with a letter");
    assert_snapshot!(wrong(&["../gpu-watch"]), @"error: the pack's id cannot be used: `../gpu-watch` must be a publisher and a name, such as `acme/gpu-report`");
    assert_snapshot!(wrong(&["acme/gpu/watch"]), @"
    error: `gpu/watch` cannot name a pack: a name is a word of a-z, 0-9 and -, beginning with a letter
    hint: `gpu-watch` is a name that works
    ");
    assert_snapshot!(wrong(&["con"]), @"
    error: the pack's id cannot be used: `con` in it is a device on Windows, where no file can have that name
    hint: `con-pack` is a name that works
    ");
    assert_snapshot!(wrong(&["gpu-watch", "--publisher", "Acme Inc."]), @"error: the pack's id cannot be used: `Acme Inc./gpu-watch` must be a publisher and a name, such as `acme/gpu-report`");
    assert_snapshot!(wrong(&["acme/gpu-watch", "--publisher", "other"]), @"
    error: the pack cannot be published by `acme` and by `other`
    hint: leave out --publisher
    ");
    assert_snapshot!(wrong(&["vantage/gpu-watch"]), @"
    error: the publisher `vantage` is kept for what is part of vantage itself
    hint: --publisher names somebody else; without it, it is `local`
    ");
    assert_snapshot!(wrong(&["cluster"]), @"
    error: the command `cluster` is taken by vantage itself
    hint: `my-cluster` is a name that works
    ");
    assert_snapshot!(wrong(&["test"]), @"
    error: a pack in Rust cannot be called `test`: Rust, or a crate that the pack needs, has that name
    hint: `test-pack` is a name that works
    ");
    assert_snapshot!(wrong(&["a-name-with-more-characters-than-a-word-may-have"]), @"
    error: `a-name-with-more-characters-than-a-word-may-have` cannot name a command: it has more than 32 characters
    hint: a name has 1 to 32 of the characters a-z, 0-9 and -, and begins with a letter
    ");
    assert_snapshot!(wrong(&["gpu-watch", "--dry-run"]), @"
    error: `plugin` has no dry run
    hint: --dry-run is for commands that change the platform
    ");
    let language = |language: &str| {
        run_in(&world, world.home(), &["plugin", "new", "a", "--lang", language]).expect(2).stderr
    };
    assert_snapshot!(language("pyton"), @"
    error: invalid value `pyton` for `--lang <rust|python>` [possible values: rust, python]
    hint: a similar value exists: `python`
    ");
    assert_snapshot!(world.run(&["plugin", "new", "a"]).expect(2).stderr, @"
    error: the following required arguments were not provided: --lang <rust|python>
    hint: usage: vantage plugin new --lang <rust|python> <NAME>
    ");
    assert!(!world.home().join("a").exists() && !world.home().join("gpu-watch").exists());
}

#[test]
fn nothing_that_is_there_is_touched() {
    let world = world();
    let home = world.home();
    let new = |path: &str| run_in(&world, home, &["plugin", "new", "a", "--lang", "rust", "--path", path]);
    fs::create_dir(home.join("full")).unwrap();
    fs::write(home.join("full/notes.txt"), "mine").unwrap();
    assert_snapshot!(new("full").expect(6).stderr, @"
    error: `full` exists already
    hint: --path names another folder; what is there stays as it is
    ");
    assert_eq!(fs::read_dir(home.join("full")).unwrap().count(), 1);
    fs::write(home.join("file"), "mine").unwrap();
    assert_snapshot!(new("file").expect(6).stderr, @"
    error: `file` exists already
    hint: --path names another folder; what is there stays as it is
    ");
    symlink("nosuch", home.join("link")).unwrap();
    assert_snapshot!(new("link").expect(6).stderr, @"
    error: `link` exists already
    hint: --path names another folder; what is there stays as it is
    ");
    assert_snapshot!(new("no/such").expect(1).stderr, @"
    error: cannot write `no/such`: No such file or directory (os error 2)
    hint: make `no` first
    ");
    assert_snapshot!(new("file/a").expect(1).stderr, @"error: cannot write `file/a`: Not a directory (os error 20)");
    // Where not even root can write.
    #[cfg(target_os = "linux")]
    assert_snapshot!(new("/proc/a").expect(1).stderr, @"error: cannot write `/proc/a`: No such file or directory (os error 2)");
    assert_eq!(fs::read_to_string(home.join("file")).unwrap(), "mine");
    assert!(unfinished(home).is_empty(), "{:?}", unfinished(home));
}

#[test]
fn a_folder_that_is_empty_is_filled_and_stays_the_same() {
    let world = world();
    let home = world.home();
    for folder in ["empty", "other"] {
        fs::create_dir(home.join(folder)).unwrap();
    }
    symlink("other", home.join("link")).unwrap();
    // The folder that one is in, and one behind a link.
    run_in(&world, &home.join("empty"), &["plugin", "new", "a", "--lang", "python", "--path", "."]).expect(0);
    run_in(&world, home, &["plugin", "new", "a", "--lang", "rust", "--path", "link"]).expect(0);
    assert!(home.join("empty/src/pack.py").exists() && home.join("other/src/lib.rs").exists());
    assert!(home.join("link").is_symlink());
    for folder in ["empty", "other"] {
        assert!(unfinished(&home.join(folder)).is_empty());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_without_room_leaves_nothing_behind() {
    let world = world();
    let home = world.home();
    fs::create_dir(home.join("empty")).unwrap();
    for path in ["new", "empty"] {
        let command = world.command(&["plugin", "new", "a", "--lang", "rust", "--path", path]);
        // No file of more than a kibibyte: the first that is longer fails, as on a disk that is full.
        let mut limited = Command::new("sh");
        limited.args(["-c", "trap '' XFSZ; ulimit -f 2; exec \"$0\" \"$@\""]);
        limited.arg(command.get_program()).args(command.get_args()).current_dir(home);
        let mut limited = with_environment(limited, &command);
        let ran = world.finish(&mut limited).expect(1);
        assert!(ran.stderr.starts_with(&format!("error: cannot write `{path}`: ")), "{ran}");
    }
    assert!(!home.join("new").exists());
    assert_eq!(fs::read_dir(home.join("empty")).unwrap().count(), 0);
    assert!(unfinished(home).is_empty(), "{:?}", unfinished(home));
}

/// What interrupted writes left in a folder.
fn unfinished(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(".unfinished-")).collect()
}
