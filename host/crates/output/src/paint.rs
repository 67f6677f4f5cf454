//! Colours, by what they mean.
//!
//! The sixteen colours of the user's own palette only, but for pictures. A colour never says anything
//! that the words do not say too. Whether colours are allowed at all is decided by whoever fills in the style.

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
