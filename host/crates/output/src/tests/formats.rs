//! Every format with one record and with many, as pipes and terminals get them.

use super::*;

fn many(style: Style) -> String {
    Bench::answer(style, clusters(Shape::Many), &[GPU, SMALL]).0
}

fn one(style: Style) -> String {
    Bench::answer(style, clusters(Shape::One), &[GPU]).0
}

#[test]
fn table_in_a_pipe() {
    insta::assert_snapshot!(many(piped(Some(Format::Table))), @r#"
    NAME   STATUS  MEMORY  CREATED       DESCRIPTION
    gpu-7  ready   16 GiB  3 days ago    four\u{9}GPUs, "fast"\u{a}and a C:\ drive
    small  failed       -  1 minute ago
    "#);
    insta::assert_snapshot!(one(piped(Some(Format::Table))), @r#"
    NAME   STATUS  MEMORY  CREATED     DESCRIPTION
    gpu-7  ready   16 GiB  3 days ago  four\u{9}GPUs, "fast"\u{a}and a C:\ drive
    "#);
}

#[test]
fn text_in_a_pipe() {
    insta::assert_snapshot!(many(piped(Some(Format::Text))), @r#"
    Name:         gpu-7
    Status:       ready
    Memory:       17179869184 (16 GiB)
    Created:      2026-11-20T12:00:00Z (3 days ago)
    Description:  four	GPUs, "fast"
                  and a C:\ drive

    Name:         small
    Status:       failed
    Memory:       -
    Created:      2026-11-23T11:59:00Z (1 minute ago)
    Description:
    "#);
}

#[test]
fn text_on_a_terminal_is_the_default_for_one_record() {
    insta::assert_snapshot!(one(terminal(None, 80)), @r#"
    Name:         gpu-7
    Status:       ready
    Memory:       17179869184 (16 GiB)
    Created:      2026-11-20T12:00:00Z (3 days ago)
    Description:  four	GPUs, "fast"
                  and a C:\ drive
    "#);
    let colored = one(Style { stdout_color: true, ..terminal(None, 80) });
    insta::assert_snapshot!(colored.replace('\u{1b}', "^"), @r#"
    ^[1mName:^[0m         gpu-7
    ^[1mStatus:^[0m       ^[32mready^[0m
    ^[1mMemory:^[0m       17179869184 ^[2m(16 GiB)^[0m
    ^[1mCreated:^[0m      2026-11-20T12:00:00Z ^[2m(3 days ago)^[0m
    ^[1mDescription:^[0m  four	GPUs, "fast"
                  and a C:\ drive
    "#);
}

#[test]
fn json_in_a_pipe_is_one_record_a_line() {
    insta::assert_snapshot!(many(piped(Some(Format::Json))), @r#"
    [
    {"name":"gpu-7","status":"ready","memory":17179869184,"created":"2026-11-20T12:00:00Z","description":"four\tGPUs, \"fast\"\nand a C:\\ drive","owner":{"email":"ada@example.com"},"cost":1e400},
    {"name":"small","status":"failed","memory":null,"created":"2026-11-23T11:59:00Z","description":"","owner":null,"cost":12345678901234567890}
    ]
    "#);
    insta::assert_snapshot!(one(piped(Some(Format::Json))), @r#"{"name":"gpu-7","status":"ready","memory":17179869184,"created":"2026-11-20T12:00:00Z","description":"four\tGPUs, \"fast\"\nand a C:\\ drive","owner":{"email":"ada@example.com"},"cost":1e400}"#);
}

#[test]
fn json_on_a_terminal_is_indented() {
    insta::assert_snapshot!(many(terminal(Some(Format::Json), 80)), @r#"
    [
      {
        "name": "gpu-7",
        "status": "ready",
        "memory": 17179869184,
        "created": "2026-11-20T12:00:00Z",
        "description": "four\tGPUs, \"fast\"\nand a C:\\ drive",
        "owner": {
          "email": "ada@example.com"
        },
        "cost": 1e400
      },
      {
        "name": "small",
        "status": "failed",
        "memory": null,
        "created": "2026-11-23T11:59:00Z",
        "description": "",
        "owner": null,
        "cost": 12345678901234567890
      }
    ]
    "#);
    insta::assert_snapshot!(one(terminal(Some(Format::Json), 80)), @r#"
    {
      "name": "gpu-7",
      "status": "ready",
      "memory": 17179869184,
      "created": "2026-11-20T12:00:00Z",
      "description": "four\tGPUs, \"fast\"\nand a C:\\ drive",
      "owner": {
        "email": "ada@example.com"
      },
      "cost": 1e400
    }
    "#);
}

#[test]
fn jsonl() {
    insta::assert_snapshot!(many(piped(Some(Format::Jsonl))), @r#"
    {"name":"gpu-7","status":"ready","memory":17179869184,"created":"2026-11-20T12:00:00Z","description":"four\tGPUs, \"fast\"\nand a C:\\ drive","owner":{"email":"ada@example.com"},"cost":1e400}
    {"name":"small","status":"failed","memory":null,"created":"2026-11-23T11:59:00Z","description":"","owner":null,"cost":12345678901234567890}
    "#);
    assert_eq!(many(piped(Some(Format::Jsonl))), many(terminal(Some(Format::Jsonl), 20)));
    assert_eq!(one(piped(Some(Format::Jsonl))), one(piped(Some(Format::Json))));
}

#[test]
fn yaml() {
    insta::assert_snapshot!(many(piped(Some(Format::Yaml))), @r#"
    - name: gpu-7
      status: ready
      memory: 17179869184
      created: "2026-11-20T12:00:00Z"
      description: "four\tGPUs, \"fast\"\nand a C:\\ drive"
      owner:
        email: ada@example.com
      cost: 1e400
    - name: small
      status: failed
      memory: null
      created: "2026-11-23T11:59:00Z"
      description: ""
      owner: null
      cost: 12345678901234567890
    "#);
    insta::assert_snapshot!(one(piped(Some(Format::Yaml))), @r#"
    name: gpu-7
    status: ready
    memory: 17179869184
    created: "2026-11-20T12:00:00Z"
    description: "four\tGPUs, \"fast\"\nand a C:\\ drive"
    owner:
      email: ada@example.com
    cost: 1e400
    "#);
}

#[test]
fn csv() {
    insta::assert_snapshot!(many(piped(Some(Format::Csv))), @r#"
    Name,Status,Memory,Created,Description
    gpu-7,ready,17179869184,2026-11-20T12:00:00Z,"four	GPUs, ""fast""
    and a C:\ drive"
    small,failed,,2026-11-23T11:59:00Z,
    "#);
    let bare = many(Style { header: Some(false), ..piped(Some(Format::Csv)) });
    assert!(bare.starts_with("gpu-7,"));
    assert_eq!(one(piped(Some(Format::Csv))).matches("gpu-7").count(), 1);
}

#[test]
fn tsv_is_the_default_in_a_pipe() {
    insta::assert_snapshot!(many(piped(None)).replace('\t', "<TAB>"), @r#"
    gpu-7<TAB>ready<TAB>17179869184<TAB>2026-11-20T12:00:00Z<TAB>four\tGPUs, "fast"\nand a C:\\ drive
    small<TAB>failed<TAB><TAB>2026-11-23T11:59:00Z<TAB>
    "#);
    assert_eq!(many(piped(None)), many(piped(Some(Format::Tsv))));
    let titled = many(Style { header: Some(true), ..piped(None) });
    assert!(titled.starts_with("Name\tStatus\tMemory\tCreated\tDescription\n"));
}

#[test]
fn one_record_in_a_pipe_is_pairs() {
    let pairs = one(Style { wide: true, ..piped(None) });
    insta::assert_snapshot!(pairs.replace('\t', "<TAB>"), @r#"
    name<TAB>gpu-7
    status<TAB>ready
    memory<TAB>17179869184
    created<TAB>2026-11-20T12:00:00Z
    description<TAB>four\tGPUs, "fast"\nand a C:\\ drive
    owner/email<TAB>ada@example.com
    "#);
}
