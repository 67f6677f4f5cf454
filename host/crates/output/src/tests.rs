//! The crate from outside: what stands on both streams after an answer, in every format.
//!
//! Rules of single modules are tested beside them; here is what users and scripts see. Streams are
//! buffers, the time is pinned, and no test waits.

mod formats;
mod held;
mod live;
mod notices;
mod pipes;
mod properties;
mod shapes;
mod tables;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use crate::{AnswerSpec, Column, ColumnFormat, Console, Flow, Format, Shape, Style};

/// A stream that can be looked at.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Vec<u8>>>);

impl Capture {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Capture {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A console and what it wrote.
struct Bench {
    console: Console,
    stdout: Capture,
    stderr: Capture,
}

impl Bench {
    fn new(style: Style) -> Self {
        let (stdout, stderr) = (Capture::default(), Capture::default());
        let console = Console::new(Box::new(stdout.clone()), Box::new(stderr.clone()), style);
        Self { console, stdout, stderr }
    }

    /// Answers with `records` and gives both streams.
    fn answer(style: Style, spec: AnswerSpec, records: &[&str]) -> (String, String) {
        let bench = Self::new(style);
        let mut answer = bench.console.answer(spec).unwrap();
        for record in records {
            if answer.record(record).unwrap() != Flow::Continue {
                break;
            }
        }
        answer.finish().unwrap();
        (bench.stdout.text(), bench.stderr.text())
    }
}

/// What a pipe gets, at a pinned time.
fn piped(format: Option<Format>) -> Style {
    Style { format, now: "2026-11-23T12:00:00Z".parse().unwrap(), ..Style::default() }
}

/// What a terminal of `width` columns gets.
fn terminal(format: Option<Format>, width: usize) -> Style {
    Style { stdout_terminal: true, stderr_terminal: true, width: Some(width), ..piped(format) }
}

fn column(title: &str, pointer: &str, format: ColumnFormat) -> Column {
    Column { title: title.to_owned(), pointer: pointer.to_owned(), format, wide: false }
}

fn clusters(shape: Shape) -> AnswerSpec {
    let owner = Column { wide: true, ..column("Owner", "/owner/email", ColumnFormat::Text) };
    AnswerSpec {
        shape,
        key: None,
        columns: vec![
            column("Name", "/name", ColumnFormat::Text),
            column("Status", "/status", ColumnFormat::Status),
            column("Memory", "/memory", ColumnFormat::Size),
            column("Created", "/created", ColumnFormat::Time),
            column("Description", "/description", ColumnFormat::Text),
            owner,
        ],
        noun: "clusters".to_owned(),
    }
}

const GPU: &str = r#"{"name":"gpu-7","status":"ready","memory":17179869184,"created":"2026-11-20T12:00:00Z","description":"four\tGPUs, \"fast\"\nand a C:\\ drive","owner":{"email":"ada@example.com"},"cost":1e400}"#;
const SMALL: &str = r#"{"name": "small", "status": "failed", "memory": null, "created": "2026-11-23T11:59:00Z", "description": "", "owner": null, "cost": 12345678901234567890}"#;
