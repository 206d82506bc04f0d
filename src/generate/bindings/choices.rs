//! Type parameters that are one of the crate's own types: how the host tells which, and hands over a value of it.
//!
//! The crate's traits have hidden methods for this, which their own implementations override.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use crate::generate::print::ident;
use crate::plan::bridge::Choice;

/// The number of the export that is meant, `first` being that of the first choice.
pub(super) fn export(first: u32, choices: &[Choice]) -> TokenStream {
    if choices.is_empty() {
        return quote!(#first);
    }
    let each = choices.iter().map(|choice| {
        let (param, count) = (ident(&choice.param), choice.types.len() as u64);
        let count = proc_macro2::Literal::u64_unsuffixed(count);
        quote!((#count, #param::nanobuild_number()))
    });
    quote!(nb::chosen(#first, &[#(#each),*], &PROCESS))
}

/// The statement that hands over a value.
pub(super) fn put(choice: &Choice, arg: &Ident, lent: bool) -> TokenStream {
    let param = ident(&choice.param);
    if lent {
        quote!(#param::nanobuild_lend(#arg, nb_w);)
    } else {
        quote!(#param::nanobuild_give(#arg, nb_w);)
    }
}

/// The hidden methods of a trait.
pub(super) fn declarations() -> TokenStream {
    quote! {
        #[doc(hidden)]
        fn nanobuild_number() -> u32 where Self: Sized { u32::MAX }
        #[doc(hidden)]
        fn nanobuild_lend(&self, nb_w: &mut nb::Writer) {}
        #[doc(hidden)]
        fn nanobuild_give(self, nb_w: &mut nb::Writer) where Self: Sized {}
    }
}

/// The hidden methods of the implementation for the type with this number.
pub(super) fn definitions(number: usize) -> TokenStream {
    let number = proc_macro2::Literal::usize_unsuffixed(number);
    quote! {
        fn nanobuild_number() -> u32 { #number }
        fn nanobuild_lend(&self, nb_w: &mut nb::Writer) { nb::Put::<Here>::lend(self, nb_w); }
        fn nanobuild_give(self, nb_w: &mut nb::Writer) { nb::Put::<Here>::put(self, nb_w); }
    }
}
