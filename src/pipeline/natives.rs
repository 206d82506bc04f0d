//! Crates whose traits the bindings implement natively: only such as the application has anyway.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use nanobuild_policy::lockfile::Package;
use semver::Version;

use super::Error;
use crate::extract::others::{self, Joined};
use crate::extract::{Api, Extracted, foreign_traits};
use crate::fetch::{self, Fetched};
use crate::plan::is_serde;
use crate::select;
use crate::session::Order;
use crate::sys::files;

/// The crates whose traits `api` implements and the application has natively at the same version; not those that it takes types
/// from, and nobody has a use for the traits.
///
/// # Errors
/// When the application's lockfile cannot be read.
pub(super) fn of(order: &Order<'_>, api: &Api, fetched: &Fetched) -> Result<Vec<Package>, Error> {
    let mut named = foreign_traits(api);
    let for_types = others::wanted_for_types(api);
    named.retain(|krate| !for_types.contains(krate));
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let named = fetched
        .graph
        .iter()
        .filter(|package| named.contains(&code_name(&package.name)));
    Ok(match known(order) {
        Some(known) => named.filter(|package| known.contains(&package.name)).cloned().collect(),
        None => {
            let lockfile = files::read_text(&order.root.join("Cargo.lock"))?.unwrap_or_default();
            let has = select::natives(&lockfile, &order.wanted.dependency.name);
            named.filter(|package| is_native(package, &has)).cloned().collect()
        }
    })
}

/// Lets the guest name `natives` and the crates that `joined` takes something from, and notes the former's names as code gives
/// them.
///
/// # Errors
/// When the guest's manifest cannot be written.
pub(super) fn lend(
    order: &Order<'_>,
    joined: Joined,
    natives: Vec<Package>,
    fetched: &mut Fetched,
) -> Result<Extracted, Error> {
    let names = natives.iter().map(|package| code_name(&package.name)).collect();
    let is_named = |package: &&Package| joined.named.contains(&code_name(&package.name));
    let named: Vec<Package> = fetched.graph.iter().filter(is_named).cloned().collect();
    if !natives.is_empty() || !named.is_empty() {
        fetch::lend(fetched, natives, named, order.net)?;
    }
    Ok(Extracted {
        natives: names,
        ..joined.extracted
    })
}

/// A package's library, as code names it where nobody gave it another name.
pub(super) fn code_name(package: &str) -> String {
    package.replace('-', "_")
}

/// Whether an application has the crate: at the same version, or of serde at any that has the same traits.
fn is_native(package: &Package, has: &BTreeSet<(String, Version)>) -> bool {
    if is_serde(&package.name) {
        let same =
            |(name, version): &(String, Version)| *name == package.name && version.major == package.version.major;
        return has.iter().any(same);
    }
    has.contains(&(package.name.clone(), package.version.clone()))
}

/// Where bindings are checked. Those that need the runtime alone share what is built of it; with others, build scripts run
/// that could change it, and only those that need the same ones share it.
pub(super) fn checks(order: &Order<'_>, extracted: &Extracted) -> Utf8PathBuf {
    let natives: Vec<&str> = extracted.natives.iter().map(String::as_str).collect();
    match natives.is_empty() {
        true => order.cache.join("check"),
        false => order.cache.join("checks").join(natives.join("+")),
    }
}

/// Those that the lockfile names, if it is about the dependency as it is wanted: the same bindings on every machine.
fn known<'o>(order: &Order<'o>) -> Option<&'o BTreeSet<String>> {
    let facts = order.record.facts.as_ref()?;
    order.wanted.is_described_by(facts).then_some(&facts.natives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn serde_may_be_another_version_and_other_crates_may_not() {
        let package = |name: &str, version: &str| Package {
            name: name.into(),
            version: version.parse().unwrap(),
            source: "registry".into(),
            checksum: None,
            features: Vec::new(),
        };
        let has = ["serde_core 1.0.220", "num-traits 0.2.18"].map(|one| {
            let (name, version) = one.split_once(' ').unwrap();
            (name.to_owned(), version.parse().unwrap())
        });
        let has = BTreeSet::from(has);
        assert!(is_native(&package("serde_core", "1.0.229"), &has));
        assert!(!is_native(&package("serde_core", "2.0.0"), &has));
        assert!(!is_native(&package("serde", "1.0.220"), &has));
        assert!(is_native(&package("num-traits", "0.2.18"), &has));
        assert!(!is_native(&package("num-traits", "0.2.19"), &has));
    }
}
