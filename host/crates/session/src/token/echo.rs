//! Finds a token in what a server sent, also when it is spelled otherwise or cut short.
//!
//! For servers that are careless, which is common: they quote what they were sent, in JSON, in a
//! link, in a header's base64. It is no defence against a server that means to hide the token in its
//! answer: that one has the token, and can write it in ways without number. An answer of an API is
//! searched for the whole token; words of a provider that are shown lose each word with a part of it.

use std::collections::HashSet;

use base64::Engine;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD, URL_SAFE};
use memchr::memmem;

const REDACTED: &str = "[redacted]";
/// Shorter parts of a token are found in ordinary words, and give nothing away.
const PART: usize = 12;
/// Reads what was cut out of a longer text: padding or none, and loose bits at the end.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// Whether `answer` holds `token` in one of its spellings.
pub(super) fn holds(answer: &[u8], token: &str) -> bool {
    let needles = needles(token);
    let found = |text: &[u8]| needles.iter().any(|needle| memmem::find(text, needle).is_some());
    if found(answer) {
        return true;
    }
    let plain = if answer.contains(&b'\\') { without_escapes(answer) } else { Vec::new() };
    if !plain.is_empty() && found(&plain) {
        return true;
    }
    let text = if plain.is_empty() { answer } else { &plain };
    text.contains(&b'%') && found(&without_percents(text))
}

/// `text` without the token, and without the words that hold a part of it.
pub(super) fn without(text: &str, token: &str) -> String {
    let text = text.replace(token, REDACTED);
    text.split_inclusive(char::is_whitespace)
        .map(|piece| {
            let word = piece.trim_end();
            if shares(word, token) { piece.replacen(word, REDACTED, 1) } else { piece.to_owned() }
        })
        .collect()
}

/// The token itself, and its base64 wherever it begins within a longer text.
fn needles(token: &str) -> Vec<Vec<u8>> {
    let mut needles = vec![token.as_bytes().to_vec()];
    for engine in [STANDARD, URL_SAFE] {
        for before in 0..3 {
            let padded = [&vec![0; before], token.as_bytes()].concat();
            let encoded = engine.encode(&padded).into_bytes();
            // The characters at both ends are made of neighbours, too.
            let from = if before == 0 { 0 } else { before + 1 };
            let to = padded.len() / 3 * 4;
            // A token of a few characters has no base64 of its own to look for.
            needles.extend(encoded.get(from..to).filter(|inner| inner.len() >= PART).map(<[u8]>::to_vec));
        }
    }
    needles
}

/// Whether a word has a part of the token in it, in any spelling.
fn shares(word: &str, token: &str) -> bool {
    let bytes = word.as_bytes();
    bytes.len() >= PART
        && (overlaps(bytes, token)
            || (word.contains('%') && overlaps(&without_percents(bytes), token))
            || decoded(word).any(|plain| overlaps(&plain, token)))
}

fn overlaps(text: &[u8], token: &str) -> bool {
    let parts: HashSet<&[u8]> = text.windows(PART).collect();
    token.as_bytes().windows(PART).any(|part| parts.contains(part))
}

/// What runs of base64 in a word stand for, at each of the four places where they may begin.
fn decoded(word: &str) -> impl Iterator<Item = Vec<u8>> {
    let runs =
        word.split(|character: char| !(character.is_ascii_alphanumeric() || "+/-_".contains(character)));
    // As one alphabet: what stands beside a token in the other one must not keep it from being read.
    let runs = runs.filter(|run| run.len() > PART).map(|run| run.replace('-', "+").replace('_', "/"));
    runs.flat_map(|run| {
        (0..4).filter_map(move |skipped| {
            let run = run.get(skipped..)?;
            // One character at the end stands for nothing.
            let run = &run[..run.len() - usize::from(run.len() % 4 == 1)];
            GeneralPurpose::new(&alphabet::STANDARD, LENIENT).decode(run).ok()
        })
    })
}

/// JSON's escapes undone wherever they stand. Tokens are ASCII, so wider characters are dropped.
fn without_escapes(json: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(json.len());
    let mut at = 0;
    while at < json.len() {
        if json[at] != b'\\' {
            plain.push(json[at]);
            at += 1;
        } else if json.get(at + 1) == Some(&b'u') {
            let digits = json.get(at + 2..at + 6).and_then(|digits| std::str::from_utf8(digits).ok());
            let code = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            plain.extend(code);
            at += 6;
        } else {
            plain.extend(json.get(at + 1));
            at += 2;
        }
    }
    plain
}

/// Percent encoding undone, twice where it was done twice.
fn without_percents(text: &[u8]) -> Vec<u8> {
    let once: Vec<u8> = percent_encoding::percent_decode(text).collect();
    if once.contains(&b'%') { percent_encoding::percent_decode(&once).collect() } else { once }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "abc/def.ghi-jkl_mno~pqr+stu=vwx";

    fn percents(text: &str) -> String {
        text.bytes().map(|byte| format!("%{byte:02x}")).collect()
    }

    /// Ways to write the token, each of them somewhere in a longer text.
    fn spellings() -> Vec<String> {
        let mut spellings = vec![
            TOKEN.to_owned(),
            percents(TOKEN),
            percents(&percents(TOKEN)),
            TOKEN.replace('/', "%2F"),
            format!("Bearer%20{TOKEN}"),
        ];
        for before in ["", "x", "xy", "xyz", "Bearer "] {
            for after in ["", "x", "xy"] {
                spellings.push(STANDARD.encode(format!("{before}{TOKEN}{after}")));
                spellings.push(URL_SAFE.encode(format!("{before}{TOKEN}{after}")).replace('=', ""));
            }
        }
        spellings
    }

    #[test]
    fn an_answer_is_searched_in_every_spelling() {
        for spelling in spellings() {
            // Every letter as an escape, too.
            let escaped: String = spelling.bytes().map(|byte| format!("\\u{byte:04X}")).collect();
            for spelling in [&spelling, &escaped, &spelling.replace('/', "\\/")] {
                let text = format!(r#"{{"a":"x {spelling} y"}}"#);
                assert!(holds(text.as_bytes(), TOKEN), "{text}");
            }
        }
    }

    #[test]
    fn an_answer_without_it_holds_nothing() {
        let most = &TOKEN[..TOKEN.len() - 3];
        for text in ["", "\\", "\\u", "\\u00", "%", "%2", "abc", most, &STANDARD.encode(most)] {
            assert!(!holds(text.as_bytes(), TOKEN), "{text}");
        }
    }

    #[test]
    fn words_lose_every_spelling_and_every_part() {
        for spelling in spellings() {
            let shown = without(&format!("the token {spelling} is unknown"), TOKEN);
            assert_eq!(shown.replace("Bearer%20", ""), "the token [redacted] is unknown", "{spelling}");
        }
        // Beside what is of the other alphabet.
        for beside in ["a/-_a", "-", "_/+-"] {
            let word = format!("{beside}{}{beside}", STANDARD.encode(format!("x{TOKEN}")).replace('=', ""));
            assert_eq!(without(&format!("got {word}!"), TOKEN), "got [redacted]", "{word}");
        }
        let part = &TOKEN[5..20];
        for text in [format!("got `{part}...`"), format!("got <{}>", STANDARD.encode(part))] {
            assert_eq!(without(&text, TOKEN), "got [redacted]", "{text}");
        }
        assert_eq!(without("got abc/def.ghi!", "abc/def.ghi"), "got [redacted]!");
    }

    #[test]
    fn other_words_stay_as_they_are() {
        let long = "0123456789abcdef".repeat(8);
        for text in
            ["", " ", "no such session, sign in again", "caf\u{e9}\u{2003}au lait", "100% abc/def", &long]
        {
            assert_eq!(without(text, TOKEN), text);
        }
    }
}
