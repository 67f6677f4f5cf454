//! The files that the user named on the command line, opened by the host for a pack.

use std::fs::File;
use std::io::{Read, Stdin};
use std::path::Path;

use vantage_runtime::ports::{InputFile, Inputs, PortError};

use crate::adapters::Failures;
use crate::error::HostError;

/// The largest piece that is read at once, in bytes; a pack asks again for more.
const PIECE: u32 = 1 << 20;

/// Opens what was named, and nothing else.
pub struct NamedFiles {
    /// For each `file` argument, the names as typed.
    pub named: Vec<(String, Vec<String>)>,
    /// What the user is told when the pack passes a failure on.
    pub failures: Failures,
}

impl Inputs for NamedFiles {
    fn open(&self, argument: &str) -> Result<Vec<Box<dyn InputFile>>, PortError> {
        let Some((_, names)) = self.named.iter().find(|(name, _)| name == argument) else {
            return Ok(Vec::new());
        };
        names.iter().map(|name| self.open_one(name)).collect()
    }
}

impl NamedFiles {
    fn open_one(&self, name: &str) -> Result<Box<dyn InputFile>, PortError> {
        if name == "-" {
            return Ok(Box::new(StandardInput(std::io::stdin())));
        }
        let refused = |error| self.failures.keep(HostError::input(name, error));
        let file = File::open(name).map_err(refused)?;
        let size = file.metadata().map_err(refused)?;
        let short = Path::new(name).file_name().map(|name| name.to_string_lossy().into_owned());
        let size = size.is_file().then_some(size.len());
        Ok(Box::new(OpenFile { name: short.unwrap_or_default(), size, file }))
    }
}

struct OpenFile {
    name: String,
    size: Option<u64>,
    file: File,
}

impl InputFile for OpenFile {
    fn name(&self) -> String {
        self.name.clone()
    }

    fn size(&self) -> Option<u64> {
        self.size
    }

    fn read(&mut self, maximum: u32) -> Result<Vec<u8>, PortError> {
        piece(&mut self.file, maximum)
    }
}

struct StandardInput(Stdin);

impl InputFile for StandardInput {
    fn name(&self) -> String {
        "-".to_owned()
    }

    fn size(&self) -> Option<u64> {
        None
    }

    fn read(&mut self, maximum: u32) -> Result<Vec<u8>, PortError> {
        piece(&mut self.0, maximum)
    }
}

fn piece(reader: &mut impl Read, maximum: u32) -> Result<Vec<u8>, PortError> {
    let mut bytes = Vec::new();
    match reader.take(u64::from(maximum.min(PIECE))).read_to_end(&mut bytes) {
        Ok(_) => Ok(bytes),
        Err(error) => Err(PortError {
            kind: "failed",
            message: format!("cannot read the file: {error}"),
            hints: Vec::new(),
            details: None,
        }),
    }
}
