//! What an error means for whoever started the command, and what they can do.
//!
//! Apart from the messages, which say only what was wrong. The host asks for both when it ends with
//! an error of this crate; `list.rs` and the catalog keep the message of a broken pack.

use std::error::Error;
use std::path::Path;

use super::StoreError;

/// What an error means for whoever started the command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StoreErrorKind {
    /// The command line asks for what cannot be.
    Usage,
    /// What was named is not there.
    NotFound,
    /// Someone else has it.
    Conflict,
    /// A rule forbids it.
    Denied,
    /// Worth trying again.
    Unavailable,
    /// Anything else.
    Failed,
}

impl StoreError {
    /// What the error means for whoever started the command.
    pub fn kind(&self) -> StoreErrorKind {
        match self {
            Self::InvalidAlias { .. } | Self::InvalidDigest { .. } | Self::SourceNotFile { .. } => {
                StoreErrorKind::Usage
            }
            Self::SourceNotFound { .. }
            | Self::NotInstalled { .. }
            | Self::NoGeneration { .. }
            | Self::NoEarlier { .. } => StoreErrorKind::NotFound,
            Self::NameClash { .. } => StoreErrorKind::Conflict,
            Self::Trust(_) | Self::Reserved { .. } | Self::Bundled { .. } | Self::Signature { .. } => {
                StoreErrorKind::Denied
            }
            Self::Locked { .. } => StoreErrorKind::Unavailable,
            _ => StoreErrorKind::Failed,
        }
    }

    /// What the user can do, one line each.
    pub fn hints(&self) -> Vec<String> {
        let hint = match self {
            Self::SourceTooLarge { .. } => {
                "a pack is one component; debug information can be stripped from it".into()
            }
            Self::NoSpace { .. } => "free some space and try again; nothing was changed".into(),
            Self::Foreign { path, reason } => return foreign_hints(path, reason),
            Self::Description { source, .. } => return source.hints(),
            Self::Trust(error) => return error.hints(),
            Self::Signature { source, .. } => return source.hints(),
            Self::Locked { .. } => "try again when the other vantage has finished".into(),
            Self::IndexCorrupt { path, .. } => {
                format!("mend the line, or move `{}` away and add the packs again", path.display())
            }
            Self::IndexNewer { .. } | Self::AuditNewer { .. } => "use the newer vantage that wrote it".into(),
            Self::ObjectMissing { .. } | Self::ObjectDamaged { .. } | Self::Broken { .. } => {
                "add the pack again from its source: vantage plugin add SOURCE".into()
            }
            Self::NotInstalled { .. } | Self::NoGeneration { .. } => {
                "vantage plugin list shows what is installed".into()
            }
            Self::NameClash { suggestion: Some(name), .. } => {
                format!("--as {name} adds the pack under another name")
            }
            Self::NameClash { .. } => "--as NAME adds the pack under another name".into(),
            Self::InvalidAlias { .. } => {
                "a name has 1 to 32 of the characters a-z, 0-9 and -, and begins with a letter".into()
            }
            Self::Bundled { id } => format!("vantage plugin revoke {id} takes its authority away"),
            Self::StorageCorrupt { path, .. } => {
                format!("move `{}` away; the pack then starts with nothing kept", path.display())
            }
            _ => return Vec::new(),
        };
        vec![hint]
    }

    /// The message with its causes, in one line.
    pub(crate) fn in_one_line(&self) -> String {
        let causes = std::iter::successors(self.source(), |cause| (*cause).source());
        causes.fold(self.to_string(), |text, cause| format!("{text}: {cause}"))
    }

    /// Wraps what the operating system said of `path`, telling a full disk from the rest.
    pub(crate) fn io(action: &'static str, path: &Path, source: std::io::Error) -> Self {
        use std::io::ErrorKind;
        let path = path.to_owned();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::NoSpace { path, source },
            _ => Self::Io { action, path, source },
        }
    }
}

fn foreign_hints(path: &Path, reason: &str) -> Vec<String> {
    let path = path.display();
    let look = format!("see what it is with ls -ld '{path}'");
    let chmod = |mode, what| format!("{look}; chmod {mode} '{path}' keeps others from {what}");
    vec![match reason {
        _ if reason.starts_with("others can read") => chmod("go-rwx", "reading"),
        _ if reason.starts_with("others can write") => chmod("go-w", "writing"),
        _ => look,
    }]
}
