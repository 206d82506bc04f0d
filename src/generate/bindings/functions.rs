//! Functions and methods: the upstream signature over a call into the guest.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

use crate::extract::api::Ty;
use crate::generate::bindings::{anchors, choices, conversions, docs, forms, hosted, recipes};
use crate::generate::print::{Printer, ident};
use crate::plan::bridge::{
    AnchorPlan, Callee, Conversion, FunctionPlan, Iterators, Keep, LentBy, ParamPlan, Pass, Place, Returns, Settle,
};

/// A function where it stands: in its module, in an impl block of its own, or within a trait impl.
#[must_use]
pub(super) fn placed(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    let (attributes, function) = (docs::attributes(&plan.meta), bare(printer, plan));
    // Nothing in it is unsafe: whatever it does happens in the guest.
    let allowed = plan.is_unsafe.then(|| quote!(#[allow(unsafe_code)]));
    let attributes = quote!(#attributes #allowed);
    match &plan.place {
        Place::Impl => quote!(#allowed #[track_caller] #function),
        Place::Module(_) => quote!(#attributes #[track_caller] pub #function),
        Place::Inherent { generics, self_ty } => {
            let (params, wheres) = (printer.params(generics, false), printer.wheres(generics));
            let self_ty = printer.ty(self_ty);
            quote!(impl<#(#params),*> #self_ty #wheres { #attributes #[track_caller] pub #function })
        }
    }
}

fn bare(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    let name = ident(&plan.name);
    let (params, wheres) = (printer.params(&plan.generics, false), printer.wheres(&plan.generics));
    let self_ty = match &plan.callee {
        Callee::Inherent(ty, _) | Callee::Trait(ty, ..) => Some(ty),
        Callee::Free(_) => None,
    };
    let inputs = plan.params.iter().enumerate().map(|(index, param)| {
        let input = input(printer, &param.name, &param.ty, self_ty);
        if hosted::takes_apart(plan, index) {
            quote!(mut #input)
        } else {
            input
        }
    });
    let output = printer.ty(&plan.output);
    let (constant, body) = match &plan.constant {
        Some(constant) => (Some(quote!(const)), recipes::body(printer, plan, constant)),
        None => (None, body(printer, plan)),
    };
    let qualifier = plan.is_unsafe.then(|| quote!(unsafe));
    let wheres = choices::crossing(printer, plan, wheres);
    quote!(#constant #qualifier fn #name<#(#params),*>(#(#inputs),*) -> #output #wheres { #body })
}

/// One argument of a signature; receivers in their short form.
#[must_use]
pub(super) fn input(printer: Printer<'_>, name: &str, ty: &Ty, self_ty: Option<&Ty>) -> TokenStream {
    let is_self = |ty: &Ty| self_ty.is_some_and(|own| crate::plan::same_but_lifetimes(own, ty));
    match ty {
        ty if name == "self" && is_self(ty) => quote!(self),
        Ty::Ref { lifetime, mutable, ty } if name == "self" && is_self(ty) => {
            printer.receiver(lifetime.as_deref(), *mutable)
        }
        _ => {
            let (name, ty) = (ident(name), printer.ty(ty));
            quote!(#name: #ty)
        }
    }
}

/// What a function does: it calls the guest.
pub(super) fn body(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    let conversions = plan
        .params
        .iter()
        .enumerate()
        .filter_map(|(index, param)| convert(printer, index, param));
    let (owner, slots) = (anchors::anchor(plan), slots(plan));
    let (homes, serves) = (hosted::homes(printer, plan), hosted::serves(printer, plan));
    let forms = forms::forms(&plan.choices, |index| arg(index, &plan.params[index]));
    let (before, after): (Vec<_>, Vec<_>) = slots.into_iter().partition(|slot| !slot.kept);
    let (before, after) = (
        before.into_iter().map(|slot| slot.statement),
        after.into_iter().map(|slot| slot.statement),
    );
    let message = message(printer, plan);
    let pins = plan.anchor.pins.then(|| quote!(nb_call.pin();));
    let (anchor, finish) = (owner, finish(printer, plan));
    quote! {
        #(#conversions)*
        #forms
        #homes
        let mut nb_call = nb::Call::new(&PROCESS);
        #pins
        #serves
        #(#before)*
        #anchor
        #(#after)*
        #message
        #finish
    }
}

/// The expression by which the body refers to an argument after its conversion.
pub(super) fn arg(index: usize, param: &ParamPlan) -> Ident {
    if param.convert.is_some() {
        format_ident!("nb_a{index}")
    } else {
        ident(&param.name)
    }
}

fn convert(printer: Printer<'_>, index: usize, param: &ParamPlan) -> Option<TokenStream> {
    let (to, from) = (arg(index, param), ident(&param.name));
    let borrowed = if matches!(param.ty, Ty::Ref { .. }) {
        quote!(#from)
    } else {
        quote!(&#from)
    };
    let value = conversions::converted(printer, param.convert.as_ref()?, &quote!(#from), &borrowed);
    Some(quote!(let #to = #value;))
}

/// A statement that fills a slot; kept inputs need the anchor first.
struct Slot {
    kept: bool,
    statement: TokenStream,
}

pub(super) fn slot_name(index: usize) -> Ident {
    format_ident!("nb_s{index}")
}

fn slots(plan: &FunctionPlan) -> Vec<Slot> {
    let of = |(index, param): (usize, &ParamPlan)| {
        let (slot, arg) = (slot_name(index), arg(index, param));
        let kept = plan.anchor.kept(index);
        let span = if param.pass == Pass::Text {
            quote!(#arg.as_bytes())
        } else {
            quote!(#arg)
        };
        let value = match param.pass {
            Pass::Scalar => quote!(nb::Slot::into_slot(#arg)),
            Pass::Text | Pass::Bytes if kept == Some(Keep::Mapped) => quote!(nb_call.keep_bytes(&mut nb_anchor, #span)),
            Pass::Text | Pass::Bytes if kept == Some(Keep::Held) => quote!(nb_call.hold_bytes(&mut nb_anchor, #span)),
            Pass::Text | Pass::Bytes if kept == Some(Keep::Forever) => quote!(nb_call.keep_forever(#span)),
            Pass::Text => quote!(nb_call.text(#arg)),
            Pass::Bytes => quote!(nb_call.bytes(#arg)),
            Pass::Give => quote!(nb_call.give(#arg.handle)),
            Pass::Object => quote!(nb_call.handle(&#arg.handle)),
            Pass::ObjectMut => quote!(nb_call.handle_mut(&mut #arg.handle)),
            Pass::Recipe => quote!(#arg.nanobuild_pass(&mut nb_call)),
            Pass::Serializer => quote!(nb::Slot::into_slot(nb::human_readable(&#arg))),
            Pass::Deserializer => hosted::lend_deserializer(index),
            Pass::Message | Pass::MessageMut | Pass::Chosen(_) | Pass::StandIn(_) => return None,
        };
        Some(Slot {
            kept: kept.is_some(),
            statement: quote!(let #slot = #value;),
        })
    };
    plan.params.iter().enumerate().filter_map(of).collect()
}

/// The names of the slots in the order of the guest's parameters.
fn slot_list(plan: &FunctionPlan) -> TokenStream {
    let slots = plan
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| !is_message(param))
        .map(|(index, _)| slot_name(index));
    let maker = hosted::maker(plan).map(|_| quote!(nb_maker,));
    let message = plan.params.iter().any(is_message).then(|| quote!(nb_m));
    quote!([#(#slots,)* #maker #message])
}

fn is_message(param: &ParamPlan) -> bool {
    matches!(param.pass, Pass::Message | Pass::MessageMut | Pass::Chosen(_))
}

fn message(printer: Printer<'_>, plan: &FunctionPlan) -> Option<TokenStream> {
    let puts: Vec<TokenStream> = plan
        .params
        .iter()
        .enumerate()
        .filter(|(_, param)| is_message(param))
        .map(|(index, param)| put(printer, plan, index, param))
        .collect();
    let write = quote!(|nb_w| { #(#puts)* });
    let message = match plan.anchor.message_kept(&plan.params) {
        None => quote!(nb_call.message(#write)),
        Some(Keep::Forever) => quote!(nb_call.message_forever(#write)),
        Some(Keep::Held | Keep::Mapped) => quote!(nb_call.message_held(&mut nb_anchor, #write)),
    };
    (!puts.is_empty()).then(|| quote!(let nb_m = #message;))
}

fn put(printer: Printer<'_>, plan: &FunctionPlan, index: usize, param: &ParamPlan) -> TokenStream {
    let arg = arg(index, param);
    match param.pass {
        Pass::Chosen(at) => choices::put(printer, &plan.choices[at], index, &arg, &param.ty),
        Pass::MessageMut if is_slice(param) => quote!(nb::Put::<Here>::lend(&*#arg, nb_w);),
        Pass::MessageMut if is_double(param) => quote!(nb::Put::<Here>::lend_mut(&mut **#arg, nb_w);),
        Pass::MessageMut => quote!(nb::Put::<Here>::lend_mut(&mut *#arg, nb_w);),
        _ if matches!(&param.convert, Some(Conversion::ToText | Conversion::Wrap(..))) => {
            quote!(nb::Put::<Here>::lend(&#arg, nb_w);)
        }
        _ => quote!(nb::Put::<Here>::put(#arg, nb_w);),
    }
}

fn is_double(param: &ParamPlan) -> bool {
    crate::plan::through(&param.ty).is_some()
}

fn is_slice(param: &ParamPlan) -> bool {
    matches!(&param.guest, Ty::Ref { ty, .. } if matches!(**ty, Ty::Slice(_)))
}

/// Whether part of the result borrows for good, while the rest lives with an argument.
fn borrows_statically(plan: &FunctionPlan) -> bool {
    plan.anchor.forever
        || plan.anchor != AnchorPlan::default()
            && plan.settle == Settle::Plain
            && crate::plan::mentions_static(&plan.output)
}

/// The value of which the result is a part.
fn value_lender(plan: &FunctionPlan) -> Option<usize> {
    let lends = plan.anchor.lends.as_ref()?;
    (lends.by == LentBy::Value).then_some(lends.index)
}

fn finish(printer: Printer<'_>, plan: &FunctionPlan) -> TokenStream {
    let (export, slots) = (choices::export(printer, plan.export, &plan.choices), slot_list(plan));
    let backs: Vec<TokenStream> = plan
        .params
        .iter()
        .filter(|param| param.pass == Pass::MessageMut)
        .map(|param| {
            let name = ident(&param.name);
            if is_slice(param) {
                quote!(nb::copy_back(#name, <::std::vec::Vec<_> as nb::Get<'_, Here>>::get(nb_r)?)?;)
            } else if crate::plan::moves_on(&param.guest) {
                quote!(nb::take_part(&mut *#name, nb_r)?;)
            } else if is_double(param) {
                quote!(nb::Get::<'_, Here>::get_back(nb_r, &mut **#name)?;)
            } else {
                quote!(nb::Get::<'_, Here>::get_back(nb_r, &mut *#name)?;)
            }
        })
        .collect();
    let answer = match plan.returns {
        Returns::Unit => quote!(nb_call.unit(#export, #slots)),
        Returns::Scalar => quote!(nb_call.scalar(#export, #slots)),
        Returns::Object(kind) => {
            let path = printer.constructor(&plan.output);
            quote!(#path { handle: nb_call.object(#export, #slots, #kind), marker: ::std::marker::PhantomData })
        }
        Returns::Iterator {
            exports, boxed, ahead, ..
        } => {
            let Iterators { pull, drop } = exports;
            let iterator = quote! {
                nb::Remote::new::<Here>(nb_call.object(#export, #slots, #drop), #pull, nb_anchor, #ahead)
            };
            if boxed {
                quote!(::std::boxed::Box::new(#iterator))
            } else {
                iterator
            }
        }
        Returns::Message { .. } if backs.is_empty() && borrows_statically(plan) => {
            let ty = hosted::read_type(printer, plan);
            quote! {
                nb_call.value_with(#export, #slots, nb_anchor, |nb_r| {
                    nb_r.outlasting(|nb_r| <#ty as nb::Get<'_, Here>>::get(nb_r))
                })
            }
        }
        Returns::Message { .. } if backs.is_empty() => {
            let ty = hosted::read_type(printer, plan);
            quote!(nb_call.value::<Here, #ty>(#export, #slots, nb_anchor))
        }
        // Of what has been written back the result is a part.
        Returns::Message { .. } if value_lender(plan).is_some() => {
            let lender = value_lender(plan).map(|index| (index, &plan.params[index]));
            let value = lender.map(|(index, param)| arg(index, param));
            let within = match lender {
                Some((_, param)) if is_slice(param) => quote!(within_bytes),
                _ => quote!(within::<Here, _>),
            };
            quote! {
                nb_call.value_with(#export, #slots, nb_anchor, move |nb_r| {
                    #(#backs)*
                    nb_r.#within(#value);
                    nb::Get::<'_, Here>::get(nb_r)
                })
            }
        }
        Returns::Message { .. } => {
            let ty = hosted::read_type(printer, plan);
            quote! {
                nb_call.value_with(#export, #slots, nb_anchor, |nb_r| {
                    let nb_out = <#ty as nb::Get<'_, Here>>::get(nb_r)?;
                    #(#backs)*
                    Ok(nb_out)
                })
            }
        }
    };
    hosted::settle(plan, answer)
}
