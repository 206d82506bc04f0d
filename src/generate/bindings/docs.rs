//! Documentation and attributes that come along.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proc_macro2::TokenStream;
use quote::quote;

use crate::extract::Skipped;
use crate::extract::api::Meta;
use crate::plan::Bridge;
use crate::plan::bridge::{Constant, FunctionPlan};

/// The most paths that the crate's documentation lists for one construct; `explain --skipped` has them all.
const LISTED: usize = 40;

/// Doc comment, `deprecated`, `must_use`, `non_exhaustive`.
#[must_use]
pub(super) fn attributes(meta: &Meta) -> TokenStream {
    let docs = comment(meta);
    let hidden = meta.hidden.then(|| quote!(#[doc(hidden)]));
    let deprecated = meta.deprecated.as_ref().map(|deprecated| {
        let since = deprecated.since.as_ref().map(|since| quote!(since = #since,));
        let note = deprecated.note.as_ref().map(|note| quote!(note = #note,));
        quote!(#[deprecated(#since #note)])
    });
    let must_use = meta.must_use.as_ref().map(|message| match message {
        Some(message) => quote!(#[must_use = #message]),
        None => quote!(#[must_use]),
    });
    quote!(#docs #hidden #deprecated #must_use)
}

/// Doc comment alone: all that a method of a trait's implementation may carry.
#[must_use]
pub(super) fn comment(meta: &Meta) -> Option<TokenStream> {
    meta.docs.as_ref().map(|docs| quote!(#[doc = #docs]))
}

/// The crate's documentation as inner attributes, with what was skipped and why at its end.
#[must_use]
pub(super) fn crate_docs(bridge: &Bridge, skipped: &[Skipped]) -> String {
    let root = bridge.modules.iter().find(|module| module.path.is_empty());
    let docs = root.and_then(|module| module.meta.docs.clone()).unwrap_or_default();
    let mut out = format!("#![doc = {docs:?}]\n");
    let mut lines = String::from("\n\n# In a nanoprocess\n\nThese are bindings: each call runs in a sandbox.\n");
    let carried: Vec<String> = carried(bridge).map(|plan| format!("`{}`", plan.key)).collect();
    if !carried.is_empty() {
        let _ = writeln!(
            lines,
            "Their own source runs natively, one expression each: {}.\n",
            carried.join(", ")
        );
    }
    if !skipped.is_empty() {
        lines.push_str("What they do not offer, by the construct in the way:\n\n");
    }
    let mut groups: BTreeMap<&str, Vec<&Skipped>> = BTreeMap::new();
    for item in skipped {
        groups.entry(&item.construct).or_default().push(item);
    }
    for (construct, items) in groups {
        let _ = writeln!(lines, "- **{construct}** ({})", items.len());
        for item in items.iter().take(LISTED) {
            let _ = writeln!(
                lines,
                "  - `{}`: {}",
                item.path,
                item.reason.lines().next().unwrap_or_default()
            );
        }
    }
    let _ = writeln!(out, "#![doc = {lines:?}]");
    out
}

/// The functions that are carried over as source.
fn carried(bridge: &Bridge) -> impl Iterator<Item = &FunctionPlan> {
    let functions = bridge.functions.iter();
    functions.filter(|plan| matches!(plan.constant, Some(Constant::Carried(_))))
}

/// What the documentation of a variant says of which no value crosses.
#[must_use]
pub(super) fn stuck(why: &str) -> TokenStream {
    let text = format!(
        "\n\nAdded by cargo-nanobuild: a value of this variant does not cross, because it has {why}; handing one over is a fault."
    );
    quote!(#[doc = #text])
}
