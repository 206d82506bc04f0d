//! The same sources give the same wasm, wherever they lie.

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::compile::compile;
use cargo_nanobuild::fetch::fetch;
use cargo_nanobuild::select::{Dependency, Source};
use cargo_nanobuild::sys::cargo::Net;
use cargo_nanobuild::sys::jail::Demand;
use cargo_nanobuild::sys::{Jail, files};

/// Type ids and instances of generic functions depend on the crate's identity; the panic message on its folder.
const LIBRARY: &str = r#"
use std::any::{Any, TypeId};
use std::collections::BTreeMap;

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Mine(u32);

pub fn ids() -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    TypeId::of::<Mine>().hash(&mut hasher);
    hasher.finish()
}

pub fn pick(values: &[u32]) -> Box<dyn Any> {
    let map: BTreeMap<Mine, Vec<Mine>> = values.iter().map(|v| (Mine(*v), vec![Mine(v + 1)])).collect();
    Box::new(map.into_values().next().expect("nothing to pick from"))
}
"#;

const GUEST: &str = r#"
#[unsafe(no_mangle)]
pub extern "C" fn nb0(value: u64) -> u64 {
    guest::ids() ^ u64::from(guest::pick(&[value as u32]).is::<u32>())
}
"#;

fn dependency(folder: Utf8PathBuf) -> Dependency {
    Dependency {
        name: "mine".into(),
        version: "0.1.0".parse().unwrap(),
        source: Source::Path(folder),
        features: ["default".to_owned()].into(),
        folder: "mine".into(),
    }
}

#[test]
fn a_path_dependency_gives_the_same_bytes_in_every_folder() {
    let digests = ["here", "somewhere/quite/else"].map(|place| {
        let folder = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(folder.path()).unwrap().join(place);
        let write = |path: &str, text: &str| files::replace(&root.join(path), text.as_bytes()).map(drop).unwrap();
        write(
            "mine/Cargo.toml",
            "[package]\nname = \"mine\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
        );
        write("mine/src/lib.rs", LIBRARY);
        let runtime = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("shim-runtime");
        let net = Net {
            locked: false,
            offline: true,
        };
        let fetched = fetch(&dependency(root.join("mine")), &root.join("work"), &runtime, net, None).unwrap();
        let sources = [("src/lib.rs".into(), GUEST.to_owned())].into();
        let module = compile(&Jail::new(Demand::Required).unwrap(), &fetched, &sources).unwrap();
        files::digest(&module.bytes)
    });
    assert_eq!(digests[0], digests[1]);
}
