//! See `vantage_session::fuzzing::discovery`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_session::fuzzing::discovery(bytes);
});
