//! Help, versions and errors of usage: what needs no sign-in, no network and no engine.

use insta::assert_snapshot;

use crate::world;

#[test]
fn the_overview_groups_commands_by_what_they_are() {
    assert_snapshot!(world().run(&["--help"]).expect(0), @"
    exit: 0
    --- stdout
    The command line of the Vantage HPC platform

    Usage: vantage [OPTIONS] <COMMAND>

    Platform:
      cluster     Work with clusters
      job         Work with batch jobs

    Commands:
      login       Sign in to the platform
      logout      Sign out and forget the sign-in
      whoami      Show who is signed in
      api         Run a GraphQL document as the signed-in user
      profile     Manage profiles: named sets of endpoints, client and organization
      config      Show and change settings
      plugin      Add, inspect and remove command packs, and decide what they may do
      doctor      Check configuration, folders, sign-in, network and packs
      completion  Print the script that completes lines in a shell
      version     Show the versions of the host, the pack contract and the engine
      help        Explain a command

    Global options:
      -p, --profile NAME          Profile to use
          --organization NAME     Organization to act for
      -o, --output FORMAT         Format of the answer: table, text, json, jsonl, yaml, csv or tsv
      -j, --json                  Short for --output json
          --jq EXPRESSION         Filter the answer, as JSON, by an expression of jq's; strings are
                                  printed as they are
          --columns COLUMN        Columns to show, by title or JSON Pointer
          --sort COLUMN           Column to sort by; `-COLUMN` for descending
          --wide                  Show the columns that are left out for want of room
          --no-header             Leave out the line of titles
          --limit COUNT           Stop after this many records
          --schema                Print the JSON Schema of the command's records instead of running it
      -q, --quiet                 Say nothing but the answer, warnings and errors
      -v, --verbose               Show timings and causes; twice for diagnostics, three times for all of
                                  them
          --timings FILE          Write where the time went to FILE, in the Chrome trace format
          --log-file FILE         Write diagnostics to FILE, after what is in it, and not to standard
                                  error
          --color WHEN            When to colour
          --no-input              Never ask; fail where an answer would be needed
      -y, --yes                   Confirm what a command asks; never grants anything to a pack
          --dry-run               Show the changes that a command would make, and make none
          --offline               Ask no server; what needs one fails
      -h, --help                  Show help
      -V, --version               Show the version

    `vantage <COMMAND> --help` explains a command; `vantage login` is where to start.
    --- stderr
    ");
}

#[test]
fn a_packs_commands_have_the_same_help_as_built_ins() {
    let world = world();
    assert_snapshot!(world.run(&["cluster", "--help"]).expect(0), @"
    exit: 0
    --- stdout
    Work with clusters

    Usage: vantage cluster <COMMAND>

    Commands:
      list    List clusters [alias: ls]
      get     Show a cluster
      create  Create a cluster
      delete  Delete a cluster
      watch   Follow clusters as their state changes

    Options:
      -h, --help  Print help

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
    assert_snapshot!(world.run(&["cluster", "list", "--help"]).expect(0), @"
    exit: 0
    --- stdout
    List clusters

    Usage: vantage cluster list [OPTIONS]

    Options:
          --status <STATUS>
              Only clusters in this status, as in `ready`

          --provider <PROVIDER>
              Only clusters on this provider

              Possible values:
              - on_prem:   machines of your own
              - aws:       Amazon Web Services
              - gcp:       Google Cloud
              - azure:     Microsoft Azure
              - localhost: this computer

      -h, --help
              Print help (see a summary with '-h')

    Columns: Name, Status, Provider, Owner, Created; with --wide also Description, Type, Client, Account

    Examples:
      vantage cluster list
          Lists every cluster you can see
      vantage cluster list --status ready --provider aws
          Lists what runs on AWS
      vantage cluster list --columns name,status -o csv
          Writes two columns as CSV

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
    assert_snapshot!(world.run(&["help", "profile", "create"]).expect(0), @"
    exit: 0
    --- stdout
    Create a profile

    Usage: vantage profile create [OPTIONS] --issuer <URL> --api <URL> <NAME>

    Arguments:
      <NAME>  Name of the profile: lower-case letters, digits, `.`, `_` and `-`

    Options:
          --issuer <URL>                  OpenID Connect issuer, exactly as the provider spells it
          --api <URL>                     Base address of the platform's APIs
          --client-id <ID>                OAuth client
          --credential-store <KIND>       Where sign-ins are kept: auto, keyring, file, memory or
                                          command
          --credential-command <COMMAND>  Program that keeps sign-ins, with its arguments, where the
                                          store is `command`
          --scope <SCOPE>                 Scope to ask the provider for; may be given several times
          --use                           Use the profile from now on
      -h, --help                          Print help

    Examples:
      vantage profile create lab --issuer https://auth.lab.example/realms/vantage --api \\
          https://apis.lab.example
          Adds a second platform beside the default one

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
}

#[test]
fn the_audit_log_is_explained_with_its_filters() {
    assert_snapshot!(world().run(&["plugin", "audit", "-h"]).expect(0), @"
    exit: 0
    --- stdout
    Show what packs asked for and what was decided, or verify that the record is whole

    Usage: vantage plugin audit [OPTIONS]

    Options:
          --pack <PACK>            Only lines of this pack, by id or by the word of its command
          --since <TIME>           Only lines since this time, as in `2026-01-31T12:00:00Z`, `2h` or
                                   `7d`
          --decision <DECISION>    Only what was decided so [possible values: allowed, denied]
          --operation <OPERATION>  Only lines of this operation, by name or by a root field, as in
                                   `cluster/Query.clusters`
          --verify                 Check the whole log instead of showing it
      -h, --help                   Print help (see more with '--help')

    Examples:
      vantage plugin audit --since 2h --decision denied
          Shows what packs were denied in the last two hours
      vantage plugin audit --sort -time --limit 20
          Shows the last 20 lines, the newest first
      vantage plugin audit --verify
          Checks that no line was altered, taken out or cut off

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
}

#[test]
fn what_authors_do_is_explained() {
    let world = world();
    assert_snapshot!(world.run(&["plugin", "keygen", "-h"]).expect(0), @"
    exit: 0
    --- stdout
    Make a key pair to sign packs with

    Usage: vantage plugin keygen [OPTIONS]

    Options:
          --secret <FILE>     File for the secret key, which only you may read [default: vantage.key]
          --public <FILE>     File for the public key, which goes beside your packs [default:
                              minisign.pub]
          --succeeds <FILE>   The secret key that the new one follows, which signs that it does
          --publisher <NAME>  For whom both keys sign: the first word of the ids of the packs
          --no-password       Leave the secret key without a password
          --force             Replace files that are there
      -h, --help              Print help

    The files are minisign's, which can use them too. Without a terminal the password is that of
    VANTAGE_SIGNING_PASSWORD.

    Examples:
      vantage plugin keygen
          Asks for a password, and writes vantage.key and minisign.pub
      vantage plugin keygen --secret ~/keys/acme.key --public acme.pub
          Writes them elsewhere
      vantage plugin keygen --secret new.key --succeeds vantage.key --publisher acme --force
          Makes a key that follows an older one, and minisign.pub.minisig, which says so

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
    assert_snapshot!(world.run(&["plugin", "sign", "-h"]).expect(0), @"
    exit: 0
    --- stdout
    Sign a pack, so that its users can tell that it is yours

    Usage: vantage plugin sign [OPTIONS] --secret <FILE> <FILE>

    Arguments:
      <FILE>  The pack: a component's file

    Options:
          --secret <FILE>     Your secret key, as vantage plugin keygen or minisign made it
          --signature <FILE>  File for the signature, instead of the pack's name with `.minisig`
      -h, --help              Print help

    The signature holds for this id, version and content alone. The key's password is asked for, or
    taken from VANTAGE_SIGNING_PASSWORD.

    Examples:
      vantage plugin sign gpu-report.wasm --secret vantage.key
          Writes gpu-report.wasm.minisig; put minisign.pub beside it

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
    assert_snapshot!(world.run(&["plugin", "check", "-h"]).expect(0), @"
    exit: 0
    --- stdout
    Check a pack as its users would meet it, before it is given to them

    Usage: vantage plugin check [OPTIONS] <FILE>

    Arguments:
      <FILE>  The pack: a component's file

    Options:
          --against <API=FILE>  Compare documents for this API with the schema in FILE, and not with the
                                platform; repeatable
          --as <WORD>           Check as if its command were called by another word
      -h, --help                Print help

    Fails with exit status 1 where vantage plugin add would refuse the pack, or a document does not fit
    its API, and says all that it finds. The platform is asked where you are signed in.

    Examples:
      vantage plugin check gpu-report.wasm
          Shows what its users would be shown, and what is wrong with it
      vantage plugin check gpu-report.wasm --against cluster=cluster.graphql -o json
          The same for a script, with the schema in a file

    Global options, such as -o FORMAT and -p PROFILE: vantage --help
    --- stderr
    ");
}

#[test]
fn an_unknown_command_names_the_near_one() {
    assert_snapshot!(world().run(&["clustr", "list"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: there is no command `clustr`
    hint: a similar subcommand exists: `cluster`
    hint: vantage --help lists the commands; vantage plugin add brings new ones
    ");
    assert_snapshot!(world().run(&["cluster", "lst"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: there is no command `lst`
    hint: some similar subcommands exist: `ls`, `list`
    hint: vantage --help lists the commands; vantage plugin add brings new ones
    ");
}

#[test]
fn errors_of_usage_are_json_where_json_was_asked_for() {
    let ran = world().run(&["nosuch", "-o", "json"]).expect(2);
    assert_eq!(ran.stdout, "");
    assert_eq!(ran.json_error()["kind"], "usage");
    assert_eq!(ran.json_error()["exit"], 2);
}

#[test]
fn missing_and_surplus_arguments_are_named() {
    let world = world();
    assert_snapshot!(world.run(&["cluster", "get"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: the following required arguments were not provided: <NAME>
    hint: usage: vantage cluster get <NAME>
    ");
    assert_snapshot!(world.run(&["cluster", "list", "--colour"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: unexpected argument `--colour` found
    hint: a similar argument exists: `--color`
    hint: usage: vantage cluster list [OPTIONS]
    ");
    assert_snapshot!(world.run(&["cluster", "list", "-o", "xml"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: invalid value `xml` for `--output <FORMAT>`: one of table, text, json, jsonl, yaml, csv, tsv
    ");
}

#[test]
fn a_dry_run_of_what_has_none_and_a_format_that_is_none_are_refused() {
    let world = world();
    assert_snapshot!(world.run(&["login", "--dry-run"]).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: `login` has no dry run
    hint: --dry-run is for commands that change the platform
    ");
    let mut command = world.command(&["version"]);
    command.env("VANTAGE_OUTPUT", "xml");
    assert_snapshot!(world.finish(&mut command).expect(2), @"
    exit: 2
    --- stdout
    --- stderr
    error: VANTAGE_OUTPUT cannot be used: there is no format `xml`
    hint: it takes one of table, text, json, jsonl, yaml, csv, tsv
    ");
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_refused_and_help_still_works() {
    use std::os::unix::ffi::OsStrExt;
    let world = world();
    let with = |arguments: &[&str]| {
        let mut command = world.command(arguments);
        command.env("VANTAGE_PROFILE", std::ffi::OsStr::from_bytes(b"\xff"));
        world.finish(&mut command)
    };
    assert!(with(&["config", "list"]).expect(2).stderr.contains("VANTAGE_PROFILE is not text"));
    with(&["--help"]).expect(0);
}

#[test]
fn columns_that_are_not_there_are_refused_before_anything_is_changed() {
    let world = crate::signed_in();
    let config = std::fs::read_to_string(world.home().join("config.toml")).unwrap();
    let create =
        "mutation { createCluster(createClusterInput: {name: \"x\", provider: \"on_prem\"}) { __typename } }";
    for line in [
        &["api", create][..],
        &["profile", "create", "lab", "--issuer", "https://a.example", "--api", "https://b.example"],
        &["profile", "set", "test", "organization", "acme"],
        &["plugin", "revoke", "cluster", "query cluster/Query.clusters"],
    ] {
        let mut arguments = line.to_vec();
        arguments.extend(["--columns", "nosuch"]);
        assert_eq!(world.run(&arguments).expect(2).stdout, "");
    }
    assert_eq!(std::fs::read_to_string(world.home().join("config.toml")).unwrap(), config);
    world.run(&["cluster", "get", "x"]).expect(3);
    world.run(&["cluster", "list", "--sort", "name"]).expect(0);
}

#[test]
fn a_line_without_a_command_is_an_error_in_the_hosts_words() {
    let ran = world().run(&["-o", "json"]).expect(2);
    assert_eq!(ran.json_error()["message"], "a command is missing");
}

#[test]
fn help_and_version_need_no_home() {
    let world = world();
    for arguments in [&["--help"][..], &["--version"], &["cluster", "--help"], &["version"]] {
        let mut command = world.command(arguments);
        command.env_remove("VANTAGE_HOME");
        world.finish(&mut command).expect(0);
    }
}

#[test]
fn every_built_in_has_help_with_a_summary_and_usage() {
    let world = world();
    for line in [
        "login",
        "logout",
        "whoami",
        "api",
        "profile list",
        "profile show",
        "profile create",
        "profile set",
        "profile use",
        "config list",
        "config path",
        "plugin add",
        "plugin list",
        "plugin show",
        "plugin remove",
        "plugin grant",
        "plugin revoke",
        "plugin audit",
        "plugin outdated",
        "plugin upgrade",
        "plugin rollback",
        "plugin verify",
        "plugin enable",
        "plugin disable",
        "plugin lock",
        "plugin bundle",
        "plugin warm",
        "plugin sync",
        "plugin trust",
        "plugin check",
        "plugin keygen",
        "plugin sign",
        "plugin publish",
        "doctor",
        "version",
    ] {
        let mut arguments: Vec<&str> = line.split(' ').collect();
        arguments.push("--help");
        let ran = world.run(&arguments).expect(0);
        assert!(
            ran.stdout.contains("Usage: vantage ")
                && ran.stdout.lines().next().is_some_and(|line| line.len() > 10),
            "{ran}"
        );
        assert_eq!(ran.stderr, "");
    }
}
