//! What an argument is that is lent mutably, by its type.

use crate::extract::api::Ty;

/// `&mut T` for `&mut &mut T`, the receiver of what is implemented for `&mut T`: the place is the same.
pub fn through(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::Ref { mutable: true, ty, .. } => match &**ty {
            inner @ Ty::Ref { mutable: true, .. } => Some(inner),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a call can only move a reference on within what it refers to: `&mut &str`, `&mut &[u8]`.
#[must_use]
pub fn moves_on(ty: &Ty) -> bool {
    match ty {
        Ty::Ref { mutable: true, ty, .. } => match &**ty {
            Ty::Ref { mutable: false, ty, .. } => is_text_referent(ty) || matches!(**ty, Ty::Slice(_)),
            _ => false,
        },
        _ => false,
    }
}

/// `str`
pub(super) fn is_text_referent(ty: &Ty) -> bool {
    matches!(ty, Ty::Prim(name) if name == "str")
}

/// Bytes or text, which may lie anywhere in the bytes of an argument.
#[must_use]
pub fn is_piece(ty: &Ty) -> bool {
    is_bytes_referent(ty) || is_text_referent(ty)
}

/// `[u8]`
pub(super) fn is_bytes_referent(ty: &Ty) -> bool {
    matches!(ty, Ty::Slice(item) if **item == Ty::Prim("u8".to_owned()))
}
