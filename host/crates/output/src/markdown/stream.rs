//! Markdown that comes in parts: each block is given on as soon as it has ended.
//!
//! A block has ended at an empty line behind which something begins at the margin that cannot belong to
//! it. That is told line by line, without parsing: where it cannot be told, the block goes on.

/// A block that is longer than this is given on as far as it is there.
const LONGEST: usize = 64 * 1024;

/// A text that is set as it comes, block by block.
#[derive(Debug)]
pub(crate) struct Setting {
    blocks: Blocks,
    width: usize,
    color: bool,
    has_begun: bool,
}

impl Setting {
    /// A text in rows of at most `width` columns.
    pub(crate) fn new(width: usize, color: bool) -> Self {
        Self { blocks: Blocks::default(), width, color, has_begun: false }
    }

    /// Adds text; gives the rows of the blocks that have ended.
    pub(crate) fn push(&mut self, text: &str) -> String {
        let ended = self.blocks.push(text);
        ended.iter().map(|block| self.set(block)).collect()
    }

    /// Ends the text; gives the rows of what is left of it.
    pub(crate) fn finish(&mut self) -> String {
        let rest = self.blocks.finish();
        rest.map(|block| self.set(&block)).unwrap_or_default()
    }

    fn set(&mut self, block: &str) -> String {
        let rows = super::rows(block, self.width, self.color);
        if rows.is_empty() {
            return String::new();
        }
        // Blocks stand apart, as those that are set together do.
        let apart = if std::mem::replace(&mut self.has_begun, true) { "\n" } else { "" };
        format!("{apart}{}\n", rows.join("\n"))
    }
}

/// Takes text as it comes, and gives whole blocks.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// Whole lines of the block that is open.
    open: String,
    /// The line that has not ended.
    line: String,
    /// The fence that has to come to end the code that is open.
    fence: Option<String>,
    /// Whether the last line was empty.
    gap: bool,
    /// Whether the block is a list, which goes on behind empty lines.
    is_list: bool,
}

impl Blocks {
    /// Adds text; gives the blocks that have ended.
    pub(super) fn push(&mut self, text: &str) -> Vec<String> {
        let mut ended = Vec::new();
        for part in text.split_inclusive('\n') {
            self.line.push_str(part);
            if part.ends_with('\n') {
                let line = std::mem::take(&mut self.line);
                self.line(&line, &mut ended);
            } else if self.open.len() + self.line.len() > LONGEST {
                self.open.push_str(&std::mem::take(&mut self.line));
                ended.push(self.take());
            }
        }
        ended
    }

    /// Ends the text; gives what is left of it.
    pub(super) fn finish(&mut self) -> Option<String> {
        let line = std::mem::take(&mut self.line);
        self.open.push_str(&line);
        let rest = self.take();
        (!rest.trim().is_empty()).then_some(rest)
    }

    fn line(&mut self, line: &str, ended: &mut Vec<String>) {
        let is_empty = line.trim().is_empty();
        let begins_anew = self.gap
            && !is_empty
            && self.fence.is_none()
            && !line.starts_with([' ', '\t'])
            && !(self.is_list && is_item(line));
        if begins_anew || (self.open.len() + line.len() > LONGEST && !self.open.is_empty()) {
            ended.push(self.take());
        }
        if self.open.is_empty() {
            self.is_list = is_item(line);
        }
        self.gap = is_empty && self.fence.is_none();
        match (&self.fence, fence(line)) {
            (None, Some(mark)) => self.fence = Some(mark),
            (Some(open), Some(mark)) if mark.starts_with(open.as_str()) => self.fence = None,
            _ => {}
        }
        if !(is_empty && self.open.is_empty()) {
            self.open.push_str(line);
        }
    }

    fn take(&mut self) -> String {
        self.gap = false;
        std::mem::take(&mut self.open)
    }
}

/// The mark that fences code, where the line is one.
fn fence(line: &str) -> Option<String> {
    let line = line.trim();
    let mark = line.chars().next().filter(|mark| matches!(mark, '`' | '~'))?;
    let length = line.chars().take_while(|character| *character == mark).count();
    (length >= 3).then(|| mark.to_string().repeat(length))
}

fn is_item(line: &str) -> bool {
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &line[digits..];
    let has_mark = if digits == 0 { rest.starts_with(['-', '*', '+']) } else { rest.starts_with(['.', ')']) };
    has_mark && rest[1..].starts_with([' ', '\t', '\n'])
}
