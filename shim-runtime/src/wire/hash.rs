//! What a value writes to its hasher, recorded in the guest and replayed on the host, so that hashes there agree
//! with those of equal native values (`Borrow<str>` and the like).

use super::{Malformed, Reader, Writer};
use std::hash::Hasher;

/// One table: the tag, the recorded type, the hasher's method, and how wide it is on the wire.
macro_rules! writes {
    ($($tag:literal $method:ident($number:ident as $wide:ident);)*) => {
        impl Hasher for Recorder<'_> {
            fn finish(&self) -> u64 {
                0
            }

            fn write(&mut self, bytes: &[u8]) {
                self.0.u8(0);
                self.0.counted(bytes);
            }

            $( fn $method(&mut self, value: $number) {
                self.0.u8($tag);
                self.0.raw(&(value as $wide).to_le_bytes());
            } )*
        }

        /// Writes to `hasher` what was recorded.
        pub fn replay<H: Hasher + ?Sized>(records: &mut Reader<'_>, hasher: &mut H) -> Result<(), Malformed> {
            while records.remaining() > 0 {
                match records.u8()? {
                    0 => {
                        let len = records.length()?;
                        hasher.write(records.raw(len)?);
                    }
                    $( $tag => hasher.$method($wide::from_le_bytes(records.array()?) as $number), )*
                    _ => return Err(Malformed("not a hash record")),
                }
            }
            Ok(())
        }
    };
}

/// A hasher that remembers what was written to it. `finish` means nothing.
#[derive(Debug)]
pub struct Recorder<'w>(pub &'w mut Writer);

writes! {
    1 write_u8(u8 as u8);
    2 write_u16(u16 as u16);
    3 write_u32(u32 as u32);
    4 write_u64(u64 as u64);
    5 write_u128(u128 as u128);
    6 write_usize(usize as u64);
    7 write_i8(i8 as i8);
    8 write_i16(i16 as i16);
    9 write_i32(i32 as i32);
    10 write_i64(i64 as i64);
    11 write_i128(i128 as i128);
    12 write_isize(isize as i64);
}
