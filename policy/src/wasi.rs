//! What each function of WASI preview 1 means: one row an import.

use std::collections::{BTreeMap, BTreeSet};

use crate::capability::Capability::{self, *};

/// The module name of WASI preview 1's functions.
pub const MODULE: &str = "wasi_snapshot_preview1";

/// What importing a function says about a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Nothing by itself: it only helps other imports, or is harmless.
    Helper,
    /// It can be used for all of these.
    Means(&'static [Capability]),
    /// It works on an open descriptor: a file's if the module can open any, else standard input's or a socket's.
    Descriptor {
        /// What it means in a module that also imports `path_` functions.
        with_paths: &'static [Capability],
        /// What it means in one that does not.
        alone: &'static [Capability],
    },
}

/// A function of WASI preview 1.
#[derive(Debug)]
pub struct Import {
    /// Its name in the import section.
    pub name: &'static str,
    /// Its type: parameters, a colon, results; `i` is `i32`, `I` is `i64`.
    pub signature: &'static str,
    /// What importing it says about a module.
    pub meaning: Meaning,
    /// Granting any of these keeps the import; otherwise it is taken away.
    pub serves: &'static [Capability],
}

/// Builds one row.
const fn row(name: &'static str, signature: &'static str, meaning: Meaning, serves: &'static [Capability]) -> Import {
    Import {
        name,
        signature,
        meaning,
        serves,
    }
}

const FILES: &[Capability] = &[FsRead, FsWrite];
const STREAMS: &[Capability] = &[FsRead, FsWrite, NetConnect, NetListen, StdioIn, StdioOut, StdioErr];
const OUTPUT: Meaning = Meaning::Descriptor {
    with_paths: &[FsWrite, StdioOut, StdioErr],
    alone: &[StdioOut, StdioErr],
};
const CLOCKS: &[Capability] = &[ClockWall, ClockMonotonic];

/// Reading from a descriptor.
const READS: Meaning = Meaning::Descriptor {
    with_paths: &[FsRead],
    alone: &[StdioIn],
};
/// Changing what a descriptor stands for.
const WRITES: Meaning = Meaning::Descriptor {
    with_paths: &[FsWrite],
    alone: &[],
};

use Meaning::{Helper, Means};

/// Every function of `wasi_snapshot_preview1`, sorted by name.
const TABLE: &[Import] = &[
    row("args_get", "ii:i", Means(&[Args]), &[Args]),
    row("args_sizes_get", "ii:i", Means(&[Args]), &[Args]),
    row("clock_res_get", "ii:i", Means(CLOCKS), CLOCKS),
    row("clock_time_get", "iIi:i", Means(CLOCKS), CLOCKS),
    row("environ_get", "ii:i", Means(&[EnvRead]), &[EnvRead]),
    row("environ_sizes_get", "ii:i", Means(&[EnvRead]), &[EnvRead]),
    row("fd_advise", "iIIi:i", Helper, FILES),
    row("fd_allocate", "iII:i", WRITES, &[FsWrite]),
    row("fd_close", "i:i", Helper, STREAMS),
    row("fd_datasync", "i:i", WRITES, &[FsWrite]),
    row("fd_fdstat_get", "ii:i", Helper, STREAMS),
    row("fd_fdstat_set_flags", "ii:i", Helper, STREAMS),
    row("fd_fdstat_set_rights", "iII:i", Helper, STREAMS),
    row("fd_filestat_get", "ii:i", Helper, STREAMS),
    row("fd_filestat_set_size", "iI:i", WRITES, &[FsWrite]),
    row("fd_filestat_set_times", "iIIi:i", WRITES, &[FsWrite]),
    row("fd_pread", "iiiIi:i", READS, &[FsRead, StdioIn]),
    row("fd_prestat_dir_name", "iii:i", Helper, FILES),
    row("fd_prestat_get", "ii:i", Helper, FILES),
    row("fd_pwrite", "iiiIi:i", WRITES, &[FsWrite]),
    row("fd_read", "iiii:i", READS, &[FsRead, NetConnect, NetListen, StdioIn]),
    row("fd_readdir", "iiiIi:i", Means(&[FsRead]), &[FsRead]),
    row("fd_renumber", "ii:i", Helper, STREAMS),
    row("fd_seek", "iIii:i", Helper, STREAMS),
    row("fd_sync", "i:i", WRITES, &[FsWrite]),
    row("fd_tell", "ii:i", Helper, STREAMS),
    row(
        "fd_write",
        "iiii:i",
        OUTPUT,
        &[FsWrite, NetConnect, NetListen, StdioOut, StdioErr],
    ),
    row("path_create_directory", "iii:i", Means(&[FsWrite]), &[FsWrite]),
    row("path_filestat_get", "iiiii:i", Means(&[FsRead]), &[FsRead]),
    row("path_filestat_set_times", "iiiiIIi:i", Means(&[FsWrite]), &[FsWrite]),
    row("path_link", "iiiiiii:i", Means(&[FsWrite]), &[FsWrite]),
    // Its rights decide between reading and writing, at run time: it can do both.
    row("path_open", "iiiiiIIii:i", Means(FILES), FILES),
    row("path_readlink", "iiiiii:i", Means(&[FsRead]), &[FsRead]),
    row("path_remove_directory", "iii:i", Means(&[FsWrite]), &[FsWrite]),
    row("path_rename", "iiiiii:i", Means(&[FsWrite]), &[FsWrite]),
    row("path_symlink", "iiiii:i", Means(&[FsWrite]), &[FsWrite]),
    row("path_unlink_file", "iii:i", Means(&[FsWrite]), &[FsWrite]),
    row("poll_oneoff", "iiii:i", Means(&[Sleep]), &[Sleep]),
    row("proc_exit", "i:", Means(&[ProcessExit]), &[ProcessExit]),
    row("proc_raise", "i:i", Means(&[ProcessExit]), &[ProcessExit]),
    row("random_get", "ii:i", Means(&[Random]), &[Random]),
    row("sched_yield", ":i", Helper, &[Sleep, ThreadSpawn]),
    row("sock_accept", "iii:i", Means(&[NetListen]), &[NetListen]),
    row("sock_recv", "iiiiii:i", Means(&[NetConnect]), &[NetConnect, NetListen]),
    row("sock_send", "iiiii:i", Means(&[NetConnect]), &[NetConnect, NetListen]),
    row("sock_shutdown", "ii:i", Means(&[NetConnect]), &[NetConnect, NetListen]),
];

/// An import that is not part of WASI preview 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{MODULE}.{0}` is no function of WASI preview 1, so what it can do is unknown; the crate cannot be sandboxed")]
pub struct UnknownImport(
    /// Its name.
    pub String,
);

/// The row of an import.
///
/// # Errors
/// When WASI preview 1 has no such function.
pub fn import(name: &str) -> Result<&'static Import, UnknownImport> {
    TABLE
        .binary_search_by_key(&name, |row| row.name)
        .map(|position| &TABLE[position])
        .map_err(|_| UnknownImport(name.to_owned()))
}

impl Import {
    /// What using it amounts to, in a module that can open files or cannot.
    #[must_use]
    pub fn means(&self, has_paths: bool) -> &'static [Capability] {
        match self.meaning {
            Meaning::Helper => &[],
            Meaning::Means(means) => means,
            Meaning::Descriptor { with_paths, .. } if has_paths => with_paths,
            Meaning::Descriptor { alone, .. } => alone,
        }
    }
}

/// The capabilities that a module's WASI imports amount to, each with the imports that say so. Those of `floor`, which a
/// module without any purpose has, count for nothing.
///
/// # Errors
/// When one is not part of WASI preview 1.
pub fn capabilities<'n>(
    imports: impl IntoIterator<Item = &'n str>,
    floor: &BTreeSet<String>,
) -> Result<BTreeMap<Capability, BTreeSet<String>>, UnknownImport> {
    let rows = imports.into_iter().map(import).collect::<Result<Vec<_>, _>>()?;
    let has_paths = rows.iter().any(|row| row.name.starts_with("path_"));
    let mut found: BTreeMap<Capability, BTreeSet<String>> = BTreeMap::new();
    for row in rows.into_iter().filter(|row| !floor.contains(row.name)) {
        for capability in row.means(has_paths) {
            found.entry(*capability).or_default().insert(row.name.to_owned());
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The functions of the WASI preview 1 document.
    const SPECIFIED: usize = 46;

    #[test]
    fn the_table_is_sorted_unique_and_complete() {
        assert!(TABLE.windows(2).all(|pair| pair[0].name < pair[1].name));
        assert_eq!(TABLE.len(), SPECIFIED);
    }

    #[test]
    fn what_an_import_means_is_among_what_it_serves() {
        for row in TABLE {
            for has_paths in [false, true] {
                let means = row.means(has_paths);
                let all = means.iter().all(|capability| row.serves.contains(capability));
                assert!(all, "{}", row.name);
            }
            assert!(!row.serves.is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn types_are_well_formed() {
        for row in TABLE {
            let (parameters, results) = row.signature.split_once(':').unwrap();
            assert!(
                parameters.chars().all(|letter| matches!(letter, 'i' | 'I')),
                "{}",
                row.name
            );
            assert!(matches!(results, "i" | ""), "{}", row.name);
        }
    }

    fn names(imports: &[&str]) -> Vec<&'static str> {
        let floor = ["environ_get", "environ_sizes_get", "fd_write", "proc_exit"].map(str::to_owned);
        capabilities(imports.iter().copied(), &floor.into())
            .unwrap()
            .into_keys()
            .map(Capability::name)
            .collect()
    }

    #[test]
    fn the_floor_is_no_capability() {
        let every = ["environ_get", "environ_sizes_get", "fd_write", "proc_exit"];
        assert!(names(&every).is_empty());
        let bare = capabilities(every, &BTreeSet::new()).unwrap();
        assert_eq!(
            bare.into_keys().collect::<Vec<_>>(),
            [ProcessExit, EnvRead, StdioOut, StdioErr]
        );
    }

    #[test]
    fn reading_a_descriptor_is_standard_input_unless_files_can_be_opened() {
        assert_eq!(names(&["fd_read"]), ["stdio.in"]);
        assert_eq!(names(&["fd_read", "path_open"]), ["fs.read", "fs.write"]);
        assert_eq!(names(&["fd_read", "path_filestat_get"]), ["fs.read"]);
    }

    #[test]
    fn an_unknown_import_is_an_error() {
        assert_eq!(
            capabilities(["fd_write", "sock_open"], &BTreeSet::new()),
            Err(UnknownImport("sock_open".into()))
        );
    }
}
