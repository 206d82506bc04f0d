//! Values of constants, as the guest wrote them down, to expressions.

use nanobuild_runtime::{Get, Reader};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::extract::api::{Arg, Def, Shape, Ty};
use crate::generate::print::{Printer, ident, member};
use crate::plan::bridge::{Bridge, Repr};

/// The expression for a constant of type `ty`; `None` if the bytes are not what they should be.
#[must_use]
pub(super) fn literal(printer: Printer<'_>, bridge: &Bridge, ty: &Ty, bytes: &[u8]) -> Option<TokenStream> {
    let anchor = nanobuild_runtime::Anchor::none();
    let mut reader = Decoder {
        printer,
        bridge,
        reader: Reader::of(bytes.to_vec(), anchor),
    };
    let value = reader.value(ty)?;
    reader.reader.finish().ok()?;
    Some(value)
}

struct Decoder<'a> {
    printer: Printer<'a>,
    bridge: &'a Bridge,
    reader: Reader<'static>,
}

/// The runtime's own decoders are the only ones: what they read cannot drift from what guests write.
macro_rules! scalars {
    ($self:ident, $name:ident, $($prim:literal => $ty:ty, $literal:ident;)*) => {
        match $name {
            $($prim => {
                let value = Literal::$literal(<$ty as Get<'_, ()>>::get(&mut $self.reader).ok()?);
                Some(quote!(#value))
            })*
            _ => None,
        }
    };
}

impl Decoder<'_> {
    fn value(&mut self, ty: &Ty) -> Option<TokenStream> {
        match ty {
            Ty::Prim(name) => self.scalar(name),
            Ty::Ref { ty, .. } => match &**ty {
                Ty::Prim(_) => {
                    let text = <String as Get<'_, ()>>::get(&mut self.reader).ok()?;
                    Some(quote!(#text))
                }
                Ty::Slice(item) => {
                    let items = self.run(item)?;
                    Some(quote!(&[#(#items),*]))
                }
                _ => None,
            },
            Ty::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.value(part)).collect::<Option<Vec<_>>>()?;
                Some(quote!((#(#parts,)*)))
            }
            Ty::Array(item, len) => {
                let items = (0..len.parse().ok()?)
                    .map(|_: usize| self.value(item))
                    .collect::<Option<Vec<_>>>()?;
                Some(quote!([#(#items),*]))
            }
            Ty::Path(path) => match &path.def {
                Def::Local(_) => self.local(ty),
                Def::Std(name) => self.std(name, &path.args),
                Def::Foreign { .. } => None,
            },
            _ => None,
        }
    }

    fn scalar(&mut self, name: &str) -> Option<TokenStream> {
        if name == "bool" {
            let value = <bool as Get<'_, ()>>::get(&mut self.reader).ok()?;
            return Some(quote!(#value));
        }
        scalars! { self, name,
            "u8" => u8, u8_unsuffixed; "u16" => u16, u16_unsuffixed; "u32" => u32, u32_unsuffixed;
            "u64" => u64, u64_unsuffixed; "u128" => u128, u128_unsuffixed; "usize" => usize, usize_unsuffixed;
            "i8" => i8, i8_unsuffixed; "i16" => i16, i16_unsuffixed; "i32" => i32, i32_unsuffixed;
            "i64" => i64, i64_unsuffixed; "i128" => i128, i128_unsuffixed; "isize" => isize, isize_unsuffixed;
            "char" => char, character;
        }
    }

    /// A counted run. Bytes have a form of their own on the wire.
    fn run(&mut self, item: &Ty) -> Option<Vec<TokenStream>> {
        if *item == Ty::Prim("u8".to_owned()) {
            let bytes = <Vec<u8> as Get<'_, ()>>::get(&mut self.reader).ok()?;
            return Some(
                bytes
                    .into_iter()
                    .map(Literal::u8_unsuffixed)
                    .map(|byte| quote!(#byte))
                    .collect(),
            );
        }
        let count = self.reader.length().ok()?;
        (0..count).map(|_| self.value(item)).collect()
    }

    fn std(&mut self, name: &str, args: &[Arg]) -> Option<TokenStream> {
        let first = args.iter().find_map(|arg| match arg {
            Arg::Type(ty) => Some(ty),
            _ => None,
        });
        match name {
            "std::string::String" => <String as Get<'_, ()>>::get(&mut self.reader)
                .ok()?
                .is_empty()
                .then(|| quote!(::std::string::String::new())),
            "std::vec::Vec" => self.run(first?)?.is_empty().then(|| quote!(::std::vec::Vec::new())),
            "std::option::Option" => match self.reader.u8().ok()? {
                0 => Some(quote!(::std::option::Option::None)),
                1 => {
                    let value = self.value(first?)?;
                    Some(quote!(::std::option::Option::Some(#value)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    fn local(&mut self, ty: &Ty) -> Option<TokenStream> {
        let plan = self.bridge.types.get(&crate::plan::local_type(ty)?)?;
        let path = self.printer.constructor(ty);
        match &plan.repr {
            Repr::Struct(shape) => self.fields(&path, shape),
            Repr::Enum(variants) => {
                let tag = usize::try_from(self.reader.u32().ok()?).ok()?;
                let variant = variants.get(tag)?;
                let name = ident(&variant.name);
                self.fields(&quote!(#path::#name), &variant.shape)
            }
            // Its size is among the things that only the guest tells; such constants are told apart.
            Repr::Bytes { .. } | Repr::Object { .. } | Repr::Recipe { .. } => None,
        }
    }

    fn fields(&mut self, path: &TokenStream, shape: &Shape) -> Option<TokenStream> {
        let (Shape::Named(fields) | Shape::Tuple(fields)) = shape else {
            return Some(quote!(#path {}));
        };
        let mut told = Vec::new();
        for field in fields {
            let (name, value) = (member(&field.name), self.value(&field.ty)?);
            told.push(quote!(#name: #value));
        }
        Some(quote!(#path { #(#told),* }))
    }
}
