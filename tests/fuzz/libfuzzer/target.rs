//! One binary per target. The binary's name is the target's.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| regrant_fuzz::run(env!("CARGO_BIN_NAME"), input));
