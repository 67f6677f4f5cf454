//! A terminal emulator that nobody here wrote: tmux, which obeys what it is sent as terminals do.
//!
//! It tells what no capture of bytes can: what is on the screen, what the window is called, what lies in
//! the clipboard. A script runs in it between two marks, so that what was before and what is after can
//! be compared; nothing here waits for time to pass.

use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// How long what is waited for may take, before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// What the emulator is asked for: the state that a program can change without a trace on the screen.
const STATE: &str = "title=#{pane_title} window=#{window_name} alternate=#{alternate_on} \
    cursor=#{cursor_flag} insert=#{insert_flag} keypad=#{keypad_flag} keys=#{keypad_cursor_flag} \
    mouse=#{mouse_any_flag} origin=#{origin_flag} wrap=#{wrap_flag} upper=#{scroll_region_upper} \
    lower=#{scroll_region_lower} tabs=#{pane_tabs} column=#{cursor_x}";

/// What stands on the screen when the script may begin, and when it has ended.
const READY: &str = "-- ready --";
const ENDED: &str = "-- ended --";

/// An emulator with one window of 100 columns and 50 rows, in which a script waits to begin.
#[derive(Debug)]
pub struct Emulator {
    folder: TempDir,
}

impl Emulator {
    /// Starts one; in the script, `"$@"` is `program`, and `variables` are all that there are beside the
    /// emulator's own.
    ///
    /// # Panics
    /// Where tmux is not installed: `cargo xtask servers` does that.
    pub fn start(script: &str, program: &[&str], variables: &[(&str, &Path)]) -> Self {
        let emulator = Self { folder: tempfile::Builder::new().prefix("tmux-").tempdir().unwrap() };
        let script = format!("echo '{READY}'; read -r _; {script}\necho '{ENDED}'; read -r _");
        let mut tmux = emulator.tmux(&["start-server", ";", "set-option", "-s", "set-clipboard", "on", ";"]);
        tmux.args(["set-option", "-g", "automatic-rename", "off", ";"]);
        tmux.args(["set-option", "-g", "allow-rename", "on", ";"]);
        tmux.args(["new-session", "-d", "-x", "100", "-y", "50", "-n", "script"]);
        tmux.args(["/bin/sh", "-c", &script, "sh"]).args(program);
        for (name, value) in variables {
            tmux.env(name, value);
        }
        answer(&tmux.output().expect("tmux is installed: `cargo xtask servers`"));
        emulator.wait_for(READY);
        emulator
    }

    /// Lets the script begin.
    pub fn begin(&self) {
        self.enter("");
    }

    /// Lets the script begin, and waits for its end.
    pub fn run(&self) {
        self.begin();
        self.wait_for(ENDED);
    }

    /// Types `text` and the return key.
    pub fn enter(&self, text: &str) {
        self.ask(&["send-keys", "-l", &format!("{text}\r")]);
    }

    /// Types `text` as it is, without the return key.
    pub fn keys(&self, text: &str) {
        self.ask(&["send-keys", "-l", text]);
    }

    /// Gives the window another width; what stands there is wrapped anew, as most terminals do.
    pub fn resize(&self, columns: usize) {
        self.ask(&["resize-window", "-x", &columns.to_string(), "-y", "50"]);
    }

    /// Waits until a row of the screen holds `text`. What was sent before it has been obeyed by then.
    ///
    /// # Panics
    /// Where it does not come.
    #[track_caller]
    pub fn wait_for(&self, text: &str) {
        let began = Instant::now();
        // Asking starts a program each time, which is all the pause that is needed.
        while !self.screen().contains(text) {
            assert!(began.elapsed() < PATIENCE, "no `{text}` on\n{}", self.screen());
        }
    }

    /// Waits until the script has ended.
    ///
    /// # Panics
    /// Where it does not.
    #[track_caller]
    pub fn wait_for_end(&self) {
        self.wait_for(ENDED);
    }

    /// What can be seen, with what has moved off the top, row by row.
    pub fn screen(&self) -> String {
        self.ask(&["capture-pane", "-p", "-S", "-"])
    }

    /// What can be seen, and nothing that has moved off the top: tmux keeps there what a program has cleared.
    pub fn visible(&self) -> String {
        self.ask(&["capture-pane", "-p"])
    }

    /// What a program can change beside the screen.
    pub fn state(&self) -> String {
        self.ask(&["display-message", "-p", STATE])
    }

    /// What lies in the clipboard; empty where nothing does.
    pub fn clipboard(&self) -> String {
        self.ask(&["list-buffers"])
    }

    fn ask(&self, arguments: &[&str]) -> String {
        answer(&self.tmux(arguments).output().unwrap())
    }

    fn tmux(&self, arguments: &[&str]) -> Command {
        let mut tmux = Command::new("tmux");
        tmux.arg("-S").arg(self.folder.path().join("socket")).args(["-f", "/dev/null"]).args(arguments);
        // Without a locale it would not take the bytes of a character for one.
        tmux.env_clear().env("PATH", "/usr/bin:/bin").env("LC_ALL", "C.UTF-8").env("TERM", "screen-256color");
        tmux
    }
}

impl Drop for Emulator {
    fn drop(&mut self) {
        // What cannot be ended has ended already.
        let _ = self.tmux(&["kill-server"]).output();
    }
}

fn answer(output: &Output) -> String {
    assert!(output.status.success(), "tmux: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}
