//! How generated bindings say what crosses as an object and what as bytes.

/// Implements the wire traits for a struct around a handle.
///
/// `host_object!(Here, Type, process = PROCESS, kind = 17)` for `struct Type { handle: Handle }`;
/// `host_object!(Here, Type<'a, 'b>, process = PROCESS, kind = 17)` for
/// `struct Type<'a, 'b> { handle: Handle, inputs: Inputs<'a>, marker: PhantomData<..> }`. With a lifetime, whatever the
/// first one names is what the object's inputs live for.
#[doc(hidden)]
#[macro_export]
macro_rules! host_object {
    ($here:ty, $type:ident, process = $process:expr, kind = $kind:expr) => {
        $crate::host_object!(@put $here, $type, []);

        impl<'r> $crate::Get<'r, $here> for $type {
            fn get(r: &mut $crate::Reader<'r>) -> ::core::result::Result<Self, $crate::Malformed> {
                ::core::result::Result::Ok($type { handle: r.handle($kind)? })
            }
        }
    };
    ($here:ty, $type:ident<$first:lifetime $(, $more:lifetime)* $(,)?>, process = $process:expr, kind = $kind:expr) => {
        $crate::host_object!(@put $here, $type, [$first $(, $more)*]);

        // What is read may borrow for `'r`, which outlives every lifetime that the type has.
        impl<'r: $first $(+ $more)*, $first $(, $more)*> $crate::Get<'r, $here> for $type<$first $(, $more)*> {
            fn get(r: &mut $crate::Reader<'r>) -> ::core::result::Result<Self, $crate::Malformed> {
                ::core::result::Result::Ok($type {
                    handle: r.handle($kind)?,
                    inputs: r.inputs(),
                    marker: ::core::marker::PhantomData,
                })
            }
        }
    };
    (@put $here:ty, $type:ident, [$($lifetime:lifetime),*]) => {
        impl<$($lifetime),*> $crate::Put<$here> for $type<$($lifetime),*> {
            fn put(self, w: &mut $crate::Writer) {
                w.give(self.handle);
            }

            fn lend(&self, w: &mut $crate::Writer) {
                w.handle(&self.handle);
            }

            fn lend_mut(&mut self, w: &mut $crate::Writer) {
                w.handle_mut(&mut self.handle);
            }

            fn surrender(&mut self, w: &mut $crate::Writer) {
                w.surrender(&mut self.handle);
            }
        }
    };
}

/// Implements the wire traits for an opaque `Copy` type, `#[repr(C)] struct Type([u8; N])`.
#[doc(hidden)]
#[macro_export]
macro_rules! host_bytes {
    ($here:ty, $type:ident $(<$($lifetime:lifetime),+ $(,)?>)?) => {
        impl$(<$($lifetime),+>)? $crate::Put<$here> for $type$(<$($lifetime),+>)? {
            fn lend(&self, w: &mut $crate::Writer) {
                w.raw(&self.0);
            }
        }

        $crate::host_bytes!(@get $here, $type, $(<$($lifetime),+>)?);
    };
    (@get $here:ty, $type:ident, ) => {
        impl<'r> $crate::Get<'r, $here> for $type {
            fn get(r: &mut $crate::Reader<'r>) -> ::core::result::Result<Self, $crate::Malformed> {
                r.array().map($type)
            }
        }
    };
    (@get $here:ty, $type:ident, <$($lifetime:lifetime),+>) => {
        impl<'r, $($lifetime),+> $crate::Get<'r, $here> for $type<$($lifetime),+> {
            fn get(r: &mut $crate::Reader<'r>) -> ::core::result::Result<Self, $crate::Malformed> {
                ::core::result::Result::Ok($type(r.array()?, ::core::marker::PhantomData))
            }
        }
    };
}
