//! Collections: their number of elements, then the elements in iteration order.

use super::pointers::surrender_all;
use super::{Get, Malformed, Put, Reader, Writer};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::hash::{BuildHasher, Hash};

impl<M, T: Put<M>> Put<M> for Vec<T> {
    fn put(self, w: &mut Writer) {
        T::put_all(self, w);
    }

    fn lend(&self, w: &mut Writer) {
        T::lend_all(self, w);
    }

    #[cfg(not(target_family = "wasm"))]
    fn lend_mut(&mut self, w: &mut Writer) {
        w.room(self.capacity() - self.len());
        self.surrender(w);
    }

    fn surrender(&mut self, w: &mut Writer) {
        surrender_all(self, w);
    }
}

impl<'r, M, T: Get<'r, M>> Get<'r, M> for Vec<T> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_all(r)
    }

    #[cfg(target_family = "wasm")]
    fn get_place(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let room = r.length()?;
        let mut values = Self::get(r)?;
        // Less room than there was is what a program must be ready for; an allocation that fails is not.
        let _ = values.try_reserve_exact(room);
        Ok(values)
    }

    fn get_back(r: &mut Reader<'r>, place: &mut Self) -> Result<(), Malformed> {
        let values = Self::get(r)?;
        place.clear();
        place.extend(values);
        Ok(())
    }

    fn release(self) {
        self.into_iter().for_each(T::release);
    }
}

impl<M, T: Put<M>> Put<M> for VecDeque<T> {
    fn put(self, w: &mut Writer) {
        T::put_all(self.into(), w);
    }

    fn lend(&self, w: &mut Writer) {
        w.len(self.len());
        for value in self {
            value.lend(w);
        }
    }

    fn surrender(&mut self, w: &mut Writer) {
        surrender_all(self.make_contiguous(), w);
    }
}

impl<'r, M, T: Get<'r, M>> Get<'r, M> for VecDeque<T> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        T::get_all(r).map(Self::from)
    }

    fn release(self) {
        self.into_iter().for_each(T::release);
    }
}

/// Collections that own their order. What they hold cannot be changed in place, so surrendering moves it all out.
macro_rules! sequences {
    ($($type:ident<T $(, $state:ident)?> where T: [$($bound:path),*];)*) => { $(
        impl<M, T: Put<M> $(+ $bound)* $(, $state: BuildHasher + Default)?> Put<M> for $type<T $(, $state)?> {
            fn put(self, w: &mut Writer) {
                w.len(self.len());
                for value in self {
                    value.put(w);
                }
            }

            fn lend(&self, w: &mut Writer) {
                w.len(self.len());
                for value in self.iter() {
                    value.lend(w);
                }
            }

            fn surrender(&mut self, w: &mut Writer) {
                std::mem::take(self).put(w);
            }
        }

        impl<'r, M, T: Get<'r, M> $(+ $bound)* $(, $state: BuildHasher + Default)?> Get<'r, M> for $type<T $(, $state)?> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                r.nested(|r| {
                    let count = r.count::<T>()?;
                    let mut values = Self::default();
                    for _ in 0..count {
                        values.extend([T::get(r)?]);
                    }
                    Ok(values)
                })
            }

            fn release(self) {
                self.into_iter().for_each(T::release);
            }
        }
    )* };
}

sequences! {
    LinkedList<T> where T: [];
    BinaryHeap<T> where T: [Ord];
    BTreeSet<T> where T: [Ord];
    HashSet<T, S> where T: [Eq, Hash];
}

macro_rules! maps {
    ($($type:ident<K, V $(, $state:ident)?> where K: [$($bound:path),*];)*) => { $(
        impl<M, K: Put<M> $(+ $bound)*, V: Put<M> $(, $state: BuildHasher + Default)?> Put<M> for $type<K, V $(, $state)?> {
            fn put(self, w: &mut Writer) {
                w.len(self.len());
                for (key, value) in self {
                    key.put(w);
                    value.put(w);
                }
            }

            fn lend(&self, w: &mut Writer) {
                w.len(self.len());
                for (key, value) in self {
                    key.lend(w);
                    value.lend(w);
                }
            }

            fn surrender(&mut self, w: &mut Writer) {
                std::mem::take(self).put(w);
            }
        }

        impl<'r, M, K: Get<'r, M> $(+ $bound)*, V: Get<'r, M> $(, $state: BuildHasher + Default)?> Get<'r, M>
            for $type<K, V $(, $state)?>
        {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                r.nested(|r| {
                    let count = r.count::<(K, V)>()?;
                    let mut entries = Self::default();
                    for _ in 0..count {
                        let key = K::get(r)?;
                        entries.insert(key, V::get(r)?);
                    }
                    Ok(entries)
                })
            }

            fn release(self) {
                for (key, value) in self {
                    key.release();
                    value.release();
                }
            }
        }
    )* };
}

maps! {
    BTreeMap<K, V> where K: [Ord];
    HashMap<K, V, S> where K: [Eq, Hash];
}
