//! Structs and enums: real definitions for values, handles and bytes for the rest.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::extract::api::{Arg, Bound, Field, Generics, Param, Shape, Variant, Where};
use crate::generate::bindings::{Told, choices, docs, hosted, recipes};
use crate::generate::print::{Printer, ident, member, verbatim};
use crate::generate::values;
use crate::plan::bridge::{Bridge, Keeper, Repr, TypePlan};

/// A type's definition, and how it crosses.
#[must_use]
pub(super) fn definition(printer: Printer<'_>, bridge: &Bridge, plan: &TypePlan, told: &Told) -> TokenStream {
    match &plan.repr {
        Repr::Struct(shape) => structure(printer, plan, shape),
        Repr::Enum(variants) => enumeration(printer, plan, variants),
        Repr::Object { drop } => object(printer, plan, *drop),
        Repr::Bytes { layout } => bytes(printer, plan, told.slots.get(layout).copied()),
        Repr::Recipe { .. } => recipes::definition(bridge, plan, told, (&head(plan), &marker(printer, plan, &[]))),
    }
}

fn head(plan: &TypePlan) -> TokenStream {
    let attributes = docs::attributes(&plan.meta);
    let open = plan.meta.non_exhaustive.then(|| quote!(#[non_exhaustive]));
    let derives = plan.derives.iter().map(|name| ident(name));
    let derives = (!plan.derives.is_empty()).then(|| quote!(#[derive(#(#derives),*)]));
    let reprs = plan
        .attributes
        .iter()
        .filter(|repr| is_plain_int(repr))
        .map(|repr| verbatim(repr));
    let reprs = reprs.map(|repr| quote!(#[repr(#repr)]));
    quote!(#attributes #open #derives #(#reprs)*)
}

/// Integer representations matter for casts and discriminants; the others only for layout, which does not cross.
fn is_plain_int(repr: &str) -> bool {
    matches!(
        repr,
        "u8" | "u16" | "u32" | "u64" | "usize" | "i8" | "i16" | "i32" | "i64" | "isize"
    )
}

fn structure(printer: Printer<'_>, plan: &TypePlan, shape: &Shape) -> TokenStream {
    let (head, name) = (head(plan), ident(&plan.name));
    let (params, wheres) = (printer.params(&plan.generics, true), printer.wheres(&plan.generics));
    let body = body(printer, shape, true);
    let body = match shape {
        Shape::Named(_) => quote!(#wheres #body),
        Shape::Unit | Shape::Tuple(_) => quote!(#body #wheres;),
    };
    let (codec, link) = (values::codec(printer, plan, &quote!(#name)), link(printer, plan));
    quote!(#head pub struct #name<#(#params),*> #body #codec #link)
}

fn body(printer: Printer<'_>, shape: &Shape, public: bool) -> TokenStream {
    let public = public.then(|| quote!(pub));
    let field = |field: &Field| {
        let (docs, ty) = (docs::attributes(&field.meta), printer.ty(&field.ty));
        (docs, ty)
    };
    match shape {
        Shape::Unit => quote!(),
        Shape::Tuple(fields) => {
            let fields = fields.iter().map(|one| {
                let (docs, ty) = field(one);
                quote!(#docs #public #ty)
            });
            quote!((#(#fields),*))
        }
        Shape::Named(fields) => {
            let fields = fields.iter().map(|one| {
                let ((docs, ty), name) = (field(one), ident(&one.name));
                quote!(#docs #public #name: #ty)
            });
            quote!({ #(#fields),* })
        }
    }
}

fn enumeration(printer: Printer<'_>, plan: &TypePlan, variants: &[Variant]) -> TokenStream {
    let (head, name) = (head(plan), ident(&plan.name));
    let (params, wheres) = (printer.params(&plan.generics, true), printer.wheres(&plan.generics));
    let variants = variants.iter().map(|variant| {
        let (docs, name) = (docs::attributes(&variant.meta), ident(&variant.name));
        let open = variant.meta.non_exhaustive.then(|| quote!(#[non_exhaustive]));
        let body = body(printer, &variant.shape, false);
        let stuck = plan.stuck.get(&variant.name).map(|why| docs::stuck(why));
        let discriminant = variant
            .discriminant
            .as_deref()
            .map(verbatim)
            .map(|value| quote!(= #value));
        quote!(#docs #stuck #open #name #body #discriminant)
    });
    let (codec, link) = (values::codec(printer, plan, &quote!(#name)), link(printer, plan));
    quote!(#head pub enum #name<#(#params),*> #wheres { #(#variants),* } #codec #link)
}

/// What lends to a handle that is a field of a value.
fn link(printer: Printer<'_>, plan: &TypePlan) -> Option<TokenStream> {
    let main = lifetimes(printer, &plan.generics)
        .pop()
        .filter(|_| !plan.linked.is_empty())?;
    let name = ident(&plan.name);
    let (params, wheres) = (printer.params(&plan.generics, false), printer.wheres(&plan.generics));
    let args = printer.own_args(&plan.generics);
    let arms = plan.linked.iter().map(|(variant, field)| {
        let (variant, field) = ((!variant.is_empty()).then(|| ident(variant)), member(field));
        let variant = variant.map(|variant| quote!(:: #variant));
        quote!(Self #variant { #field: nb_field, .. } => ::std::option::Option::Some(&nb_field.link),)
    });
    Some(quote! {
        impl<#(#params),*> #name #args #wheres {
            #[doc(hidden)]
            pub(crate) fn nanobuild_link(&self) -> ::std::option::Option<&nb::Link<#main>> {
                match self { #(#arms)* _ => ::std::option::Option::None }
            }
        }
    })
}

fn object(printer: Printer<'_>, plan: &TypePlan, drop: u32) -> TokenStream {
    let (head, name) = (head(plan), ident(&plan.name));
    let (params, wheres) = (printer.params(&plan.generics, false), printer.wheres(&plan.generics));
    let lifetimes = lifetimes(printer, &plan.generics);
    let marker = marker(printer, plan, &lifetimes);
    let inputs = lifetimes
        .last()
        .map(|main| quote!(pub(crate) inputs: nb::Inputs<#main>,));
    let held = plan
        .borrows_by_arguments
        .then(|| quote!(pub(crate) inputs: nb::Inputs<'static>,));
    let codec = object_codec(printer, plan, drop);
    let kept = keepers(plan, &lifetimes)
        .into_iter()
        .map(|(name, ty)| quote!(pub(crate) #name: #ty,));
    let loan = lifetimes.last().filter(|_| plan.loan);
    let loan = loan.map(|main| quote!(pub(crate) loan: nb::Loan<#main>,));
    let link = lifetimes.last().filter(|_| plan.link);
    let link = link.map(|main| quote!(pub(crate) link: nb::Link<#main>,));
    // What the destructor asks goes before the handle, and everything else after it.
    let (first, last): (Vec<_>, Vec<_>) = kept.partition(|_| plan.keepers.contains(&Keeper::Tended));
    quote! {
        #head
        pub struct #name<#(#params),*> #wheres {
            #(#first)*
            pub(crate) handle: nb::Handle,
            #(#last)*
            #loan
            #link
            #inputs
            #held
            pub(crate) marker: ::std::marker::PhantomData<#marker>,
        }
        #codec
    }
}

/// The fields that keep values of the caller's types: name and type.
fn keepers(plan: &TypePlan, lifetimes: &[syn::Lifetime]) -> Vec<(proc_macro2::Ident, TokenStream)> {
    let params = crate::plan::type_params(&plan.generics).map(ident);
    let of = |((field, param), keeper): ((usize, proc_macro2::Ident), &Keeper)| {
        let ty = match keeper {
            Keeper::Chosen(_) => return None,
            Keeper::Kept => quote!(nb::Kept<#param>),
            Keeper::Tended => quote!(nb::Tended<#param>),
            Keeper::Lease => {
                let main = lifetimes.last();
                quote!(nb::Lease<#main, #param>)
            }
        };
        Some((hosted::keeper(field), ty))
    };
    params.enumerate().zip(&plan.keepers).filter_map(of).collect()
}

/// How an object crosses: as its handle. The last lifetime is that of its inputs, which the reader knows; others are free.
fn object_codec(printer: Printer<'_>, plan: &TypePlan, drop: u32) -> TokenStream {
    let name = ident(&plan.name);
    let lifetimes = lifetimes(printer, &plan.generics);
    let wheres = printer.wheres(&plan.generics);
    let (params, args) = (printer.params(&plan.generics, false), printer.own_args(&plan.generics));
    let (free, inputs) = match lifetimes.split_last() {
        Some((_, free)) => (free, Some(quote!(inputs: r.inputs(),))),
        None => (&[][..], None),
    };
    let types: Vec<TokenStream> = crate::plan::type_params(&plan.generics)
        .map(|name| {
            let name = ident(name);
            quote!(#name)
        })
        .collect();
    let main = inputs.as_ref().map(|_| quote!('nb_r,));
    let read_args = (inputs.is_some() || !types.is_empty()).then(|| quote!(<#(#free,)* #main #(#types),*>));
    let (read_params, read_wheres) = (type_bounds(printer, plan), type_wheres(printer, plan));
    let kept = plan.keepers.iter().enumerate();
    let kept = kept.filter(|(_, keeper)| !matches!(keeper, Keeper::Chosen(_)));
    let kept = kept.map(|(field, _)| hosted::keeper(field));
    let loan = plan.loan.then(|| quote!(loan: nb::Loan::NONE,));
    let HandleRead { pattern, read, fields } = handle_read(plan);
    let gets = if plan.concrete {
        let each = (drop..).zip(&plan.instances);
        let each = each.map(|(drop, instance)| instance_get(printer, plan, drop, instance));
        quote!(#(#each)*)
    } else {
        let drop = choices::export(printer, drop, &plan.choices);
        quote! {
            impl<'nb_r, #(#free,)* #(#read_params),*> nb::Get<'nb_r, Here> for #name #read_args #read_wheres {
                fn get(r: &mut nb::Reader<'nb_r>) -> ::core::result::Result<Self, nb::Malformed> {
                    let #pattern = r.#read(#drop)?;
                    Ok(Self {
                        #fields
                        #(#kept: nb::Keeper::EMPTY,)*
                        #loan
                        #inputs
                        marker: ::std::marker::PhantomData,
                    })
                }
            }
        }
    };
    quote! {
        impl<#(#params),*> nb::Put<Here> for #name #args #wheres {
            fn put(self, w: &mut nb::Writer) { w.give(self.handle); }
            fn lend(&self, w: &mut nb::Writer) { w.handle(&self.handle); }
            fn lend_mut(&mut self, w: &mut nb::Writer) { w.handle_mut(&mut self.handle); }
            fn surrender(&mut self, w: &mut nb::Writer) { w.surrender(&mut self.handle); }
        }
        #gets
    }
}

/// How a handle is read: into which pattern, by which method of the reader, for which fields.
struct HandleRead {
    pattern: TokenStream,
    read: TokenStream,
    fields: TokenStream,
}

fn handle_read(plan: &TypePlan) -> HandleRead {
    let (pattern, read, fields) = if plan.link {
        (quote!((handle, link)), quote!(linked), quote!(handle, link,))
    } else {
        (quote!(handle), quote!(handle), quote!(handle,))
    };
    HandleRead { pattern, read, fields }
}

/// How one instance of a type comes back; what its arguments borrow is what the reader borrows.
fn instance_get(printer: Printer<'_>, plan: &TypePlan, drop: u32, instance: &BTreeMap<String, Arg>) -> TokenStream {
    let name = ident(&plan.name);
    let lifetimes = lifetimes(printer, &plan.generics);
    let (free, inputs) = match lifetimes.split_last() {
        Some((_, free)) => (free, Some(quote!(inputs: r.inputs(),))),
        None => (
            &[][..],
            plan.borrows_by_arguments.then(|| quote!(inputs: r.inputs().held(),)),
        ),
    };
    // The last lifetime is that of the inputs, which the reader knows.
    let mut generics = plan.generics.clone();
    let mut own = generics.params.iter_mut().rev();
    if let Some(Param::Lifetime { name, .. }) = own.find(|param| matches!(param, Param::Lifetime { .. })) {
        "nb_r".clone_into(name);
    }
    let args = printer.instance_args(&generics, instance, "nb_r");
    let loan = plan.loan.then(|| quote!(loan: nb::Loan::NONE,));
    let HandleRead { pattern, read, fields } = handle_read(plan);
    quote! {
        impl<'nb_r, #(#free),*> nb::Get<'nb_r, Here> for #name #args {
            fn get(r: &mut nb::Reader<'nb_r>) -> ::core::result::Result<Self, nb::Malformed> {
                let #pattern = r.#read(#drop)?;
                Ok(Self { #fields #loan #inputs marker: ::std::marker::PhantomData })
            }
        }
    }
}

/// The type parameters with their bounds. What values are kept of is borrowed as long as what the reader reads; a choice
/// is only a name, and outlives what it was declared to outlive.
fn type_bounds(printer: Printer<'_>, plan: &TypePlan) -> Vec<TokenStream> {
    let mut generics = plan.generics.clone();
    let main = crate::plan::lifetime_params(&plan.generics).last();
    let reader = || Bound::Lifetime("nb_r".to_owned());
    generics.params.retain(|param| matches!(param, Param::Type { .. }));
    for (param, keeper) in generics.params.iter_mut().zip(&plan.keepers) {
        let Param::Type { bounds, .. } = param else { continue };
        if let Keeper::Chosen(_) = keeper {
            let is_main = |bound: &Bound| matches!((bound, &main), (Bound::Lifetime(name), Some(main)) if name == main);
            bounds
                .iter_mut()
                .filter(|bound| is_main(bound))
                .for_each(|bound| *bound = reader());
        } else {
            bounds.retain(|bound| !matches!(bound, Bound::Lifetime(_)));
            bounds.extend((*keeper == Keeper::Lease).then(reader));
        }
    }
    printer.params(&generics, false)
}

/// What else holds for the type parameters; lifetimes stand in the bounds.
fn type_wheres(printer: Printer<'_>, plan: &TypePlan) -> TokenStream {
    let mut generics = plan.generics.clone();
    generics.wheres.retain_mut(|clause| match clause {
        Where::Type { bounds, .. } => {
            bounds.retain(|bound| !matches!(bound, Bound::Lifetime(_)));
            !bounds.is_empty()
        }
        Where::Lifetime { .. } | Where::Equal(..) => false,
    });
    printer.wheres(&generics)
}

fn lifetimes(printer: Printer<'_>, generics: &Generics) -> Vec<syn::Lifetime> {
    let names = crate::plan::lifetime_params(generics);
    names.map(|name| printer.lifetime(name)).collect()
}

/// Borrows the type's lifetimes, and is `Send` and `Sync` exactly as the original.
fn marker(printer: Printer<'_>, plan: &TypePlan, lifetimes: &[syn::Lifetime]) -> TokenStream {
    let auto = match (plan.send, plan.sync) {
        (true, true) => quote!(()),
        (true, false) => quote!(::std::cell::Cell<()>),
        (false, true) => quote!(::std::sync::MutexGuard<'static, ()>),
        (false, false) => quote!(*const ()),
    };
    let outlives = plan.outlives.iter().map(|(long, short)| {
        let (long, short) = (printer.lifetime(long), printer.lifetime(short));
        quote!(& #short & #long ())
    });
    let chosen = plan.choices.iter().map(|choice| ident(&choice.param));
    let given = crate::plan::type_params(&plan.generics)
        .filter(|_| plan.concrete)
        .map(ident);
    let types = chosen.chain(given);
    quote!((#auto, #(&#lifetimes (),)* #(#outlives,)* #(::std::marker::PhantomData<#types>,)*))
}

/// The bytes of an opaque `Copy` type. Before the guest is built its size is not known: wrappers are checked with any.
fn bytes(printer: Printer<'_>, plan: &TypePlan, layout: Option<u64>) -> TokenStream {
    let (head, name) = (head(plan), ident(&plan.name));
    let (params, wheres) = (printer.params(&plan.generics, false), printer.wheres(&plan.generics));
    let args = printer.own_args(&plan.generics);
    let marker = marker(printer, plan, &lifetimes(printer, &plan.generics));
    let size = size(layout);
    quote! {
        #head
        pub struct #name<#(#params),*> #wheres {
            pub(crate) bytes: [u8; #size],
            pub(crate) marker: ::std::marker::PhantomData<#marker>,
        }
        impl<#(#params),*> nb::Put<Here> for #name #args #wheres {
            fn lend(&self, w: &mut nb::Writer) { w.raw(&self.bytes); }
        }
        impl<'nb_r, #(#params),*> nb::Get<'nb_r, Here> for #name #args #wheres {
            fn get(r: &mut nb::Reader<'nb_r>) -> ::core::result::Result<Self, nb::Malformed> {
                Ok(Self { bytes: r.array()?, marker: ::std::marker::PhantomData })
            }
        }
    }
}

/// The size that the guest told.
pub(super) fn size(layout: Option<u64>) -> usize {
    usize::try_from(layout.unwrap_or(1) & 0xffff_ffff).unwrap_or(1)
}
