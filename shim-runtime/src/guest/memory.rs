//! Slots, objects and spans: where numbers become references.
#![expect(unsafe_code, reason = "the host names objects and spans of this memory by number")]

use crate::wire::{Malformed, Reader, Writer};
use std::alloc::{Layout, alloc, dealloc};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::mem::ManuallyDrop;

/// Blocks that the host allocates have the layout of a `Vec<u8>` of that capacity.
fn layout(len: u32) -> Option<Layout> {
    Layout::from_size_align(len as usize, 1)
        .ok()
        .filter(|layout| layout.size() > 0)
}

/// Allocates a block for the host; 0 if there is no memory left.
pub fn allocate(len: u32) -> u32 {
    match layout(len) {
        // SAFETY: the layout is not empty.
        Some(layout) => unsafe { alloc(layout) as u32 },
        // Nothing is stored there, so any address but 0 will do.
        None => 1,
    }
}

/// Frees a block.
pub fn free(pointer: u32, len: u32) {
    if let Some(layout) = layout(len) {
        // SAFETY: the host frees what it allocated or was given, once, with its capacity.
        unsafe { dealloc(pointer as *mut u8, layout) }
    }
}

/// The object that a slot names.
pub fn object<T>(slot: u64) -> &'static T {
    // SAFETY: the host passes pointers that it got from here, of the same type, while their objects live.
    unsafe { &*(slot as u32 as *const T) }
}

/// The object that a slot names, to be changed.
pub fn object_mut<T>(slot: u64) -> &'static mut T {
    // SAFETY: as in `object`; the host's borrow checker saw to it that nobody else uses the object.
    unsafe { &mut *(slot as u32 as *mut T) }
}

/// The object that a slot names, given back by the host.
pub fn owned<T>(slot: u64) -> T {
    // SAFETY: owned slots come from `object_slot` or `give`, and are given back once.
    *unsafe { Box::from_raw(slot as u32 as *mut T) }
}

/// A copy of the value that a slot names, which nobody has to drop.
pub fn copied<T>(slot: u64) -> T {
    const { assert!(!std::mem::needs_drop::<T>()) }
    // SAFETY: as in `object`. Nothing in the value is owned, so that there may be several of it.
    unsafe { std::ptr::read(slot as u32 as *const T) }
}

/// Gives an object to the host.
pub fn object_slot<T>(value: T) -> u64 {
    u64::from(give(value))
}

/// Gives an object to the host, as a pointer.
pub fn give<T>(value: T) -> u32 {
    Box::into_raw(Box::new(value)) as u32
}

/// Shows an object to the host, as a pointer.
pub fn lent<T>(value: &T) -> u32 {
    std::ptr::from_ref(value) as u32
}

/// A bitwise copy of an object that stays with its owner; it must be forgotten, not dropped.
pub fn borrowed<T>(pointer: u32) -> T {
    // SAFETY: as in `object`. The copy is released by `mem::forget` and is not changed meanwhile.
    unsafe { std::ptr::read(pointer as *const T) }
}

/// Drops the object that a slot names.
pub fn drop_object<T>(slot: u64) -> u64 {
    drop(owned::<T>(slot));
    0
}

/// Size and alignment of a type, as this build lays it out.
pub fn layout_of<T>() -> u64 {
    size_of::<T>() as u64 | (align_of::<T>() as u64) << 32
}

/// The bytes of an opaque value that nobody has to drop. Padding has no value, so it is written as zeros.
pub fn raw_bytes<T>(value: &T, w: &mut Writer) {
    const { assert!(!std::mem::needs_drop::<T>()) }
    let mut place = std::mem::MaybeUninit::<T>::zeroed();
    // SAFETY: both are valid for `size_of::<T>()` bytes. The bytes of wasm memory always have some value, and the
    // copy is untyped, so that reading padding does not matter here.
    let bytes = unsafe {
        std::ptr::copy_nonoverlapping(
            std::ptr::from_ref(value).cast::<u8>(),
            place.as_mut_ptr().cast(),
            size_of::<T>(),
        );
        std::slice::from_raw_parts(std::hint::black_box(place.as_ptr()).cast::<u8>(), size_of::<T>())
    };
    w.raw(bytes);
}

/// The value that [`raw_bytes`] wrote.
pub fn raw_value<T>(r: &mut Reader<'_>) -> Result<T, Malformed> {
    const { assert!(!std::mem::needs_drop::<T>()) }
    let bytes = r.raw(size_of::<T>())?;
    // SAFETY: the host holds such bytes in a private field and only hands them back.
    Ok(unsafe { std::ptr::read_unaligned(bytes.as_ptr().cast::<T>()) })
}

/// The bytes of a span, for as long as the call lasts or the host keeps its copy.
pub fn bytes(slot: u64) -> &'static [u8] {
    let (pointer, len) = (slot as u32, (slot >> 32) as usize);
    if len == 0 {
        // Keeps the address: an empty slice of an input is mapped back by it.
        // SAFETY: a slice of no bytes may have any address but 0.
        return unsafe { std::slice::from_raw_parts(pointer.max(1) as *const u8, 0) };
    }
    // SAFETY: the host wrote that many bytes there.
    unsafe { std::slice::from_raw_parts(pointer as *const u8, len) }
}

/// The text of a span.
pub fn text(slot: u64) -> &'static str {
    // SAFETY: the host passes a `str` where it says so.
    unsafe { std::str::from_utf8_unchecked(bytes(slot)) }
}

/// The message in a span.
pub fn message(slot: u64) -> Reader<'static> {
    Reader::over(bytes(slot))
}

/// A copy of bytes that stays; equal ones are kept once.
pub(super) fn kept(bytes: &[u8]) -> &'static [u8] {
    static KEPT: Single<RefCell<BTreeSet<&'static [u8]>>> = Single::new(RefCell::new(BTreeSet::new()));
    let mut all = KEPT.get().borrow_mut();
    if let Some(known) = all.get(bytes) {
        return known;
    }
    let kept: &'static [u8] = bytes.to_vec().leak();
    all.insert(kept);
    kept
}

/// A value that was decoded for the duration of a call; releases it when dropped.
pub(crate) struct Temporary<'r>(Option<Box<dyn FnOnce() + 'r>>);

/// Keeps a value for the duration of the call.
pub(crate) fn keep<'r, T: 'r>(value: T, release: fn(T)) -> (&'r T, Temporary<'r>) {
    let pointer = Box::into_raw(Box::new(value));
    // SAFETY: the box is freed once, when the reader goes away that keeps the temporary; generated code drops it
    // at the end of the call, after the last use of the reference.
    let free = move || release(*unsafe { Box::from_raw(pointer) });
    // SAFETY: as above.
    (unsafe { &*pointer }, Temporary(Some(Box::new(free))))
}

impl Drop for Temporary<'_> {
    fn drop(&mut self) {
        if let Some(free) = self.0.take() {
            free();
        }
    }
}

/// Hands a vector's memory to the host, which frees it after reading: address, length, capacity.
pub(crate) fn hand_over(bytes: Vec<u8>) -> (u32, u32, u32) {
    let mut bytes = ManuallyDrop::new(bytes);
    (bytes.as_mut_ptr() as u32, bytes.len() as u32, bytes.capacity() as u32)
}

/// A value that is only ever touched by the one thread there is.
pub(crate) struct Single<T>(T, PhantomData<*const ()>);

impl<T> Single<T> {
    pub(crate) const fn new(value: T) -> Single<T> {
        Single(value, PhantomData)
    }

    pub(crate) fn get(&self) -> &T {
        &self.0
    }
}

// SAFETY: a guest has one thread.
unsafe impl<T> Sync for Single<T> {}
