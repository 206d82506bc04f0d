//! Real crates with build scripts and procedural macros build as ever.

use cargo_nanobuild::compile;
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::files;

use crate::support::{Way, fetch_offline};

/// Crates of this workspace's own graph, so that they are on disk.
const CRATES: &[&str] = &["serde", "thiserror", "semver", "libc", "camino"];

#[test]
fn real_crates_build_inside() {
    let lock = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.lock")).unwrap();
    for way in Way::ALL {
        for name in CRATES {
            let folder = tempfile::tempdir().unwrap();
            let root = camino::Utf8Path::from_path(folder.path()).unwrap();
            let dependency = Dependency {
                name: (*name).to_owned(),
                version: locked(&lock, name),
                source: Source::Registry(None),
                features: ["default".to_owned()].into(),
                folder: (*name).to_owned(),
            };
            let fetched = fetch_offline(&dependency, root);
            let guest = [("src/lib.rs".into(), "pub use guest as real;\n".to_owned())].into();
            compile::check(&way.jail(), &fetched, &guest).unwrap_or_else(|error| panic!("{way:?} {name}: {error}"));
            assert!(files::list(&fetched.target_dir()).unwrap().len() > 3);
        }
    }
}

fn locked(lock: &str, name: &str) -> semver::Version {
    let lines: Vec<&str> = lock.lines().collect();
    let at = lines
        .iter()
        .position(|line| *line == format!("name = \"{name}\""))
        .unwrap();
    lines[at + 1]
        .trim_start_matches("version = ")
        .trim_matches('"')
        .parse()
        .unwrap()
}
