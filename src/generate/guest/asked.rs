//! The guest's types that stand for values of the application that implement a trait of the crate.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use super::exports;
use super::stand_ins::{put_asked, taken_over};
use crate::extract::api::{Arg, Def, Param, PathTy, Ty};
use crate::generate::print::{Printer, Side, ident};
use crate::generate::source::Unit;
use crate::plan::asked_key;
use crate::plan::bridge::{Asked, AskedMethod, TraitPlan};

/// A type that asks for every method, one that has the provided ones from the crate, and the exports that run those.
pub(super) fn unit(printer: Printer<'_>, plan: &TraitPlan) -> Option<Unit> {
    let asked = plan.asked.as_ref()?;
    let types = [false, true].map(|bare| stand_in(printer, asked, bare));
    let provided = asked.methods.iter().filter_map(|method| method.provided.as_ref());
    let exports = provided.map(|plan| exports(printer, plan));
    Some(Unit::new(&asked_key(&plan.key), quote!(#(#types)* #(#exports)*)))
}

fn stand_in(guest: Printer<'_>, asked: &Asked, bare: bool) -> TokenStream {
    let printer = Printer {
        side: Side::Implementing,
        ..guest
    };
    let name = ident(&asked.own.guest_type(bare));
    let lifetimes = printer.params(&asked.lifetimes, false);
    let args = asked.lifetimes.params.iter().filter_map(|param| match param {
        Param::Lifetime { name, .. } => Some(Arg::Lifetime(name.clone())),
        _ => None,
    });
    let trait_ = printer.path(&PathTy {
        def: Def::Local(asked.own.trait_),
        args: args.collect(),
        bindings: Vec::new(),
    });
    let methods = (0u32..).zip(&asked.methods);
    let methods = methods.filter(|(_, method)| !bare || !method.function.has_body);
    let methods = methods.map(|(number, asked)| method(printer, number, asked));
    quote! {
        pub struct #name(nb::guest::StandIn);
        impl<'nb> nb::Get<'nb, Here> for #name {
            fn get(r: &mut nb::Reader<'nb>) -> ::core::result::Result<Self, nb::Malformed> {
                nb::Get::<'nb, Here>::get(r).map(Self)
            }
        }
        impl<#(#lifetimes),*> #trait_ for #name { #(#methods)* }
    }
}

fn method(printer: Printer<'_>, number: u32, method: &AskedMethod) -> TokenStream {
    let (name, function) = (ident(&method.name), &method.function);
    let (params, wheres) = (
        printer.params(&function.generics, false),
        printer.wheres(&function.generics),
    );
    let (number, output) = (Literal::u32_unsuffixed(number), printer.ty(&function.output));
    let inputs = function.inputs.iter().enumerate().skip(1);
    let inputs: Vec<(Ident, TokenStream, bool)> = inputs
        .map(|(at, (_, ty))| (format_ident!("c{at}"), printer.ty(ty), method.places.contains(&at)))
        .collect();
    let declared = inputs.iter().map(|(name, ty, _)| quote!(#name: #ty));
    let puts = inputs.iter().map(|(name, _, is_place)| put_asked(name, *is_place));
    let places: Vec<&Ident> = inputs.iter().filter(|input| input.2).map(|input| &input.0).collect();
    let body = taken_over(
        &places,
        |_| quote!(self.0.own::<Here, _>(|w| { w.u32(#number); #(#puts)* })),
    );
    let receiver = match &function.inputs[0].1 {
        Ty::Ref { lifetime, mutable, .. } => printer.receiver(lifetime.as_deref(), *mutable),
        _ => quote!(self),
    };
    quote!(fn #name<#(#params),*>(#receiver, #(#declared),*) -> #output #wheres { #body })
}
