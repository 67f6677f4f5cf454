//! Answers whose head is in order, and whose body is not.

use super::super::server::{Act, json, with_headers};
use super::{Case, End, play};

/// Each field that is read somewhere, twice.
const TWICE: &str = r#"{"issuer":"a","issuer":"b","token_endpoint":"a","token_endpoint":"b","device_code":"a","device_code":"b","access_token":"a","access_token":"b","data":1,"data":2}"#;

fn body(name: &'static str, json_text: &str) -> Case {
    Case::body(name, vec![Act::Send(json(200, json_text))])
}

fn bytes(headers: &str, bytes: &[u8]) -> Vec<Act> {
    let head =
        format!("HTTP/1.1 200 OK\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n", bytes.len());
    vec![Act::Send([head.as_bytes(), bytes].concat())]
}

#[tokio::test(start_paused = true)]
async fn bodies_that_are_no_answer() {
    const JSON: &str = "Content-Type: application/json\r\n";
    let deep = |open: &str, close: &str| format!("{}1{}", open.repeat(10_000), close.repeat(10_000));
    play(vec![
        Case::body("a page", vec![Act::Send(with_headers(200, "Content-Type: text/html\r\n", "<h1>canary</h1>"))]),
        Case::body("a page that says it is JSON", bytes(JSON, b"<h1>canary</h1>")),
        Case::body("no content", vec![Act::Send(b"HTTP/1.1 204 X\r\nConnection: close\r\n\r\n".to_vec())]),
        body("nothing", ""),
        body("an empty object", "{}"),
        body("null", "null"),
        body("a list", "[]"),
        body("a list of what an object would hold", r#"["canary","b","bearer","c",1]"#),
        body("an answer to several requests at once", r#"[{"data":{}}]"#),
        body("a text", "\"canary\""),
        body("NaN", r#"{"expires_in":NaN,"data":NaN}"#),
        body("numbers without end", &format!(r#"{{"data":-,"interval":1e{}}}"#, "9".repeat(1000))),
        body("half an object", r#"{"access_token":"canary"#),
        body("two objects", r#"{"data":1}{"data":2}"#),
        body("every field twice", TWICE),
        body("lists in lists", &deep("[", "]")),
        body("objects in objects", &deep(r#"{"a":"#, "}")),
        body("a lone surrogate", r#"{"issuer":"\ud800","access_token":"\ud800","device_code":"\ud800","errors":"\ud800"}"#),
        Case::body("a byte order mark", bytes(JSON, "\u{feff}{\"data\":1}".as_bytes())),
        Case::body("UTF-16", bytes(JSON, &"{\"data\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>())),
        Case::body("bytes that are no UTF-8", bytes(JSON, b"{\"data\":\"\xff\xfe\",\"access_token\":\"\xc3\x28\",\"issuer\":\"\xff\",\"device_code\":\"\xff\"}")),
        Case::body("a coding that nobody asked for", bytes(&format!("{JSON}Content-Encoding: br\r\n"), b"\x0b\x02\x80{}\x03")),
        Case::new("gzip that is none", bytes(&format!("{JSON}Content-Encoding: gzip\r\n"), b"{\"data\":1}"), End::Away),
    ])
    .await;
}
