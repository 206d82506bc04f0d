//! How parts of a value are found: the value is gone through in the same order on both sides.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::extract::api::{Arg, Def, ItemId, Ty};
use crate::plan::trait_name;

/// Statements that look for a part in `value`, a mutable reference, and return it.
#[must_use]
pub(super) fn find(value: &TokenStream, ty: &Ty, nodes: &BTreeSet<ItemId>, depth: usize) -> TokenStream {
    let item = format_ident!("p{depth}");
    let within = |ty: &Ty, value: TokenStream| find(&value, ty, nodes, depth + 1);
    let itself = quote!(if is_it(&*#value) { return ::core::option::Option::Some(#value); });
    match ty {
        Ty::Path(path) => {
            let arg = path.args.iter().find_map(|arg| match arg {
                Arg::Type(ty) => Some(ty),
                _ => None,
            });
            match (&path.def, arg, trait_name(path)) {
                (Def::Local(id), ..) if nodes.contains(id) => quote! {
                    if let ::core::option::Option::Some(found) = nb::Nodes::<Here>::find(#value, is_it) {
                        return ::core::option::Option::Some(found);
                    }
                },
                (_, Some(arg), "Vec" | "Option") => {
                    let inner = within(arg, quote!(#item));
                    quote!(#itself for #item in #value.iter_mut() { #inner })
                }
                (_, Some(arg), "Box") => {
                    let inner = within(arg, quote!(#item));
                    quote!(#itself { let #item = &mut **#value; #inner })
                }
                _ => itself,
            }
        }
        Ty::Tuple(parts) if !parts.is_empty() => {
            let names: Vec<_> = (0..parts.len()).map(|at| format_ident!("p{depth}_{at}")).collect();
            let inner = parts.iter().zip(&names).map(|(part, name)| within(part, quote!(#name)));
            quote!(#itself { let (#(#names,)*) = #value; #(#inner)* })
        }
        _ => itself,
    }
}
