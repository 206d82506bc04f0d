//! Results on their way to the host: what it cannot name is hidden, and what it gets mutably is lent.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::extract::api::{Arg, Binding, Bound, Ty};
use crate::plan::bridge::{FunctionPlan, LentBy, Returns};
use crate::plan::{is_hidden, is_piece, trait_name};

/// The expression that makes something else of parts of a value: what `leaf` says of a part by its type.
fn mapped(ty: &Ty, value: &TokenStream, leaf: &mut Leaf<'_>, depth: usize) -> Option<TokenStream> {
    if let Some(made) = leaf(ty, value) {
        return Some(made);
    }
    match ty {
        Ty::Tuple(parts) => {
            let names: Vec<Ident> = (0..parts.len()).map(|at| format_ident!("h{depth}_{at}")).collect();
            let each = parts.iter().zip(&names);
            let each: Vec<_> = each
                .map(|(part, name)| mapped(part, &quote!(#name), leaf, depth + 1))
                .collect();
            each.iter().any(Option::is_some).then(|| {
                let parts = each.into_iter().zip(&names);
                let parts = parts.map(|(part, name)| part.unwrap_or_else(|| quote!(#name)));
                quote!({ let (#(#names,)*) = #value; (#(#parts,)*) })
            })
        }
        Ty::Path(path) => {
            let inner = format_ident!("h{depth}");
            let types = path.args.iter().filter_map(|arg| match arg {
                Arg::Type(ty) => Some(mapped(ty, &quote!(#inner), leaf, depth + 1)),
                _ => None,
            });
            match (types.collect::<Vec<_>>().as_slice(), trait_name(path)) {
                // An iterator in a box.
                ([Some(boxed)], "Box") => Some(quote!({ let #inner = #value; #boxed })),
                ([Some(some)], "Option") => Some(quote!(#value.map(|#inner| #some))),
                ([ok, error], "Result") if ok.is_some() || error.is_some() => {
                    let ok = ok.as_ref().map(|ok| quote!(.map(|#inner| #ok)));
                    let error = error.as_ref().map(|error| quote!(.map_err(|#inner| #error)));
                    Some(quote!(#value #ok #error))
                }
                _ => None,
            }
        }
        // An iterator: each of its items.
        Ty::ImplTrait(bounds) | Ty::DynTrait(bounds) => bounds.iter().find_map(|bound| {
            let Bound::Trait { trait_, .. } = bound else {
                return None;
            };
            trait_.bindings.iter().find_map(|(_, binding)| match binding {
                Binding::Equal(item) => {
                    let item = mapped(item, &quote!(item), leaf, depth + 1)?;
                    Some(quote!(#value.map(|item| #item)))
                }
                Binding::Bound(_) => None,
            })
        }),
        _ => None,
    }
}

/// What is made of a part of a value, if it is something else.
type Leaf<'l> = dyn FnMut(&Ty, &TokenStream) -> Option<TokenStream> + 'l;

/// Hides what the host cannot name, and lends what it gets mutably.
pub(super) fn wrapped(plan: &FunctionPlan, call: TokenStream) -> TokenStream {
    let lends = plan.anchor.lends.as_ref();
    let mut places = lends.map(|lends| lends.places.iter()).unwrap_or_default();
    let by_value = lends.is_some_and(|lends| lends.by == LentBy::Value);
    let mut leaf = |ty: &Ty, value: &TokenStream| match ty {
        ty if is_hidden(ty) => Some(quote!(nb::hide!(#value))),
        Ty::Ref { ty, .. } if is_hidden(ty) => Some(quote!(nb::hide_lent!(#value))),
        Ty::Ref { mutable: true, ty, .. } => Some(match places.next()? {
            _ if by_value && is_piece(ty) => quote!(nb::guest::piece(#value)),
            whole if by_value => quote!(nb::guest::part(#value, #whole)),
            true => quote!(nb::guest::lend_whole(#value)),
            false => quote!(nb::guest::lend_copy(#value)),
        }),
        _ => None,
    };
    mapped(&plan.read, &call, &mut leaf, 0).unwrap_or(call)
}

/// The reply of a call whose result is a part of an argument, which comes back first.
pub(super) fn part_reply(plan: &FunctionPlan, call: &TokenStream, backs: &[TokenStream]) -> Option<TokenStream> {
    let lends = plan.anchor.lends.as_ref().filter(|lends| lends.by == LentBy::Value)?;
    let Returns::Message { inline } = plan.returns else {
        return None;
    };
    let value = format_ident!("a{}", lends.index);
    let mut leaf = |ty: &Ty, part: &TokenStream| match ty {
        Ty::Ref { mutable: true, ty, .. } if is_piece(ty) => Some(quote!(#part.within(&mut #value))),
        Ty::Ref { mutable: true, .. } => Some(quote!(#part.within::<Here>(&mut #value))),
        _ => None,
    };
    let found = mapped(&plan.read, &quote!(out), &mut leaf, 0)?;
    Some(quote! {
        nb::guest::reply_with(#inline, |w| {
            let out = #call;
            let out = #found;
            nb::guest::note_objects::<Here, _>(&#value);
            #(#backs)*
            nb::Put::<Here>::put(out, w);
        })
    })
}
