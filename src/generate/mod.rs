//! Bridge to source text: the guest crate and the bindings crate. Pure: files are returned, never written here.

use std::collections::BTreeMap;

use camino::Utf8PathBuf;

/// Generated files by path below their crate's folder.
pub type Files = BTreeMap<Utf8PathBuf, String>;
