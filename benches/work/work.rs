// What is measured: the same few functions, natively and in every sandbox.

/// A scalar call.
pub fn add(a: u64, b: u64) -> u64 {
    a.wrapping_add(b)
}

/// Text to a number (FNV-1a).
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Bytes in; looks at the ends only, so that what is measured is getting them there.
pub fn ends(bytes: &[u8]) -> u64 {
    match bytes {
        [first, .., last] => u64::from(*first) + u64::from(*last),
        _ => 0,
    }
}

/// Bytes out.
pub fn fill(len: usize) -> Vec<u8> {
    vec![7; len]
}

/// Calls back.
pub fn twice(value: u64, mut f: impl FnMut(u64) -> u64) -> u64 {
    f(value).wrapping_mul(2)
}

/// Calls back again and again.
pub fn many(count: u64, mut f: impl FnMut(u64) -> u64) -> u64 {
    (0..count).fold(0, |sum, value| sum.wrapping_add(f(value)))
}

/// An object with a method.
pub struct Counter(pub u64);

impl Counter {
    pub fn bump(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

/// Reads to the end, in pieces of the size that `BufReader` and `io::copy` use.
pub fn drain(mut reader: impl std::io::Read) -> u64 {
    let mut buffer = [0; 8 << 10];
    let mut all = 0;
    while let Ok(len @ 1..) = reader.read(&mut buffer) {
        all += len as u64 + u64::from(buffer[0]);
    }
    all
}
