//! The package's sources, for what rustdoc does not show.
//!
//! Files are read as tokens and never parsed further here: whatever lies there can be as long and nested as it likes.

use std::collections::BTreeMap;

use camino::Utf8Path;
use proc_macro2::TokenStream;

use crate::sys::files;

/// Files of a package, each read once.
pub(super) struct Sources<'a> {
    package: &'a Utf8Path,
    files: BTreeMap<String, TokenStream>,
}

impl<'a> Sources<'a> {
    /// Those in the folder `package`.
    pub(super) fn of(package: &'a Utf8Path) -> Self {
        Self {
            package,
            files: BTreeMap::new(),
        }
    }

    /// The tokens of a file, by its path in the package; none if there is no such file, or it is not Rust.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn tokens(&mut self, file: &str) -> Result<&TokenStream, files::Error> {
        if !self.files.contains_key(file) {
            let bytes = files::read_beneath(self.package, Utf8Path::new(file))?.unwrap_or_default();
            let tokens = String::from_utf8_lossy(&bytes).parse().unwrap_or_default();
            self.files.insert(file.to_owned(), tokens);
        }
        Ok(&self.files[file])
    }
}
