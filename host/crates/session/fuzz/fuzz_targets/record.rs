//! See `vantage_session::fuzzing::record`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_session::fuzzing::record(bytes);
});
