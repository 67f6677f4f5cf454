//! Ill-behaved: reads beyond the end of its memory, where it hopes to find the host's.

use std::hint::black_box;

use vantage_plugin::{Arguments, Command, Error, Pack, Result, Session};

vantage_plugin::export!(pack);

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/out-of-bounds", "1.0.0", "Read on").command(Command::read(
        "out-of-bounds",
        "Read beyond the end",
        run,
    ))
}

#[expect(unsafe_code, reason = "the wild read is what the test is about")]
fn run(_: &Session, _: Arguments) -> Result {
    let mut sum = 0_u64;
    for address in (0..usize::MAX).step_by(1 << 16) {
        // SAFETY: none; the sandbox has to hold it.
        sum += u64::from(unsafe { std::ptr::read_volatile(black_box(address.max(1)) as *const u8) });
    }
    Err(Error::failed(format!("read all there is: {sum}")))
}
