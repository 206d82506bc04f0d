//! Any bytes as a message of a guest: a value that was read, or an error; never more memory than the message is worth.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_runtime::{Anchor, ErrorChain, Get, Reader};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::num::NonZeroU32;
use std::ops::{Bound, RangeInclusive};
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, SystemTime};

struct Here;

fn read<'r, T: Get<'r, Here>>(bytes: &[u8]) {
    let mut reader = Reader::of(bytes.to_vec(), Anchor::none());
    if let Ok(value) = T::get(&mut reader) {
        assert!(reader.remaining() <= bytes.len());
        drop(value);
    }
}

macro_rules! read_one {
    ($which:expr, $bytes:expr; $($type:ty),* $(,)?) => {{
        let all: &[fn(&[u8])] = &[$(read::<$type>),*];
        all[usize::from($which) % all.len()]($bytes);
    }};
}

fuzz_target!(|bytes: &[u8]| {
    let Some((which, bytes)) = bytes.split_first() else {
        return;
    };
    read_one!(*which, bytes;
        bool, char, u8, i128, usize, f64, NonZeroU32,
        String, Vec<u8>, Vec<u64>, Vec<String>, Vec<()>, VecDeque<char>, Box<[i16]>, [Option<u8>; 4],
        Option<Option<bool>>, Result<u8, String>, (u8, String, char), BTreeMap<String, Vec<u32>>,
        HashMap<u16, Option<String>>, BTreeSet<char>, Rc<String>, PathBuf, Duration, SystemTime,
        RangeInclusive<u32>, Bound<i64>, std::io::Error, ErrorChain, std::cmp::Ordering, std::net::IpAddr,
        std::net::SocketAddr, Vec<Vec<Vec<String>>>, std::borrow::Cow<'static, str>,
    );
});
