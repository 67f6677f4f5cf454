//! Where the answer goes: records, notes, warnings and progress. The host draws all of it.

use serde::Serialize;

use crate::Result;
use crate::ports::{OutputPort, ProgressPort};

/// What one crossing carries at most; the host bounds what a single call may cost it.
const CHUNK_BYTES: usize = 1 << 20;

/// The command's answer, and what people are told beside it.
pub struct Output {
    port: Box<dyn OutputPort>,
}

impl Output {
    pub(crate) fn new(port: Box<dyn OutputPort>) -> Self {
        Output { port }
    }

    /// Adds one record, shaped as the command's answer says.
    ///
    /// An error of kind `closed` means that nobody reads on. Let `?` carry it out of the command:
    /// the run then ends as a success.
    pub fn emit(&self, record: &(impl Serialize + ?Sized)) -> Result {
        self.port.emit(&serde_json::to_string(record)?)
    }

    /// Adds many records, in as few crossings as their size allows.
    ///
    /// Ends like [`emit`](Output::emit) when nobody reads on.
    pub fn emit_all<T: Serialize>(&self, records: impl IntoIterator<Item = T>) -> Result {
        let mut chunk = Vec::new();
        let mut bytes = 0;
        for record in records {
            let record = serde_json::to_string(&record)?;
            if bytes + record.len() > CHUNK_BYTES && !chunk.is_empty() {
                self.port.emit_all(&chunk)?;
                chunk.clear();
                bytes = 0;
            }
            bytes += record.len();
            chunk.push(record);
        }
        if chunk.is_empty() { Ok(()) } else { self.port.emit_all(&chunk) }
    }

    /// Adds Markdown, for a command that answers with text.
    pub fn text(&self, markdown: &str) -> Result {
        self.port.text(markdown)
    }

    /// Tells people something beside the answer; `--quiet` silences it.
    pub fn note(&self, message: impl AsRef<str>) {
        self.port.note(message.as_ref());
    }

    /// Warns people; nothing silences it.
    pub fn warn(&self, message: impl AsRef<str>) {
        self.port.warn(message.as_ref());
    }

    /// Shows that work goes on, until what it returns is dropped; `total` is the number of steps.
    pub fn progress(&self, title: &str, total: Option<u32>) -> Progress {
        Progress { port: self.port.start_progress(title, total) }
    }
}

/// A display of work that goes on; dropping it ends it.
#[must_use = "dropping it ends the display"]
pub struct Progress {
    port: Box<dyn ProgressPort>,
}

impl Progress {
    /// Moves on by `by` steps.
    pub fn advance(&self, by: u32) {
        self.port.advance(by);
    }

    /// Says what it is at.
    pub fn describe(&self, message: impl AsRef<str>) {
        self.port.describe(message.as_ref());
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use super::*;

    struct Chunks(Rc<RefCell<Vec<usize>>>);

    struct NoProgress;

    impl ProgressPort for NoProgress {
        fn advance(&self, _: u32) {}
        fn describe(&self, _: &str) {}
    }

    impl OutputPort for Chunks {
        fn emit(&self, _: &str) -> Result {
            Ok(())
        }
        fn emit_all(&self, records: &[String]) -> Result {
            self.0.borrow_mut().push(records.len());
            Ok(())
        }
        fn text(&self, _: &str) -> Result {
            Ok(())
        }
        fn note(&self, _: &str) {}
        fn warn(&self, _: &str) {}
        fn start_progress(&self, _: &str, _: Option<u32>) -> Box<dyn ProgressPort> {
            Box::new(NoProgress)
        }
    }

    fn chunks(records: &[String]) -> Vec<usize> {
        let seen = Rc::new(RefCell::new(Vec::new()));
        Output::new(Box::new(Chunks(Rc::clone(&seen)))).emit_all(records).unwrap();
        seen.take()
    }

    #[test]
    fn many_records_are_split_at_a_mebibyte() {
        let quarter = "x".repeat(CHUNK_BYTES / 4 - 2);
        assert_eq!(chunks(&vec![quarter; 9]), [4, 4, 1]);
    }

    #[test]
    fn a_record_above_the_limit_crosses_alone_and_nothing_does_not_cross() {
        let small = "x".to_owned();
        let large = "x".repeat(CHUNK_BYTES + 1);
        assert_eq!(chunks(&[small.clone(), large, small]), [1, 1, 1]);
        assert_eq!(chunks(&[]), [0; 0]);
    }
}
