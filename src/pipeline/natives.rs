//! Crates whose traits the bindings implement natively: only such as the application has anyway.

use super::Error;
use crate::extract::{Extracted, foreign_traits};
use crate::fetch::{self, Fetched};
use crate::select::{self, Graph};
use crate::session::Order;
use crate::sys::cargo;

/// Finds the crates whose traits the API implements and the application has natively at the same version, lets the guest
/// name them, and notes their names as code gives them.
///
/// # Errors
/// When the guest's manifest cannot be written.
pub(super) fn lend(order: &Order<'_>, extracted: Extracted, fetched: &mut Fetched) -> Result<Extracted, Error> {
    let named = foreign_traits(&extracted.api);
    if named.is_empty() {
        return Ok(extracted);
    }
    let manifest = order.root.join("Cargo.toml");
    let graph = cargo::metadata(&manifest, order.net, &[])
        .ok()
        .and_then(|json| Graph::parse(&json).ok());
    let has = graph
        .map(|graph| select::natives(&graph, &order.wanted.dependency.name))
        .unwrap_or_default();
    let code_name = |package: &str| package.replace('-', "_");
    let packages = fetched
        .graph
        .iter()
        .filter(|package| named.contains(&code_name(&package.name)));
    let natives: Vec<_> = packages
        .filter(|package| has.contains(&(package.name.clone(), package.version.clone())))
        .cloned()
        .collect();
    let names = natives.iter().map(|package| code_name(&package.name)).collect();
    if !natives.is_empty() {
        fetch::lend(fetched, natives, order.net)?;
    }
    Ok(Extracted {
        natives: names,
        ..extracted
    })
}
