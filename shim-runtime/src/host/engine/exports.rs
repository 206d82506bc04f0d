//! The guest's numbered exports, resolved once per instance. All of them take up to eight slots and return one.

use wasmtime::{AsContextMut, Func, Result, TypedFunc};

use super::instance::Host;

macro_rules! exports {
    ($($arity:ident($($slot:ident),*): [$($word:ty),*; $count:literal];)*) => {
        /// A numbered export, by how many slots it takes.
        pub enum Export {
            /// The linker dropped it, or it has another type: calling it is a fault.
            Missing,
            $(
                #[allow(missing_docs, reason = "the name says it")]
                $arity(TypedFunc<($($word,)*), u64>),
            )*
        }

        impl Export {
            pub(super) fn of(func: Option<Func>, mut store: impl AsContextMut) -> Export {
                let Some(func) = func else { return Export::Missing };
                $(
                    if let Ok(func) = func.typed(store.as_context_mut()) {
                        return Export::$arity(func);
                    }
                )*
                Export::Missing
            }
        }

        $(
            impl Slots for [u64; $count] {
                #[inline]
                fn call(self, export: &Export, store: impl AsContextMut<Data = Host>) -> Option<Result<u64>> {
                    let Export::$arity(func) = export else { return None };
                    let [$($slot),*] = self;
                    Some(func.call(store, ($($slot,)*)))
                }
            }
        )*
    };
}

/// The arguments of a call: an array of zero to eight slots.
pub trait Slots {
    /// Calls an export, if that takes as many slots.
    #[doc(hidden)]
    fn call(self, export: &Export, store: impl AsContextMut<Data = Host>) -> Option<Result<u64>>;
}

exports! {
    Zero(): [; 0];
    One(a): [u64; 1];
    Two(a, b): [u64, u64; 2];
    Three(a, b, c): [u64, u64, u64; 3];
    Four(a, b, c, d): [u64, u64, u64, u64; 4];
    Five(a, b, c, d, e): [u64, u64, u64, u64, u64; 5];
    Six(a, b, c, d, e, f): [u64, u64, u64, u64, u64, u64; 6];
    Seven(a, b, c, d, e, f, g): [u64, u64, u64, u64, u64, u64, u64; 7];
    Eight(a, b, c, d, e, f, g, h): [u64, u64, u64, u64, u64, u64, u64, u64; 8];
}
