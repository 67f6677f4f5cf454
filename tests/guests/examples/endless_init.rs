//! Ill-behaved: never gets beyond its constructors, which run before anything of it is called.

use std::hint::black_box;

use vantage_plugin::{Arguments, Command, Pack, Result, Session};

vantage_plugin::export!(pack);

#[used]
#[cfg_attr(
    target_arch = "wasm32",
    expect(unsafe_code, reason = "a constructor is what the test is about"),
    unsafe(link_section = ".init_array")
)]
static CONSTRUCTOR: extern "C" fn() = never;

extern "C" fn never() {
    loop {
        black_box(());
    }
}

/// What the pack contains.
pub fn pack() -> Pack {
    Pack::new("test/endless-init", "1.0.0", "Never begin").command(Command::read(
        "endless-init",
        "Never begin",
        run,
    ))
}

fn run(_: &Session, _: Arguments) -> Result {
    Ok(())
}
