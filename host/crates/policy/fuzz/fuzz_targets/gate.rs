//! See `vantage_policy::fuzzing::gate`.

#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    vantage_policy::fuzzing::gate(bytes);
});
