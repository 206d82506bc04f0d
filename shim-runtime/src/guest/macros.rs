//! What must be expanded in the guest crate itself.

/// Exports what every guest exports. `fingerprint` identifies the model that both halves were generated from.
#[macro_export]
macro_rules! guest {
    (fingerprint = $fingerprint:expr) => {
        const _: () = {
            unsafe extern "C" {
                safe fn __wasm_call_ctors();
            }

            // Naming the constructors here also keeps the linker from running them around every export.
            #[unsafe(no_mangle)]
            extern "C" fn _initialize() {
                __wasm_call_ctors();
                $crate::guest::initialize();
            }

            #[unsafe(no_mangle)]
            extern "C" fn nb_state() -> u32 {
                $crate::guest::state($fingerprint)
            }

            #[unsafe(no_mangle)]
            extern "C" fn nb_alloc(len: u32) -> u32 {
                $crate::guest::allocate(len)
            }

            #[unsafe(no_mangle)]
            extern "C" fn nb_free(pointer: u32, len: u32) {
                $crate::guest::free(pointer, len);
            }
        };
    };
}

/// Implements the wire traits for a type that the host knows as a handle:
/// `guest_object!(Here, path::Type)` or `guest_object!(Here, path::Type<T>, [T: Bound])`. One that borrows is read for good,
/// and shown for however long: `guest_object!(Here, path::Type<'static>, [], path::Type<'a>, ['a])`.
#[macro_export]
macro_rules! guest_object {
    ($here:ty, $type:ty) => {
        $crate::guest_object!($here, $type, []);
    };
    ($here:ty, $type:ty, [$($generics:tt)*]) => {
        $crate::guest_object!($here, $type, [$($generics)*], $type, [$($generics)*]);
    };
    ($here:ty, $type:ty, [$($generics:tt)*], $any:ty, [$($of_any:tt)*]) => {
        impl<$($of_any)*> $crate::Put<$here> for $any {
            fn put(self, w: &mut $crate::Writer) {
                w.u32($crate::guest::give_object(self));
            }

            fn lend(&self, w: &mut $crate::Writer) {
                w.u32($crate::guest::show_object(self));
            }
        }

        impl<'nb, $($generics)*> $crate::Get<'nb, $here> for $type {
            fn get(r: &mut $crate::Reader<'nb>) -> ::core::result::Result<Self, $crate::Malformed> {
                let pointer = r.u32()?;
                ::core::result::Result::Ok(if r.is_lent() {
                    $crate::guest::borrowed($crate::guest::read_object(pointer))
                } else {
                    $crate::guest::owned(pointer as u64)
                })
            }

            fn get_ref(r: &mut $crate::Reader<'nb>) -> ::core::result::Result<&'nb Self, $crate::Malformed>
            where
                Self: 'nb,
            {
                ::core::result::Result::Ok($crate::guest::object($crate::guest::read_object(r.u32()?) as u64))
            }

            fn get_mut(r: &mut $crate::Reader<'nb>) -> ::core::result::Result<&'nb mut Self, $crate::Malformed>
            where
                Self: 'nb,
            {
                ::core::result::Result::Ok($crate::guest::object_mut(r.u32()? as u64))
            }

            fn release(self) {
                ::core::mem::forget(self);
            }
        }
    };
}

/// Implements the wire traits for an opaque `Copy` type, whose bytes cross as they are.
#[macro_export]
macro_rules! guest_bytes {
    ($here:ty, $type:ty) => {
        $crate::guest_bytes!($here, $type, $type, []);
    };
    ($here:ty, $type:ty, $any:ty, [$($of_any:tt)*]) => {
        impl<$($of_any)*> $crate::Put<$here> for $any {
            fn lend(&self, w: &mut $crate::Writer) {
                $crate::guest::raw_bytes(self, w);
            }
        }

        impl<'nb> $crate::Get<'nb, $here> for $type {
            fn get(r: &mut $crate::Reader<'nb>) -> ::core::result::Result<Self, $crate::Malformed> {
                $crate::guest::raw_value(r)
            }
        }
    };
}

/// Implements the wire traits for a type whose values the host tells by how they are made; they come back as bytes.
#[macro_export]
macro_rules! guest_recipe {
    ($here:ty, $type:ty) => {
        impl $crate::Put<$here> for $type {
            fn lend(&self, w: &mut $crate::Writer) {
                $crate::guest::raw_bytes(self, w);
            }
        }

        impl<'nb> $crate::Get<'nb, $here> for $type {
            fn get(r: &mut $crate::Reader<'nb>) -> ::core::result::Result<Self, $crate::Malformed> {
                $crate::guest::value(r)
            }

            fn get_ref(r: &mut $crate::Reader<'nb>) -> ::core::result::Result<&'nb Self, $crate::Malformed>
            where
                Self: 'nb,
            {
                $crate::guest::reference(r)
            }
        }
    };
}
