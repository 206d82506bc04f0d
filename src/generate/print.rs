//! Types, paths and generics as tokens, for the host or for the guest.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};
use syn::Lifetime;

use crate::extract::api::{Arg, Binding, Bound, Def, Generics, ItemId, OTHERS, Param, PathTy, Ty, Where};

/// On which side the tokens stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// In the bindings: local items below `crate`, lifetimes as upstream.
    Host,
    /// In the guest: local items below `guest`, the real crate; every lifetime is `'static`.
    Guest,
    /// In the guest, where it implements a trait of the real crate: lifetimes as upstream.
    Implementing,
}

/// Prints for one side.
#[derive(Debug, Clone, Copy)]
pub struct Printer<'a> {
    /// The side.
    pub side: Side,
    /// Where local items live.
    pub paths: &'a BTreeMap<ItemId, Vec<String>>,
}

/// An identifier, raw where it must be.
#[must_use]
pub fn ident(name: &str) -> Ident {
    if syn::parse_str::<Ident>(name).is_ok() || matches!(name, "self" | "Self" | "super" | "crate" | "_") {
        return Ident::new(name, Span::call_site());
    }
    if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() {
        return Ident::new_raw(name, Span::call_site());
    }
    // Not an identifier at all: something that rustc rejects by name.
    format_ident!("not_an_identifier")
}

/// A name that takes part in a path, an index, or an identifier.
#[must_use]
pub fn member(name: &str) -> syn::Member {
    name.parse::<usize>().map_or_else(
        |_| syn::Member::Named(ident(name)),
        |index| syn::Member::Unnamed(index.into()),
    )
}

/// An expression or literal as written; nothing if it does not lex.
#[must_use]
pub fn verbatim(text: &str) -> TokenStream {
    text.parse().unwrap_or_default()
}

impl Printer<'_> {
    /// The path of a local item.
    #[must_use]
    pub fn local(&self, path: &[String]) -> TokenStream {
        let names = path.iter().map(|name| ident(name));
        match (self.side, path.split_first()) {
            (Side::Host, _) => quote!(crate #(:: #names)*),
            // The guest has the crate itself, by its own name.
            (Side::Guest | Side::Implementing, Some((first, rest))) if first == OTHERS => {
                let names = rest.iter().map(|name| ident(name));
                quote!(#(:: #names)*)
            }
            (Side::Guest | Side::Implementing, _) => quote!(::guest #(:: #names)*),
        }
    }

    /// A definition's path, without arguments.
    #[must_use]
    pub fn def(&self, def: &Def) -> TokenStream {
        let absolute = |names: &mut dyn Iterator<Item = &str>| {
            let names = names.map(ident);
            quote!(#(:: #names)*)
        };
        match def {
            Def::Local(id) => self
                .paths
                .get(id)
                .map_or_else(|| quote!(UnnameableType), |path| self.local(path)),
            Def::Std(path) => absolute(&mut path.split("::")),
            Def::Foreign { path, .. } => absolute(&mut path.iter().map(String::as_str)),
        }
    }

    /// A lifetime, by its name without the apostrophe.
    #[must_use]
    pub fn lifetime(&self, name: &str) -> Lifetime {
        let name = if self.side == Side::Guest { "static" } else { name };
        Lifetime::new(&format!("'{name}"), Span::call_site())
    }

    /// A type.
    #[must_use]
    pub fn ty(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Path(path) => self.path(path),
            // The guest has stand-ins for values of the caller's types.
            Ty::Param(name) if self.side == Side::Guest && name != "_" => quote!(nb::guest::StandIn),
            Ty::Param(name) | Ty::Opaque(name) => verbatim(name),
            Ty::SelfTy => quote!(Self),
            Ty::Prim(name) if name == "never" => quote!(!),
            Ty::Prim(name) => {
                let name = ident(name);
                quote!(#name)
            }
            Ty::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.ty(part));
                quote!((#(#parts,)*))
            }
            Ty::Slice(ty) => {
                let ty = self.ty(ty);
                quote!([#ty])
            }
            Ty::Array(ty, len) => {
                let (ty, len) = (self.ty(ty), verbatim(len));
                quote!([#ty; #len])
            }
            Ty::Ref { lifetime, mutable, ty } => self.reference(lifetime.as_deref(), *mutable, ty),
            Ty::RawPtr { mutable, ty } => {
                let ty = self.ty(ty);
                if *mutable { quote!(*mut #ty) } else { quote!(*const #ty) }
            }
            Ty::ImplTrait(bounds) => {
                let bounds = self.bounds(bounds);
                quote!(impl #bounds)
            }
            Ty::DynTrait(bounds) => {
                let bounds = self.bounds(bounds);
                quote!((dyn #bounds))
            }
            Ty::FnPtr {
                inputs, output, binder, ..
            } => {
                let (inputs, output) = (inputs.iter().map(|ty| self.ty(ty)), self.ty(output));
                let binder = (!binder.is_empty() && self.side == Side::Host).then(|| {
                    let names = binder.iter().map(|name| self.lifetime(name));
                    quote!(for<#(#names),*>)
                });
                quote!(#binder fn(#(#inputs),*) -> #output)
            }
            Ty::Assoc {
                self_ty, trait_, name, ..
            } => {
                let (is_param, is_self) = (matches!(**self_ty, Ty::Param(_)), **self_ty == Ty::SelfTy);
                let (self_ty, name) = (self.ty(self_ty), ident(name));
                match trait_ {
                    // Rustdoc leaves out the arguments of a trait that the bound has: `D::Error` of `D: Deserializer<'de>`.
                    Some(PathTy {
                        def: Def::Foreign { .. },
                        args,
                        ..
                    }) if args.is_empty() && is_param => quote!(#self_ty::#name),
                    // And of the trait that is defined here: `Self::Output` in `ArgType<'a>`.
                    Some(PathTy {
                        def: Def::Local(_),
                        args,
                        ..
                    }) if args.is_empty() && is_self => quote!(Self::#name),
                    Some(trait_) => {
                        let trait_ = self.path(trait_);
                        quote!(<#self_ty as #trait_>::#name)
                    }
                    None => quote!(#self_ty::#name),
                }
            }
        }
    }

    /// A receiver that is borrowed, in its short form.
    #[must_use]
    pub fn receiver(&self, lifetime: Option<&str>, mutable: bool) -> TokenStream {
        let named = lifetime.filter(|name| *name != "_" && !name.starts_with('#'));
        let (lifetime, mutable) = (named.map(|name| self.lifetime(name)), mutable.then(|| quote!(mut)));
        quote!(& #lifetime #mutable self)
    }

    /// The path of a type as an expression: without arguments.
    #[must_use]
    pub fn constructor(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Path(path) => self.def(&path.def),
            other => self.ty(other),
        }
    }

    fn reference(&self, lifetime: Option<&str>, mutable: bool, ty: &Ty) -> TokenStream {
        let ty = self.ty(ty);
        let lifetime = match (self.side, lifetime) {
            (Side::Guest, _) => Some(self.lifetime("static")),
            (_, Some(name)) if !name.starts_with('#') => Some(self.lifetime(name)),
            _ => None,
        };
        let mutable = mutable.then(|| quote!(mut));
        quote!(& #lifetime #mutable #ty)
    }

    /// A path with its arguments.
    #[must_use]
    pub fn path(&self, path: &PathTy) -> TokenStream {
        let def = self.def(&path.def);
        let bound_args = path.bindings.iter().map(|(name, binding)| {
            let name = ident(name);
            match binding {
                Binding::Equal(ty) => {
                    let ty = self.ty(ty);
                    quote!(#name = #ty)
                }
                Binding::Bound(bounds) => {
                    let bounds = self.bounds(bounds);
                    quote!(#name: #bounds)
                }
            }
        });
        if matches!(&path.def, Def::Std(name) if name.starts_with("std::ops::Fn")) {
            return self.closure(&def, path);
        }
        let args: Vec<TokenStream> = path.args.iter().map(|arg| self.arg(arg)).chain(bound_args).collect();
        if args.is_empty() { def } else { quote!(#def<#(#args),*>) }
    }

    fn closure(&self, def: &TokenStream, path: &PathTy) -> TokenStream {
        let inputs = path.args.iter().find_map(|arg| match arg {
            Arg::Type(Ty::Tuple(parts)) => Some(parts.iter().map(|part| self.ty(part)).collect::<Vec<_>>()),
            _ => None,
        });
        let inputs = inputs.unwrap_or_default();
        let output = path.bindings.iter().find_map(|(name, binding)| match binding {
            Binding::Equal(ty) if name == "Output" && *ty != Ty::Tuple(Vec::new()) => Some(self.ty(ty)),
            _ => None,
        });
        let output = output.map(|ty| quote!(-> #ty));
        quote!(#def(#(#inputs),*) #output)
    }

    /// A generic argument.
    #[must_use]
    pub fn arg(&self, arg: &Arg) -> TokenStream {
        match arg {
            Arg::Lifetime(name) => {
                let lifetime = self.lifetime(if name.starts_with('#') { "_" } else { name });
                quote!(#lifetime)
            }
            Arg::Type(ty) => self.ty(ty),
            Arg::Const(text) => {
                let text = verbatim(text);
                quote!({ #text })
            }
        }
    }

    /// Bounds, joined by `+`.
    #[must_use]
    pub fn bounds(&self, bounds: &[Bound]) -> TokenStream {
        let bounds = bounds.iter().map(|bound| match bound {
            Bound::Trait { trait_, maybe, binder } => {
                let (trait_, maybe) = (self.path(trait_), maybe.then(|| quote!(?)));
                let binder = (!binder.is_empty()).then(|| {
                    let names = binder
                        .iter()
                        .map(|name| Lifetime::new(&format!("'{name}"), Span::call_site()));
                    quote!(for<#(#names),*>)
                });
                quote!(#maybe #binder #trait_)
            }
            Bound::Lifetime(name) => {
                let name = self.lifetime(name);
                quote!(#name)
            }
            Bound::Use(_) => quote!(),
        });
        quote!(#(#bounds)+*)
    }

    /// The parameters of a definition or impl with their bounds, without angle brackets.
    #[must_use]
    pub fn params(&self, generics: &Generics, defaults: bool) -> Vec<TokenStream> {
        let host = self.side != Side::Guest;
        let params = generics
            .params
            .iter()
            .filter(|param| host || !matches!(param, Param::Lifetime { .. }));
        params
            .map(|param| match param {
                Param::Lifetime { name, outlives } => {
                    let name = self.lifetime(name);
                    let outlives = outlives.iter().map(|name| self.lifetime(name));
                    quote!(#name: #(#outlives)+*)
                }
                Param::Type { name, bounds, default } => {
                    let (name, bounds) = (ident(name), self.bounds(bounds));
                    let default = default.as_ref().filter(|_| defaults).map(|ty| self.ty(ty));
                    let default = default.map(|ty| quote!(= #ty));
                    quote!(#name: #bounds #default)
                }
                Param::Const { name, ty, .. } => {
                    let (name, ty) = (ident(name), self.ty(ty));
                    quote!(const #name: #ty)
                }
            })
            .collect()
    }

    /// A where clause, or nothing.
    #[must_use]
    pub fn wheres(&self, generics: &Generics) -> TokenStream {
        let clauses: Vec<TokenStream> = generics
            .wheres
            .iter()
            .filter_map(|clause| match clause {
                Where::Type { ty, bounds, .. } => {
                    let (ty, bounds) = (self.ty(ty), self.bounds(bounds));
                    Some(quote!(#ty: #bounds))
                }
                Where::Lifetime { name, outlives } if self.side != Side::Guest => {
                    let name = self.lifetime(name);
                    let outlives = outlives.iter().map(|name| self.lifetime(name));
                    Some(quote!(#name: #(#outlives)+*))
                }
                // Equality cannot be written in a where clause; it stands as a binding of the bound.
                Where::Lifetime { .. } | Where::Equal(..) => None,
            })
            .collect();
        if clauses.is_empty() {
            quote!()
        } else {
            quote!(where #(#clauses),*)
        }
    }

    /// The arguments of an instance of a type: the definition's own lifetimes, and what stands for its other parameters,
    /// in which all lifetimes are this one.
    #[must_use]
    pub fn instance_args(&self, generics: &Generics, instance: &BTreeMap<String, Arg>, lifetime: &str) -> TokenStream {
        let args = generics.params.iter().filter_map(|param| match param {
            Param::Lifetime { name, .. } => {
                let name = self.lifetime(name);
                Some(quote!(#name))
            }
            Param::Type { name, .. } | Param::Const { name, .. } => {
                let arg = instance.get(name)?;
                Some(self.arg(&crate::plan::with_lifetime(arg, lifetime)))
            }
        });
        quote!(<#(#args),*>)
    }

    /// The arguments that name a definition's own parameters: `<'a, T>`, or nothing.
    #[must_use]
    pub fn own_args(&self, generics: &Generics) -> TokenStream {
        let args: Vec<TokenStream> = generics
            .params
            .iter()
            .map(|param| match param {
                Param::Lifetime { name, .. } => {
                    let name = self.lifetime(name);
                    quote!(#name)
                }
                Param::Type { name, .. } | Param::Const { name, .. } => {
                    let name = ident(name);
                    quote!(#name)
                }
            })
            .collect();
        if args.is_empty() {
            quote!()
        } else {
            quote!(<#(#args),*>)
        }
    }
}
