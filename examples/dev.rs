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
    let fetched = fetch::fetch(&dep, &work, camino::Utf8Path::new("/work/main/shim-runtime"), sys::cargo::Net { offline: false, locked: false }, None).unwrap();
    let dir = fetched.guest.clone();
    let jail = sys::Jail::pass_through();
    let ex = extract::extract(&jail, &fetched, "wasm32-wasip1").unwrap();
    std::fs::write(dir.join("api.txt"), serde_json::to_string_pretty(&ex.api).unwrap()).unwrap();
    let bench = settle::Bench { bindings: &dir.join("b"), target_dir: camino::Utf8Path::new("/tmp/dev/target"), runtime: camino::Utf8Path::new("/work/main/shim-runtime") };
    let settled = match settle::settle(&jail, &fetched, &ex, bench) { Ok(s) => s, Err(e) => { println!("ERROR {e}"); return std::process::ExitCode::FAILURE } };
    println!("{:?} wasm {}", settled.plan.coverage, settled.module.bytes.len());
    std::fs::write(dir.join("out.wasm"), &settled.module.bytes).unwrap();
    for s in &settled.plan.skipped { println!("{} | {} | {}", s.path, s.construct, s.reason); }
std::process::ExitCode::SUCCESS }
