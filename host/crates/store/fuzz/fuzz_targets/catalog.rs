//! See `vantage_store::fuzzing::catalog`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_store::fuzzing::catalog(bytes);
});
