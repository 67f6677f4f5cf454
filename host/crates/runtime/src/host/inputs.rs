//! `inputs.input-file`: a file that the user named on the command line, opened by the host.
//!
//! A pack cannot name a file: it names an argument, in `session`.

use wasmtime::component::Resource;

use super::contract::inputs::{Host, HostInputFile};
use super::{Failure, State};
use crate::ports::InputFile;

/// Bytes of one read: a pack asks for up to 4 GiB at once, and gets this much and asks again.
const READ: u32 = 1024 * 1024;

/// One open file.
pub struct OpenFile(pub(super) Box<dyn InputFile>);

impl Host for State {}

impl HostInputFile for State {
    fn name(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<String> {
        Ok(self.table.get(&file)?.0.name())
    }

    fn size(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<Option<u64>> {
        Ok(self.table.get(&file)?.0.size())
    }

    fn read(&mut self, file: Resource<OpenFile>, max: u32) -> Result<Vec<u8>, Failure> {
        let _pause = self.meter.pause();
        let file = self.table.get_mut(&file)?;
        if max == 0 {
            return Err(Failure::invalid("reading no bytes would look like the end of the file"));
        }
        Ok(file.0.read(max.min(READ))?)
    }

    fn drop(&mut self, file: Resource<OpenFile>) -> wasmtime::Result<()> {
        self.table.delete(file)?;
        Ok(())
    }
}
