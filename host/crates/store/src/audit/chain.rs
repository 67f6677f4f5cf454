//! Whether each line of the audit log continues the one before it, judged as they are read.
//!
//! It keeps one line's place and a few numbers, however long the log is. What it cannot judge, such
//! as a line before a part that is gone, it passes; what it finds wrong it goes on from. Reading the
//! lines is `raw.rs`'s business, and showing what was found is that of the host.

use std::path::Path;

use super::head::{Found, Head};
use super::line::{self, Link, NOTHING, Read, Remark, Unreadable};
use super::problem::{AuditFault, AuditProblem};
use super::raw::RawLine;
use crate::digest::Digest;

/// What the lines so far come to.
#[derive(Debug)]
pub(super) struct Chain {
    head: Option<Head>,
    /// The last line whose hash was right and whose number rose.
    last: Option<Link>,
    /// The first such line.
    first: Option<Link>,
    /// Lines after it that could not be read.
    unread: u64,
    /// The last of those, until it is known whether it was torn.
    bad: Option<Bad>,
    pub(super) torn: u64,
    pub(super) good: u64,
}

/// A line that could not be read.
#[derive(Debug)]
struct Bad {
    problem: AuditProblem,
    length: u64,
    content: Digest,
    ended: bool,
}

impl Chain {
    pub(super) fn new(head: Found) -> Self {
        Self { head: head.good(), last: None, first: None, unread: 0, bad: None, torn: 0, good: 0 }
    }

    /// The first and the last line that could be read.
    pub(super) fn ends(&self) -> Option<(Link, Link)> {
        self.first.zip(self.last)
    }

    /// Takes the next line, and gives what it says, where it can be read at all.
    pub(super) fn take(
        &mut self,
        path: &Path,
        raw: &RawLine,
        problems: &mut impl Extend<AuditProblem>,
    ) -> Option<Read> {
        let problem = |fault| AuditProblem { path: path.to_owned(), line: Some(raw.number), fault };
        let read = match raw.text.as_deref().map(line::read) {
            Some(Ok(read)) => read,
            unreadable => {
                problems.extend(self.bad.take().map(|bad| bad.problem));
                let fault = match unreadable {
                    None => AuditFault::TooLong,
                    Some(Err(Unreadable::Foreign(reason))) => AuditFault::Foreign { reason },
                    Some(Err(Unreadable::Newer(version))) => AuditFault::Newer { version },
                    Some(_) => AuditFault::Altered,
                };
                let (length, content, ended) = (raw.length, raw.digest(), raw.ended);
                self.bad = Some(Bad { problem: problem(fault), length, content, ended });
                self.unread += 1;
                return None;
            }
        };
        self.settle_bad(&read, problems);
        problems.extend(self.fault_of(&read).map(problem));
        if let Some(Remark::Head { .. }) = read.remark {
            problems.extend([problem(AuditFault::HeadWasGone)]);
        }
        if self
            .head
            .is_some_and(|head| head.last.sequence == read.link.sequence && head.last.hash != read.link.hash)
        {
            problems.extend([problem(AuditFault::Replaced)]);
        }
        self.go_on(read.link);
        Some(read)
    }

    /// A line that a remark explains was torn, not altered.
    fn settle_bad(&mut self, read: &Read, problems: &mut impl Extend<AuditProblem>) {
        let Some(bad) = self.bad.take() else {
            return;
        };
        match &read.remark {
            Some(Remark::Torn { bytes, content, .. }) if (*bytes, *content) == (bad.length, bad.content) => {
                self.torn += 1;
                self.unread -= 1;
            }
            _ => problems.extend([bad.problem]),
        }
    }

    /// What is wrong with the place of a line whose hash is right.
    fn fault_of(&self, read: &Read) -> Option<AuditFault> {
        let Link { sequence, .. } = read.link;
        let Some(last) = self.last else {
            let expected = self.head.map_or(sequence, |head| head.oldest).saturating_add(self.unread);
            return match sequence {
                _ if sequence > expected => {
                    Some(AuditFault::MissingBefore { from: expected - self.unread, to: sequence - 1 })
                }
                1 if read.previous != NOTHING => Some(AuditFault::Unlinked),
                _ => None,
            };
        };
        let next = last.sequence.saturating_add(1);
        if sequence < next {
            Some(AuditFault::OutOfOrder { sequence, after: last.sequence })
        } else if sequence > next.saturating_add(self.unread) {
            Some(AuditFault::MissingBefore { from: next, to: sequence - 1 })
        } else if self.unread == 0 && read.previous != last.hash {
            Some(AuditFault::Unlinked)
        } else {
            None
        }
    }

    fn go_on(&mut self, link: Link) {
        self.good += 1;
        self.first = self.first.or(Some(link));
        if self.last.is_none_or(|last| last.sequence < link.sequence) {
            self.last = Some(link);
            self.unread = 0;
        }
    }

    /// Ends the chain: compares where it ends with the head. `path` is the newest file, `lines` how
    /// many it has.
    pub(super) fn end(&mut self, path: &Path, lines: u64, problems: &mut impl Extend<AuditProblem>) {
        let here = |fault| AuditProblem { path: path.to_owned(), line: (lines > 0).then_some(lines), fault };
        let last = self.last.map_or(0, |last| last.sequence);
        let written = self.head.map(|head| head.last.sequence);
        let bad = self.bad.take();
        let is_torn = bad.as_ref().is_some_and(|bad| !bad.ended);
        if is_torn && written.is_none_or(|written| written <= last) {
            self.torn += 1;
            return;
        }
        if let Some(bad) = bad {
            let fault = if is_torn { AuditFault::Cut } else { bad.problem.fault };
            problems.extend([AuditProblem { fault, ..bad.problem }]);
        }
        let Some(head) = self.head else {
            return;
        };
        let begins = if self.last.is_some() { last + 1 } else { head.oldest };
        let from = begins.saturating_add(self.unread);
        if from <= head.last.sequence {
            problems.extend([here(AuditFault::MissingAfter { from, to: head.last.sequence })]);
        }
    }

    /// Whether the head is behind by more than the one line that a killed process can leave it behind.
    pub(super) fn head_behind(&self) -> Option<AuditFault> {
        let (head, last) = (self.head?.last.sequence, self.last?.sequence);
        (last > head.saturating_add(1)).then_some(AuditFault::HeadBehind { sequence: head, last })
    }
}
