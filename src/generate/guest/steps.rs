//! How values are made that constants are made of: each `const fn` is a step.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use super::{callee, name, referent};
use crate::extract::api::ItemId;
use crate::generate::print::Printer;
use crate::generate::source::Unit;
use crate::plan::bridge::{Bridge, FunctionPlan, Repr, Step, StepArg, TypePlan};
use crate::plan::recipe_key;

/// The largest value, in bytes, that the host keeps in each constant.
const MAX_SIZE: usize = 4096;

/// What makes values of each type of steps. Rustc has the last word on what the plan found to be bytes.
pub(super) fn units(printer: Printer<'_>, bridge: &Bridge) -> Vec<Unit> {
    let of = |(id, plan): (&ItemId, &TypePlan)| {
        let Repr::Recipe { make, .. } = plan.repr else {
            return None;
        };
        let mut path = plan.module.clone();
        path.push(plan.name.clone());
        let (path, make) = (printer.local(&path), name(make));
        let steps = bridge.functions.iter().filter_map(|function| {
            let Step { number, .. } = function.step().filter(|step| step.of == *id)?;
            let step = step_name(function);
            Some(quote!(#number => #step(before, r),))
        });
        let tokens = quote! {
            const _: () = assert!(!::core::mem::needs_drop::<#path>() && ::core::mem::size_of::<#path>() <= #MAX_SIZE);
            impl nb::guest::Steps<Here> for #path {
                fn step(step: u8, before: Option<Self>, r: &mut nb::Reader<'static>) -> Self {
                    match step {
                        #(#steps)*
                        _ => unreachable!("a step that the bindings do not have"),
                    }
                }
            }
            #[unsafe(no_mangle)]
            pub extern "C" fn #make(steps: u64) -> u64 { nb::guest::made::<Here, #path>(steps) }
        };
        Some(Unit::new(&recipe_key(&plan.key), tokens))
    };
    bridge.types.iter().filter_map(of).collect()
}

fn step_name(plan: &FunctionPlan) -> Ident {
    format_ident!("step{}", plan.export)
}

/// A function as a step, if it is one.
pub(super) fn step(printer: Printer<'_>, plan: &FunctionPlan) -> Option<TokenStream> {
    let step = plan.step()?;
    let (name, callee, output) = (step_name(plan), callee(printer, &plan.callee), printer.ty(&plan.output));
    let args = || step.args.iter().zip(&plan.params).enumerate();
    let reads = args().map(|(index, (arg, param))| {
        let (to, ty) = (format_ident!("a{index}"), printer.ty(referent(&param.guest)));
        let read = match arg {
            StepArg::Before { .. } => quote!(before.expect("what the steps before made")),
            StepArg::Number { .. } => quote!(nb::guest::take::<Here, #ty>(r)),
            StepArg::Bytes { len, .. } => quote!(r.array::<#len>().expect("bytes")),
            StepArg::Part { .. } => quote!(nb::guest::argument::<Here, #ty>(r)),
        };
        quote!(let #to: #ty = #read;)
    });
    let passed = args().map(|(index, (arg, _))| {
        let name = format_ident!("a{index}");
        match arg {
            StepArg::Before { by_ref: true }
            | StepArg::Bytes { by_ref: true, .. }
            | StepArg::Part { by_ref: true, .. } => quote!(&#name),
            _ => quote!(#name),
        }
    });
    Some(quote! {
        fn #name(before: Option<#output>, r: &mut nb::Reader<'static>) -> #output {
            #(#reads)*
            #callee(#(#passed),*)
        }
    })
}
