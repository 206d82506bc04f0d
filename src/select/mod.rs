//! Which dependencies are sandboxed, as Cargo resolves them: `cargo metadata` to [`Dependency`].

mod features;
mod graph;
mod natives;
mod pick;
mod prove;
mod version;

use std::collections::BTreeSet;

use camino::Utf8PathBuf;
use semver::Version;

pub use features::Flags;
pub use graph::{Edge, Error as GraphError, Graph, INDEX, Registries};
pub use natives::natives;
pub use pick::{Error as PickError, Picked, Spec, folder_name, pick};
pub use prove::{Breach, Guarded, prove, stale};
pub use version::bindings_version;

/// A sandboxed dependency: one package of the application's graph that goes behind the boundary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependency {
    /// The package's name in its registry (`rust_decimal`, `slug`).
    pub name: String,
    /// The real package's version (never that of its bindings).
    pub version: Version,
    /// Where it comes from.
    pub source: Source,
    /// Features that the application's graph switches on, unified as Cargo does; `default` is listed if on.
    pub features: BTreeSet<String>,
    /// Folder name below `.nanobuild/`: the name, or `name-0.8` where several versions are sandboxed.
    pub folder: String,
}

/// Where a package comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// The default registry (however configured or replaced), or another one by its name in Cargo's configuration.
    Registry(Option<String>),
    /// A git repository at an exact commit.
    Git {
        /// Repository address as the manifest has it.
        url: String,
        /// Full commit id.
        rev: String,
    },
    /// A folder, absolute; outside the lockfile always written relative to the workspace.
    Path(Utf8PathBuf),
}
