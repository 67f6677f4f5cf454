//! One answer, from its first record to its last: shape, limit, order, and the renderer's text.
//!
//! What the user asked for is checked when the answer begins; records then stream, unless `--sort`
//! has to see all of them. The command is told when to stop: at the limit, or when nobody reads on.

mod filtered;

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use filtered::Filtered;

use crate::console::Console;
use crate::error::OutputError;
use crate::markdown::Setting;
use crate::order::Order;
use crate::record::{Pointer, Record, validated};
use crate::render::{self, Render, View, json, yaml};
use crate::select::{self, Chosen};
use crate::style::{AnswerSpec, Column, Format, Shape};
use crate::visible::VisibleText;
use crate::width;

/// Of so many keys of a live answer it is known what was last said of them; of more, everything is said.
const KEYS: usize = 65_536;

/// Bytes of records that wait to be sorted, as they are held: as much as a pack may have for itself.
const SORTED: usize = 256 * 1024 * 1024;

/// Bytes of a text that is given whole, which takes several times as much when it is written as JSON.
/// Nobody reads a text so long.
const TEXT: usize = 16 * 1024 * 1024;

/// Rows of text that are wider than this are hard to read.
const WIDEST: usize = 100;

/// Whether a command should go on answering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Go on.
    Continue,
    /// The limit is reached: what follows would not be shown.
    Full,
    /// The reader went away: end quietly, with exit status 0.
    Closed,
}

/// An answer that is being written.
///
/// It ends with [`Answer::finish`], or with [`Answer::abandon`] where the command failed.
pub struct Answer {
    console: Console,
    spec: AnswerSpec,
    format: Format,
    renderer: Box<dyn Render>,
    /// The columns; none until the first record where the command declares none.
    columns: Option<Vec<Chosen>>,
    order: Option<Order>,
    filter: Option<Filtered>,
    /// A live answer's keys, each with the record that was last given for it; both as hashes, so that
    /// whatever records are, this stays small.
    said: HashMap<u64, u64>,
    /// Records that came.
    came: usize,
    /// Records that were rendered.
    rendered: usize,
    /// Text that came, for formats that can only give it whole.
    text: String,
    /// Text as it is shown: it may be cut anywhere between two calls.
    visible: VisibleText,
    ends_in_newline: bool,
    /// Sets text in rows, where people read it on a terminal.
    setting: Option<Setting>,
    flow: Flow,
}

impl Answer {
    pub(crate) fn new(console: Console, spec: AnswerSpec) -> Result<Self, OutputError> {
        let style = console.style();
        let format = style.format_of(spec.shape);
        if style.columns.is_some() && format.carries_whole_records() {
            return Err(OutputError::WholeRecords { format });
        }
        if style.sort.is_some() && spec.shape == Shape::Live {
            return Err(OutputError::SortLive);
        }
        let renderer = render::renderer(format, &spec, style);
        let filter = Filtered::new(style, spec.shape, format)?;
        let is_read = style.stdout_terminal && !format.carries_whole_records();
        let width = style.width.unwrap_or(width::DEFAULT).min(WIDEST);
        let setting = is_read.then(|| Setting::new(width, style.stdout_color));
        let mut answer = Self {
            renderer,
            filter,
            format,
            columns: None,
            order: None,
            said: HashMap::new(),
            came: 0,
            rendered: 0,
            text: String::new(),
            visible: VisibleText::new(),
            ends_in_newline: true,
            setting,
            flow: Flow::Continue,
            spec,
            console,
        };
        if !answer.spec.columns.is_empty() {
            let columns = std::mem::take(&mut answer.spec.columns);
            answer.settle(&columns)?;
            answer.spec.columns = columns;
        }
        Ok(answer)
    }

    /// Adds one record: a JSON text, of which nothing but the space between tokens is changed.
    ///
    /// Fails where it is not JSON, does not belong in an answer of this shape, or cannot be written.
    pub fn record(&mut self, json: &str) -> Result<Flow, OutputError> {
        self.expect_record()?;
        if self.flow == Flow::Continue && self.limit() == Some(0) {
            self.flow = Flow::Full;
        }
        if self.flow != Flow::Continue {
            return Ok(self.flow);
        }
        self.came += 1;
        if self.is_no_news(json)? {
            return Ok(self.flow);
        }
        if self.columns.is_none()
            && (self.console.style().sort.is_some() || !self.format.carries_whole_records())
        {
            let columns = select::derive(&Record::read(json)?, self.spec.shape == Shape::One);
            self.settle(&columns)?;
        }
        if let Some(order) = &mut self.order {
            order.hold(&Record::read(json)?, json);
            if order.bytes() > SORTED {
                return Err(OutputError::TooMuchToSort { allowed: SORTED });
            }
            return Ok(Flow::Continue);
        }
        self.render(json)
    }

    /// Adds records that came together, and writes them together.
    pub fn records<T: AsRef<str>>(&mut self, records: &[T]) -> Result<Flow, OutputError> {
        for record in records {
            if self.record(record.as_ref())? != Flow::Continue {
                break;
            }
        }
        self.flush()
    }

    /// Adds Markdown. On a terminal it is set in rows, a block as soon as it has ended; elsewhere it is
    /// printed sanitized but otherwise as it is. JSON and YAML give the whole of it as one string.
    pub fn text(&mut self, markdown: &str) -> Result<Flow, OutputError> {
        if self.spec.shape != Shape::Text {
            return Err(self.unexpected("it answered with text"));
        }
        if self.flow != Flow::Continue {
            return Ok(self.flow);
        }
        self.came += 1;
        if self.format.carries_whole_records() {
            if self.text.len() + markdown.len() > TEXT {
                return Err(OutputError::TooMuchText { allowed: TEXT });
            }
            self.text.push_str(markdown);
            return Ok(Flow::Continue);
        }
        if let Some(setting) = &mut self.setting {
            let rows = setting.push(markdown);
            return self.write(&rows);
        }
        if let Some(last) = markdown.chars().next_back() {
            self.ends_in_newline = last == '\n';
        }
        let visible = self.visible.push(markdown);
        self.write(&visible)
    }

    /// Writes what was gathered, so that it is seen now.
    pub fn flush(&mut self) -> Result<Flow, OutputError> {
        let frame = {
            let style = self.console.style_now();
            let columns = self.columns.as_deref().unwrap_or_default();
            self.renderer.frame(&View { columns, style: &style })
        };
        let flow = match frame {
            Some(frame) => self.console.redraw(frame)?,
            None => self.console.flush()?,
        };
        Ok(self.follow(flow))
    }

    /// Draws anew what is drawn over and over: the terminal has another size now.
    pub fn resized(&mut self) -> Result<Flow, OutputError> {
        self.renderer.resized();
        self.flush()
    }

    /// Ends the answer of a command that did what it was asked.
    pub fn finish(self) -> Result<(), OutputError> {
        self.end(true)
    }

    /// Ends the answer of a command that failed: writes what came, but says nothing of an answer
    /// that has not begun, so that standard output stays empty then.
    pub fn abandon(self) -> Result<(), OutputError> {
        self.end(false)
    }

    fn end(mut self, complete: bool) -> Result<(), OutputError> {
        if let Some(order) = self.order.take() {
            for json in order.release().take(self.limit().unwrap_or(usize::MAX)) {
                if self.render(&json)? == Flow::Closed {
                    break;
                }
            }
        }
        let mut out = String::new();
        if let Some(mut filter) = self.filter.take() {
            // Nothing is made of half an array.
            if complete && self.flow != Flow::Closed {
                let flow = match self.spec.shape {
                    Shape::Text if self.came > 0 => {
                        filter.pass(&serde_json::Value::from(self.text.as_str()).to_string(), &self.console)
                    }
                    _ => filter.end(&self.console),
                };
                self.follow(flow?);
            }
            self.flush()?;
            return Ok(());
        }
        match self.spec.shape {
            Shape::Nothing => {}
            Shape::Text => self.end_text(&mut out),
            Shape::One if self.rendered == 0 => {}
            _ => {
                let style = self.console.style_now();
                let view = View { columns: self.columns.as_deref().unwrap_or_default(), style: &style };
                self.renderer.end(&view, complete, &mut out);
            }
        }
        if self.spec.shape == Shape::Live {
            // What was drawn over until now is written once more, to stay.
            let flow = self.console.redraw(String::new())?;
            self.follow(flow);
        }
        self.write(&out)?;
        self.flush()?;
        self.remark(complete);
        Ok(())
    }

    /// The end of a text: its last newline, or all of it.
    fn end_text(&mut self, out: &mut String) {
        if let Some(setting) = &mut self.setting {
            out.push_str(&setting.finish());
        }
        out.push_str(&self.visible.finish());
        match self.format {
            _ if self.came == 0 => {}
            Format::Json | Format::Jsonl => {
                json::escape_hidden(&serde_json::Value::from(self.text.as_str()).to_string(), out);
                out.push('\n');
            }
            Format::Yaml => {
                yaml::string(&self.text, out);
                out.push('\n');
            }
            _ if !self.ends_in_newline => out.push('\n'),
            _ => {}
        }
    }

    /// What people are told about a list that shows less than they may expect.
    fn remark(&self, complete: bool) {
        let is_list = matches!(self.spec.shape, Shape::Many | Shape::Live);
        if complete
            && is_list
            && self.came == 0
            && self.limit() != Some(0)
            && !self.format.carries_whole_records()
        {
            self.console.note(&format!("No {}.", self.spec.noun));
        }
        let left_out = self.renderer.left_out();
        if !left_out.is_empty() && self.flow != Flow::Closed {
            self.console.note(&format!("no room for: {}; -o text shows every column", left_out.join(", ")));
        }
    }

    /// Whether this is what was last said of the same key. Whoever follows something is told of it
    /// anew each time a connection is made anew, and people and programs want changes.
    fn is_no_news(&mut self, json: &str) -> Result<bool, OutputError> {
        let Some(key) = self.spec.key.as_deref().filter(|_| self.spec.shape == Shape::Live) else {
            return Ok(false);
        };
        let key = hash(&Record::read(json)?.cell(&Pointer::parse(key)).exact());
        if self.said.len() >= KEYS && !self.said.contains_key(&key) {
            return Ok(false);
        }
        let record = hash(json);
        Ok(self.said.insert(key, record) == Some(record))
    }

    fn expect_record(&self) -> Result<(), OutputError> {
        match self.spec.shape {
            Shape::Many | Shape::Live => Ok(()),
            Shape::One if self.came == 0 => Ok(()),
            Shape::One => Err(self.unexpected("it answered with a second record")),
            Shape::Nothing | Shape::Text => Err(self.unexpected("it answered with a record")),
        }
    }

    fn unexpected(&self, came: &'static str) -> OutputError {
        OutputError::Shape { shape: self.spec.shape.name(), came }
    }

    /// Chooses columns and order among `columns`.
    fn settle(&mut self, columns: &[Column]) -> Result<(), OutputError> {
        let style = self.console.style();
        self.columns = Some(select::choose(columns, style)?);
        if let Some(sort) = &style.sort {
            let (name, descending) = match sort.strip_prefix('-') {
                Some(name) => (name, true),
                None => (sort.as_str(), false),
            };
            let column = Chosen::from(select::find(columns, name)?);
            self.order = (self.spec.shape == Shape::Many).then(|| Order::new(column, descending));
        }
        Ok(())
    }

    fn render(&mut self, json: &str) -> Result<Flow, OutputError> {
        if let Some(filter) = &mut self.filter {
            let flow = filter.record(validated(json)?.get(), &self.console)?;
            self.follow(flow);
        } else {
            let mut out = String::new();
            let view =
                View { columns: self.columns.as_deref().unwrap_or_default(), style: self.console.style() };
            if self.format.carries_whole_records() {
                self.renderer.whole(validated(json)?, &mut out)?;
            } else {
                self.renderer.row(&Record::read(json)?, &view, &mut out)?;
            }
            self.write(&out)?;
        }
        self.rendered += 1;
        if self.flow == Flow::Continue && self.limit() == Some(self.rendered) {
            self.flow = Flow::Full;
        }
        Ok(self.flow)
    }

    fn write(&mut self, text: &str) -> Result<Flow, OutputError> {
        if text.is_empty() {
            return Ok(self.flow);
        }
        let flow = self.console.write(text)?;
        Ok(self.follow(flow))
    }

    /// What the stream says counts more than the limit.
    fn follow(&mut self, flow: Flow) -> Flow {
        if flow == Flow::Closed {
            self.flow = Flow::Closed;
        }
        self.flow
    }

    fn limit(&self) -> Option<usize> {
        match self.spec.shape {
            Shape::Many | Shape::Live => self.console.style().limit,
            _ => None,
        }
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

impl std::fmt::Debug for Answer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Answer")
            .field("spec", &self.spec)
            .field("format", &self.format)
            .field("came", &self.came)
            .finish_non_exhaustive()
    }
}
