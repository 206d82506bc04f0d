//! Functions and data of the C library that need no import beyond the floor, or none at all, and ask for something: one row
//! a name. What they need beyond it shows in the imports.

use crate::capability::Capability::{self, *};
use crate::wasi;

/// Sorted by name.
const TABLE: &[(&str, Capability)] = &[
    ("_Exit", ProcessExit),
    ("__environ", EnvRead),
    ("__main_argc_argv", Args),
    ("__original_main", Args),
    ("__wasilibc_environ", EnvRead),
    ("__wasilibc_get_environ", EnvRead),
    ("__wasilibc_initialize_environ", EnvRead),
    ("__wasilibc_initialize_environ_eagerly", EnvRead),
    ("_environ", EnvRead),
    ("_exit", ProcessExit),
    ("clearenv", EnvWrite),
    ("dprintf", StdioOut),
    ("environ", EnvRead),
    ("exit", ProcessExit),
    ("fprintf", StdioOut),
    ("fputc", StdioOut),
    ("fputs", StdioOut),
    ("fwrite", StdioOut),
    ("getenv", EnvRead),
    ("perror", StdioErr),
    ("printf", StdioOut),
    ("psignal", StdioErr),
    ("putc", StdioOut),
    ("putchar", StdioOut),
    ("putenv", EnvWrite),
    ("puts", StdioOut),
    ("pwrite", StdioOut),
    ("pwritev", StdioOut),
    ("quick_exit", ProcessExit),
    ("raise", ProcessExit),
    ("secure_getenv", EnvRead),
    ("setenv", EnvWrite),
    ("stderr", StdioErr),
    ("stdout", StdioOut),
    ("unsetenv", EnvWrite),
    ("vdprintf", StdioOut),
    ("vfprintf", StdioOut),
    ("vprintf", StdioOut),
    ("write", StdioOut),
    ("writev", StdioOut),
];

/// What the C library calls its own function for an import.
const WASI_PREFIX: &str = "__wasi_";

/// What referring to a function or datum of the C library asks for; nothing for most.
#[must_use]
pub fn capabilities(name: &str, has_files: bool) -> Vec<Capability> {
    if let Some(import) = name.strip_prefix(WASI_PREFIX).and_then(|name| wasi::import(name).ok()) {
        return import.means(has_files).to_vec();
    }
    let row = TABLE.binary_search_by_key(&name, |row| row.0);
    row.map(|position| vec![TABLE[position].1]).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_unique() {
        for pair in TABLE.windows(2) {
            assert!(pair[0].0 < pair[1].0, "{} before {}", pair[0].0, pair[1].0);
        }
    }

    #[test]
    fn wrappers_of_imports_are_known_by_them() {
        assert_eq!(capabilities("__wasi_random_get", false), [Random]);
        assert_eq!(capabilities("getenv", false), [EnvRead]);
        assert!(capabilities("memcpy", false).is_empty());
    }
}
