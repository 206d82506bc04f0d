#![allow(warnings)]
use cargo_nanobuild::*;
use std::collections::BTreeMap;
fn main() -> std::process::ExitCode {
    if let Some(code) = extract::rustdoc::wrapper_main() { return code; }
    let a: Vec<String> = std::env::args().collect();
    let (name, ver) = (a[1].clone(), a[2].clone());
    let feats: Vec<String> = a[3..].iter().map(|f| f.to_string()).collect();
    let dep = select::Dependency { name: name.clone(), version: ver.parse().unwrap(), source: select::Source::Registry(None), features: feats.into_iter().collect(), folder: name.clone() };
    let work = camino::Utf8PathBuf::from("/tmp/dev");
    let fetched = fetch::fetch(&dep, &work, camino::Utf8Path::new("/work/main/shim-runtime"), fetch::Net { offline: false, frozen: false }, None).unwrap();
    let dir = fetched.guest.clone();
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
