//! The team policies of this machine: where they lie, who may write them, and what a denial says.
//!
//! `/etc/vantage/policy.toml` and the file that `policy` in the configuration names; both apply. They
//! are read once by each command that adds, grants to, shows or runs a pack. What is wrong with a file
//! is no error here: the policy crate then denies every pack from others, and says why. What rules
//! mean is that crate's business too.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;
use serde_json::{Value, json};
use vantage_policy::capability::Capability;
use vantage_policy::team::{Bar, Policies, PolicyFile};

use crate::error::{HostError, Kind, Said};
use crate::reply::schema::{Is, Member};

/// Where the machine's administrator puts one.
pub const SYSTEM: &str = "/etc/vantage/policy.toml";

/// The largest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// Who may have written a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Whoever can write below `/etc`. In a container root's files may belong to a number that nobody
    /// has, and are root's all the same.
    Folder,
    /// Root or the user.
    RootOrUser,
}

/// The policies that apply, where `named` is the one that the configuration names.
pub fn load(named: Option<&Path>) -> Policies {
    let system = match read(Path::new(SYSTEM), Owner::Folder) {
        Ok(None) => None,
        Ok(Some(text)) => Some(PolicyFile::parse(SYSTEM, &text)),
        Err(fault) => Some(PolicyFile::unreadable(SYSTEM, fault)),
    };
    Policies::new(system.into_iter().chain(named.map(configured)).collect())
}

/// The policy that the configuration names, or would name; one that is missing is at fault.
pub fn configured(path: &Path) -> PolicyFile {
    let name = path.display().to_string();
    match read(path, Owner::RootOrUser) {
        Ok(Some(text)) => PolicyFile::parse(&name, &text),
        Ok(None) => PolicyFile::unreadable(&name, "it does not exist"),
        Err(fault) => PolicyFile::unreadable(&name, fault),
    }
}

/// A pack, or something that it wants, is denied by a policy. Granting would not help, and is never
/// what the hint says.
pub fn denied(pack: &str, capability: Option<&Capability>, bar: &Bar) -> HostError {
    HostError::Said(Box::new(Said {
        kind: Kind::Denied,
        message: format!("pack `{pack}` was denied: {bar}"),
        causes: Vec::new(),
        hints: vec![bar.hint()],
        request_id: None,
        details: Some(json!({
            "pack": pack,
            "capability": capability.map(ToString::to_string),
            "rule": bar.rule(),
            "contact": bar.contact,
        })),
        backtrace: None,
    }))
}

/// What [`json`] has.
pub const MEMBERS: &[Member] = &[("rule", Is::Text), ("reason", Is::Text), ("contact", Is::OptionalText)];

/// The rule that denies, for programs.
pub fn json(bar: &Bar) -> Value {
    json!({ "rule": bar.rule(), "reason": bar.reason, "contact": bar.contact })
}

/// A change has to be agreed to by a person, and nobody is there.
pub fn unattended(line: &str, bar: &Bar) -> HostError {
    HostError::Said(Box::new(Said {
        kind: Kind::Denied,
        message: format!("`{line}` was denied: {bar}, and there is nobody to ask"),
        causes: Vec::new(),
        hints: vec![
            "run it in a terminal, without --no-input; --yes does not answer this".to_owned(),
            bar.hint(),
        ],
        request_id: None,
        details: Some(json!({ "rule": bar.rule(), "contact": bar.contact })),
        backtrace: None,
    }))
}

/// The text of a policy, `None` where there is no file, or why it is not believed.
fn read(path: &Path, owner: Owner) -> Result<Option<String>, String> {
    // Without `NONBLOCK`, opening a pipe that lies there would wait for a writer forever.
    let flags = OFlags::NONBLOCK | OFlags::CLOEXEC;
    let file = match OpenOptions::new().read(true).custom_flags(flags.bits().cast_signed()).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("it cannot be opened: {error}")),
    };
    let metadata = file.metadata().map_err(|error| format!("it cannot be looked at: {error}"))?;
    if !metadata.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let user = rustix::process::geteuid().as_raw();
    if owner == Owner::RootOrUser && ![0, user].contains(&metadata.uid()) {
        return Err(format!("it belongs to user {}, neither to root nor to user {user}", metadata.uid()));
    }
    let mode = metadata.mode() & 0o7777;
    if mode & 0o022 != 0 {
        return Err(format!("others can write it (mode {mode:04o}); chmod go-w mends that"));
    }
    let mut text = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut text).map_err(|error| format!("it cannot be read: {error}"))?;
    if text.len() as u64 > LARGEST {
        return Err("it has more than 1 MiB".to_owned());
    }
    String::from_utf8(text).map(Some).map_err(|_| "it is not text in UTF-8".to_owned())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn fault(path: &Path) -> String {
        configured(path).fault().expect("a fault").to_owned()
    }

    fn written(text: &[u8], mode: u32) -> tempfile::NamedTempFile {
        use std::io::Write;
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text).unwrap();
        file.as_file().set_permissions(std::fs::Permissions::from_mode(mode)).unwrap();
        file
    }

    #[test]
    fn a_file_is_believed_if_its_owner_alone_writes_it() {
        assert_eq!(configured(written(b"version = 1\n", 0o644).path()).fault(), None);
        for mode in [0o664, 0o646, 0o666] {
            let fault = fault(written(b"version = 1\n", mode).path());
            assert!(fault.contains(&format!("mode {mode:04o}")), "{fault}");
        }
    }

    #[test]
    fn what_is_no_policy_says_what_it_is() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(fault(&folder.path().join("nosuch.toml")), "it does not exist");
        assert_eq!(fault(folder.path()), "it is not a regular file");
        assert_eq!(fault(written(b"version = 1\n\xff", 0o600).path()), "it is not text in UTF-8");
        let large = vec![b'#'; usize::try_from(LARGEST).unwrap() + 1];
        assert_eq!(fault(written(&large, 0o600).path()), "it has more than 1 MiB");
        assert_eq!(
            fault(written(b"version = 3\n", 0o600).path()),
            "line 1, column 11: it has version 3, and this vantage reads version 1"
        );
        let pipe = folder.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        assert_eq!(fault(&pipe), "it is not a regular file");
    }
}
