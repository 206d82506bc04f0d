//! Randomness, from the operating system.

use super::Param::Word;
use super::{Errno, Function, Guest, answer, function_of};

pub(super) const FUNCTIONS: &[Function] = &[function_of("random_get", &[Word, Word], |guest, [out, len, ..]| {
    answer(random(guest, out, len))
})];

fn random(guest: &mut Guest<'_>, out: u64, len: u64) -> Result<(), Errno> {
    fill(guest.span(out, len)?)
}

#[cfg(unix)]
fn fill(bytes: &mut [u8]) -> Result<(), Errno> {
    use std::fs::File;
    use std::io::Read;
    use std::sync::OnceLock;

    static DEVICE: OnceLock<File> = OnceLock::new();
    let mut device = match DEVICE.get() {
        Some(device) => device,
        None => {
            let device = File::open("/dev/urandom").map_err(|_| Errno::Io)?;
            DEVICE.get_or_init(|| device)
        }
    };
    device.read_exact(bytes).map_err(|_| Errno::Io)
}

#[cfg(windows)]
#[expect(
    unsafe_code,
    reason = "the standard library has no stable way to ask for random bytes"
)]
fn fill(bytes: &mut [u8]) -> Result<(), Errno> {
    #[link(name = "bcryptprimitives", kind = "raw-dylib")]
    unsafe extern "system" {
        fn ProcessPrng(data: *mut u8, len: usize) -> i32;
    }
    // SAFETY: pointer and length are those of a slice.
    match unsafe { ProcessPrng(bytes.as_mut_ptr(), bytes.len()) } {
        0 => Err(Errno::Io),
        _ => Ok(()),
    }
}

#[cfg(not(any(unix, windows)))]
fn fill(_: &mut [u8]) -> Result<(), Errno> {
    Err(Errno::NotSupported)
}
