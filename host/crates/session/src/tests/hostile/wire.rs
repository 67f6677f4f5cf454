//! Connections that break, and bytes that are not HTTP or do not keep to its lengths.

use super::super::server::Act::{HalfClose, Reset, Send};
use super::super::server::Raw;
use super::{Case, End, play};

/// Raw bytes with the line ends of HTTP.
fn raw(text: &str) -> Raw {
    text.replace('\n', "\r\n").into_bytes()
}

#[tokio::test(start_paused = true)]
async fn broken_connections_and_lengths() {
    let head = "HTTP/1.1 200 OK\nContent-Type: application/json\n";
    let part = || Send(raw(&format!("{head}Content-Length: 1000\n\n{{\"a\":")));
    let with = |lines: &str, body: &str| vec![Send(raw(&format!("{head}{lines}\n\n{body}")))];
    play(vec![
        Case::new("hangs up without a word", vec![], End::Away),
        Case::new("resets without a word", vec![Reset], End::Away),
        Case::new("hangs up within the status line", vec![Send(raw("HTTP/1.1 20"))], End::Away),
        Case::new("hangs up within the head", vec![Send(raw("HTTP/1.1 200 OK\nContent-Ty"))], End::Away),
        Case::new("hangs up within the body", vec![part()], End::Away),
        Case::new("resets within the body", vec![part(), Reset], End::Away),
        Case::new("closes its half within the body", vec![part(), HalfClose], End::Away),
        Case::new("closes its half without a word", vec![HalfClose], End::Away),
        Case::new(
            "promises more than any body has",
            with("Content-Length: 18446744073709551615", "{}"),
            End::Away,
        ),
        Case::body("promises less than it sends", with("Content-Length: 3", "{\"a\":1}")),
        Case::new("has two lengths", with("Content-Length: 2\nContent-Length: 7", "{}"), End::Away),
        Case::new("has a negative length", with("Content-Length: -1", "{}"), End::Away),
        Case::new("has a length in words", with("Content-Length: two", "{}"), End::Away),
        Case::new("hangs up between chunks", with("Transfer-Encoding: chunked", "2\n{}\n"), End::Away),
        Case::new("has chunks of odd sizes", with("Transfer-Encoding: chunked", "zz\n{}\n0\n\n"), End::Away),
        Case::new(
            "has a chunk beyond all sizes",
            with("Transfer-Encoding: chunked", "ffffffffffffffffff\n{}"),
            End::Away,
        ),
    ])
    .await;
}

#[tokio::test(start_paused = true)]
async fn what_is_no_http() {
    play(vec![
        Case::new("speaks SMTP", vec![Send(raw("220 mail.example ESMTP canary\n"))], End::Away),
        Case::new("speaks TLS", vec![Send(vec![0x15, 3, 3, 0, 2, 2, 70])], End::Away),
        Case::new("sends zeros", vec![Send(vec![0; 4096])], End::Away),
        Case::new("has a version of its own", vec![Send(raw("HTTP/9.9 200 OK\n\n"))], End::Away),
        Case::new(
            "has a status of two digits",
            vec![Send(raw("HTTP/1.1 99 X\nContent-Length: 0\n\n"))],
            End::Away,
        ),
        Case::new("has a status in words", vec![Send(raw("HTTP/1.1 OK\nContent-Length: 0\n\n"))], End::Away),
        Case::new("has a header without a name", vec![Send(raw("HTTP/1.1 200 OK\n: x\n\n"))], End::Away),
        Case::new("has a zero in a header", vec![Send(raw("HTTP/1.1 200 OK\nA: \0\n\n"))], End::Away),
        Case::new(
            "switches to another protocol",
            vec![Send(raw("HTTP/1.1 101 X\nUpgrade: x\nConnection: upgrade\n\n"))],
            End::Nonsense,
        ),
    ])
    .await;
}
