//! A program on a real terminal: what it draws is read, and what a person would type is typed.
//!
//! Questions of the host are asked on the terminal itself, so no pipe can stand in for one. Nothing
//! here waits for time to pass: it waits for text, up to a bound that only a hung program reaches.
//! The demo (`host/xtask`) includes this file too, so it uses nothing of its crate.

use std::io::{Read, Write};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long a program may take to draw what is waited for, before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running program and its terminal.
pub struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    drawn: Arc<(Mutex<Drawn>, Condvar)>,
    /// What looks at all that was drawn when the program has ended.
    look: Option<Look>,
    // Closing it would hang up on the program.
    _master: Box<dyn MasterPty + Send>,
}

type Look = Box<dyn Fn(&str) + Send>;

#[derive(Default)]
struct Drawn {
    text: String,
    ended: bool,
}

impl Terminal {
    /// Starts `command` on a terminal of `columns` by 50.
    pub fn start(command: CommandBuilder, columns: u16) -> Result<Self, String> {
        Self::start_with_typed(command, columns, "")
    }

    /// As [`Terminal::start`]; `typed` was typed before the program started.
    pub fn start_with_typed(command: CommandBuilder, columns: u16, typed: &str) -> Result<Self, String> {
        let size = PtySize { rows: 50, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(|error| error.to_string())?;
        let mut writer = pair.master.take_writer().map_err(|error| error.to_string())?;
        writer.write_all(typed.as_bytes()).map_err(|error| error.to_string())?;
        let child = pair.slave.spawn_command(command).map_err(|error| error.to_string())?;
        drop(pair.slave);
        let reader = pair.master.try_clone_reader().map_err(|error| error.to_string())?;
        let drawn = Arc::new((Mutex::default(), Condvar::new()));
        let collected = Arc::clone(&drawn);
        std::thread::spawn(move || collect(reader, &collected));
        Ok(Self { child, writer, drawn, look: None, _master: pair.master })
    }

    /// Has `look` look at all that was drawn when the program has ended.
    pub fn looked_at(self, look: impl Fn(&str) + Send + 'static) -> Self {
        Self { look: Some(Box::new(look)), ..self }
    }

    /// The process on the terminal, which leads a session of its own.
    pub fn process(&self) -> Option<u32> {
        self.child.process_id()
    }

    /// Waits until `text` has been drawn.
    pub fn wait_for(&self, text: &str) -> Result<(), String> {
        let (drawn, changed) = &*self.drawn;
        let guard = drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let (guard, _) = changed
            .wait_timeout_while(guard, PATIENCE, |drawn| !drawn.text.contains(text) && !drawn.ended)
            .unwrap_or_else(PoisonError::into_inner);
        if guard.text.contains(text) { Ok(()) } else { Err(format!("no `{text}` in:\n{}", guard.text)) }
    }

    /// What has been drawn so far.
    pub fn drawn(&self) -> String {
        self.drawn.0.lock().unwrap_or_else(PoisonError::into_inner).text.clone()
    }

    /// Types `text` as it is; a newline is the return key.
    pub fn enter(&mut self, text: &str) -> Result<(), String> {
        self.writer
            .write_all(text.as_bytes())
            .and_then(|()| self.writer.flush())
            .map_err(|error| error.to_string())
    }

    /// Waits for the program's end, and gives all that was drawn.
    pub fn finish(mut self) -> Result<(String, ExitStatus), String> {
        let (drawn, changed) = &*self.drawn;
        let guard = drawn.lock().unwrap_or_else(PoisonError::into_inner);
        let (guard, waited) = changed
            .wait_timeout_while(guard, PATIENCE, |drawn| !drawn.ended)
            .unwrap_or_else(PoisonError::into_inner);
        if waited.timed_out() {
            let text = guard.text.clone();
            // It hangs: what it drew until then says more than its status could.
            let _ = self.child.kill();
            return Err(format!("the program did not end after:\n{text}"));
        }
        let text = guard.text.replace("\r\n", "\n");
        drop(guard);
        if let Some(look) = &self.look {
            look(&text);
        }
        let status = self.child.wait().map_err(|error| error.to_string())?;
        Ok((text, status))
    }
}

fn collect(mut reader: Box<dyn Read + Send>, drawn: &(Mutex<Drawn>, Condvar)) {
    let mut buffer = [0; 4096];
    loop {
        // Linux answers EIO, others 0, when the program has closed the terminal.
        let read = reader.read(&mut buffer).unwrap_or(0);
        let mut guard = drawn.0.lock().unwrap_or_else(PoisonError::into_inner);
        guard.text.push_str(&String::from_utf8_lossy(&buffer[..read]));
        guard.ended = read == 0;
        drawn.1.notify_all();
        if read == 0 {
            return;
        }
    }
}
