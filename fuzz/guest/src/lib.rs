//! A guest whose every export follows a script: it answers what it likes, lies about where things are, calls its host with
//! any number and any message, changes its own state, grows, recurses and traps.

use std::cell::Cell;

#[link(wasm_import_module = "nanobuild")]
unsafe extern "C" {
    safe fn call(id: u32, pointer: u32, len: u32) -> u64;
    safe fn ask(id: u32, first: u64, second: u64, third: u64) -> u64;
    safe fn drop_callback(id: u32);
}

const SCRATCH: usize = 4 << 10;
const ROOM: usize = 8 << 10;

/// As `guest::state` lays it out.
#[repr(C)]
struct State {
    abi: Cell<u32>,
    scratch: Cell<u32>,
    scratch_len: Cell<u32>,
    panicked: Cell<u32>,
    message: Cell<(u32, u32)>,
    location: Cell<(u32, u32)>,
    fingerprint: Cell<u64>,
}

struct Single<T>(T);

// SAFETY: a guest has one thread.
unsafe impl<T> Sync for Single<T> {}

static STATE: Single<State> = Single(State {
    abi: Cell::new(1),
    scratch: Cell::new(0),
    scratch_len: Cell::new(SCRATCH as u32),
    panicked: Cell::new(0),
    message: Cell::new((0, 0)),
    location: Cell::new((0, 0)),
    fingerprint: Cell::new(0),
});
static PLACE: Single<Cell<[u8; SCRATCH]>> = Single(Cell::new([0; SCRATCH]));
/// What is written for the host to read.
static MESSAGE: Single<Cell<[u8; ROOM]>> = Single(Cell::new([0; ROOM]));
static SCRIPT: Single<Cell<[u8; ROOM]>> = Single(Cell::new([0; ROOM]));
static LEN: Single<Cell<usize>> = Single(Cell::new(0));
static NEXT: Single<Cell<usize>> = Single(Cell::new(0));

/// The next byte of the script; zeros after its end.
fn byte() -> u8 {
    let next = NEXT.0.get();
    if next >= LEN.0.get() {
        return 0;
    }
    NEXT.0.set(next + 1);
    // SAFETY: the script is as long as its room at most.
    unsafe { *SCRIPT.0.as_ptr().cast::<u8>().add(next) }
}

fn word() -> u32 {
    u32::from_le_bytes(std::array::from_fn(|_| byte()))
}

/// A number that is small more often than not.
fn number() -> u32 {
    match byte() {
        255 => word(),
        254 => 1 << 31 | u32::from(byte()),
        253 => MESSAGE.0.as_ptr() as u32,
        small => small.into(),
    }
}

/// Fills the message with what comes next and gives its span, or one that is made up.
fn span() -> (u32, u32) {
    let len = usize::from(byte());
    for at in 0..len {
        // SAFETY: a byte counts up to less than the message has room for.
        unsafe { *MESSAGE.0.as_ptr().cast::<u8>().add(at) = byte() };
    }
    match byte() {
        255 => (word(), word()),
        254 => (MESSAGE.0.as_ptr() as u32, number()),
        _ => (MESSAGE.0.as_ptr() as u32, len as u32),
    }
}

fn slot((pointer, len): (u32, u32)) -> u64 {
    u64::from(pointer) | u64::from(len) << 32
}

/// Follows the script until that says what to answer. `depth` ends what would recurse for ever, as a rule.
fn follow(depth: u32) -> u64 {
    for _ in 0..64 {
        match byte() {
            0 => return number().into(),
            1 => return slot(span()),
            2 => return u64::from(word()) | u64::from(word()) << 32,
            3 => {
                let (pointer, len) = span();
                let reply = call(number(), pointer, len);
                if byte() == 1 {
                    return reply;
                }
            }
            4 => drop_callback(number()),
            5 => {
                std::arch::wasm32::memory_grow::<0>(usize::from(byte()));
            }
            6 => std::arch::wasm32::unreachable(),
            7 => {
                STATE.0.panicked.set(number());
                STATE.0.message.set(span());
                STATE.0.location.set((number(), number()));
                if byte() != 0 {
                    std::arch::wasm32::unreachable();
                }
            }
            8 => {
                STATE.0.scratch.set(number());
                STATE.0.scratch_len.set(number());
            }
            // SAFETY: none; what is not there traps, and what is there may be changed.
            9 => unsafe { (word() as *mut u8).write_volatile(byte()) },
            11 => {
                let answer = ask(number(), number().into(), word().into(), byte().into());
                if byte() == 1 {
                    return answer;
                }
            }
            10 if depth < 1 << 20 => return follow(depth + u32::from(byte()) + 1).wrapping_add(1),
            _ => {}
        }
    }
    0
}

#[unsafe(no_mangle)]
extern "C" fn _initialize() {}

#[unsafe(no_mangle)]
extern "C" fn nb_state() -> u32 {
    STATE.0.scratch.set(PLACE.0.as_ptr() as u32);
    &raw const STATE as u32
}

#[unsafe(no_mangle)]
extern "C" fn nb_alloc(_len: u32) -> u32 {
    match byte() {
        0 => MESSAGE.0.as_ptr() as u32,
        1 => word(),
        _ => follow(0) as u32,
    }
}

#[unsafe(no_mangle)]
extern "C" fn nb_free(_pointer: u32, _len: u32) {
    if byte() > 100 {
        follow(0);
    }
}

/// Takes the script.
#[unsafe(no_mangle)]
extern "C" fn nb0(script: u64) -> u64 {
    let len = ((script >> 32) as usize).min(ROOM);
    // SAFETY: the host wrote the script there.
    unsafe { std::ptr::copy_nonoverlapping(script as u32 as *const u8, SCRIPT.0.as_ptr().cast(), len) };
    LEN.0.set(len);
    NEXT.0.set(0);
    0
}

macro_rules! exports {
    ($($name:ident($($arg:ident),*))*) => { $(
        #[unsafe(no_mangle)]
        extern "C" fn $name($($arg: u64),*) -> u64 {
            $(let _: u64 = $arg;)*
            follow(0)
        }
    )* };
}

exports! { nb1() nb2(a) nb3(a, b) nb4(a, b, c) nb5(a, b, c, d, e, f, g, h) }
