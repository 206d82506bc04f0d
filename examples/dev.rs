#![allow(warnings)]
use cargo_nanobuild::*;
use std::collections::BTreeMap;
fn main() -> std::process::ExitCode {
    if let Some(code) = extract::rustdoc::wrapper_main() { return code; }
    let a: Vec<String> = std::env::args().collect();
    let (name, ver) = (a[1].clone(), a[2].clone());
    let feats: Vec<String> = a[3..].iter().map(|f| format!("{f:?}")).collect();
    let dir = camino::Utf8PathBuf::from(format!("/tmp/dev/{name}"));
    std::fs::create_dir_all(dir.join("src")).unwrap();
    std::fs::write(dir.join("Cargo.toml"), format!("[package]\nname=\"nanobuild-guest-{name}\"\nversion=\"0.0.0\"\nedition=\"2024\"\n[lib]\ncrate-type=[\"cdylib\"]\n[workspace]\n[dependencies]\nguest={{package=\"{name}\",version=\"={ver}\",default-features=false,features=[{}]}}\nnanobuild-runtime={{path=\"/work/main/shim-runtime\"}}\n[profile.release]\nopt-level=3\nlto=\"fat\"\ncodegen-units=1\npanic=\"abort\"\n", feats.join(","))).unwrap();
    if !dir.join("src/lib.rs").exists() { std::fs::write(dir.join("src/lib.rs"), "").unwrap(); }
    assert!(std::process::Command::new("cargo").arg("generate-lockfile").arg("-q").current_dir(&dir).status().unwrap().success());
    assert!(std::process::Command::new("cargo").arg("fetch").arg("-q").current_dir(&dir).status().unwrap().success());
    let dep = select::Dependency { name: name.clone(), version: ver.parse().unwrap(), source: select::Source::Registry(None), features: Default::default(), folder: name.clone() };
    let fetched = fetch::Fetched { dependency: dep, crate_name: name.replace('-', "_"), guest: dir.clone(), package: dir.clone(), manifest: Default::default(), graph: vec![] };
    let jail = sys::Jail::pass_through();
    let ex = extract::extract(&jail, &fetched, "wasm32-wasip1").unwrap();
    std::fs::write(dir.join("api.txt"), serde_json::to_string_pretty(&ex.api).unwrap()).unwrap();
    let plan = plan::plan(&ex, &BTreeMap::new());
    println!("{:?}", plan.coverage);
    for s in &plan.skipped { println!("{} | {} | {}", s.path, s.construct, s.reason); }
    let (fp, g) = generate::guest(&plan.bridge).unwrap();
    std::fs::write(dir.join("src/lib.rs"), &g.text).unwrap();
    let told = Default::default();
    let b = generate::bindings::source(&plan.bridge, generate::bindings::Embedded { fingerprint: fp, told: &told, skipped: &plan.skipped }).unwrap();
    std::fs::create_dir_all(dir.join("b/src")).unwrap();
    std::fs::write(dir.join("b/src/lib.rs"), &b.text).unwrap();
std::process::ExitCode::SUCCESS }
