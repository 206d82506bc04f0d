//! Exports of trait implementations and constants.

use std::collections::BTreeMap;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{callee, exports, name};
use crate::extract::api::Ty;
use crate::generate::print::{Printer, ident};
use crate::generate::source::Unit;
use crate::plan::bridge::{ConstPlan, ConstValue, ImplBody, ImplPlan};
use crate::plan::{instances, instantiate_ty};

/// The exports of a trait implementation.
pub(super) fn impl_unit(printer: Printer<'_>, plan: &ImplPlan) -> Unit {
    let tokens = match &plan.body {
        ImplBody::Methods(methods) => {
            let exports = methods.iter().map(|method| exports(printer, method));
            quote!(#(#exports)*)
        }
        _ => {
            let each = (0..).zip(instances(&plan.choices));
            let each = each.map(|(offset, chosen)| looking(printer, plan, offset, &chosen));
            quote!(#(#each)*)
        }
    };
    Unit::new(&plan.key, tokens)
}

/// The export that looks at a value, in one instance.
fn looking(printer: Printer<'_>, plan: &ImplPlan, offset: u32, chosen: &BTreeMap<String, Ty>) -> TokenStream {
    let of = plan.wrapped.as_ref().map_or(&plan.self_ty, |(_, guest)| guest);
    let ty = printer.ty(&instantiate_ty(of, chosen));
    let (export, answer) = match &plan.body {
        ImplBody::Marker | ImplBody::Error { source: None } | ImplBody::Methods(_) => return quote!(),
        ImplBody::Format { export } => {
            let method = format_method(plan);
            let answer = quote! {
                let spec = nb::guest::take::<Here, nb::wire::fmt::Spec>(&mut message);
                nb::guest::reply::<Here, _>(nb::guest::fmt::#method(value, spec))
            };
            (export, answer)
        }
        ImplBody::Hash { export } => (export, quote!(nb::guest::hash_reply(value))),
        ImplBody::Error { source: Some(export) } => {
            let chain = quote!(::std::error::Error::source(value).map(nb::ErrorChain::of));
            (export, quote!(nb::guest::reply::<Here, _>(#chain)))
        }
    };
    let export = name(export + offset);
    quote! {
        #[unsafe(no_mangle)]
        pub extern "C" fn #export(m: u64) -> u64 {
            let mut message = nb::guest::message(m);
            let value: &'static #ty = nb::guest::take::<Here, &'static #ty>(&mut message);
            #answer
        }
    }
}

/// `LowerHex` to `lower_hex`: the function of the guest's `fmt` that formats under a host's options.
fn format_method(plan: &ImplPlan) -> Ident {
    let name = crate::plan::trait_name(&plan.trait_);
    let mut method = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !method.is_empty() {
            method.push('_');
        }
        method.extend(letter.to_lowercase());
    }
    ident(&method)
}

/// The export that tells a constant.
pub(super) fn const_unit(printer: Printer<'_>, plan: &ConstPlan) -> Unit {
    let value = callee(printer, &plan.callee);
    let is_ref = matches!(plan.ty, Ty::Ref { .. });
    let (export, body) = match &plan.value {
        ConstValue::Literal(_) => return Unit::new(&plan.key, quote!()),
        ConstValue::Slot(export) => (name(*export), quote!(nb::Slot::into_slot(#value))),
        ConstValue::Bytes(export) if is_ref => (name(*export), quote!(nb::guest::leak_bytes(#value))),
        ConstValue::Bytes(export) => (name(*export), quote!(nb::guest::leak_bytes(&#value))),
        ConstValue::Text(export) => (name(*export), quote!(nb::guest::span(#value.as_bytes()))),
        ConstValue::Value(export) if plan.is_static => (
            name(*export),
            quote!(nb::guest::reply_with(true, |w| nb::Put::<Here>::lend(&#value, w))),
        ),
        ConstValue::Value(export) => (name(*export), quote!(nb::guest::reply_inline::<Here, _>(#value))),
        ConstValue::Named { make, .. } if is_ref => (name(*make), quote!(nb::guest::address(#value))),
        ConstValue::Named { make, .. } if plan.is_static => (name(*make), quote!(nb::guest::address(&#value))),
        ConstValue::Named { make, .. } => (name(*make), quote!(nb::guest::object_slot(#value))),
    };
    let tokens = quote! {
        #[unsafe(no_mangle)]
        pub extern "C" fn #export() -> u64 { #body }
    };
    Unit::new(&plan.key, tokens)
}
