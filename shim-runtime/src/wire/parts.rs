//! References that were moved on within what they referred to: `&mut &[u8]` after bytes were taken off it. What crosses is
//! the place, so that the host's reference goes on referring to the host's own.

use super::{Malformed, Reader, Writer};

/// Text, or a run of values.
pub trait Whole {
    /// The part from `start` on of this length, if there is one.
    fn part(&self, start: usize, len: usize) -> Option<&Self>;

    /// Where this lies in `whole`, if it does: where it starts, and its length.
    fn place_in(&self, whole: &Self) -> Option<(usize, usize)>;
}

impl Whole for str {
    fn part(&self, start: usize, len: usize) -> Option<&Self> {
        self.get(start..start.checked_add(len)?)
    }

    fn place_in(&self, whole: &Self) -> Option<(usize, usize)> {
        self.as_bytes().place_in(whole.as_bytes())
    }
}

impl<T> Whole for [T] {
    fn part(&self, start: usize, len: usize) -> Option<&Self> {
        self.get(start..start.checked_add(len)?)
    }

    fn place_in(&self, whole: &Self) -> Option<(usize, usize)> {
        // An empty slice may lie anywhere: what is left where nothing is left.
        if self.is_empty() {
            return Some((whole.len(), 0));
        }
        let (here, there) = (self.as_ptr().addr(), whole.as_ptr().addr());
        let start = here.checked_sub(there)?.checked_div(size_of::<T>()).unwrap_or_default();
        (start + self.len() <= whole.len()).then_some((start, self.len()))
    }
}

/// Says where `now` lies in `before`.
pub fn put_part<T: Whole + ?Sized>(before: &T, now: &T, w: &mut Writer) {
    let place = now.place_in(before);
    let (start, len) = place.map_or((u64::MAX, 0), |(start, len)| (start as u64, len as u64));
    w.u64(start);
    w.u64(len);
}

/// Moves a reference on to what a guest says of it.
///
/// # Errors
/// When the guest refers to something else now.
pub fn take_part<T: Whole + ?Sized>(place: &mut &T, r: &mut Reader<'_>) -> Result<(), Malformed> {
    const ELSEWHERE: Malformed = Malformed("it made a reference refer to something else than before");
    let (start, len) = (r.u64()?, r.u64()?);
    let part = usize::try_from(start).ok().zip(usize::try_from(len).ok());
    let part = part.and_then(|(start, len)| place.part(start, len));
    *place = part.ok_or(ELSEWHERE)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moved<T: Whole + ?Sized>(before: &T, now: &T) -> Vec<u8> {
        let mut w = Writer::default();
        put_part(before, now, &mut w);
        w.as_bytes().to_vec()
    }

    #[test]
    fn references_move_on_within_what_they_referred_to() {
        let text = "one two";
        assert_eq!(&text[4..].place_in(text), &Some((4, 3)));
        assert_eq!("".place_in(text), Some((7, 0)));
        assert_eq!(text.place_in(&text[4..]), None);
        assert_eq!(b"xyz".place_in(b"one"), None);
        assert_eq!([1u32, 2, 3][1..].len(), 2);
        assert_eq!("é".part(1, 1), None);
        assert_eq!(text.part(usize::MAX, 2), None);
        assert_eq!(moved("ab", &"ab"[..1]).len(), 16);
    }
}
