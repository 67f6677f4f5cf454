//! Files that the user named on the command line. The host opens them; a pack names none itself.

use std::io;

use crate::ports::FilePort;
use crate::{Error, Result};

/// What is asked for at once when a file is read whole.
const READ_BYTES: u32 = 1 << 18;

/// One file, read from its beginning; also a [`std::io::Read`].
pub struct InputFile {
    port: Box<dyn FilePort>,
}

impl InputFile {
    pub(crate) fn new(port: Box<dyn FilePort>) -> Self {
        InputFile { port }
    }

    /// The name as the user typed it, without its folders.
    pub fn name(&self) -> String {
        self.port.name()
    }

    /// Bytes in all, where known.
    pub fn size(&self) -> Option<u64> {
        self.port.size()
    }

    /// Up to `max` more bytes; none at the end.
    pub fn read_chunk(&self, max: u32) -> Result<Vec<u8>> {
        self.port.read(max)
    }

    /// The rest of the file as text, at most `limit` bytes of it.
    pub fn read_text(&self, limit: usize) -> Result<String> {
        let mut bytes = Vec::new();
        loop {
            let chunk = self.port.read(READ_BYTES)?;
            if chunk.is_empty() {
                break;
            }
            bytes.extend_from_slice(&chunk);
            if bytes.len() > limit {
                return Err(Error::new(
                    crate::ErrorKind::TooLarge,
                    format!("`{}` is larger than {limit} bytes", self.name()),
                ));
            }
        }
        String::from_utf8(bytes).map_err(|_| Error::invalid(format!("`{}` is not UTF-8", self.name())))
    }
}

impl io::Read for InputFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let max = u32::try_from(buffer.len()).unwrap_or(u32::MAX);
        let bytes = self.port.read(max).map_err(io::Error::other)?;
        let Some(target) = buffer.get_mut(..bytes.len()) else {
            return Err(io::Error::other("the host gave more bytes than were asked for"));
        };
        target.copy_from_slice(&bytes);
        Ok(bytes.len())
    }
}
