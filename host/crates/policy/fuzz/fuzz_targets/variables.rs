//! See `vantage_policy::fuzzing::variables`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_policy::fuzzing::variables(bytes);
});
