//! The crate's types as messages have them.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;
use syn::Lifetime;

use super::name;
use crate::extract::api::{Arg, Generics, Param, Ty};
use crate::generate::print::{Printer, Side};
use crate::generate::source::Unit;
use crate::generate::values;
use crate::plan::bridge::{Repr, TypePlan};
use crate::plan::{has_lifetimes, lifetime_params};

/// How values of a type are read and written, and what of it the host calls.
pub(super) fn unit(printer: Printer<'_>, plan: &TypePlan) -> Unit {
    let mut path = plan.module.clone();
    path.push(plan.name.clone());
    let path = printer.local(&path);
    let tokens = match &plan.repr {
        Repr::Struct(_) | Repr::Enum(_) => values::codec(printer, plan, &path),
        Repr::Object { drop } => {
            let each = (*drop..).zip(&plan.instances).map(|(drop, instance)| {
                let (drop, args) = (name(drop), arguments(printer, &plan.generics, instance));
                let (any, lifetimes) = at_any_lifetimes(printer, &plan.generics, instance);
                quote! {
                    nb::guest_object!(Here, #path #args, [], #path #any, [#(#lifetimes),*]);
                    #[unsafe(no_mangle)]
                    pub extern "C" fn #drop(object: u64) -> u64 { nb::guest::drop_object::<#path #args>(object) }
                }
            });
            quote!(#(#each)*)
        }
        Repr::Bytes { layout } => {
            let lifetimes = arguments(printer, &plan.generics, &BTreeMap::new());
            let (any, of_any) = at_any_lifetimes(printer, &plan.generics, &BTreeMap::new());
            let layout = name(*layout);
            quote! {
                nb::guest_bytes!(Here, #path #lifetimes, #path #any, [#(#of_any),*]);
                #[unsafe(no_mangle)]
                pub extern "C" fn #layout() -> u64 { nb::guest::layout_of::<#path #lifetimes>() }
            }
        }
        Repr::Recipe { layout, drop, .. } => {
            let (layout, drop) = (name(*layout), name(*drop));
            quote! {
                nb::guest_recipe!(Here, #path);
                #[unsafe(no_mangle)]
                pub extern "C" fn #layout() -> u64 { nb::guest::layout_of::<#path>() }
                #[unsafe(no_mangle)]
                pub extern "C" fn #drop(object: u64) -> u64 { nb::guest::drop_object::<#path>(object) }
            }
        }
    };
    Unit::new(&plan.key, tokens)
}

/// As [`arguments`], with lifetimes as they come, and those: what is shown to the host need not last.
fn at_any_lifetimes(
    printer: Printer<'_>,
    generics: &Generics,
    instance: &BTreeMap<String, Arg>,
) -> (TokenStream, Vec<Lifetime>) {
    let implementing = Printer {
        side: Side::Implementing,
        ..printer
    };
    // What an instance is over lasts, and may have to last as long as the type's own.
    if instance.values().any(has_lifetimes) {
        return (arguments(printer, generics, instance), Vec::new());
    }
    let names = lifetime_params(generics)
        .map(|name| implementing.lifetime(name))
        .collect();
    let args = generics.params.iter().filter_map(|param| match param {
        Param::Lifetime { name, .. } => {
            let name = implementing.lifetime(name);
            Some(quote!(#name))
        }
        param => argument_of(printer, param, instance),
    });
    (in_brackets(args.collect()), names)
}

/// `<'static, …>` for the lifetimes of a type, and for its parameters what the instance has, or stand-ins.
fn arguments(printer: Printer<'_>, generics: &Generics, instance: &BTreeMap<String, Arg>) -> TokenStream {
    let args = generics.params.iter();
    in_brackets(args.filter_map(|param| argument_of(printer, param, instance)).collect())
}

fn argument_of(printer: Printer<'_>, param: &Param, instance: &BTreeMap<String, Arg>) -> Option<TokenStream> {
    match param {
        Param::Lifetime { .. } => Some(quote!('static)),
        Param::Type { name, .. } => {
            let arg = instance.get(name).cloned();
            Some(printer.arg(&arg.unwrap_or_else(|| Arg::Type(Ty::Param(name.clone())))))
        }
        Param::Const { name, .. } => instance.get(name).map(|arg| printer.arg(arg)),
    }
}

fn in_brackets(args: Vec<TokenStream>) -> TokenStream {
    if args.is_empty() {
        quote!()
    } else {
        quote!(<#(#args),*>)
    }
}
