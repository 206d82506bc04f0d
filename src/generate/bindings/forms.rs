//! Objects of which there are several forms in the guest: which one a call means, and which one it makes.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::generate::bindings::hosted::{keeper, values};
use crate::plan::bridge::{Choice, FunctionPlan, Made};

/// The variable for the form of the objects that decide on the choice `at`.
pub(super) fn form(at: usize) -> Ident {
    format_ident!("nb_form{at}")
}

/// Statements that find out which forms the objects among the arguments have; `arg` is an argument by its number.
pub(super) fn forms(choices: &[Choice], arg: impl Fn(usize) -> Ident) -> TokenStream {
    let each = choices.iter().enumerate().filter_map(|(at, choice)| {
        let (formed, form) = (choice.formed()?, form(at));
        let objects = formed.objects.iter().map(|object| {
            let (arg, drop) = (arg(object.index), object.drop);
            let numbers = object.numbers.iter().map(|number| Literal::u32_unsuffixed(*number));
            quote!((&#arg.handle, #drop, &[#(#numbers),*]))
        });
        let numbers = formed.numbers.iter().map(|number| Literal::u32_unsuffixed(*number));
        Some(quote!(let #form = nb::form(&[#(#objects),*], &[#(#numbers),*], &PROCESS);))
    });
    quote!(#(#each)*)
}

/// What is made of an object over a type of std: it gets the values that this is around.
pub(super) fn made(plan: &FunctionPlan, made: &Made, object: &Ident, value: &TokenStream) -> TokenStream {
    let (keeper, kind) = (keeper(made.field), made.kind);
    let values = made.values.map_or_else(
        || quote!(nb::Lease::new()),
        |at| {
            let (values, able) = (values(at), within(&plan.hosted[at].abilities));
            quote!(#values.around(|nb_a| nb_a #able))
        },
    );
    quote! {{
        let mut #object = #value;
        #object.handle.set_kind(#kind);
        nb::Keeper::settle(&mut #object.#keeper, #values, &mut #object.handle);
        #object
    }}
}

/// What values can do for the types of std that are around them in the guest.
fn within(abilities: &[&str]) -> TokenStream {
    let asked = abilities.iter().filter_map(|name| match *name {
        "read" | "write" => Some(format_ident!("{name}_within")),
        // What is around them looks after its buffer itself.
        "seek" => Some(format_ident!("seek")),
        _ => None,
    });
    quote!(#(.#asked())*)
}
