//! Type parameters that are one of the crate's own types: how the host tells which, and hands over a value of it.
//!
//! The crate's traits have hidden methods for this, which their own implementations override.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

use crate::extract::api::{Arg, Def, Ty};
use crate::generate::bindings::forms;
use crate::generate::bindings::functions::slot_name;
use crate::generate::print::{Printer, ident};
use crate::plan::bridge::{Choice, FunctionPlan, Place};

/// The number of the export that is meant, `first` being that of the first choice.
pub(super) fn export(printer: Printer<'_>, first: u32, choices: &[Choice]) -> TokenStream {
    if choices.is_empty() {
        return quote!(#first);
    }
    let each = choices.iter().enumerate().map(|(at, choice)| {
        if let Some(formed) = choice.formed() {
            let (count, form) = (Literal::usize_unsuffixed(formed.numbers.len()), forms::form(at));
            return quote!((#count, #form));
        }
        let (of, last) = (of(printer, choice), Literal::usize_unsuffixed(choice.types.len()));
        let count = Literal::usize_unsuffixed(choice.in_guest().len());
        let number = quote!(#of::nanobuild_number());
        match choice.asked() {
            Some(_) => quote!((#count, #number.min(#last))),
            None => quote!((#count, #number)),
        }
    });
    quote!(nb::chosen(#first, &[#(#each),*], &PROCESS))
}

/// Whether the caller's type is one that is asked.
pub(super) fn is_asked(printer: Printer<'_>, choice: &Choice) -> TokenStream {
    let of = of(printer, choice);
    quote!(#of::nanobuild_number() == u32::MAX)
}

/// The statement that hands over a value; of one that is asked, the number that its slot's variable holds.
pub(super) fn put(printer: Printer<'_>, choice: &Choice, index: usize, arg: &Ident, ty: &Ty) -> TokenStream {
    let own = put_own(printer, choice, arg, ty);
    if choice.asked().is_none() {
        return own;
    }
    let slot = slot_name(index);
    quote! {
        match #arg {
            ::std::option::Option::Some(#arg) => { #own }
            ::std::option::Option::None => nb_w.u32(#slot as u32),
        }
    }
}

fn put_own(printer: Printer<'_>, choice: &Choice, arg: &Ident, ty: &Ty) -> TokenStream {
    let of = of(printer, choice);
    match ty {
        Ty::Ref { mutable: true, .. } => quote!(#of::nanobuild_lend_mut(#arg, nb_w);),
        Ty::Ref { .. } => quote!(#of::nanobuild_lend(#arg, nb_w);),
        _ => quote!(#of::nanobuild_give(#arg, nb_w);),
    }
}

/// The parameter as one that implements the trait: another trait above it may have such methods too.
fn of(printer: Printer<'_>, choice: &Choice) -> TokenStream {
    let param = ident(&choice.param);
    let trait_ = choice.trait_().map(|trait_| printer.def(&Def::Local(trait_)));
    quote!(<#param as #trait_>)
}

/// The hidden methods of a trait.
pub(super) fn declarations() -> TokenStream {
    quote! {
        #[doc(hidden)]
        fn nanobuild_number() -> u32 where Self: Sized { u32::MAX }
        #[doc(hidden)]
        fn nanobuild_lend(&self, nb_w: &mut nb::Writer) {}
        #[doc(hidden)]
        fn nanobuild_lend_mut(&mut self, nb_w: &mut nb::Writer) {}
        #[doc(hidden)]
        fn nanobuild_give(self, nb_w: &mut nb::Writer) where Self: Sized {}
    }
}

/// The hidden methods of the implementation for the type with this number.
pub(super) fn definitions(number: usize) -> TokenStream {
    let number = Literal::usize_unsuffixed(number);
    quote! {
        fn nanobuild_number() -> u32 { #number }
        fn nanobuild_lend(&self, nb_w: &mut nb::Writer) { nb::Put::<Here>::lend(self, nb_w); }
        fn nanobuild_lend_mut(&mut self, nb_w: &mut nb::Writer) { nb::Put::<Here>::lend_mut(self, nb_w); }
        fn nanobuild_give(self, nb_w: &mut nb::Writer) { nb::Put::<Here>::put(self, nb_w); }
    }
}

/// The where clause, with what crosses for some of the types only that the caller may choose. An implementation of a trait
/// cannot ask for more than the trait.
pub(super) fn crossing(printer: Printer<'_>, plan: &FunctionPlan, wheres: TokenStream) -> TokenStream {
    if plan.crossing.is_empty() || matches!(plan.place, Place::Impl) {
        return wheres;
    }
    let more = plan.crossing.iter().map(|ty| crosses(printer, ty));
    let more = quote!(#(#more),*);
    if wheres.is_empty() {
        quote!(where #more)
    } else {
        quote!(#wheres, #more)
    }
}

/// That a type crosses, for any lifetime that it elides: a where clause has none to elide.
fn crosses(printer: Printer<'_>, ty: &Ty) -> TokenStream {
    let over = |name: &str| printer.arg(&crate::plan::with_lifetime(&Arg::Type(ty.clone()), name));
    if crate::plan::elides(ty) {
        let (shown, read) = (over("nb_y"), over("nb_x"));
        return quote!(for<'nb_y> #shown: nb::Put<Here>, for<'nb_x> #read: nb::Get<'nb_x, Here>);
    }
    let ty = printer.ty(ty);
    quote!(#ty: nb::Put<Here> + for<'nb_x> nb::Get<'nb_x, Here>)
}
