//! Opens a link in the person's browser, by a process of its own.
//!
//! Which program shows a link is found by `webbrowser`, which waits for some of them and lends them
//! the terminal. So this binary starts itself once more, for that alone: away from the terminal and
//! its Ctrl-C, without a stream to write to, and without the variables that can hold a secret. What
//! becomes of it is nobody's business but for a note when it fails.

use std::ffi::OsString;
use std::process::{Command, ExitCode, Stdio};

use url::{Host, Url};
use vantage_output::Console;

use crate::environment::Environment;

/// The argument by which this binary is asked to open a link. No person has a use for it, so it is
/// no option that help knows.
const OPEN: &str = "--open-link";

/// Opens `link` without waiting for it; notes on the console if that fails.
pub fn start(link: &str, console: &Console) {
    let console = console.clone();
    let failed = move || console.note("the browser could not be started; open the link yourself");
    let Ok(program) = std::env::current_exe() else {
        return failed();
    };
    let mut command = Command::new(program);
    command.args([OPEN, link]).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for name in Environment::own() {
        command.env_remove(name);
    }
    let Ok(mut child) = command.spawn() else {
        return failed();
    };
    std::thread::spawn(move || {
        if !child.wait().is_ok_and(|status| status.success()) {
            failed();
        }
    });
}

/// The link that this process was started to open, if it was.
pub fn asked_for(arguments: &[OsString]) -> Option<&str> {
    match arguments {
        [_, word, link] if word == OPEN => link.to_str(),
        _ => None,
    }
}

/// Opens the link. The exit status says whether a browser was found.
pub fn open(link: &str) -> ExitCode {
    // A browser in the terminal's own session could draw on it, and would end with its Ctrl-C.
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    let opened = may_open(link) && webbrowser::open(link).is_ok();
    if opened { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Web pages over https, or of this machine: whatever the provider says, nothing else is opened.
fn may_open(link: &str) -> bool {
    let Ok(link) = Url::parse(link) else {
        return false;
    };
    let is_here = match link.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    link.scheme() == "https" || (link.scheme() == "http" && is_here)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_pages_are_opened() {
        for good in
            ["https://a.example/x?y=z", "http://127.0.0.1:8080/", "http://[::1]/", "http://localhost/"]
        {
            assert!(may_open(good), "{good}");
        }
        for bad in ["http://a.example/", "file:///etc/passwd", "javascript:alert(1)", "--help", "", "/bin/sh"]
        {
            assert!(!may_open(bad), "{bad}");
        }
    }

    #[test]
    fn a_command_line_of_a_persons_is_none_of_this() {
        let line = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        assert_eq!(asked_for(&line(&["vantage", OPEN, "https://a.example"])), Some("https://a.example"));
        for words in [&["vantage", "login"][..], &["vantage", OPEN], &["vantage", "login", OPEN], &[]] {
            assert_eq!(asked_for(&line(words)), None, "{words:?}");
        }
    }
}
