//! Documentation and attributes.

use camino::Utf8Path;
use rustdoc_types::{Attribute, AttributeRepr, Item, ReprKind, Span};

use super::cx::Cx;
use crate::extract::api::{Deprecated, Meta};

/// What `item` carries, whatever it is.
pub(super) fn meta(cx: &Cx<'_>, item: &Item) -> Meta {
    let must_use = item.attrs.iter().find_map(|attr| match attr {
        Attribute::MustUse { reason } => Some(reason.clone()),
        _ => None,
    });
    Meta {
        docs: item.docs.clone(),
        deprecated: item.deprecation.as_ref().map(|deprecation| Deprecated {
            since: deprecation.since.clone(),
            note: deprecation.note.clone(),
        }),
        must_use,
        hidden: is_hidden(item),
        non_exhaustive: item.attrs.contains(&Attribute::NonExhaustive),
        span: item.span.as_ref().and_then(|span| place(&cx.package, span)),
    }
}

/// `#[doc(hidden)]`, which rustdoc passes on as text.
pub(super) fn is_hidden(item: &Item) -> bool {
    item.attrs.iter().any(|attr| match attr {
        Attribute::Other(text) => text
            .strip_prefix("#[doc(")
            .and_then(|rest| rest.strip_suffix(")]"))
            .is_some_and(|list| !list.contains(['"', '=']) && list.split(',').any(|word| word.trim() == "hidden")),
        _ => false,
    })
}

/// `#[automatically_derived]`
pub(super) fn is_derived(item: &Item) -> bool {
    item.attrs.contains(&Attribute::AutomaticallyDerived)
}

/// The words inside `#[repr(…)]`.
pub(super) fn repr(item: &Item) -> Vec<String> {
    let words = item.attrs.iter().filter_map(|attr| match attr {
        Attribute::Repr(repr) => Some(repr_words(repr)),
        _ => None,
    });
    words.flatten().collect()
}

fn repr_words(repr: &AttributeRepr) -> Vec<String> {
    let kind = match repr.kind {
        ReprKind::Rust => None,
        ReprKind::C => Some("C".to_owned()),
        ReprKind::Transparent => Some("transparent".to_owned()),
        ReprKind::Simd => Some("simd".to_owned()),
    };
    let align = repr.align.map(|align| format!("align({align})"));
    let packed = repr.packed.map(|packed| format!("packed({packed})"));
    [kind, repr.int.clone(), align, packed].into_iter().flatten().collect()
}

/// File below the package and line. What lies elsewhere (macros of other crates) has no place.
fn place(package: &Utf8Path, span: &Span) -> Option<(String, u32)> {
    let file = Utf8Path::from_path(&span.filename)?;
    let file = if file.is_absolute() {
        file.strip_prefix(package).ok()?
    } else {
        file
    };
    Some((file.as_str().replace('\\', "/"), u32::try_from(span.begin.0).ok()?))
}
