//! Work that goes on, as one line at the bottom of the terminal.
//!
//! The board keeps what is going on and says what line is due; it draws nothing and starts no
//! thread, so that time is an argument in its tests. It is small and our own rather than a crate's,
//! because the line has to share one lock, and the streams that the console was given, with notes
//! and rows. Work that is done within [`DELAY`] is never shown.

use std::time::{Duration, Instant};

use crate::humanize::bar;
use crate::visible::Visible;
use crate::width;

/// How long work goes on before anything is drawn.
pub(crate) const DELAY: Duration = Duration::from_millis(300);

/// Time between two drawings.
pub(crate) const INTERVAL: Duration = Duration::from_millis(100);

/// A picture per drawing, so that a wait without numbers is seen to go on.
const SPINNER: [char; 4] = ['|', '/', '-', '\\'];

/// Columns of a bar that is full.
const BAR: usize = 20;

/// What a title or a message may take; the rest of a pack's sentence is not progress.
const WORDS: usize = 60;

/// All work that goes on.
#[derive(Default)]
pub(crate) struct Board {
    items: Vec<Item>,
    next: u64,
    frame: usize,
    drawn: Option<Instant>,
}

struct Item {
    id: u64,
    title: String,
    message: String,
    total: Option<u64>,
    done: u64,
    began: Instant,
}

impl Board {
    /// Adds work that begins at `now`; `speaker` is the pack whose work it is, or empty.
    pub(crate) fn start(&mut self, speaker: &str, title: &str, total: Option<u32>, now: Instant) -> u64 {
        let id = self.next;
        self.next += 1;
        let speaker =
            if speaker.is_empty() { String::new() } else { format!("{}: ", Visible::line(speaker)) };
        let title = format!("{speaker}{}", Visible::line(title).cut(WORDS));
        let total = total.filter(|total| *total > 0).map(u64::from);
        self.items.push(Item { id, title, message: String::new(), total, done: 0, began: now });
        id
    }

    /// Moves work on. Work that has ended is no error.
    pub(crate) fn advance(&mut self, id: u64, by: u32) {
        self.change(id, |item| item.done = item.done.saturating_add(u64::from(by)));
    }

    /// Says what work is at.
    pub(crate) fn describe(&mut self, id: u64, message: &str) {
        self.change(id, |item| item.message = Visible::line(message).cut(WORDS).to_string());
    }

    /// Ends work.
    pub(crate) fn end(&mut self, id: u64) {
        self.items.retain(|item| item.id != id);
    }

    /// Ends all work.
    pub(crate) fn clear(&mut self) {
        self.items.clear();
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The line that is due at `now`: about the latest work that has gone on long enough.
    pub(crate) fn line(&mut self, now: Instant, width: Option<usize>) -> Option<String> {
        let is_early = self.drawn.is_some_and(|drawn| now.duration_since(drawn) < INTERVAL);
        if is_early {
            return None;
        }
        let item = self.items.iter().rev().find(|item| now.duration_since(item.began) >= DELAY)?;
        self.drawn = Some(now);
        self.frame = (self.frame + 1) % SPINNER.len();
        // One column stays free: a full line would wrap on some terminals.
        let room = width.unwrap_or(width::DEFAULT).saturating_sub(1);
        Some(width::cut(&item.line(SPINNER[self.frame]), room))
    }

    fn change(&mut self, id: u64, change: impl FnOnce(&mut Item)) {
        if let Some(item) = self.items.iter_mut().find(|item| item.id == id) {
            change(item);
        }
    }
}

impl Item {
    fn line(&self, spinner: char) -> String {
        let mut line = match self.total {
            Some(total) => {
                let ratio = (self.done as f64 / total as f64).min(1.0);
                format!("{} {} {}/{total}", self.title, bar(ratio, BAR), self.done)
            }
            None if self.done > 0 => format!("{spinner} {} {}", self.title, self.done),
            None => format!("{spinner} {}", self.title),
        };
        if !self.message.is_empty() {
            line.push(' ');
            line.push_str(&self.message);
        }
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(begin: Instant, milliseconds: u64) -> Instant {
        begin + Duration::from_millis(milliseconds)
    }

    #[test]
    fn short_work_is_never_shown() {
        let begin = Instant::now();
        let mut board = Board::default();
        let id = board.start("", "fetching clusters", None, begin);
        assert_eq!(board.line(after(begin, 299), None), None);
        board.end(id);
        assert!(board.is_empty());
        assert_eq!(board.line(after(begin, 400), None), None);
    }

    #[test]
    fn long_work_is_drawn_ten_times_a_second() {
        let begin = Instant::now();
        let mut board = Board::default();
        let id = board.start("acme/x", "reading", Some(400), begin);
        let drawn = (0..1000)
            .filter(|millisecond| {
                board.advance(id, 1);
                board.line(after(begin, *millisecond), Some(80)).is_some()
            })
            .count();
        assert_eq!(drawn, 7);
        board.describe(id, "page 3\u{1b}[2J");
        let line = board.line(after(begin, 2000), Some(80)).unwrap();
        assert_eq!(line, "acme/x: reading ████████████████████ 1000/400 page 3\\u{1b}[2J");
        assert_eq!(width::columns(&board.line(after(begin, 3000), Some(20)).unwrap()), 19);
    }

    #[test]
    fn the_latest_long_work_is_shown() {
        let begin = Instant::now();
        let mut board = Board::default();
        board.start("", "outer", None, begin);
        board.start("", "inner", None, after(begin, 600));
        assert!(board.line(after(begin, 700), None).unwrap().ends_with("outer"));
        assert!(board.line(after(begin, 900), None).unwrap().ends_with("inner"));
    }
}
