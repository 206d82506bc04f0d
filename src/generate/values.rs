//! Encoders and decoders of types that cross by value; the same shape on both sides.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::extract::api::{Bound, Field, Generics, Param, Shape, Variant, Where};
use crate::generate::nodes;
use crate::generate::print::{Printer, Side, ident, member};
use crate::plan::bridge::{Repr, TypePlan};
use crate::plan::fields;

/// `Put` and `Get` for a value type, at `path`.
#[must_use]
pub(super) fn codec(printer: Printer<'_>, plan: &TypePlan, path: &TokenStream) -> TokenStream {
    let variants = match &plan.repr {
        Repr::Struct(shape) => vec![Case::of_struct(shape, plan.meta.non_exhaustive)],
        Repr::Enum(variants) => variants
            .iter()
            .enumerate()
            .map(|(index, v)| Case::of_variant(index, v, plan))
            .collect(),
        Repr::Object { .. } | Repr::Bytes { .. } | Repr::Recipe { .. } => return quote!(),
    };
    let is_enum = matches!(plan.repr, Repr::Enum(_));
    let put = put(printer, plan, path, &variants, is_enum);
    let get = get(printer, plan, path, &variants, is_enum);
    let find = find(plan, path, &variants);
    quote!(#put #get #find)
}

/// How parts of a value are found, if any are lent.
fn find(plan: &TypePlan, path: &TokenStream, cases: &[Case<'_>]) -> Option<TokenStream> {
    let arms = cases.iter().filter(|case| case.stuck.is_none()).map(|case| {
        let (pattern, bindings) = (case.spread(true, case.sealed), case.bindings());
        let each = case.fields.iter().zip(&bindings);
        let each = each.map(|(field, binding)| nodes::find(&quote!(#binding), &field.ty, &plan.nodes, 0));
        quote!(#pattern => { #(#each)* })
    });
    (!plan.nodes.is_empty()).then(|| {
        quote! {
            impl nb::Nodes<Here> for #path {
                fn find<'nb_v>(
                    &'nb_v mut self,
                    is_it: &mut nb::IsIt<'_>,
                ) -> ::core::option::Option<&'nb_v mut dyn ::core::any::Any> {
                    if is_it(&*self) {
                        return ::core::option::Option::Some(self);
                    }
                    match self { #(#arms)* _ => {} }
                    ::core::option::Option::None
                }
            }
        }
    })
}

/// One constructor of a type: the struct itself, or a variant.
struct Case<'a> {
    tag: Option<u32>,
    path: TokenStream,
    fields: &'a [Field],
    /// Why no value of it crosses, if none does.
    stuck: Option<String>,
    /// Outside its crate it cannot be built, and a pattern must say that there may be more.
    sealed: bool,
}

impl<'a> Case<'a> {
    fn of_struct(shape: &'a Shape, sealed: bool) -> Self {
        Self {
            tag: None,
            path: quote!(Self),
            fields: fields(shape),
            stuck: None,
            sealed,
        }
    }

    fn of_variant(index: usize, variant: &'a Variant, plan: &TypePlan) -> Self {
        let name = ident(&variant.name);
        let tag = u32::try_from(index).ok();
        Self {
            tag,
            path: quote!(Self::#name),
            fields: fields(&variant.shape),
            stuck: plan.stuck.get(&variant.name).map(|why| refusal(plan, variant, why)),
            sealed: variant.meta.non_exhaustive,
        }
    }

    /// `Path { a: f0, 1: f1 }` as pattern or expression; braces serve every shape.
    fn spread(&self, pattern: bool, sealed: bool) -> TokenStream {
        let (path, members) = (&self.path, self.fields.iter().map(|field| member(&field.name)));
        let bindings = self.bindings();
        let rest = (pattern && sealed).then(|| quote!(..));
        quote!(#path { #(#members: #bindings,)* #rest })
    }

    /// The value from its fields. One that may get more fields is made by default and amended.
    fn build(&self, sealed: bool) -> TokenStream {
        if !sealed || self.tag.is_some() {
            return self.spread(false, false);
        }
        let members = self.fields.iter().map(|field| member(&field.name));
        let bindings = self.bindings();
        quote! {
            let mut value = <Self as ::core::default::Default>::default();
            #(value.#members = #bindings;)*
            value
        }
    }

    fn bindings(&self) -> Vec<proc_macro2::Ident> {
        (0..self.fields.len()).map(|index| format_ident!("f{index}")).collect()
    }
}

/// What is said where a value of a variant that does not cross was to be handed over.
fn refusal(plan: &TypePlan, variant: &Variant, why: &str) -> String {
    let key = format!("{}::{}", plan.key, variant.name);
    format!("`{key}` stays on the side where it was made, because it has {why}")
}

fn put(printer: Printer<'_>, plan: &TypePlan, path: &TokenStream, cases: &[Case<'_>], is_enum: bool) -> TokenStream {
    let body = |method: &str| {
        let arms = cases.iter().map(|case| {
            if let Some(why) = &case.stuck {
                let path = &case.path;
                return match printer.side {
                    Side::Host => quote!(#path { .. } => nb::refuse(#why, &PROCESS),),
                    Side::Guest | Side::Implementing => quote!(#path { .. } => panic!("{}", #why),),
                };
            }
            let (pattern, bindings) = (case.spread(true, is_sealed(printer, case)), case.bindings());
            let tag = case.tag.map(|tag| quote!(w.u32(#tag);));
            let puts = case.fields.iter().zip(&bindings).map(|(field, binding)| {
                match (printer.side, crate::plan::is_hidden(&field.ty), method == "put") {
                    (Side::Guest, true, true) => quote!(nb::Put::<Here>::put(nb::hide!(#binding), w);),
                    (Side::Guest, true, false) => quote!(nb::Put::<Here>::put(nb::hide_lent!(&*#binding), w);),
                    _ => {
                        let method = ident(method);
                        quote!(nb::Put::<Here>::#method(#binding, w);)
                    }
                }
            });
            quote!(#pattern => { #tag #(#puts)* })
        });
        let others = others(printer, plan, is_enum, cases.is_empty());
        quote!(match self { #(#arms)* #others })
    };
    let (give, lend, surrender) = (body("put"), body("lend"), body("surrender"));
    // What is shown to the host need not last.
    let side = match printer.side {
        Side::Guest => Side::Implementing,
        other => other,
    };
    let each = heads(Printer { side, ..printer }, plan, &quote!(nb::Put<Here>), false);
    let each = each.into_iter().map(|Head { params, args, wheres }| {
        quote! {
            impl<#(#params),*> nb::Put<Here> for #path #args #wheres {
                fn put(self, w: &mut nb::Writer) { #give }
                fn lend(&self, w: &mut nb::Writer) { #lend }
                fn surrender(&mut self, w: &mut nb::Writer) { #surrender }
            }
        }
    });
    quote!(#(#each)*)
}

/// In the guest, non-exhaustive enums may grow variants that nobody here knows.
fn others(printer: Printer<'_>, plan: &TypePlan, is_enum: bool, empty: bool) -> TokenStream {
    let open = printer.side == Side::Guest && plan.meta.non_exhaustive && is_enum;
    if open || empty {
        quote!(_ => unreachable!("a variant that did not exist when the bindings were made"),)
    } else {
        quote!()
    }
}

fn is_sealed(printer: Printer<'_>, case: &Case<'_>) -> bool {
    case.sealed && printer.side == Side::Guest
}

fn get(printer: Printer<'_>, plan: &TypePlan, path: &TokenStream, cases: &[Case<'_>], is_enum: bool) -> TokenStream {
    let amended = plan.has_default && !is_enum;
    let buildable: Vec<&Case<'_>> = cases
        .iter()
        .filter(|case| case.stuck.is_none())
        .filter(|case| amended || !is_sealed(printer, case))
        .collect();
    if buildable.is_empty() && !is_enum {
        return quote!();
    }
    let reader = match printer.side {
        Side::Host => quote!('nb_r),
        Side::Guest | Side::Implementing => quote!('static),
    };
    let builds = buildable.iter().map(|case| {
        let (build, bindings) = (case.build(is_sealed(printer, case)), case.bindings());
        let gets = case.fields.iter().map(|field| get_field(printer, &field.ty));
        let build = quote!({ #(let #bindings = #gets;)* #build });
        case.tag.map_or_else(|| build.clone(), |tag| quote!(#tag => #build,))
    });
    let body = if is_enum {
        quote!(match r.u32()? { #(#builds)* _ => return Err(nb::Malformed("an enum's tag is out of range")) })
    } else {
        quote!(#(#builds)*)
    };
    let releases = cases.iter().map(|case| {
        if case.stuck.is_some() {
            let path = &case.path;
            return quote!(#path { .. } => {});
        }
        let (pattern, bindings) = (case.spread(true, is_sealed(printer, case)), case.bindings());
        let releases = case.fields.iter().zip(&bindings).map(|(field, binding)| {
            if printer.side == Side::Guest && crate::plan::is_hidden(&field.ty) {
                quote!(::core::mem::forget(#binding);)
            } else {
                quote!(nb::Get::<'_, Here>::release(#binding);)
            }
        });
        quote!(#pattern => { #(#releases)* })
    });
    let others = others(printer, plan, is_enum, cases.is_empty());
    let lifetime = (printer.side == Side::Host).then(|| quote!('nb_r,));
    let releases = quote!(match self { #(#releases)* #others });
    let each = heads(printer, plan, &quote!(nb::Get<#reader, Here>), true);
    let each = each.into_iter().map(|Head { params, args, wheres }| {
        quote! {
            impl<#lifetime #(#params),*> nb::Get<#reader, Here> for #path #args #wheres {
                fn get(r: &mut nb::Reader<#reader>) -> ::core::result::Result<Self, nb::Malformed> {
                    r.nested(|r| Ok(#body))
                }
                fn release(self) { #releases }
            }
        }
    });
    quote!(#(#each)*)
}

/// What a codec is implemented for: parameters, the type's arguments, and conditions.
struct Head {
    params: Vec<TokenStream>,
    args: TokenStream,
    wheres: TokenStream,
}

/// The type over its parameters, each with `bound`; or each of its instances, if these are all that there are. A reader's
/// lifetime takes the place of the type's own.
fn heads(printer: Printer<'_>, plan: &TypePlan, bound: &TokenStream, of_reader: bool) -> Vec<Head> {
    if !plan.concrete {
        return vec![Head {
            params: bounded(printer, &plan.generics, bound, of_reader.then_some(())),
            args: if of_reader {
                reader_args(printer, &plan.generics)
            } else {
                printer.own_args(&plan.generics)
            },
            wheres: printer.wheres(&outlived(&plan.generics, of_reader)),
        }];
    }
    let mut lifetimes = plan.generics.clone();
    lifetimes.params.retain(|param| matches!(param, Param::Lifetime { .. }));
    lifetimes.wheres.clear();
    let params = if of_reader {
        Vec::new()
    } else {
        printer.params(&lifetimes, false)
    };
    let named = if of_reader {
        of_the_reader(&plan.generics)
    } else {
        plan.generics.clone()
    };
    let inner = if of_reader { "nb_r" } else { "_" };
    let each = plan.instances.iter().map(|instance| Head {
        params: params.clone(),
        args: printer.instance_args(&named, instance, inner),
        wheres: TokenStream::new(),
    });
    each.collect()
}

/// Reads a field. On the host, what borrows for good is read so; in the guest everything does.
fn get_field(printer: Printer<'_>, ty: &crate::extract::api::Ty) -> TokenStream {
    if printer.side == Side::Guest && crate::plan::is_hidden(ty) {
        quote!(nb::guest::hidden::unhide(r)?)
    } else if printer.side == Side::Host && crate::plan::mentions_static(ty) {
        quote!(r.outlasting(|r| nb::Get::<'_, Here>::get(r))?)
    } else {
        quote!(nb::Get::<'_, Here>::get(r)?)
    }
}

/// The parameters, with `bound` on each type; without the lifetimes where the reader's takes their place.
fn bounded(printer: Printer<'_>, generics: &Generics, bound: &TokenStream, of_reader: Option<()>) -> Vec<TokenStream> {
    let mut generics = outlived(generics, of_reader.is_some());
    if of_reader.is_some() {
        generics.params.retain(|param| !matches!(param, Param::Lifetime { .. }));
    }
    let types = generics
        .params
        .iter()
        .filter(|param| !matches!(param, Param::Lifetime { .. }));
    let names: Vec<bool> = types.map(|param| matches!(param, Param::Type { .. })).collect();
    let printed = printer.params(&generics, false);
    let lifetimes = printed.len() - names.len();
    printed
        .into_iter()
        .enumerate()
        .map(
            |(index, param)| match index.checked_sub(lifetimes).map(|index| names[index]) {
                Some(true) if param.to_string().trim_end().ends_with(':') => quote!(#param #bound),
                Some(true) => quote!(#param + #bound),
                _ => param,
            },
        )
        .collect()
}

/// Without what has to outlive the type's own lifetimes, where these are the reader's.
fn outlived(generics: &Generics, of_reader: bool) -> Generics {
    let mut generics = generics.clone();
    if of_reader {
        for param in &mut generics.params {
            if let Param::Type { bounds, .. } = param {
                bounds.retain(|bound| !matches!(bound, Bound::Lifetime(_)));
            }
        }
        generics.wheres.retain_mut(|clause| match clause {
            Where::Type { bounds, .. } => {
                bounds.retain(|bound| !matches!(bound, Bound::Lifetime(_)));
                !bounds.is_empty()
            }
            Where::Lifetime { .. } => false,
            Where::Equal(..) => true,
        });
    }
    generics
}

/// The type's arguments, every lifetime being the reader's.
fn reader_args(printer: Printer<'_>, generics: &Generics) -> TokenStream {
    printer.own_args(&of_the_reader(generics))
}

fn of_the_reader(generics: &Generics) -> Generics {
    let mut generics = generics.clone();
    for param in &mut generics.params {
        if let Param::Lifetime { name, .. } = param {
            "nb_r".clone_into(name);
        }
    }
    generics
}
