//! Ill-behaved: asks WASI for a gigabyte of chance in one call.

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/random-huge", "1.0.0", "Ask for chance").command(Command::read(
        "random-huge",
        "Ask for a gigabyte of chance",
        run,
    ))
}

#[cfg(target_arch = "wasm32")]
#[link(wasm_import_module = "wasi:random/random@0.2.6")]
#[expect(unsafe_code, reason = "no library of Rust asks for so much")]
unsafe extern "C" {
    #[link_name = "get-random-bytes"]
    fn get_random_bytes(length: u64, answer: *mut [usize; 2]);
}

#[cfg(target_arch = "wasm32")]
#[expect(unsafe_code, reason = "no library of Rust asks for so much")]
fn run(_: &Session, _: Arguments) -> Result {
    let mut answer = [0, 0];
    // SAFETY: the answer has room for a pointer and a length.
    unsafe { get_random_bytes(1 << 30, &raw mut answer) };
    Err(vantage_plugin::Error::failed(format!("the host gave {} bytes", answer[1])))
}

#[cfg(not(target_arch = "wasm32"))]
fn run(_: &Session, _: Arguments) -> Result {
    Ok(())
}
