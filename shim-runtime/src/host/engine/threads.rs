//! What tells threads apart, and how much stack they have.

use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

/// The token of no thread.
pub(super) const NO_TOKEN: usize = 1;

/// What is known of a thread.
struct Known {
    /// 0 before anything is.
    token: Cell<usize>,
    /// Where its stack ends; 0 if nobody can say.
    floor: Cell<usize>,
}

thread_local! {
    /// Has no destructor, so that other destructors may use it.
    static KNOWN: Known = const {
        Known {
            token: Cell::new(0),
            floor: Cell::new(0),
        }
    };
}

/// A number that no other thread has or had; neither 0 nor [`NO_TOKEN`].
#[inline]
pub(crate) fn thread_token() -> usize {
    KNOWN.with(|known| match known.token.get() {
        0 => first_token(known),
        token => token,
    })
}

#[cold]
fn first_token(known: &Known) -> usize {
    static LAST: AtomicUsize = AtomicUsize::new(NO_TOKEN);
    known.token.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
    known.floor.set(stack_floor());
    known.token.get()
}

/// How much stack is left, or more than there can be: on a stack that is not the thread's own, as fibers have, nobody
/// knows. The thread must have been asked for its token.
#[inline]
pub(crate) fn stack_left() -> usize {
    let here = 0_u8;
    let here = std::ptr::from_ref(&here).addr();
    KNOWN.with(|known| here.wrapping_sub(known.floor.get()))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn stack_floor() -> usize {
    let mut attributes = std::mem::MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut floor, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the attributes are initialised by the first call, if that succeeds, and destroyed by the last; the
    // pointers are those of variables on this stack.
    unsafe {
        if libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) != 0 {
            return 0;
        }
        if libc::pthread_attr_getstack(attributes.as_ptr(), &mut floor, &mut size) != 0 {
            floor = std::ptr::null_mut();
        }
        libc::pthread_attr_destroy(attributes.as_mut_ptr());
    }
    floor.addr()
}

#[cfg(target_vendor = "apple")]
fn stack_floor() -> usize {
    // SAFETY: both only look at the thread that asks.
    let (top, size) = unsafe {
        let thread = libc::pthread_self();
        (
            libc::pthread_get_stackaddr_np(thread),
            libc::pthread_get_stacksize_np(thread),
        )
    };
    top.addr().saturating_sub(size)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn stack_floor() -> usize {
    0
}
