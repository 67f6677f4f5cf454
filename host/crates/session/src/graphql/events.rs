//! One subscription as server-sent events: an answer to a POST that goes on.
//!
//! The "distinct connections" form of GraphQL over SSE: `event: next` with an answer as `data`, and
//! `event: complete` at the end. The events are parsed here and not by a library because those at
//! hand gather a line or an event without a bound, and the other side is not trusted.

use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, StatusCode};
use tokio::time::{Duration, timeout};

use super::subscription::{Made, Stream};
use super::trouble::{Frame, Trouble};
use super::{Call, LIMIT};
use crate::http::{Opened, too_long};
use crate::session::Session;
use crate::token::Token;

/// Also the one kind that is asked for, and to the letter: graphql-sse takes a request that would
/// accept anything else beside it for another protocol.
const KIND: &str = "text/event-stream";
/// How long a stream may be silent: servers send a comment every 12 to 30 seconds to show that
/// they are alive, and nothing can be asked of one that does not.
const QUIET: Duration = Duration::from_secs(60);

/// A stream of events.
pub(super) struct EventStream {
    opened: Opened,
    call: Call,
    parser: Parser,
}

/// Asks for a stream of events.
///
/// # Errors
/// [`Trouble::Unsupported`] where the server answered with neither events nor JSON.
pub(super) async fn subscribe(session: &Session, call: &Call, token: &Token) -> Result<Made, Trouble> {
    let prepared = session.http().prepare_stream(Method::POST, &call.url)?.with(|mut builder| {
        if let Some(bearer) = token.bearer() {
            builder = builder.header("authorization", bearer);
        }
        builder.header("accept", KIND).header("content-type", "application/json").body(call.body.clone())
    });
    let opened = prepared.open().await.map_err(|error| call.own(error))?;
    let kind = opened.header(CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if opened.status() == StatusCode::OK && kind == KIND {
        let parser = Parser::default();
        let stream = EventStream { opened, call: call.clone(), parser };
        return Ok(Made::Stream(Stream::Events(Box::new(stream))));
    }
    if kind.starts_with("application/") && kind.ends_with("json") && !Trouble::is_of_status(opened.status()) {
        let answer = opened.read(LIMIT).await;
        return answer.map(Made::Answer).map_err(|error| Trouble::from(call.own(error)));
    }
    Err(Trouble::of_status(session, call, token, opened).await)
}

impl EventStream {
    /// The id that was sent with the request.
    pub(super) fn request_id(&self) -> &str {
        &self.opened.request_id
    }

    /// The next event; none at the end. May be dropped while it waits, and called again.
    pub(super) async fn next(&mut self) -> Result<Option<Frame>, Trouble> {
        loop {
            while let Some(event) = self.parser.next() {
                match event.name.as_str() {
                    "next" => return Ok(Some(Frame::Event(event.data))),
                    "complete" => return Ok(None),
                    // As browsers do with events that nobody listens for.
                    _ => {}
                }
            }
            let chunk = match timeout(QUIET, self.opened.chunk()).await {
                Ok(chunk) => chunk?,
                Err(_) => return Err(self.lost("nothing was heard of it any more")),
            };
            let Some(chunk) = chunk else {
                return Err(self.lost("its events broke off"));
            };
            if let Err(problem) = self.parser.feed(&chunk) {
                return Err(Trouble::Fatal(self.call.wrong(problem, self.request_id().to_owned())));
            }
        }
    }

    fn lost(&self, problem: &str) -> Trouble {
        Trouble::lost(self.call.lost(problem.to_owned(), self.request_id().to_owned()))
    }
}

/// An event as it was sent.
#[derive(Debug, Default, PartialEq, Eq)]
struct Event {
    name: String,
    data: String,
}

/// Reads events from bytes that are cut anywhere, as HTML's standard has them, within [`LIMIT`].
#[derive(Default)]
struct Parser {
    /// The line that is not over yet.
    line: Vec<u8>,
    /// Whether the last byte was a carriage return, after which a line feed ends nothing more.
    after_return: bool,
    started: bool,
    name: String,
    /// The lines of data so far; none before the first, which may be empty.
    data: Option<String>,
    ready: std::collections::VecDeque<Event>,
}

impl Parser {
    /// Takes bytes; the problem says why no more are taken.
    fn feed(&mut self, bytes: &[u8]) -> Result<(), String> {
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.end_line()?,
                _ => {
                    self.line.push(byte);
                    let gathered = self.line.len() + self.data.as_ref().map_or(0, String::len);
                    if gathered > LIMIT {
                        return Err(too_long(LIMIT));
                    }
                }
            }
        }
        Ok(())
    }

    /// The next event that is complete.
    fn next(&mut self) -> Option<Event> {
        self.ready.pop_front()
    }

    fn end_line(&mut self) -> Result<(), String> {
        let line = std::mem::take(&mut self.line);
        let line = String::from_utf8(line).map_err(|_| "it sent an event that is not UTF-8".to_owned())?;
        let mut line = line.as_str();
        if !std::mem::replace(&mut self.started, true) {
            line = line.strip_prefix('\u{feff}').unwrap_or(line);
        }
        if line.is_empty() {
            self.end_event();
            return Ok(());
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.name),
            "data" => match &mut self.data {
                Some(data) => {
                    data.push('\n');
                    data.push_str(value);
                }
                none => *none = Some(value.to_owned()),
            },
            // Comments, which have an empty name, and what asks browsers to reconnect.
            _ => {}
        }
        Ok(())
    }

    fn end_event(&mut self) {
        let (name, data) = (std::mem::take(&mut self.name), self.data.take());
        // Some servers leave the data of `complete` out, which browsers would not take.
        if data.is_some() || !name.is_empty() {
            self.ready.push_back(Event { name, data: data.unwrap_or_default() });
        }
    }
}

/// Reads a stream that comes in two pieces, for the fuzzer: its events, or why it is refused.
#[cfg(any(test, fuzzing))]
pub(crate) fn read_in_two(bytes: &[u8], at: usize) -> Result<Vec<(String, String)>, String> {
    let mut parser = Parser::default();
    let (first, second) = bytes.split_at(at.min(bytes.len()));
    parser.feed(first)?;
    parser.feed(second)?;
    Ok(std::iter::from_fn(|| parser.next()).map(|event| (event.name, event.data)).collect())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn events(chunks: &[&[u8]]) -> Result<Vec<(String, String)>, String> {
        let mut parser = Parser::default();
        for chunk in chunks {
            parser.feed(chunk)?;
        }
        Ok(std::iter::from_fn(|| parser.next()).map(|event| (event.name, event.data)).collect())
    }

    fn pairs(events: &[(&str, &str)]) -> Vec<(String, String)> {
        events.iter().map(|(name, data)| ((*name).to_owned(), (*data).to_owned())).collect()
    }

    const STREAM: &str = ":\n\nevent: next\ndata: {\"data\":\ndata: 1}\n\nid: 7\nretry: 9\nevent:next\ndata:é\n\n: ping\n\nevent: complete\ndata:\n\n";

    fn expected() -> Vec<(String, String)> {
        pairs(&[("next", "{\"data\":\n1}"), ("next", "é"), ("complete", "")])
    }

    #[test]
    fn lines_end_in_each_of_three_ways() {
        for end in ["\n", "\r\n", "\r"] {
            let stream = STREAM.replace('\n', end);
            assert_eq!(events(&[stream.as_bytes()]), Ok(expected()), "{end:?}");
        }
    }

    #[test]
    fn what_is_left_out_and_what_is_cut_off() {
        let read = |text: &str| events(&[text.as_bytes()]);
        assert_eq!(read("event: complete\n\n"), Ok(pairs(&[("complete", "")])));
        assert_eq!(read("event: complete\ndata\n\n"), Ok(pairs(&[("complete", "")])));
        assert_eq!(read("\u{feff}data: 1\n\n"), Ok(pairs(&[("", "1")])));
        assert_eq!(read("data: 1\n"), Ok(Vec::new()));
        assert_eq!(read("\n\n\n"), Ok(Vec::new()));
    }

    #[test]
    fn what_is_too_long_or_no_text_is_refused() {
        let long = vec![b'x'; LIMIT + 1];
        assert_eq!(events(&[b"data: ", &long]), Err(too_long(LIMIT)));
        let lines = format!("data: {}\n", "x".repeat(1 << 20)).repeat(9);
        assert_eq!(events(&[lines.as_bytes()]), Err(too_long(LIMIT)));
        assert_eq!(events(&[b"data: \xff\n"]), Err("it sent an event that is not UTF-8".to_owned()));
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_makes_no_difference(cuts in prop::collection::vec(0..STREAM.len(), 0..8), crlf: bool) {
            let stream = if crlf { STREAM.replace('\n', "\r\n") } else { STREAM.to_owned() };
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
            cuts.extend([0, stream.len()]);
            cuts.sort_unstable();
            let chunks: Vec<&[u8]> = cuts.windows(2).map(|cut| &stream.as_bytes()[cut[0]..cut[1]]).collect();
            prop_assert_eq!(events(&chunks), Ok(expected()));
        }
    }
}
