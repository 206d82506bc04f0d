//! What a result is tied to: where what it borrows is kept, and what lends it.

use proc_macro2::TokenStream;
use quote::quote;

use crate::generate::bindings::functions::arg;
use crate::plan::bridge::{FunctionPlan, LentBy, Returns};

/// The statements that say where the borrowed parts of a result live, if it may have any.
pub(super) fn anchor(plan: &FunctionPlan) -> Option<TokenStream> {
    if !matches!(plan.returns, Returns::Message { .. } | Returns::Iterator { .. }) {
        return None;
    }
    let lends = plan.anchor.lends.as_ref();
    let lender = lends
        .filter(|lends| lends.by == LentBy::Object && !lends.briefly)
        .map(|lends| lends.index);
    let start = lender.or(plan.anchor.owner).map_or_else(
        || quote!(nb::Anchor::none()),
        |index| {
            let arg = arg(index, &plan.params[index]);
            match lender {
                Some(_) => quote!(nb::Anchor::of_mut(&mut #arg.handle)),
                None => quote!(nb::Anchor::of(&#arg.handle)),
            }
        },
    );
    let lends = lends.filter(|_| lender.is_none()).map(|lends| {
        let arg = arg(lends.index, &plan.params[lends.index]);
        match (lends.by, lends.briefly) {
            (LentBy::Link, false) => quote!(nb_anchor.lend_from(&#arg.link);),
            (LentBy::Link, true) => quote!(nb_anchor.borrow_from(&#arg.link);),
            (LentBy::Field, briefly) => {
                let lend = if briefly {
                    quote!(borrow_from)
                } else {
                    quote!(lend_from)
                };
                quote!(if let Some(nb_link) = #arg.nanobuild_link() { nb_anchor.#lend(nb_link); })
            }
            (LentBy::Object, _) => quote!(nb_anchor.borrow(&mut #arg.handle);),
            (LentBy::Value, _) => quote!(),
        }
    });
    let inherits = plan.anchor.inherit.iter().map(|index| {
        let arg = arg(*index, &plan.params[*index]);
        quote!(nb_anchor.inherit(&#arg.inputs);)
    });
    let holds = plan.anchor.hold.iter().map(|index| {
        let arg = arg(*index, &plan.params[*index]);
        quote!(nb_anchor.hold(&#arg.inputs);)
    });
    Some(quote!(let mut nb_anchor = #start; #lends #(#inherits)* #(#holds)*))
}
