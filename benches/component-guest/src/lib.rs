//! The work behind the canonical ABI, as generated code for components has it: arguments come in memory that is allocated
//! for them and freed here.

use std::alloc::{Layout, alloc, handle_alloc_error, realloc};
use std::mem::ManuallyDrop;

#[path = "../../work/work.rs"]
#[expect(dead_code, reason = "there are no readers or objects here")]
mod work;

#[link(wasm_import_module = "bench")]
unsafe extern "C" {
    safe fn callback(value: u64) -> u64;
}

#[unsafe(no_mangle)]
extern "C" fn cabi_realloc(old: *mut u8, old_len: usize, align: usize, len: usize) -> *mut u8 {
    if len == 0 {
        return align as *mut u8;
    }
    // SAFETY: what is old came from here, with that layout.
    let place = unsafe {
        let layout = |len| Layout::from_size_align_unchecked(len, align);
        if old_len == 0 {
            alloc(layout(len))
        } else {
            realloc(old, layout(old_len), len)
        }
    };
    if place.is_null() {
        handle_alloc_error(Layout::new::<u8>());
    }
    place
}

fn owned(pointer: *mut u8, len: usize) -> Vec<u8> {
    if len == 0 {
        return Vec::new();
    }
    // SAFETY: the host wrote an argument of that length there, in memory from `cabi_realloc`.
    unsafe { Vec::from_raw_parts(pointer, len, len) }
}

#[unsafe(no_mangle)]
extern "C" fn add(a: u64, b: u64) -> u64 {
    work::add(a, b)
}

#[unsafe(no_mangle)]
extern "C" fn hash(pointer: *mut u8, len: usize) -> u64 {
    work::hash(std::str::from_utf8(&owned(pointer, len)).unwrap_or_default())
}

#[unsafe(no_mangle)]
extern "C" fn ends(pointer: *mut u8, len: usize) -> u64 {
    work::ends(&owned(pointer, len))
}

/// A list as it is returned.
#[repr(C)]
struct List {
    pointer: *mut u8,
    len: usize,
}

#[unsafe(no_mangle)]
extern "C" fn fill(len: u32) -> *mut List {
    let mut bytes = ManuallyDrop::new(work::fill(len as usize).into_boxed_slice());
    Box::into_raw(Box::new(List {
        pointer: bytes.as_mut_ptr(),
        len: bytes.len(),
    }))
}

#[unsafe(no_mangle)]
extern "C" fn fill_done(list: *mut List) {
    // SAFETY: the host has read what `fill` returned, and hands it back once.
    let list = unsafe { Box::from_raw(list) };
    drop(owned(list.pointer, list.len));
}

#[unsafe(no_mangle)]
extern "C" fn twice(value: u64) -> u64 {
    work::twice(value, |value| callback(value))
}

#[unsafe(no_mangle)]
extern "C" fn many(count: u64) -> u64 {
    work::many(count, |value| callback(value))
}
