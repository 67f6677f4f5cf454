//! `plugin check` for people: what a user would be shown, and what the author should know.

use super::Report;
use super::schema::Compared;
use crate::commands::plugin::telling;
use crate::context::Context;
use crate::framed::framed;
use crate::platform_words::PlatformWords;

impl Report {
    /// The whole page.
    pub(super) fn drawn(&self, context: &Context) -> String {
        let columns = context.console().style().width;
        let mut text = self.head(columns);
        text.push_str(&self.commands(columns));
        text.push_str(&self.authority(columns));
        text.push_str(&list("Documents", self.documents().iter(), columns));
        text.push_str(&list("Warnings", self.warnings.iter(), columns));
        text.push_str(&list("Problems", self.problems.iter().map(|problem| &problem.message), columns));
        text
    }

    fn head(&self, columns: Option<usize>) -> String {
        let mut text = String::new();
        let mut add = |first: &str, next: &str, words: &str| {
            text.push_str(&framed(first, next, words, columns));
            text.push('\n');
        };
        match &self.description {
            Some(description) => {
                add("", "", &format!("{} {}", description.id, description.version));
                add("  | ", "  | ", &description.summary);
            }
            None => add("", "  ", &self.file),
        }
        add("", "", "");
        // Whole on a line of 80 columns, so that it can be copied.
        add("  ", "    ", &self.digest);
        add("  size      ", "            ", &format!("{} bytes", self.size));
        if let Some(start) = &self.start {
            let [time, memory] = start.words();
            add("  start     ", "            ", &time);
            add("  describing ", "             ", &memory);
        }
        add("  signature ", "            ", &self.signed.words());
        for (index, import) in self.imports.iter().enumerate() {
            add(if index == 0 { "  imports   " } else { "            " }, "            ", import);
        }
        text
    }

    /// How they fit, API by API, and where they do not.
    fn documents(&self) -> Vec<String> {
        let lines = |compared: &Compared| [vec![compared.words()], compared.misfits()].concat();
        self.schema.iter().flat_map(lines).collect()
    }

    fn commands(&self, columns: Option<usize>) -> String {
        let Some(description) = &self.description else {
            return String::new();
        };
        let head = format!("Commands; {}", telling::legend(&self.lines, &PlatformWords::default()));
        let mut text = format!("\n{}\n", framed("", "", &head, columns));
        for command in &description.commands {
            let hidden = if command.hidden { " (left out of help)" } else { "" };
            let line = format!("vantage {}{hidden}", command.path.join(" "));
            text.push_str(&framed("  ", "    ", &line, columns));
            text.push('\n');
            text.push_str(&framed("    | ", "    | ", &command.summary, columns));
            text.push('\n');
        }
        text
    }

    fn authority(&self, columns: Option<usize>) -> String {
        match (&self.description, self.lines.is_empty()) {
            (None, _) => String::new(),
            (Some(_), true) => "\nIt asks for nothing: neither the platform nor who you are.\n".to_owned(),
            (Some(_), false) => {
                let drawn = telling::authority(&self.lines, &PlatformWords::default(), columns, |_| None);
                format!("\nIt asks to be allowed all of this\n{drawn}")
            }
        }
    }
}

fn list<'a>(head: &str, lines: impl Iterator<Item = &'a String>, columns: Option<usize>) -> String {
    let lines: Vec<String> = lines.map(|line| framed("  - ", "    ", line, columns) + "\n").collect();
    if lines.is_empty() { String::new() } else { format!("\n{head}\n{}", lines.concat()) }
}
