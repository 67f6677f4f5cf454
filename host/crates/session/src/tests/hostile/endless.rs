//! Answers without an end: heads, chunks, what grows when it is decompressed, and servers that take
//! their time. The test's server stops only when it is hung up on, so that the test ends is the proof
//! that the answer was cut while it came.

use tokio::time::{Duration, Instant};

use super::super::server::Act::{Drip, Send, SendForever, Wait};
use super::super::server::{Script, with_headers};
use super::{Case, Clock, End, Stage, meet, meet_by, play_by};

const HEAD: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";

/// The head of a gzip file, and a block of it that grows to 1 MiB of zeros and may stand in it again
/// and again: literal zero, then 4,064 copies of 258 zeros, byte-aligned by an empty stored block.
fn bomb() -> (Vec<u8>, Vec<u8>) {
    let head = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let mut bits = Bits::default();
    bits.write(0b010, 3); // one block of many, with the fixed codes
    bits.write_code(0x30, 8);
    for _ in 0..4064 {
        bits.write_code(0b1100_0101, 8); // a length of 258
        bits.write_code(0, 5); // from one byte before
    }
    bits.write_code(0, 7);
    bits.write(0, 3);
    bits.align();
    bits.0.extend([0, 0, 255, 255]);
    (head, bits.0)
}

/// Bits in the order of DEFLATE: the first is the lowest of a byte.
#[derive(Default)]
struct Bits(Vec<u8>, u8);

impl Bits {
    fn write(&mut self, value: u32, count: u8) {
        for at in 0..count {
            if self.1 == 0 {
                self.0.push(0);
            }
            let last = self.0.len() - 1;
            self.0[last] |= u8::from(value >> at & 1 == 1) << self.1;
            self.1 = (self.1 + 1) % 8;
        }
    }

    /// Codes are written from their highest bit.
    fn write_code(&mut self, code: u32, count: u8) {
        for at in (0..count).rev() {
            self.write(code >> at & 1, 1);
        }
    }

    fn align(&mut self) {
        self.1 = 0;
    }
}

#[tokio::test(start_paused = true)]
async fn floods_are_cut_while_they_come() {
    let head = |lines: &str| Send(format!("{HEAD}{lines}").into_bytes());
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000)).into_bytes();
    let (start, block) = bomb();
    let many: String = (0..100_000).map(|count| format!("X-{count}: canary\r\n")).collect();
    let huge = with_headers(200, "Content-Type: application/json\r\n", &" ".repeat(10 << 20));
    let cases = vec![
        Case::new("10 MiB", vec![Send(huge)], End::Nonsense),
        Case::new("headers without end", vec![head(""), SendForever(b"X: canary\r\n".to_vec())], End::Away),
        Case::new("a header without end", vec![head("X: "), SendForever(vec![b'x'; 4096])], End::Away),
        Case::new("100,000 headers", vec![head(&format!("{many}\r\n{{}}"))], End::Away),
        Case::new(
            "a header of 1 MiB",
            vec![head(&format!("X: {}\r\n\r\n{{}}", "x".repeat(1 << 20)))],
            End::Away,
        ),
        Case::new(
            "chunks without end",
            vec![head("Transfer-Encoding: chunked\r\n\r\n"), SendForever(chunk)],
            End::Nonsense,
        ),
        Case::new(
            "a chunk's extension without end",
            vec![head("Transfer-Encoding: chunked\r\n\r\n1;"), SendForever(vec![b'x'; 4096])],
            End::Away,
        ),
        Case::new("a body without end", vec![head("\r\n"), SendForever(vec![b' '; 4096])], End::Nonsense),
        Case::new(
            "a body that grows 1,000 times",
            vec![head("Content-Encoding: gzip\r\n\r\n"), Send(start), SendForever(block)],
            End::Nonsense,
        ),
    ];
    play_by(Clock::Real, cases).await;
}

/// The bound of each answer: as much is read, and not a byte more.
#[tokio::test(start_paused = true)]
async fn bounds_are_kept_to_the_byte() {
    for stage in Stage::ALL {
        let limit = if stage == Stage::Api { 8 << 20 } else { 64 << 10 };
        for length in [limit, limit + 1] {
            let mut body = b"{\"data\":{}}".to_vec();
            body.resize(length, b' ');
            let answer = Script(vec![Send(
                [format!("{HEAD}Content-Length: {length}\r\n\r\n").as_bytes(), &body].concat(),
            )]);
            let met = meet_by(Clock::Real, stage, std::sync::Arc::new(move |_| answer.clone())).await;
            let cut = met.text.contains(&format!("it is longer than {limit} bytes"));
            assert_eq!(cut, length > limit, "{length} bytes, at {stage:?}: {}", met.text);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn patience_has_an_end() {
    let slow = Duration::from_secs(5);
    let head = || Send(format!("{HEAD}Content-Length: 1000\r\n\r\n").into_bytes());
    let zipped = Send([format!("{HEAD}Content-Encoding: gzip\r\n\r\n").into_bytes(), bomb().0].concat());
    let cases = [
        ("says nothing", vec![Wait]),
        ("stops within the head", vec![Send(HEAD.into()), Wait]),
        ("stops within the body", vec![head(), Send(b"{".to_vec()), Wait]),
        ("a byte of the head every 5 s", vec![Drip(HEAD.into(), slow)]),
        ("a byte of the body every 5 s", vec![head(), Drip(vec![b' '; 1000], slow)]),
        ("gzip in which nothing is", vec![zipped, Drip([0, 0, 0, 255, 255].repeat(20), slow)]),
        ("asks for patience every 5 s", vec![Drip(b"HTTP/1.1 100 Continue\r\n\r\n".repeat(20), slow)]),
    ];
    for (name, acts) in cases {
        for stage in Stage::ALL {
            let script = Script(acts.clone());
            let begun = Instant::now();
            let met = meet(stage, std::sync::Arc::new(move |_| script.clone())).await;
            // By the clock of the test, which stands still unless somebody waits.
            let waited = begun.elapsed();
            let expected = match stage {
                Stage::Poll => End::Fine,
                Stage::Revoke => End::Nonsense,
                _ => End::Away,
            };
            assert_eq!(met.end, expected, "{name}, at {stage:?}: {}", met.text);
            assert!(waited <= Duration::from_secs(32), "{name}, at {stage:?}: {waited:?}");
        }
    }
}
