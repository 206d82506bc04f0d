//! Iterators of the standard library over text. What they still have to give crosses, and is split again on the other side.

use super::{Get, Malformed, Put, Reader, Writer};
use std::str::{Chars, Lines, Split, SplitWhitespace};

impl<M> Put<M> for Chars<'_> {
    fn lend(&self, w: &mut Writer) {
        <&str as Put<M>>::lend(&self.as_str(), w);
    }
}

impl<'r, M> Get<'r, M> for Chars<'r> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.borrowed_text().map(str::chars)
    }
}

impl<M> Put<M> for Lines<'_> {
    fn lend(&self, w: &mut Writer) {
        // Each line loses its end again; without one of its own, it would lose what looks like one.
        let text: String = self.clone().flat_map(|line| [line, "\r\n"]).collect();
        <String as Put<M>>::put(text, w);
    }
}

impl<'r, M> Get<'r, M> for Lines<'r> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.borrowed_text().map(str::lines)
    }
}

impl<M> Put<M> for SplitWhitespace<'_> {
    fn lend(&self, w: &mut Writer) {
        let words: Vec<&str> = self.clone().collect();
        <String as Put<M>>::put(words.join(" "), w);
    }
}

impl<'r, M> Get<'r, M> for SplitWhitespace<'r> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        r.borrowed_text().map(str::split_whitespace)
    }
}

impl<M> Put<M> for Split<'_, char> {
    fn lend(&self, w: &mut Writer) {
        let parts: Vec<&str> = self.clone().collect();
        // The iterator does not tell its own separator: any that is in no part does.
        let is_free = |c: &char| parts.iter().all(|part| !part.contains(*c));
        let separator = ('/'..=char::MAX).find(is_free).unwrap_or('/');
        <bool as Put<M>>::put(parts.is_empty(), w);
        <char as Put<M>>::put(separator, w);
        <String as Put<M>>::put(parts.join(separator.encode_utf8(&mut [0; 4])), w);
    }
}

impl<'r, M> Get<'r, M> for Split<'r, char> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let is_over = <bool as Get<'r, M>>::get(r)?;
        let separator = <char as Get<'r, M>>::get(r)?;
        let mut parts = r.borrowed_text()?.split(separator);
        if is_over {
            // Even of nothing there is one part.
            parts.next();
        }
        Ok(parts)
    }
}
