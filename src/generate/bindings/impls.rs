//! Trait implementations over the guest's own.

use proc_macro2::TokenStream;
use quote::quote;

use crate::generate::bindings::{choices, conversions, forms, functions, hosted};
use crate::generate::print::{Printer, ident};
use crate::plan::bridge::{Bridge, ImplBody, ImplPlan, Repr};
use crate::plan::local_type;

/// One trait implementation.
#[must_use]
pub(super) fn implementation(printer: Printer<'_>, bridge: &Bridge, plan: &ImplPlan) -> TokenStream {
    let (params, wheres) = (printer.params(&plan.generics, false), printer.wheres(&plan.generics));
    let (trait_, self_ty) = (printer.path(&plan.trait_), printer.ty(&plan.self_ty));
    let types = plan.types.iter().map(|(name, ty)| {
        let (name, ty) = (ident(name), printer.ty(ty));
        quote!(type #name = #ty;)
    });
    let body = match &plan.body {
        ImplBody::Marker | ImplBody::Error { source: None } => quote!(),
        ImplBody::Methods(methods) => {
            let methods = methods.iter().map(|method| functions::placed(printer, method));
            quote!(#(#methods)*)
        }
        ImplBody::Format { export } => format(printer, plan, *export),
        ImplBody::Hash { export } => hash(printer, plan, *export),
        ImplBody::Error { source: Some(export) } => source(printer, bridge, plan, *export),
    };
    let number = plan.number.map(choices::definitions);
    quote!(impl<#(#params),*> #trait_ for #self_ty #wheres { #(#types)* #number #body })
}

fn format(printer: Printer<'_>, plan: &ImplPlan, export: u32) -> TokenStream {
    let export = choices::export(printer, export, &plan.choices);
    let forms = own_form(plan);
    let (homes, serves): (Vec<_>, Vec<_>) = plan.hosted.iter().map(hosted::looked_at).unzip();
    let wrapped = plan.wrapped.as_ref();
    let value = wrapped.map_or_else(
        || quote!(self),
        |(conversion, _)| {
            let made = conversions::converted(printer, conversion, &quote!(self), &quote!(self));
            quote!(&#made)
        },
    );
    quote! {
        #[track_caller]
        fn fmt(&self, nb_f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
            let nb_spec = nb::fmt::spec(nb_f);
            #forms
            #(#homes)*
            let mut nb_call = nb::Call::new(&PROCESS);
            #(#serves)*
            let nb_m = nb_call.message(|nb_w| {
                nb::Put::<Here>::lend(#value, nb_w);
                nb::Put::<Here>::lend(&nb_spec, nb_w);
            });
            let nb_text = nb_call.value::<Here, ::std::string::String>(#export, [nb_m], nb::Anchor::none());
            nb::fmt::forward(nb_f, nb_text)
        }
    }
}

/// The statement that finds out which form an object has, if it may have several.
fn own_form(plan: &ImplPlan) -> TokenStream {
    forms::forms(&plan.choices, |_| ident("self"))
}

fn hash(printer: Printer<'_>, plan: &ImplPlan, export: u32) -> TokenStream {
    let forms = own_form(plan);
    let export = choices::export(printer, export, &plan.choices);
    quote! {
        #[track_caller]
        fn hash<NbHasher: ::std::hash::Hasher>(&self, nb_state: &mut NbHasher) {
            #forms
            let mut nb_call = nb::Call::new(&PROCESS);
            let nb_m = nb_call.message(|nb_w| nb::Put::<Here>::lend(self, nb_w));
            nb_call.value_with(#export, [nb_m], nb::Anchor::none(), |nb_r| nb::replay(nb_r, nb_state));
        }
    }
}

/// The source chain lives in the handle's arena; a value has none, so its chain is kept for good.
fn source(printer: Printer<'_>, bridge: &Bridge, plan: &ImplPlan, export: u32) -> TokenStream {
    let export = choices::export(printer, export, &plan.choices);
    let forms = own_form(plan);
    let object = local_type(&plan.self_ty).and_then(|id| bridge.types.get(&id));
    let object = object.is_some_and(|plan| matches!(plan.repr, Repr::Object { .. }));
    let anchor = if object {
        quote!(nb::Anchor::of(&self.handle))
    } else {
        quote!(nb::Anchor::none())
    };
    quote! {
        #[track_caller]
        fn source(&self) -> ::std::option::Option<&(dyn ::std::error::Error + 'static)> {
            #forms
            let mut nb_call = nb::Call::new(&PROCESS);
            let nb_m = nb_call.message(|nb_w| nb::Put::<Here>::lend(self, nb_w));
            let nb_source = nb_call.value::<Here, ::std::option::Option<&nb::ErrorChain>>(#export, [nb_m], #anchor);
            nb_source.map(|nb_source| nb_source as &(dyn ::std::error::Error + 'static))
        }
    }
}
