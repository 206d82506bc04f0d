//! Other crates of the guest's graph whose types cross with the dependency's own.

use std::collections::{BTreeMap, BTreeSet};

use nanobuild_policy::lockfile::Package;

use super::Error;
use super::natives::code_name;
use crate::extract::others::{self, Joined};
use crate::extract::{self, Extracted, extract_other};
use crate::fetch::{self, Fetched};
use crate::plan::is_serde;
use crate::session::Order;

/// How far types are followed: those of the dependency's own API, and those of their crates' APIs.
const DEEPEST: usize = 2;

/// Adds to the API what it takes from other crates, except those in `natives`, which are the application's. A crate that cannot be
/// documented by itself, or named by the guest, stays another crate.
///
/// # Errors
/// When the jail does not start, or what rustdoc wrote cannot be read.
pub(super) fn join(
    order: &Order<'_>,
    own: &Extracted,
    natives: &[Package],
    fetched: &Fetched,
) -> Result<Joined, Error> {
    let mut tried: BTreeSet<String> = natives.iter().map(|package| code_name(&package.name)).collect();
    let mut documented = BTreeMap::new();
    let mut joined = Joined {
        extracted: own.clone(),
        ..Joined::default()
    };
    for _ in 0..DEEPEST {
        let mut wanted = others::wanted(&joined.extracted.api);
        wanted.retain(|krate| tried.insert(krate.clone()));
        for krate in wanted {
            let Some(package) = package(fetched, &krate) else {
                continue;
            };
            match extract_other(order.jail, fetched, package, fetch::TARGET) {
                Ok(other) => drop(documented.insert(krate, other)),
                Err(error @ (extract::Error::Jail(_) | extract::Error::Read(_))) => return Err(error.into()),
                Err(_) => {}
            }
        }
        joined = others::join(own, &documented);
    }
    Ok(joined)
}

/// The package that is called `krate`, if there is just one and the guest can name it. Serde's types are its traits' affair.
fn package<'f>(fetched: &'f Fetched, krate: &str) -> Option<&'f Package> {
    let mut named = fetched.graph.iter().filter(|package| code_name(&package.name) == krate);
    let (package, None) = (named.next()?, named.next()) else {
        return None;
    };
    (fetch::can_name(package) && !is_serde(&package.name)).then_some(package)
}
