//! What serde's traits add to exports.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::name;
use crate::generate::print::Printer;
use crate::plan::bridge::{Bridge, FunctionPlan, Home, Returns, Settle};

/// The export by which the host asks what the guest has lent.
pub(super) fn answer(bridge: &Bridge) -> Option<TokenStream> {
    let answer = name(bridge.answer?);
    Some(quote! {
        #[unsafe(no_mangle)]
        pub extern "C" fn #answer(number: u64, question: u64) -> u64 { nb::guest::answer(number, question) }
    })
}

/// A call whose result alone says the type of values that it makes: those are stand-ins.
pub(super) fn made(printer: Printer<'_>, plan: &FunctionPlan, call: TokenStream) -> TokenStream {
    let chosen = |hosted: &crate::plan::bridge::Hosted| hosted.makes() && hosted.home == Home::Call;
    if !plan.hosted.iter().any(chosen) {
        return call;
    }
    let ty = printer.ty(&plan.output);
    quote!({ let made: #ty = #call; made })
}

/// The reply of a call that takes a serializer or a deserializer.
pub(super) fn reply(plan: &FunctionPlan, call: &TokenStream, backs: &[TokenStream]) -> Option<TokenStream> {
    let Returns::Message { inline } = plan.returns else {
        return None;
    };
    match plan.settle {
        Settle::Played(at) => {
            let (slot, arg) = (format_ident!("s{at}"), format_ident!("a{at}"));
            Some(quote!(nb::guest::recorded(#slot, |#arg| #call)))
        }
        Settle::Lent(at, _) => {
            let slot = format_ident!("s{at}");
            Some(quote! {
                let out = #call;
                nb::guest::reply_with(#inline, |w| {
                    nb::guest::put_outcome::<Here, _>(out, #slot, w);
                    #(#backs)*
                })
            })
        }
        _ => None,
    }
}
