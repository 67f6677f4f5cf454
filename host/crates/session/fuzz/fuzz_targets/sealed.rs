//! See `vantage_session::fuzzing::sealed`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_session::fuzzing::sealed(bytes);
});
