//! Types whose values are told by how they are made, and the `const fn`s that say so.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::extract::api::{ItemId, Ty};
use crate::generate::bindings::Told;
use crate::generate::bindings::functions::arg;
use crate::generate::bindings::types::size;
use crate::generate::print::{Printer, ident, verbatim};
use crate::plan::bridge::{Bridge, Constant, FunctionPlan, Repr, Returns, Step, StepArg, TypePlan};

/// How much longer a value gets by the steps that change settings of it: as many as there are bytes, in a set of them.
const SETTINGS: usize = 272;

/// A type's definition, under its attributes and with its marker, and how it crosses.
pub(super) fn definition(
    bridge: &Bridge,
    plan: &TypePlan,
    told: &Told,
    (head, marker): (&TokenStream, &TokenStream),
) -> TokenStream {
    let Repr::Recipe { layout, make, drop } = plan.repr else {
        return quote!();
    };
    let (name, size) = (ident(&plan.name), size(told.slots.get(&layout).copied()));
    let of = bridge.types.iter().find(|(_, other)| other.key == plan.key);
    let room = of.map_or(size + 1, |(id, _)| room(bridge, told, *id));
    let by = quote!(nb::MadeBy { make: #make, drop: #drop });
    quote! {
        #head
        pub struct #name {
            pub(crate) recipe: nb::Recipe<#room>,
            pub(crate) marker: ::std::marker::PhantomData<#marker>,
        }
        impl #name {
            #[doc(hidden)]
            pub(crate) fn nanobuild_pass(&self, nb_call: &mut nb::Call<'_>) -> u64 {
                nb_call.recipe(&self.recipe, #by)
            }
        }
        impl nb::Put<Here> for #name {
            fn lend(&self, w: &mut nb::Writer) { w.recipe(&self.recipe, &PROCESS, #by); }
        }
        impl<'nb_r> nb::Get<'nb_r, Here> for #name {
            fn get(r: &mut nb::Reader<'nb_r>) -> ::core::result::Result<Self, nb::Malformed> {
                let told = r.array::<#size>()?;
                Ok(Self { recipe: nb::Recipe::told(&told), marker: ::std::marker::PhantomData })
            }
        }
    }
}

/// The most bytes that steps to a value of the type take. No type is a part of itself, except in steps that go on.
fn room(bridge: &Bridge, told: &Told, of: ItemId) -> usize {
    let size = match bridge.types.get(&of).map(|plan| &plan.repr) {
        Some(Repr::Recipe { layout, .. }) => size(told.slots.get(layout).copied()),
        _ => 0,
    };
    let (mut first, mut further) = (1 + size, 0);
    for step in bridge.functions.iter().filter_map(FunctionPlan::step) {
        if step.of != of {
            continue;
        }
        if step.args.iter().any(|arg| matches!(arg, StepArg::Before { .. })) {
            further = SETTINGS;
        } else {
            let args = step.args.iter().map(|arg| match arg {
                StepArg::Number { width } => *width,
                StepArg::Bytes { len, .. } => *len,
                StepArg::Part { of, .. } => 2 + room(bridge, told, *of),
                StepArg::Before { .. } => 0,
            });
            first = first.max(1 + args.sum::<usize>());
        }
    }
    first + further
}

/// A constant of such a type, by its bytes.
pub(super) fn told(path: &TokenStream, bytes: &[u8]) -> TokenStream {
    let bytes = bytes.iter().map(|byte| Literal::u8_unsuffixed(*byte));
    quote!(#path { recipe: nb::Recipe::told(&[#(#bytes),*]), marker: ::std::marker::PhantomData })
}

/// What a `const fn` does: it says how its result is made.
pub(super) fn body(printer: Printer<'_>, plan: &FunctionPlan, constant: &Constant) -> TokenStream {
    match constant {
        Constant::Step(step) => taken(printer, plan, step),
        Constant::Object => object(printer, &plan.output, plan.export, plan.returns),
        Constant::Carried(source) => verbatim(source),
    }
}

fn object(printer: Printer<'_>, ty: &Ty, make: u32, returns: Returns) -> TokenStream {
    let Returns::Object(kind) = returns else {
        return quote!();
    };
    named(&printer.constructor(ty), make, kind)
}

/// An object that an export makes when it is first needed.
pub(super) fn named(path: &TokenStream, make: u32, kind: u32) -> TokenStream {
    let handle = quote!(nb::Handle::Named { process: &PROCESS, make: #make, kind: #kind });
    quote!(#path { handle: #handle, marker: ::std::marker::PhantomData })
}

fn taken(printer: Printer<'_>, plan: &FunctionPlan, step: &Step) -> TokenStream {
    let (path, number) = (printer.constructor(&plan.output), step.number);
    let args = || step.args.iter().zip(plan.params.iter().enumerate());
    let before = args().find(|(arg, _)| matches!(arg, StepArg::Before { .. }));
    let start = match before {
        Some((_, (index, param))) => {
            let before = arg(index, param);
            quote!(#before.recipe.then(#number))
        }
        None => quote!(nb::Recipe::first(#number)),
    };
    let others = args().map(|(kind, (index, param))| {
        let value = arg(index, param);
        match kind {
            StepArg::Before { .. } => quote!(),
            StepArg::Number { width } if is_float(&param.ty) => quote!(.number(#value.to_bits() as u128, #width)),
            StepArg::Number { width } => quote!(.number(#value as u128, #width)),
            StepArg::Bytes { by_ref: true, .. } => quote!(.bytes(#value)),
            StepArg::Bytes { .. } => quote!(.bytes(&#value)),
            StepArg::Part { .. } => quote!(.part(&#value.recipe)),
        }
    });
    quote!(#path { recipe: #start #(#others)*, marker: ::std::marker::PhantomData })
}

fn is_float(ty: &Ty) -> bool {
    matches!(ty, Ty::Prim(name) if name.starts_with('f'))
}
