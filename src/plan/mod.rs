//! How every item crosses: `Api` to [`Bridge`]. Pure.
//!
//! Order: [`types`] decides representations, [`functions`], [`impls`] and [`consts`] plan members over them,
//! and everything that does not cross is listed with the construct in the way.

mod abilities;
mod anchors;
mod asked;
mod blankets;
pub mod bridge;
mod carried;
mod choices;
mod compared;
mod constants;
mod consts;
mod conversions;
mod cross;
mod crossing;
mod defaults;
mod expose;
mod followed;
mod forms;
mod functions;
mod hidden;
mod impls;
mod instances;
mod iterators;
mod keys;
mod leases;
mod lends;
mod lifetimes;
mod links;
mod loans;
mod macros;
mod modules;
mod nodes;
mod outlives;
mod places;
mod planner;
mod projections;
mod recipes;
mod replies;
mod serde;
mod settle;
mod sized;
mod stand_ins;
mod std_traits;
mod subst;
#[cfg(test)]
pub(crate) mod tests;
mod traits;
mod types;
mod unnamed;
mod unseen;
mod wrappers;

pub use asked::key as asked_key;
pub use bridge::Bridge;
pub use carried::key as carried_key;
pub use choices::{instances, instantiate, instantiate_ty};
pub use expose::{NOT_EXPOSED, not_exposed};
pub use hidden::is_hidden;
pub use impls::derive_key;
pub use lifetimes::{elides, has_lifetimes, is_static_cow, mentions_static, same_but_lifetimes, with_lifetime};
pub use places::{is_piece, moves_on, through};
pub use planner::{Coverage, Plan, plan};
pub use recipes::key as recipe_key;
pub use serde::is as is_serde;
pub use types::{fields, lifetime_params, local as local_type, type_params};

use crate::extract::api::Api;

/// The key of an item: its public path, the crate's name first.
fn key(api: &Api, path: &[String]) -> String {
    std::iter::once(&api.name)
        .chain(path)
        .cloned()
        .collect::<Vec<_>>()
        .join("::")
}

/// Whether a parameter of the caller occurs in `ty`.
#[must_use]
pub fn is_generic(ty: &crate::extract::api::Ty) -> bool {
    conversions::mentions_param(ty)
}

/// The last name of a trait of std; empty for others.
#[must_use]
pub fn trait_name(trait_: &crate::extract::api::PathTy) -> &str {
    match &trait_.def {
        crate::extract::api::Def::Std(path) => path.rsplit("::").next().unwrap_or(path),
        _ => "",
    }
}
