//! Tuples and arrays: their parts, one after the other.

use super::{Get, Malformed, Put, Reader, Writer};

macro_rules! tuples {
    ($(($($part:ident $index:tt),+))*) => { $(
        impl<M, $($part: Put<M>),+> Put<M> for ($($part,)+) {
            fn put(self, w: &mut Writer) {
                $( self.$index.put(w); )+
            }

            fn lend(&self, w: &mut Writer) {
                $( self.$index.lend(w); )+
            }

            fn surrender(&mut self, w: &mut Writer) {
                $( self.$index.surrender(w); )+
            }
        }

        impl<'r, M, $($part: Get<'r, M>),+> Get<'r, M> for ($($part,)+) {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                Ok(($( $part::get(r)?, )+))
            }

            fn release(self) {
                $( self.$index.release(); )+
            }
        }
    )* };
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7, I 8, J 9, K 10, L 11)
}

impl<M, T: Put<M>, const N: usize> Put<M> for [T; N] {
    fn put(self, w: &mut Writer) {
        for value in self {
            value.put(w);
        }
    }

    fn lend(&self, w: &mut Writer) {
        for value in self {
            value.lend(w);
        }
    }

    fn surrender(&mut self, w: &mut Writer) {
        for value in self {
            value.surrender(w);
        }
    }
}

impl<'r, M, T: Get<'r, M>, const N: usize> Get<'r, M> for [T; N] {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        // `try_from_fn` is not stable yet: fill places, stop at the first error.
        let mut wrong = None;
        let places: [Option<T>; N] = std::array::from_fn(|_| {
            if wrong.is_some() {
                return None;
            }
            T::get(r).map_err(|error| wrong = Some(error)).ok()
        });
        match wrong {
            Some(error) => Err(error),
            None => Ok(places.map(|place| place.expect("every place is filled unless one was wrong"))),
        }
    }

    fn release(self) {
        self.into_iter().for_each(T::release);
    }
}
