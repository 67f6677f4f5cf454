//! A `vantage login` that has shown its code and waits for the person.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStderr, Command, Output, Stdio};

/// A sign-in under way.
pub struct Waiting {
    /// The code that it showed.
    pub code: String,
    /// The plain link that it showed.
    pub link: String,
    child: Child,
    rest: BufReader<ChildStderr>,
    said: String,
}

impl Waiting {
    /// Starts `command`, and waits until it has shown code and link.
    ///
    /// # Panics
    /// Where it ends before.
    pub fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut rest = BufReader::new(child.stderr.take().unwrap());
        let (mut said, mut code, mut link) = (String::new(), None, None);
        while code.is_none() || link.is_none() {
            let begin = said.len();
            let read = rest.read_line(&mut said).unwrap();
            assert_ne!(read, 0, "it ended before it had shown code and link:\n{said}");
            let line = said[begin..].trim();
            code = code.or(line.strip_prefix("code: ").map(ToOwned::to_owned));
            link = link.or(line.strip_prefix("link: ").map(ToOwned::to_owned));
        }
        Self { code: code.unwrap(), link: link.unwrap(), child, rest, said }
    }

    /// Waits for its end, and gives all that it said.
    ///
    /// # Panics
    /// Where the system fails.
    pub fn finish(mut self) -> Output {
        let mut stderr = self.said.into_bytes();
        self.rest.read_to_end(&mut stderr).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Output { stderr, ..output }
    }
}
