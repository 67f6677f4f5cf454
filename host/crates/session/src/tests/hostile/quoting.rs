//! Servers that send back what they were sent, in whatever spelling: neither an error nor the log
//! repeats it.

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::json;

use super::super::logging::Listener;
use super::super::server::{Asked, Script, json as answer, with_headers};
use super::{End, Stage, meet};

/// The secret in a request.
fn secret(asked: &Asked) -> String {
    let bearer = asked.header("authorization").map(|value| value.trim_start_matches("Bearer ").to_owned());
    let fields = ["refresh_token", "device_code", "token"];
    fields.iter().find_map(|name| asked.field(name)).or(bearer).expect("a secret")
}

fn percents(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

fn escapes(text: &str) -> String {
    text.bytes().map(|byte| format!("\\u{byte:04x}")).collect()
}

/// Writes a secret in another way.
type Spell = fn(&str) -> String;

/// A spelling, and how a server writes it.
const SPELLINGS: &[(&str, Spell)] = &[
    ("as it is", str::to_owned),
    ("in percent encoding", percents),
    ("in a link", |text| format!("https://a.example/?t={}&x=y", percents(text))),
    ("in base64", |text| STANDARD.encode(text)),
    ("in base64 for links", |text| URL_SAFE_NO_PAD.encode(text)),
    ("in base64 after a word", |text| STANDARD.encode(format!("Bearer {text}"))),
    ("in base64 after a name", |text| STANDARD.encode(format!("default:{text}"))),
    ("where messages are cut", |text| format!("{}{text}", "x".repeat(281))),
    ("where messages are cut, after a space", |text| format!("{} {text}", "x".repeat(280))),
    ("but for its end", |text| format!("{}...", &text[..text.len() - 1])),
    ("but for its beginning", |text| format!("...{}", &text[1..])),
    ("twice", |text| format!("{text}{text}")),
    ("in quotes", |text| format!("the token '{text}', was not (\"{text}\") found")),
];

/// How the description of an error is written into JSON.
const WRITINGS: &[Spell] = &[|text| json!(text).to_string(), |text| format!("\"{}\"", escapes(text))];

#[tokio::test(start_paused = true)]
async fn a_provider_that_quotes_is_not_repeated() {
    let (listener, _listening) = Listener::start();
    for (name, spell) in SPELLINGS {
        for write in WRITINGS {
            for stage in [Stage::Poll, Stage::Refresh, Stage::Revoke] {
                for field in ["error", "error_description"] {
                    let sent = Arc::new(Mutex::new(String::new()));
                    let noted = Arc::clone(&sent);
                    let trap = move |asked: &Asked| {
                        let text = write(&format!("unknown: {}", spell(&secret(asked))));
                        *noted.lock().expect("a note") = secret(asked);
                        let other = if field == "error" { "error_description" } else { "error" };
                        Script::from(answer(400, &format!(r#"{{"{field}":{text},"{other}":"x"}}"#)))
                    };
                    let met = meet(stage, Arc::new(trap)).await;
                    let sent = sent.lock().expect("a note").clone();
                    let heard = listener.heard();
                    // Shorter parts are in the words of an error, as `refresh` is.
                    for part in (0..=sent.len() - 8).map(|at| &sent[at..at + 8]) {
                        for part in [part.to_owned(), percents(part)] {
                            assert!(!met.text.contains(&part), "{name}, at {stage:?}: {}", met.text);
                            assert!(!heard.contains(&part), "{name}: the log repeats it: {heard}");
                        }
                    }
                    for before in ["", "Bearer ", "default:"] {
                        let encoded = STANDARD.encode(format!("{before}{sent}"));
                        assert!(!met.text.contains(&encoded[..12]), "{name}, at {stage:?}: {}", met.text);
                    }
                    assert_eq!(met.end, End::Nonsense, "{name}, at {stage:?}: {}", met.text);
                    assert!(met.text.contains("refused: "), "{name}, at {stage:?}: {}", met.text);
                }
            }
        }
    }
    super::assert_clean("the log", &listener.heard());
}

#[tokio::test(start_paused = true)]
async fn an_api_that_quotes_has_its_answer_thrown_away() {
    let whole = SPELLINGS.iter().filter(|(name, _)| !name.starts_with("but for"));
    for (name, spell) in whole {
        for write in WRITINGS {
            for code in [200, 400, 403, 500] {
                let trap = move |asked: &Asked| {
                    let text = write(&spell(&secret(asked)));
                    Script::from(answer(code, &format!(r#"{{"errors":[{{"message":{text}}}]}}"#)))
                };
                let met = meet(Stage::Api, Arc::new(trap)).await;
                assert_eq!(met.end, End::Nonsense, "{name}, {code}: {}", met.text);
                assert!(met.text.contains("sent the access token back"), "{name}, {code}: {}", met.text);
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_head_that_quotes_is_not_repeated() {
    for stage in [Stage::Poll, Stage::Refresh, Stage::Revoke, Stage::Api] {
        for code in [404, 407, 511] {
            let trap = move |asked: &Asked| {
                let text = secret(asked);
                Script::from(with_headers(
                    code,
                    &format!(
                        "X-Echo: {text}\r\nLocation: {text}\r\nRetry-After: {text}\r\nDate: {text}\r\nContent-Type: {text}\r\n"
                    ),
                    &text,
                ))
            };
            // `meet` looks for the token in the error.
            meet(stage, Arc::new(trap)).await;
        }
    }
}
