//! Which of our environment variables third-party code sees: those of a list, none else. Pure.

use camino::{Utf8Path, Utf8PathBuf};

/// Variables that pass: language, time zone, reproducible time stamps, how many jobs run.
const PASSED: &[&str] = &[
    "CARGO_BUILD_JOBS",
    "LANG",
    "LANGUAGE",
    "SOURCE_DATE_EPOCH",
    "TERM",
    "TZ",
];

/// Variables that pass by their beginning.
const PASSED_PREFIXES: &[&str] = &["LC_"];

/// What the application's own build may see beyond: how compilers are called.
const APPLICATION: &[&str] = &["AR", "CC", "CFLAGS", "CPATH", "CXX", "CXXFLAGS", "LDFLAGS", "RUSTFLAGS"];

/// As [`APPLICATION`], by their beginning.
const APPLICATION_PREFIXES: &[&str] = &[
    "AR_",
    "CARGO_BUILD_",
    "CARGO_ENCODED_",
    "CARGO_INCREMENTAL",
    "CARGO_PROFILE_",
    "CARGO_TARGET_",
    "CC_",
    "CFLAGS_",
    "CXXFLAGS_",
    "CXX_",
    "PKG_CONFIG",
];

/// Whose code is built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Whose {
    /// A sandboxed dependency's.
    #[default]
    Guest,
    /// The application's, with everything it depends on.
    Application,
}

/// Keeps of `ours` what may pass.
pub(super) fn cleaned(ours: impl Iterator<Item = (String, String)>, whose: Whose) -> Vec<(String, String)> {
    ours.filter(|(name, _)| passes(name, whose)).collect()
}

fn passes(name: &str, whose: Whose) -> bool {
    let in_lists = |names: &[&str], prefixes: &[&str]| {
        names.contains(&name) || prefixes.iter().any(|prefix| name.starts_with(prefix))
    };
    in_lists(PASSED, PASSED_PREFIXES) || (whose == Whose::Application && in_lists(APPLICATION, APPLICATION_PREFIXES))
}

/// The path to look for programs: the toolchain first, then those folders of `ours` that can be read inside.
pub(super) fn search_path(toolchain: &Utf8Path, ours: &str, readable: &[Utf8PathBuf]) -> String {
    let visible = |folder: &&str| {
        let folder = Utf8Path::new(folder);
        // A readable folder, or that of a single program that was allowed.
        let is_seen =
            |root: &Utf8PathBuf| folder.starts_with(root) || (root.parent() == Some(folder) && root.is_file());
        folder.is_absolute() && readable.iter().any(is_seen)
    };
    let own = toolchain.join("bin");
    let folders = std::iter::once(own.as_str()).chain(ours.split(':').filter(visible));
    folders.collect::<Vec<_>>().join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_listed_passes() {
        let ours = [
            ("LANG", "C"),
            ("LC_ALL", "C"),
            ("SSH_AUTH_SOCK", "/run/agent"),
            ("CARGO_REGISTRY_TOKEN", "secret"),
            ("RUSTC_WRAPPER", "/tmp/evil"),
            ("RUSTFLAGS", "-Clinker=/tmp/evil"),
            ("LD_PRELOAD", "/tmp/evil.so"),
            ("CC_wasm32_wasip1", "clang"),
            ("CARGO_TARGET_DIR", "/tmp"),
        ];
        let of = |whose| {
            let ours = ours
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
            cleaned(ours, whose)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert_eq!(of(Whose::Guest), ["LANG", "LC_ALL"]);
        assert_eq!(
            of(Whose::Application),
            ["LANG", "LC_ALL", "RUSTFLAGS", "CC_wasm32_wasip1", "CARGO_TARGET_DIR"]
        );
    }

    #[test]
    fn an_allowed_program_is_found() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Utf8Path::from_path(scratch.path()).unwrap();
        std::fs::write(folder.join("protoc"), "").unwrap();
        let path = |readable: &str| search_path("/rust".into(), folder.as_str(), &[folder.join(readable)]);
        assert_eq!(path("protoc"), format!("/rust/bin:{folder}"));
        assert_eq!(path("other"), "/rust/bin");
    }

    #[test]
    fn programs_come_from_folders_that_can_be_read() {
        let readable = ["/usr", "/bin"].map(Utf8PathBuf::from);
        let path = search_path("/rust".into(), "/home/me/bin:/usr/local/bin:.:/bin:relative", &readable);
        assert_eq!(path, "/rust/bin:/usr/local/bin:/bin");
    }
}
