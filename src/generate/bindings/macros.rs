//! Macros that are carried over, and the names that the crate's root has for what they need.

use proc_macro2::TokenStream;
use quote::quote;

use crate::generate::bindings::docs;
use crate::generate::print::{ident, verbatim};
use crate::plan::bridge::{Bridge, MacroPlan};

/// A macro as it was checked.
#[must_use]
pub(super) fn definition(plan: &MacroPlan) -> TokenStream {
    let (attributes, name, arms) = (docs::attributes(&plan.meta), ident(&plan.name), verbatim(&plan.arms));
    let inner = plan.inner.then(|| quote!((local_inner_macros)));
    quote!(#attributes #[macro_export #inner] macro_rules! #name { #arms })
}

/// The items that macros name, each with the key of the first macro that does.
pub(super) fn items(bridge: &Bridge) -> impl Iterator<Item = (&str, TokenStream)> {
    bridge.macro_items.iter().filter_map(|(alias, path)| {
        let names = |plan: &&MacroPlan| {
            plan.arms
                .split(|c: char| !c.is_alphanumeric() && c != '_')
                .any(|word| word == alias)
        };
        let first = bridge.macros.iter().find(names)?;
        let (alias, path) = (ident(alias), path.iter().map(|name| ident(name)));
        Some((
            first.key.as_str(),
            quote!(#[doc(hidden)] pub use crate #(:: #path)* as #alias;),
        ))
    })
}
