//! Generic arguments turned into what the guest takes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Index;

use crate::generate::print::{Printer, member};
use crate::plan::bridge::{Conversion, Owned};

/// The value `from` after its conversion; `borrowed` is a reference to it.
pub(super) fn converted(
    printer: Printer<'_>,
    conversion: &Conversion,
    from: &TokenStream,
    borrowed: &TokenStream,
) -> TokenStream {
    match conversion {
        Conversion::Wrap(def, fields) => {
            let path = printer.def(def);
            let fields = fields.iter().map(|(name, conversion)| {
                let name = member(name);
                let value = converted(printer, conversion, &quote!(#from.#name), &quote!(&#from.#name));
                quote!(#name: #value)
            });
            quote!(#path { #(#fields),* })
        }
        Conversion::AsRef(ty) | Conversion::Key(ty) => {
            let ty = printer.ty(ty);
            quote!(::std::convert::AsRef::<#ty>::as_ref(#borrowed))
        }
        Conversion::Borrow(ty) => {
            let ty = printer.ty(ty);
            quote!(::std::borrow::Borrow::<#ty>::borrow(#borrowed))
        }
        Conversion::Into(ty) => {
            let ty = printer.ty(ty);
            quote!(::std::convert::Into::<#ty>::into(#from))
        }
        Conversion::ToText | Conversion::Arguments => quote!(::std::string::ToString::to_string(#borrowed)),
        Conversion::ToError => quote!(nb::ErrorChain::of(&#from)),
        Conversion::Bounds => quote! {
            (
                ::std::ops::RangeBounds::start_bound(#borrowed).cloned(),
                ::std::ops::RangeBounds::end_bound(#borrowed).cloned(),
            )
        },
        Conversion::Iter(each) => {
            let each = owned(printer, each, &quote!(nb_x), &quote!(&nb_x));
            quote!(#from.iter().map(|nb_x| #each).collect::<::std::vec::Vec<_>>())
        }
        Conversion::Map(each) => {
            let each = owned(printer, each, &quote!(nb_x), &quote!(&nb_x));
            quote!(#from.map(|nb_x| #each))
        }
        Conversion::Collect { each, lent, .. } => {
            let borrowed = if *lent { quote!(nb_x) } else { quote!(&nb_x) };
            let each = each.as_ref().map(|each| {
                let each = owned(printer, each, &quote!(nb_x), &borrowed);
                quote!(.map(|nb_x| #each))
            });
            quote!(::std::iter::IntoIterator::into_iter(#from)#each.collect::<::std::vec::Vec<_>>())
        }
    }
}

/// A conversion of `value` to something owned; `borrowed` is a reference to it.
pub(super) fn owned(
    printer: Printer<'_>,
    conversion: &Owned,
    value: &TokenStream,
    borrowed: &TokenStream,
) -> TokenStream {
    match conversion {
        Owned::AsRef(ty) => {
            let ty = printer.ty(ty);
            quote!(::std::borrow::ToOwned::to_owned(::std::convert::AsRef::<#ty>::as_ref(#borrowed)))
        }
        Owned::Borrow(ty) => {
            let ty = printer.ty(ty);
            quote!(::std::borrow::ToOwned::to_owned(::std::borrow::Borrow::<#ty>::borrow(#borrowed)))
        }
        Owned::Into(ty) => {
            let ty = printer.ty(ty);
            quote!(::std::convert::Into::<#ty>::into(#value))
        }
        Owned::ToText => quote!(::std::string::ToString::to_string(#borrowed)),
        Owned::Same => value.clone(),
        Owned::Tuple(parts) => {
            let parts = parts.iter().enumerate().map(|(at, part)| {
                let at = Index::from(at);
                owned(printer, part, &quote!(#value.#at), &quote!(&(#borrowed).#at))
            });
            quote!((#(#parts,)*))
        }
        Owned::Behind(ty, inner) => {
            let ty = printer.ty(ty);
            let lent = quote!(::std::borrow::Borrow::<#ty>::borrow(#borrowed));
            owned(printer, inner, &quote!((#lent)), &lent)
        }
    }
}
