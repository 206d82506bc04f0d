//! Members of impls and traits, and the functions and constants that may also stand alone.

use rustdoc_types::{Abi, Constant, Function as DocFunction, Id, Item, ItemEnum, Type, Visibility};

use super::{
    cx::{self, Cx},
    meta,
    types::Scope,
};
use crate::extract::api::{AssocItem, AssocKind, Const, Function, Ty};

/// The members `ids`, in order of definition. Of an inherent impl (`public_only`), those that anyone may use.
pub(super) fn members(cx: &Cx<'_>, ids: &[Id], public_only: bool, owner: &str, scope: Scope<'_>) -> Vec<AssocItem> {
    let mut ids = ids.to_vec();
    cx::in_source_order(cx.krate, &mut ids);
    let mut members = Vec::new();
    for id in ids {
        let Some(item) = cx.item(id) else {
            // Impls of other crates' traits may list members that rustdoc left out with their default.
            cx.skip(
                owner,
                "rustdoc",
                "rustdoc lists a member that it does not define",
                false,
            );
            continue;
        };
        if public_only && !matches!(item.visibility, Visibility::Public) {
            continue;
        }
        if let (Some(name), Some(kind)) = (&item.name, member(cx, item, scope)) {
            members.push(AssocItem {
                name: name.clone(),
                meta: meta::meta(cx, item),
                kind,
            });
        }
    }
    members
}

fn member(cx: &Cx<'_>, item: &Item, scope: Scope<'_>) -> Option<AssocKind> {
    Some(match &item.inner {
        ItemEnum::Function(function_) => AssocKind::Function(function(cx, function_, scope)),
        ItemEnum::AssocConst { type_, value, .. } => {
            let value = value.clone().filter(|value| value != "_");
            let is_literal = value.as_deref().is_some_and(is_literal);
            AssocKind::Const(Const {
                ty: cx.ty(type_, scope),
                value,
                is_literal,
            })
        }
        ItemEnum::AssocType {
            generics,
            bounds,
            type_,
            ..
        } => AssocKind::Type {
            generics: cx.generics(generics, scope),
            bounds: cx.bounds(bounds, scope),
            ty: type_.as_ref().map(|ty| cx.ty(ty, scope)),
        },
        _ => return None,
    })
}

/// Translates a function or method.
pub(super) fn function(cx: &Cx<'_>, function: &DocFunction, scope: Scope<'_>) -> Function {
    let sig = &function.sig;
    let inputs = sig.inputs.iter().enumerate();
    let inputs = inputs.map(|(index, (pattern, ty))| (argument_name(index, pattern), cx.ty(ty, scope)));
    Function {
        generics: cx.generics(&function.generics, scope),
        inputs: inputs.collect(),
        output: sig
            .output
            .as_ref()
            .map_or_else(|| Ty::Tuple(Vec::new()), |output| cx.ty(output, scope)),
        is_const: function.header.is_const,
        body: None,
        is_unsafe: function.header.is_unsafe,
        is_async: function.header.is_async,
        abi: abi(&function.header.abi, sig.is_c_variadic),
        has_body: function.has_body,
    }
}

/// Translates a constant's type and value.
pub(super) fn constant(cx: &Cx<'_>, ty: &Type, constant: &Constant, scope: Scope<'_>) -> Const {
    let written = Some(&constant.expr).filter(|expr| *expr != "_");
    let value = if constant.is_literal {
        written.or(constant.value.as_ref())
    } else {
        constant.value.as_ref().or(written)
    };
    Const {
        ty: cx.ty(ty, scope),
        value: value.cloned(),
        is_literal: constant.is_literal,
    }
}

/// Whether `text` is a literal, perhaps negated.
pub(super) fn is_literal(text: &str) -> bool {
    syn::parse_str::<syn::Lit>(text.strip_prefix('-').unwrap_or(text)).is_ok()
}

/// Patterns have no name that a caller could see.
fn argument_name(index: usize, pattern: &str) -> String {
    let name = pattern.strip_prefix("mut ").unwrap_or(pattern);
    let raw = name.strip_prefix("r#").unwrap_or(name);
    // `Wrapper(inner)` arrives as `Wrapper`, which an argument must not be called.
    let is_type = raw.starts_with(char::is_uppercase);
    let is_name = !is_type && (raw == "self" || syn::parse_str::<syn::Ident>(name).is_ok() || is_keyword(raw));
    if is_name { raw.to_owned() } else { format!("arg{index}") }
}

/// A raw identifier arrives without its `r#`.
fn is_keyword(name: &str) -> bool {
    name != "_" && syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_ok()
}

fn abi(abi: &Abi, variadic: bool) -> Option<String> {
    let (name, unwind) = match abi {
        Abi::Rust => return variadic.then(|| "C, ...".to_owned()),
        Abi::C { unwind } => ("C", *unwind),
        Abi::Cdecl { unwind } => ("cdecl", *unwind),
        Abi::Stdcall { unwind } => ("stdcall", *unwind),
        Abi::Fastcall { unwind } => ("fastcall", *unwind),
        Abi::Aapcs { unwind } => ("aapcs", *unwind),
        Abi::Win64 { unwind } => ("win64", *unwind),
        Abi::SysV64 { unwind } => ("sysv64", *unwind),
        Abi::System { unwind } => ("system", *unwind),
        Abi::Other(name) => (name.as_str(), false),
    };
    let name = if unwind {
        format!("{name}-unwind")
    } else {
        name.to_owned()
    };
    Some(if variadic { format!("{name}, ...") } else { name })
}
