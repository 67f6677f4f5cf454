//! `plugin show` for people: who the pack is, what it adds, and what it may do, in plain words.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use vantage_policy::authority::{Line, warning};

use super::{Shown, Standing};
use crate::commands::plugin::telling;
use crate::context::Context;
use crate::error::HostError;
use crate::framed::framed;

impl Shown {
    /// The whole page.
    pub(super) fn drawn(&self, context: &Context) -> Result<String, HostError> {
        let columns = context.console().style().width;
        let profile = context.resolved()?.profile.name;
        let mut text = self.head(&profile, columns);
        text.push_str(&self.commands(columns));
        text.push_str(&self.authority(&profile, columns));
        Ok(text)
    }

    fn head(&self, profile: &str, columns: Option<usize>) -> String {
        let description = &self.pack.description;
        let mut text = format!("{} {}\n", description.id, description.version);
        let mut add = |first: &str, next: &str, words: &str| {
            text.push_str(&framed(first, next, words, columns));
            text.push('\n');
        };
        add("  | ", "  | ", &description.summary);
        add("", "", "");
        // Whole on a line of 80 columns, so that it can be copied.
        add("  ", "    ", self.pack.digest());
        add("  from      ", "          | ", &self.pack.source());
        if self.pack.follows() {
            add("            ", "            ", "which it follows: what is built there is what runs");
        }
        if let Some(lock) = self.pack.lock() {
            add("  lock      ", "            ", lock);
        }
        if let Some(added) = self.pack.added() {
            add("  added     ", "            ", &moment(added));
        }
        if self.pack.added().is_some() {
            let signed = match self.pack.key() {
                Some(key) => format!("signed with key {}", key.key_id()),
                None => "not verified: the pack is not signed".to_owned(),
            };
            add("  publisher ", "            ", &signed);
        }
        let others = self.pack.versions().iter().filter(|one| one.digest.to_string() != self.pack.digest());
        let others: Vec<String> = others.map(|one| one.version.to_string()).collect();
        if !others.is_empty() {
            add("  also kept ", "            ", &others.join(", "));
        }
        if let Some(license) = &description.license {
            add("  license | ", "          | ", license);
        }
        if let Some(homepage) = &description.homepage {
            add("  home    | ", "          | ", homepage);
        }
        add("  profile   ", "            ", profile);
        if let Some(bar) = &self.refused {
            add("  policy    ", "            ", &format!("denied: {bar}; {}", bar.hint()));
        }
        text
    }

    fn commands(&self, columns: Option<usize>) -> String {
        let head = format!("Commands; {}", telling::legend(&self.lines, &self.words));
        let mut text = format!("\n{}\n", framed("", "", &head, columns));
        for command in self.pack.description.commands.iter().filter(|command| !command.hidden) {
            let line = format!("vantage {}", command.path.join(" "));
            text.push_str(&framed("  ", "    ", &line, columns));
            text.push('\n');
            text.push_str(&framed("    | ", "    | ", &command.summary, columns));
            text.push('\n');
        }
        text
    }

    fn authority(&self, profile: &str, columns: Option<usize>) -> String {
        if self.lines.is_empty() {
            let nothing = "It asks for nothing: neither the platform nor who you are.";
            return format!("\n{}\n", framed("", "", nothing, columns));
        }
        let mut text =
            format!("\n{}\n", framed("", "", &format!("What it may do in profile {profile}"), columns));
        let state = |line: &Line| {
            let (_, standing) = self.each().find(|(other, _)| other.capability == line.capability)?;
            Some(state(standing))
        };
        text.push_str(&telling::authority(&self.lines, &self.words, columns, state));
        if self.each().any(|(_, standing)| !standing.granted && standing.bar.is_none()) {
            let hint =
                format!("vantage plugin grant {} \"CAPABILITY\" allows more.", self.pack.description.id);
            text.push_str(&format!("\n{}\n", framed("  ", "  ", &hint, columns)));
        }
        if let Some(warning) = warning(&self.lines) {
            text.push_str(&format!("\n{}\n", framed("  ", "  ", &format!("Mind that {warning}."), columns)));
        }
        text
    }
}

/// How a line stands.
fn state(standing: &Standing) -> String {
    match (&standing.bar, standing.granted, &standing.since) {
        (Some(bar), ..) => format!("denied by policy: {}", bar.rule()),
        (None, true, Some(since)) => format!("granted since {}", moment(since)),
        (None, true, None) => "granted, as part of vantage".to_owned(),
        (None, false, _) => "not granted".to_owned(),
    }
}

/// A time as people read it; what is none is shown as it is.
fn moment(text: &str) -> String {
    match text.parse::<Timestamp>() {
        Ok(time) => time.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string(),
        Err(_) => text.to_owned(),
    }
}
