#![no_main]

use std::cell::LazyCell;

use pumphouse_server_fuzz::World;

thread_local! {
    static WORLD: LazyCell<World> = LazyCell::new(World::new);
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| WORLD.with(|world| world.body(data)));
