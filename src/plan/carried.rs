//! `const fn`s that are one expression over public fields: carried over as source, so that they stay constant.
//!
//! It is third-party code that the application compiles, so what it can do is settled by its form: it builds structs, reads
//! fields and calculates. There are no calls, no macros, no loops, no statements and no attributes in it, nothing is
//! assigned or borrowed mutably, and each name is one of its arguments or of what the bindings have.

use std::collections::BTreeSet;

use quote::ToTokens as _;
use syn::{BinOp, Expr, Member, PathArguments};

use crate::extract::api::{Api, AssocKind, Function, InherentImpl, Item, ItemId, ItemKind, Meta, Ty};
use crate::plan::types::{Kind, Types, local};

/// The key of a function as source, which rustc may reject while the function still crosses as a call.
#[must_use]
pub fn key(key: &str) -> String {
    format!("const fn {key}")
}

/// The most operations in such an expression.
const MOST: usize = 64;

/// A function's body in the names of the bindings.
///
/// # Errors
/// Why it is not carried over.
pub(super) fn carry(
    api: &Api,
    types: &Types<'_>,
    function: &Function,
    meta: &Meta,
    self_ty: Option<&Ty>,
) -> Result<String, &'static str> {
    let plain = function.is_const && !function.is_unsafe && function.generics.params.is_empty();
    let body = function.body.as_ref().filter(|_| plain);
    let mut expr: Expr = body
        .and_then(|body| syn::parse_str(body).ok())
        .ok_or("not one expression")?;
    let is_own = |ty: &Ty| match ty {
        Ty::Ref { mutable: false, ty, .. } => is_value(types, ty),
        ty => is_value(types, ty),
    };
    if !function.inputs.iter().all(|(_, ty)| is_own(ty)) || !is_own(&function.output) {
        return Err("a type that is not taken apart");
    }
    let mut carrier = Carrier {
        api,
        types,
        file: meta.span.as_ref().map(|(file, _)| file.as_str()),
        self_ty: self_ty.and_then(local),
        names: function.inputs.iter().map(|(name, _)| name.as_str()).collect(),
        left: MOST,
    };
    carrier.expr(&mut expr)?;
    Ok(expr.to_token_stream().to_string())
}

fn is_value(types: &Types<'_>, ty: &Ty) -> bool {
    match ty {
        Ty::Prim(_) => true,
        ty => local(ty).is_some_and(|id| types.kind(id) == Some(&Kind::Value)),
    }
}

struct Carrier<'a> {
    api: &'a Api,
    types: &'a Types<'a>,
    /// Where the function is written.
    file: Option<&'a str>,
    /// The type that `Self` is.
    self_ty: Option<ItemId>,
    /// The arguments.
    names: BTreeSet<&'a str>,
    /// How many more operations there may be.
    left: usize,
}

const NUMBERS: [&str; 13] = [
    "u8", "u16", "u32", "u64", "u128", "usize", "i8", "i16", "i32", "i64", "i128", "isize", "char",
];

type Checked = Result<(), &'static str>;

impl Carrier<'_> {
    fn expr(&mut self, expr: &mut Expr) -> Checked {
        self.left = self.left.checked_sub(1).ok_or("too long")?;
        if !attributes(expr).is_empty() {
            return Err("an attribute");
        }
        match expr {
            Expr::Lit(_) => Ok(()),
            Expr::Path(path) => self.value(path),
            Expr::Paren(inner) => self.expr(&mut inner.expr),
            Expr::Unary(unary) => self.expr(&mut unary.expr),
            Expr::Binary(binary) if !assigns(&binary.op) => {
                self.expr(&mut binary.left)?;
                self.expr(&mut binary.right)
            }
            Expr::Cast(cast) => {
                if !is_number(&cast.ty) {
                    return Err("a cast to something that is no number");
                }
                self.expr(&mut cast.expr)
            }
            Expr::Field(field) => match field.member {
                Member::Named(_) | Member::Unnamed(_) => self.expr(&mut field.base),
            },
            Expr::Reference(reference) if reference.mutability.is_none() => self.expr(&mut reference.expr),
            Expr::Tuple(tuple) => tuple.elems.iter_mut().try_for_each(|part| self.expr(part)),
            Expr::Struct(literal) => {
                self.constructor(&mut literal.path)?;
                for field in &mut literal.fields {
                    if !field.attrs.is_empty() {
                        return Err("an attribute");
                    }
                    // The short form would lose what its value becomes.
                    field.colon_token.get_or_insert_default();
                    self.expr(&mut field.expr)?;
                }
                literal.rest.as_deref_mut().map_or(Ok(()), |rest| self.expr(rest))
            }
            Expr::Call(call) => {
                let Expr::Path(path) = &mut *call.func else {
                    return Err("a call");
                };
                self.constructor(&mut path.path)?;
                call.args.iter_mut().try_for_each(|part| self.expr(part))
            }
            other => Err(refused(other)),
        }
    }

    /// An argument, a constant, or a variant.
    fn value(&self, path: &mut syn::ExprPath) -> Checked {
        let names = names(&path.path)
            .filter(|_| path.qself.is_none())
            .ok_or("a path with types")?;
        match names.as_slice() {
            [one] if self.names.contains(one.as_str()) => Ok(()),
            [one] => {
                let item = self.only(one, |item| matches!(item.kind, ItemKind::Const(_)))?;
                path.path = public_path(item, None)?;
                Ok(())
            }
            [of, name] if NUMBERS.contains(&of.as_str()) && ["MAX", "MIN", "BITS"].contains(&name.as_str()) => {
                let whole = format!("::core::primitive::{of}::{name}");
                path.path = syn::parse_str(&whole).map_err(|_| "a raw name")?;
                Ok(())
            }
            [of, name] => {
                let item = self.of(of)?;
                if !is_variant(item, name) && !is_constant(item, name) {
                    return Err("neither a constant nor a variant");
                }
                path.path = public_path(item, Some(name))?;
                Ok(())
            }
            _ => Err("a path of modules"),
        }
    }

    /// A struct, or a variant of an enum: what is called has to be one, and not a function.
    fn constructor(&self, path: &mut syn::Path) -> Checked {
        let names = names(path).ok_or("a path with types")?;
        let (item, variant) = match names.as_slice() {
            [of] => (self.of(of)?, None),
            [of, name] => (self.of(of)?, Some(name)),
            _ => return Err("a path of modules"),
        };
        match (&item.kind, variant) {
            (ItemKind::Struct(_), None) => {}
            (ItemKind::Enum(_), Some(name)) if is_variant(item, name) => {}
            _ => return Err("a call"),
        }
        *path = public_path(item, variant)?;
        Ok(())
    }

    /// The struct or enum of that name.
    fn of(&self, name: &str) -> Result<&Item, &'static str> {
        if name == "Self" {
            let item = self.self_ty.and_then(|id| self.api.items.get(&id));
            return item.ok_or("`Self` of something else");
        }
        self.only(name, |item| {
            matches!(item.kind, ItemKind::Struct(_) | ItemKind::Enum(_))
        })
    }

    /// The only item of that name, if it is written in the same file: another file's may be hidden by one of the same name.
    fn only(&self, name: &str, is_kind: impl Fn(&Item) -> bool) -> Result<&Item, &'static str> {
        let mut found = self
            .api
            .items
            .iter()
            .filter(|(_, item)| item.name == name && is_kind(item));
        let ((id, item), None) = (
            found.next().ok_or("a name that the bindings do not have")?,
            found.next(),
        ) else {
            return Err("a name of several items");
        };
        let is_type = self.types.kind(*id).is_some();
        let here = item.meta.span.as_ref().map(|(file, _)| file.as_str()) == self.file;
        match is_type || here {
            true => Ok(item),
            false => Err("a name of another file"),
        }
    }
}

/// A path of names only.
fn names(path: &syn::Path) -> Option<Vec<String>> {
    let plain = path.leading_colon.is_none() && path.segments.iter().all(|part| part.arguments == PathArguments::None);
    plain.then(|| path.segments.iter().map(|part| part.ident.to_string()).collect())
}

fn public_path(item: &Item, member: Option<&String>) -> Result<syn::Path, &'static str> {
    let path = item.path.as_ref().ok_or("a name that the bindings do not have")?;
    let names = path.iter().chain(member).map(|name| format!("::{name}"));
    syn::parse_str(&format!("crate{}", names.collect::<String>())).map_err(|_| "a raw name")
}

fn is_variant(item: &Item, name: &str) -> bool {
    matches!(&item.kind, ItemKind::Enum(definition) if definition.variants.iter().any(|variant| variant.name == name))
}

fn is_constant(item: &Item, name: &str) -> bool {
    let inherent: &[InherentImpl] = match &item.kind {
        ItemKind::Struct(definition) => &definition.facts.inherent,
        ItemKind::Enum(definition) => &definition.facts.inherent,
        _ => &[],
    };
    let mut members = inherent.iter().flat_map(|block| &block.items);
    members.any(|member| member.name == name && matches!(member.kind, AssocKind::Const(_)))
}

fn is_number(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if NUMBERS.iter().any(|name| path.path.is_ident(name)))
}

fn assigns(op: &BinOp) -> bool {
    !matches!(
        op,
        BinOp::Add(_)
            | BinOp::Sub(_)
            | BinOp::Mul(_)
            | BinOp::Div(_)
            | BinOp::Rem(_)
            | BinOp::And(_)
            | BinOp::Or(_)
            | BinOp::BitXor(_)
            | BinOp::BitAnd(_)
            | BinOp::BitOr(_)
            | BinOp::Shl(_)
            | BinOp::Shr(_)
            | BinOp::Eq(_)
            | BinOp::Lt(_)
            | BinOp::Le(_)
            | BinOp::Ne(_)
            | BinOp::Ge(_)
            | BinOp::Gt(_)
    )
}

fn attributes(expr: &Expr) -> &[syn::Attribute] {
    match expr {
        Expr::Lit(expr) => &expr.attrs,
        Expr::Path(expr) => &expr.attrs,
        Expr::Paren(expr) => &expr.attrs,
        Expr::Unary(expr) => &expr.attrs,
        Expr::Binary(expr) => &expr.attrs,
        Expr::Cast(expr) => &expr.attrs,
        Expr::Field(expr) => &expr.attrs,
        Expr::Reference(expr) => &expr.attrs,
        Expr::Tuple(expr) => &expr.attrs,
        Expr::Struct(expr) => &expr.attrs,
        Expr::Call(expr) => &expr.attrs,
        _ => &[],
    }
}

/// Why an expression is not carried over, by what it is.
fn refused(expr: &Expr) -> &'static str {
    match expr {
        Expr::Macro(_) => "a macro",
        Expr::Unsafe(_) => "unsafe code",
        Expr::MethodCall(_) => "a call of a method",
        Expr::While(_) | Expr::ForLoop(_) | Expr::Loop(_) => "a loop",
        Expr::Block(_) | Expr::Const(_) | Expr::Async(_) => "a block",
        Expr::Closure(_) => "a closure",
        Expr::Array(_) | Expr::Repeat(_) => "an array",
        Expr::Assign(_) | Expr::Binary(_) => "an assignment",
        Expr::Reference(_) => "a mutable borrow",
        Expr::RawAddr(_) => "a raw pointer",
        _ => "an expression of another kind",
    }
}

#[cfg(test)]
mod tests;
