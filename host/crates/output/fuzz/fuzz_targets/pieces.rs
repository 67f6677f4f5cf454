//! See `vantage_output::fuzzing::pieces`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_output::fuzzing::pieces(bytes);
});
