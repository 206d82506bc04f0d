//! Aliases, traits and constants.

use proc_macro2::{Literal, TokenStream};
use quote::quote;

use crate::extract::api::{AssocItem, AssocKind, Function, Ty};
use crate::generate::bindings::{Told, asked, choices, constants, docs, functions, recipes};
use crate::generate::print::{Printer, ident, verbatim};
use crate::plan::bridge::{AliasPlan, Bridge, ConstPlan, ConstValue, FunctionPlan, Place, Repr, TraitPlan};

/// A type alias.
#[must_use]
pub(super) fn alias(printer: Printer<'_>, plan: &AliasPlan) -> TokenStream {
    let (attributes, name) = (docs::attributes(&plan.meta), ident(&plan.name));
    let (params, ty) = (printer.params(&plan.alias.generics, true), printer.ty(&plan.alias.ty));
    quote!(#attributes pub type #name<#(#params),*> = #ty;)
}

/// A trait of the crate.
#[must_use]
pub(super) fn definition(printer: Printer<'_>, plan: &TraitPlan) -> TokenStream {
    let (attributes, name, definition) = (docs::attributes(&plan.meta), ident(&plan.name), &plan.definition);
    let (params, wheres) = (
        printer.params(&definition.generics, true),
        printer.wheres(&definition.generics),
    );
    let bounds = printer.bounds(&definition.supertraits);
    let provided = |item: &AssocItem| {
        let mut methods = plan.asked.iter().flat_map(|asked| &asked.methods);
        methods.find(|method| method.name == item.name)?.provided.as_ref()
    };
    let items = definition
        .items
        .iter()
        .map(|item| member(printer, item, provided(item)));
    let hidden = plan.chosen.then(choices::declarations);
    let answer = plan.asked.as_ref().map(asked::declaration);
    quote!(#attributes pub trait #name<#(#params),*>: #bounds #wheres { #(#items)* #hidden #answer })
}

fn member(printer: Printer<'_>, item: &AssocItem, provided: Option<&FunctionPlan>) -> TokenStream {
    let (attributes, name) = (docs::attributes(&item.meta), ident(&item.name));
    match &item.kind {
        AssocKind::Function(function) => {
            let signature = declaration(printer, &item.name, function);
            let allowed = function.is_unsafe.then(|| quote!(#[allow(unsafe_code)]));
            let body = provided.map(|plan| functions::body(printer, plan));
            let body = body.map_or_else(|| quote!(;), |body| quote!({ #body }));
            quote!(#attributes #allowed #signature #body)
        }
        AssocKind::Type { generics, bounds, .. } => {
            let (params, bounds) = (printer.params(generics, false), printer.bounds(bounds));
            quote!(#attributes type #name<#(#params),*>: #bounds;)
        }
        AssocKind::Const(_) => quote!(),
    }
}

fn declaration(printer: Printer<'_>, name: &str, function: &Function) -> TokenStream {
    let name = ident(name);
    let (params, wheres) = (
        printer.params(&function.generics, false),
        printer.wheres(&function.generics),
    );
    let inputs = function
        .inputs
        .iter()
        .map(|(name, ty)| functions::input(printer, name, ty, Some(&Ty::SelfTy)));
    let (output, qualifier) = (printer.ty(&function.output), function.is_unsafe.then(|| quote!(unsafe)));
    quote!(#qualifier fn #name<#(#params),*>(#(#inputs),*) -> #output #wheres)
}

/// A constant or static.
#[must_use]
pub(super) fn constant(printer: Printer<'_>, bridge: &Bridge, plan: &ConstPlan, told: &Told) -> TokenStream {
    let (attributes, name, ty) = (docs::attributes(&plan.meta), ident(&plan.name), printer.ty(&plan.ty));
    let value = match &plan.ty {
        Ty::Ref { ty, .. } if matches!(plan.value, ConstValue::Bytes(_) | ConstValue::Named { .. }) => {
            let value = value(printer, bridge, plan, ty, told);
            quote!(&#value)
        }
        ty => value(printer, bridge, plan, ty, told),
    };
    let static_ty = if let Ty::Ref { ty, .. } = &plan.ty {
        let ty = printer.ty(ty);
        quote!(&'static #ty)
    } else {
        ty
    };
    let keyword = if plan.is_static { quote!(static) } else { quote!(const) };
    let unknown = matches!(plan.value, ConstValue::Value(export) if !told.bytes.contains_key(&export));
    let item = if unknown {
        // While wrappers are only checked nothing is known yet, and a constant would be evaluated.
        quote!(#attributes pub fn #name() -> #static_ty { #value })
    } else {
        quote!(#attributes pub #keyword #name: #static_ty = #value;)
    };
    match &plan.place {
        Place::Inherent { generics, self_ty } => {
            let (params, wheres) = (printer.params(generics, false), printer.wheres(generics));
            let self_ty = printer.ty(self_ty);
            quote!(impl<#(#params),*> #self_ty #wheres { #item })
        }
        Place::Module(_) | Place::Impl => item,
    }
}

fn value(printer: Printer<'_>, bridge: &Bridge, plan: &ConstPlan, ty: &Ty, told: &Told) -> TokenStream {
    match &plan.value {
        ConstValue::Literal(text) => verbatim(text),
        ConstValue::Slot(export) => scalar(ty, told.slots.get(export).copied().unwrap_or_default()),
        ConstValue::Text(export) => {
            let text = told
                .bytes
                .get(export)
                .and_then(|bytes| std::str::from_utf8(bytes).ok())
                .unwrap_or_default();
            quote!(#text)
        }
        ConstValue::Bytes(export) => {
            let bytes = told.bytes.get(export).cloned().unwrap_or_else(|| vec![0]);
            let path = printer.constructor(ty);
            let of = crate::plan::local_type(ty).and_then(|id| bridge.types.get(&id));
            if matches!(of.map(|of| &of.repr), Some(Repr::Recipe { .. })) {
                return recipes::told(&path, &bytes);
            }
            let bytes = bytes.iter().map(|byte| Literal::u8_unsuffixed(*byte));
            quote!(#path { bytes: [#(#bytes),*], marker: ::std::marker::PhantomData })
        }
        ConstValue::Value(export) => {
            let known = told
                .bytes
                .get(export)
                .and_then(|bytes| constants::literal(printer, bridge, ty, bytes));
            known.unwrap_or_else(|| quote!(loop {}))
        }
        ConstValue::Named { make, kind } => recipes::named(&printer.constructor(ty), *make, *kind),
    }
}

/// A scalar as the guest's slot holds it.
fn scalar(ty: &Ty, slot: u64) -> TokenStream {
    let Ty::Prim(name) = ty else { return quote!(0) };
    #[expect(clippy::cast_possible_wrap, reason = "the slot holds the two's complement")]
    let signed = slot as i64;
    match name.as_str() {
        "bool" => {
            let value = slot != 0;
            quote!(#value)
        }
        "char" => {
            let value = u32::try_from(slot).ok().and_then(char::from_u32).unwrap_or_default();
            quote!(#value)
        }
        "f32" => {
            let bits = Literal::u32_unsuffixed(u32::try_from(slot & 0xffff_ffff).unwrap_or_default());
            quote!(f32::from_bits(#bits))
        }
        "f64" => {
            let bits = Literal::u64_unsuffixed(slot);
            quote!(f64::from_bits(#bits))
        }
        "usize" | "isize" => {
            let name = ident(name);
            let value = if name == "usize" {
                Literal::u64_suffixed(slot)
            } else {
                Literal::i64_suffixed(signed)
            };
            quote!(#value as #name)
        }
        signed_name if signed_name.starts_with('i') => {
            let value = Literal::i64_unsuffixed(signed);
            quote!(#value)
        }
        _ => {
            let value = Literal::u64_unsuffixed(slot);
            quote!(#value)
        }
    }
}
