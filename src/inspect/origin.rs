//! Whose code a function is. Names can be chosen by anybody; where a function was compiled cannot.

use std::collections::BTreeMap;

use nanobuild_policy::lockfile::Package;

use super::code::{Code, Function, Node};
use super::lines::{Lines, Place, Unit};
use super::symbol;

/// Where rustc says that the standard library's sources lie, followed by the compiler's commit.
const STD_SOURCES: &str = "/rustc/";

/// Where the C library's sources lie, in the words of those who compile it for the target.
const LIBC_SOURCES: &str = "wasisdk://";

/// What the guest's folder and its copy of the runtime are called in debug information.
const GUEST: &str = "guest/src/";
const RUNTIME: &str = "nanobuild-runtime/";

/// Whose code a function is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// Compiled with the standard library, by those who distribute it.
    Std,
    /// Compiled with the C library, by those who distribute the target.
    Libc,
    /// Written by this tool.
    Ours,
    /// Written in this package of the guest's graph.
    Package(usize),
    /// Generic code of std that was instantiated for somebody, by whom is in doubt: it does what its parameters say.
    Instance(Option<usize>),
    /// Without debug information: C, the linker's own, or something that hides.
    Unknown,
}

/// Origins of all functions.
#[derive(Debug)]
pub(super) struct Origins {
    of: Vec<Origin>,
    places: Vec<Option<Place>>,
}

impl Origins {
    pub(super) fn read(code: &Code<'_>, lines: &Lines<'_>, packages: &[Package]) -> Self {
        let exported: BTreeMap<Node, &str> = code.exports.iter().map(|(name, node)| (*node, *name)).collect();
        let (mut of, mut places) = (Vec::new(), Vec::new());
        for (node, function) in code.functions.iter().enumerate() {
            let first = lines.first(&function.body);
            let place = first.and_then(|address| lines.place(address));
            let within = [first, Some(function.body.start), function.body.end.checked_sub(1)];
            let unit = within.into_iter().flatten().find_map(|address| lines.unit(address));
            of.push(match unit {
                // Nothing of std is exported: that is somebody who gave a function another's name.
                Some(unit) if !exported.contains_key(&node) => origin(function, &unit, place.as_ref(), packages),
                Some(unit) => match origin(function, &unit, place.as_ref(), packages) {
                    Origin::Std | Origin::Libc => Origin::Unknown,
                    other => other,
                },
                None => Origin::Unknown,
            });
            places.push(place);
        }
        Self { of, places }
    }

    pub(super) fn of(&self, node: Node) -> &Origin {
        self.of.get(node).unwrap_or(&Origin::Unknown)
    }

    /// Where a function begins.
    pub(super) fn place(&self, node: Node) -> Option<&Place> {
        self.places.get(node)?.as_ref()
    }
}

fn origin(function: &Function<'_>, unit: &Unit, place: Option<&Place>, packages: &[Package]) -> Origin {
    let file = place.map_or("", |place| place.file.as_str());
    let in_unit = |prefix: &str| unit.name.starts_with(prefix) || format!("{}/", unit.folder).starts_with(prefix);
    if unit.name.starts_with(STD_SOURCES) && unit.folder.starts_with(STD_SOURCES) {
        // It calls what it is given, even where std itself needed it first.
        let calls_its_parameter = symbol::readable(function.symbol).contains("core::ops::function::");
        return if calls_its_parameter {
            Origin::Unknown
        } else {
            Origin::Std
        };
    }
    if unit.name.starts_with(LIBC_SOURCES) && unit.folder.starts_with(LIBC_SOURCES) {
        return Origin::Libc;
    }
    if in_unit(RUNTIME)
        || (file.starts_with(RUNTIME) && in_unit("guest/"))
        || (file.starts_with(GUEST) && in_unit("guest/"))
    {
        return Origin::Ours;
    }
    let owner = |text: &str| packages.iter().position(|package| within(text, &label(package)));
    if file.starts_with(STD_SOURCES) {
        return Origin::Instance(owner(&unit.name).or_else(|| owner(&unit.folder)));
    }
    match owner(file)
        .or_else(|| generated(file, packages))
        .or_else(|| owner(&unit.name))
    {
        Some(package) => Origin::Package(package),
        None => Origin::Unknown,
    }
}

fn within(path: &str, label: &str) -> bool {
    path.strip_prefix(label)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The package whose build script wrote a file: `…/build/zip-0123456789abcdef/out/x.rs`.
fn generated(file: &str, packages: &[Package]) -> Option<usize> {
    let (_, rest) = file.split_once("/release/build/")?;
    let (name, _) = rest.split('/').next()?.rsplit_once('-')?;
    packages.iter().position(|package| package.name == name)
}

/// What stands for the package's folder in debug information.
fn label(package: &Package) -> String {
    format!("{}-{}", package.name, package.version)
}
