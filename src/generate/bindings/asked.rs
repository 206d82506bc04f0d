//! Traits of the crate that the application implements: how its values answer the guest.

use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

use crate::extract::api::{Def, PathTy, Ty};
use crate::generate::print::{Printer, ident};
use crate::plan::bridge::{Asked, AskedMethod, Own, ParamPlan};

/// The hidden method by which a value answers.
pub(super) fn declaration(asked: &Asked) -> TokenStream {
    let receiver = if asked.own.shared {
        quote!(&self)
    } else {
        quote!(&mut self)
    };
    let arms = (0u32..).zip(&asked.methods).map(|(number, method)| {
        let (number, call) = (Literal::u32_unsuffixed(number), call(method));
        quote!(#number => { #call })
    });
    quote! {
        #[doc(hidden)]
        fn nanobuild_answer(
            #receiver,
            nb_r: &mut nb::Reader<'_>,
            nb_w: &mut nb::Writer,
        ) -> ::core::result::Result<(), nb::Malformed> {
            match nb_r.u32()? {
                #(#arms)*
                _ => return ::core::result::Result::Err(nb::Malformed("it asked for a method that there is not")),
            }
            ::core::result::Result::Ok(())
        }
    }
}

fn call(method: &AskedMethod) -> TokenStream {
    let name = ident(&method.name);
    let inputs: Vec<(Ident, bool)> = (1..method.function.inputs.len())
        .map(|at| (format_ident!("nb_c{at}"), method.places.contains(&at)))
        .collect();
    let Parts { reads, args, places } = parts(&inputs);
    quote! {
        #(#reads)*
        let nb_out = Self::#name(self, #(#args),*);
        nb::Put::<Here>::put(nb_out, nb_w);
        #(#places)*
    }
}

/// How a question is answered, but for the answer itself.
pub(super) struct Parts {
    /// Statements that read its arguments.
    pub(super) reads: Vec<TokenStream>,
    /// The arguments as they are handed over.
    pub(super) args: Vec<TokenStream>,
    /// Statements that tell what became of those that may be changed.
    pub(super) places: Vec<TokenStream>,
}

/// The parts for arguments by their variables, and whether they may be changed.
pub(super) fn parts(inputs: &[(Ident, bool)]) -> Parts {
    let read = |(input, is_place): &(Ident, bool)| {
        let mutable = is_place.then(|| quote!(mut));
        quote!(let #mutable #input = nb::Get::<'_, Here>::get(nb_r)?;)
    };
    let arg = |(input, is_place): &(Ident, bool)| if *is_place { quote!(&mut #input) } else { quote!(#input) };
    let places = inputs.iter().filter(|(_, is_place)| *is_place);
    Parts {
        reads: inputs.iter().map(read).collect(),
        args: inputs.iter().map(arg).collect(),
        places: places
            .map(|(input, _)| quote!(nb::Put::<Here>::put(#input, nb_w);))
            .collect(),
    }
}

/// Says of hosted values that they answer; `param` is the argument that is one.
pub(super) fn able(printer: Printer<'_>, own: &Own, param: &ParamPlan) -> TokenStream {
    let trait_ = printer.path(&PathTy {
        def: Def::Local(own.trait_),
        args: Vec::new(),
        bindings: Vec::new(),
    });
    let behind = matches!(param.ty, Ty::Ref { .. } | Ty::Path(_));
    let value = match (own.shared, behind) {
        (true, true) => quote!(&**nb_f),
        (false, true) => quote!(&mut **nb_f),
        (_, false) => quote!(nb_f),
    };
    let ability = ident(if own.shared { "own_shared" } else { "own" });
    quote!(.#ability(|nb_f, nb_r, nb_w| #trait_::nanobuild_answer(#value, nb_r, nb_w)))
}
