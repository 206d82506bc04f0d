//! What stands in a call for values of the application: stand-ins, and closures that ask.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::extract::api::Ty;
use crate::generate::print::{Printer, Side, ident};
use crate::plan::bridge::{Closure, Hosted};

/// A stand-in where its value would be: owned, borrowed or boxed; one for a closure is called like one.
pub(super) fn stand_in(printer: Printer<'_>, arg: &Ident, ty: &Ty, hosted: Option<&Hosted>) -> TokenStream {
    let (closure, own) = hosted.map_or((None, None), |hosted| (hosted.closure.as_ref(), hosted.own.as_ref()));
    let value = match (closure, own) {
        (Some(closure), _) => self::closure(printer, arg, closure),
        (None, Some(own)) => {
            let name = ident(&own.guest_type(own.bare));
            quote!(#name(#arg))
        }
        (None, None) => quote!(#arg),
    };
    match ty {
        Ty::Ref { mutable: true, .. } => quote!(&mut #value),
        Ty::Ref { .. } => quote!(& #value),
        Ty::Path(path) => {
            let pointer = printer.def(&path.def);
            quote!(#pointer::new(#value))
        }
        _ => value,
    }
}

/// A closure that asks the host's. Its arguments' types are written out where rustc cannot know them from a bound: where a
/// method is called that is implemented for closures.
fn closure(printer: Printer<'_>, arg: &Ident, closure: &Closure) -> TokenStream {
    let implementing = Printer {
        side: Side::Implementing,
        ..printer
    };
    let names: Vec<Ident> = (0..closure.inputs.len()).map(|at| format_ident!("c{at}")).collect();
    let puts = names
        .iter()
        .enumerate()
        .map(|(at, name)| put_asked(name, closure.places.contains(&at)));
    let inputs = names.iter().zip(&closure.inputs).map(|(name, ty)| {
        let ty = closure.is_receiver.then(|| implementing.ty(ty)).map(|ty| quote!(: #ty));
        quote!(#name #ty)
    });
    let output = closure
        .output
        .as_ref()
        .map_or_else(|| quote!(_), |(ty, _)| printer.ty(ty));
    let places: Vec<&Ident> = closure.places.iter().map(|at| &names[*at]).collect();
    let asked = taken_over(&places, |more| {
        let output = more.map_or_else(|| output.clone(), |more| quote!((#output, #more)));
        quote!(#arg.own::<Here, #output>(|w| { #(#puts)* }))
    });
    quote!(move |#(#inputs),*| #asked)
}

/// Writes an argument of a question down; of one that the answer may change, what it refers to.
pub(super) fn put_asked(name: &Ident, is_place: bool) -> TokenStream {
    if is_place {
        quote!(nb::Put::<Here>::lend(&*#name, w);)
    } else {
        quote!(nb::Put::<Here>::put(#name, w);)
    }
}

/// A question, and what its answer says of places taken over. `ask` gets the types of those, if there are any.
pub(super) fn taken_over(places: &[&Ident], ask: impl FnOnce(Option<TokenStream>) -> TokenStream) -> TokenStream {
    if places.is_empty() {
        return ask(None);
    }
    let news: Vec<Ident> = places.iter().map(|place| format_ident!("new_{place}")).collect();
    let unknown = places.iter().map(|_| quote!(_));
    let ask = ask(Some(quote!(#(#unknown),*)));
    quote!({ let (out, #(#news,)*) = #ask; #(*#places = #news;)* out })
}
