//! What values of a type are made of, private parts included: whether they are nothing but bytes.

use rustdoc_types::{Item as DocItem, ItemEnum};

use super::{cx::Cx, items};
use crate::extract::api::{Arg, Def, PathTy, Shape, Ty};

/// Types of std that are bytes if their arguments are, sorted.
const STD: &[&str] = &[
    "std::cmp::Ordering",
    "std::marker::PhantomData",
    "std::net::IpAddr",
    "std::net::Ipv4Addr",
    "std::net::Ipv6Addr",
    "std::num::NonZero",
    "std::num::Wrapping",
    "std::option::Option",
    "std::time::Duration",
];

/// How many types are looked at for one, so that a hostile crate cannot keep the tool busy forever.
const MAX_TYPES: u32 = 512;

/// Whether values of a type without parameters are nothing but bytes: no addresses, nothing to drop, nothing that changes
/// behind a shared reference. What is not known is not.
pub(super) fn is_bytes(cx: &Cx<'_>, doc: &DocItem) -> bool {
    let mut look = Look { cx, left: MAX_TYPES };
    cx.unrecorded(|| look.at_item(doc))
}

struct Look<'a, 'k> {
    cx: &'a Cx<'k>,
    /// How many more types are looked at.
    left: u32,
}

impl Look<'_, '_> {
    fn at_item(&mut self, doc: &DocItem) -> bool {
        let cx = self.cx;
        let (generics, impls) = match &doc.inner {
            ItemEnum::Struct(definition) => (&definition.generics, &definition.impls),
            ItemEnum::Enum(definition) => (&definition.generics, &definition.impls),
            _ => return false,
        };
        let mut impls = impls.iter().filter_map(|id| cx.item(*id));
        let drops = impls.any(|item| match &item.inner {
            ItemEnum::Impl(block) => block.trait_.as_ref().is_some_and(|of| is_drop(cx, of)),
            _ => false,
        });
        generics.params.is_empty()
            && !drops
            && items::shapes(cx, doc).iter().all(|shape| match shape {
                Shape::Unit => true,
                Shape::Tuple(fields) | Shape::Named(fields) => fields.iter().all(|field| self.at_type(&field.ty)),
            })
    }

    fn at_type(&mut self, ty: &Ty) -> bool {
        let Some(left) = self.left.checked_sub(1) else {
            return false;
        };
        self.left = left;
        match ty {
            Ty::Prim(name) => name != "str" && name != "never",
            Ty::Tuple(parts) => parts.iter().all(|part| self.at_type(part)),
            Ty::Array(item, _) => self.at_type(item),
            Ty::Path(path) => self.at_path(path),
            _ => false,
        }
    }

    fn at_path(&mut self, path: &PathTy) -> bool {
        match &path.def {
            Def::Local(id) => self.cx.numbered(*id).is_some_and(|doc| self.at_item(doc)),
            Def::Std(name) => {
                let known = STD.binary_search(&name.as_str()).is_ok() || name.starts_with("std::num::NonZero");
                known
                    && path.args.iter().all(|arg| match arg {
                        Arg::Type(ty) => self.at_type(ty),
                        Arg::Lifetime(_) | Arg::Const(_) => false,
                    })
            }
            Def::Foreign { .. } => false,
        }
    }
}

fn is_drop(cx: &Cx<'_>, of: &rustdoc_types::Path) -> bool {
    matches!(cx.def(of), Some(Def::Std(path)) if path == "std::ops::Drop")
}

#[cfg(test)]
mod tests {
    #[test]
    fn std_types_are_sorted() {
        assert!(super::STD.is_sorted());
    }
}
