//! Colours, by what they mean.
//!
//! The sixteen colours of the user's own palette only, but for pictures. A colour never says anything
//! that the words do not say too. Whether colours are allowed at all is decided by whoever fills in the style.

use crate::visible::Visible;

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Tone {
    #[default]
    Plain,
    /// A heading or a label.
    Strong,
    /// Beside the point.
    Faint,
    Good,
    /// On its way, or worth a look.
    Waiting,
    Bad,
    /// What to do about it.
    Advice,
}

impl Tone {
    /// What a state word means; words that say neither are plain.
    pub(crate) fn of_status(word: &str) -> Self {
        match word.to_ascii_lowercase().replace(['-', ' '], "_").as_str() {
            "ready" | "running" | "done" | "active" | "available" | "completed" | "complete"
            | "succeeded" | "success" | "healthy" | "online" | "enabled" | "up" | "ok" => Self::Good,
            "preparing" | "pending" | "submitted" | "created" | "creating" | "starting" | "stopping"
            | "updating" | "deleting" | "queued" | "waiting" | "provisioning" | "in_progress"
            | "degraded" => Self::Waiting,
            "failed" | "failure" | "error" | "rejected" | "aborted" | "crashed" | "unhealthy" | "offline"
            | "lost" | "timeout" | "timed_out" | "out_of_memory" | "node_fail" => Self::Bad,
            _ => Self::Plain,
        }
    }

    fn code(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Strong => Some("1"),
            Self::Faint => Some("2"),
            Self::Good => Some("32"),
            Self::Waiting => Some("33"),
            Self::Bad => Some("31"),
            Self::Advice => Some("36"),
        }
    }
}

/// `text` in the colour of `tone`, where `color` allows it.
pub(crate) fn paint(text: &str, tone: Tone, color: bool) -> String {
    match tone.code().filter(|_| color && !text.is_empty()) {
        Some(code) => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        None => text.to_owned(),
    }
}

/// Columns that `text` takes, which [`paint`] may have painted.
pub(crate) fn columns_painted(text: &str) -> usize {
    let mut plain = String::with_capacity(text.len());
    for (at, part) in text.split('\u{1b}').enumerate() {
        // What is painted was made visible before: the only sequences are those of this file.
        plain.push_str(if at == 0 { part } else { part.split_once('m').map_or("", |(_, rest)| rest) });
    }
    crate::width::columns(&plain)
}

/// `text` in black on white. These are numbers of the cube of 256 colours: unlike the sixteen, no
/// palette gives them another look, and a camera reads dark on light only.
pub(crate) fn in_black_on_white(text: &str) -> String {
    format!("\u{1b}[38;5;16;48;5;231m{text}\u{1b}[0m")
}

/// Text whose own colours stay, where `color` allows them, while everything else in it is made visible.
///
/// A colour is `ESC [ digits and semicolons m`, which changes how characters look and nothing else.
pub(crate) fn styled(text: &str, color: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("\u{1b}[") {
        let (before, escape) = rest.split_at(at);
        let digits = escape[2..].bytes().take_while(|byte| matches!(byte, b'0'..=b'9' | b';')).count();
        let is_color = escape[2 + digits..].starts_with('m');
        let length = if is_color { 3 + digits } else { 2 };
        out.push_str(&Visible::text(before).to_string());
        match (is_color, color) {
            (true, true) => out.push_str(&escape[..length]),
            (true, false) => {}
            (false, _) => out.push_str(&Visible::text(&escape[..length]).to_string()),
        }
        rest = &escape[length..];
    }
    out.push_str(&Visible::text(rest).to_string());
    out
}

#[cfg(test)]
mod tests {
    use super::styled;

    #[test]
    fn colours_stay_where_they_may_and_other_escapes_are_shown() {
        let text = "\u{1b}[1mUsage:\u{1b}[0m a\u{1b}[2J\u{1b}]0;x\u{7}\u{1b}[38;5;9mb\u{1b}[";
        assert_eq!(
            styled(text, true),
            "\u{1b}[1mUsage:\u{1b}[0m a\\u{1b}[2J\\u{1b}]0;x\\u{7}\u{1b}[38;5;9mb\\u{1b}["
        );
        assert_eq!(styled(text, false), "Usage: a\\u{1b}[2J\\u{1b}]0;x\\u{7}b\\u{1b}[");
    }
}
