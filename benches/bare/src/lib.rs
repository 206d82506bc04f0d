//! The work behind the plainest exports there are, for calls through Wasmtime itself.

use std::cell::UnsafeCell;

#[path = "../../work/work.rs"]
#[expect(dead_code, reason = "bytes come out of this guest in place, and nothing reads")]
mod work;

/// Where the host puts arguments.
struct Place(UnsafeCell<[u8; 1 << 20]>);

// SAFETY: there is one thread.
unsafe impl Sync for Place {}

static PLACE: Place = Place(UnsafeCell::new([0; 1 << 20]));

#[link(wasm_import_module = "bench")]
unsafe extern "C" {
    safe fn callback(value: u64) -> u64;
}

fn argument(len: u32) -> &'static [u8] {
    // SAFETY: the host writes there only between calls.
    unsafe { &(&*PLACE.0.get())[..len as usize] }
}

#[unsafe(no_mangle)]
extern "C" fn place() -> u32 {
    PLACE.0.get() as u32
}

#[unsafe(no_mangle)]
extern "C" fn add(a: u64, b: u64) -> u64 {
    work::add(a, b)
}

#[unsafe(no_mangle)]
extern "C" fn hash(len: u32) -> u64 {
    work::hash(std::str::from_utf8(argument(len)).unwrap_or_default())
}

#[unsafe(no_mangle)]
extern "C" fn ends(len: u32) -> u64 {
    work::ends(argument(len))
}

#[unsafe(no_mangle)]
extern "C" fn fill(len: u32) -> u32 {
    // SAFETY: as above.
    let place = unsafe { &mut (&mut *PLACE.0.get())[..len as usize] };
    place.fill(7);
    place.as_ptr() as u32
}

#[unsafe(no_mangle)]
extern "C" fn twice(value: u64) -> u64 {
    work::twice(value, |value| callback(value))
}

#[unsafe(no_mangle)]
extern "C" fn many(count: u64) -> u64 {
    work::many(count, |value| callback(value))
}

#[unsafe(no_mangle)]
extern "C" fn counter(start: u64) -> u32 {
    Box::into_raw(Box::new(work::Counter(start))) as u32
}

#[unsafe(no_mangle)]
extern "C" fn bump(this: u32) -> u64 {
    // SAFETY: the host passes what `counter` gave.
    unsafe { (*(this as *mut work::Counter)).bump() }
}
