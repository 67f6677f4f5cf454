//! See `vantage_session::fuzzing::events`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_session::fuzzing::events(bytes);
});
