#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| pumphouse_oauth1_fuzz::origin(data));
