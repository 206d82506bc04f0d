//! `cargo xtask jail`: popular crates with build scripts and procedural macros, built for wasm outside and inside of the
//! build jail, turn by turn: whether the walls are in the way of honest builds, and what they cost.

use std::process::Command;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::sys::Jail;
use cargo_nanobuild::sys::jail::{Demand, Task};
use nix::sys::resource::{UsageWho, getrusage};

use crate::Error;
use crate::process;
use crate::workshop::{Workshop, empty_folder};

/// Crates, with the features that bring their macros along.
const CRATES: [(&str, &[&str]); 30] = [
    ("ahash", &[]),
    ("anyhow", &[]),
    ("async-trait", &[]),
    ("bytemuck", &["derive"]),
    ("camino", &[]),
    ("clap", &["derive"]),
    ("crc32fast", &[]),
    ("darling", &[]),
    ("derive_builder", &[]),
    ("derive_more", &["full"]),
    ("displaydoc", &[]),
    ("enum-iterator", &[]),
    ("futures-util", &[]),
    ("httparse", &[]),
    ("libc", &[]),
    ("num-bigint", &[]),
    ("parking_lot_core", &[]),
    ("paste", &[]),
    ("pest_derive", &[]),
    ("phf", &["macros"]),
    ("pulldown-cmark", &[]),
    ("rustversion", &[]),
    ("serde", &["derive"]),
    ("serde_json", &[]),
    ("snafu", &[]),
    ("strum", &["derive"]),
    ("thiserror", &[]),
    ("time", &["macros"]),
    ("tracing", &[]),
    ("zerocopy", &["derive"]),
];

const TARGET: &str = "wasm32-wasip1";

/// What to build.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Only these crates of the table
    crates: Vec<String>,
}

/// A build: whether it went well, and the processor time of all that ran, in seconds.
#[derive(Debug, Clone, Copy)]
struct Built {
    well: bool,
    seconds: f64,
}

/// Builds each crate both ways, and prints the table.
pub(crate) fn compare(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    // It closes the jail.
    workshop.build_tool()?;
    let jail = Jail::new(Demand::Required).map_err(|error| Error::Unusable(error.to_string()))?;
    println!("| crate | outside | in the jail | processor time, s | ratio |\n| --- | --- | --- | --- | --- |");
    let (mut outside, mut inside) = (0.0, 0.0);
    let wanted = |name: &str| options.crates.is_empty() || options.crates.iter().any(|one| one == name);
    for (name, features) in CRATES.into_iter().filter(|(name, _)| wanted(name)) {
        let folder = workshop.root.join("jail").join(name);
        let version = lay_out(&folder, name, features)?;
        let (plain, jailed) = (natively(&folder)?, within(&jail, &folder)?);
        let word = |built: Built| if built.well { "builds" } else { "fails" };
        let (a, b) = (plain.seconds, jailed.seconds);
        println!(
            "| {name} {version} | {} | {} | {a:.1}, {b:.1} | {:.3} |",
            word(plain),
            word(jailed),
            b / a
        );
        if plain.well && jailed.well {
            (outside, inside) = (outside + a, inside + b);
        }
    }
    println!(
        "| all that build | | | {outside:.1}, {inside:.1} | {:.3} |",
        inside / outside
    );
    Ok(())
}

/// A package that depends on the crate, its sources fetched; the version that Cargo chose.
fn lay_out(folder: &Utf8Path, name: &str, features: &[&str]) -> Result<String, Error> {
    empty_folder(folder)?;
    fs_err::create_dir_all(folder.join("src"))?;
    fs_err::write(folder.join("src/lib.rs"), "")?;
    let manifest = format!(
        "[package]\nname = \"build\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
         it = {{ package = \"{name}\", version = \"*\", features = {features:?} }}\n"
    );
    fs_err::write(folder.join("Cargo.toml"), manifest)?;
    let fetched = Command::new("cargo")
        .args(["fetch", "--quiet"])
        .current_dir(folder)
        .status()?;
    if !fetched.success() {
        return Err(Error::Unusable(format!("{name} cannot be fetched")));
    }
    let lock: toml_edit::DocumentMut = fs_err::read_to_string(folder.join("Cargo.lock"))?.parse()?;
    let packages = lock.get("package").and_then(|package| package.as_array_of_tables());
    let own = packages
        .into_iter()
        .flatten()
        .find(|package| package.get("name").and_then(|found| found.as_str()) == Some(name));
    let version = own.and_then(|package| package.get("version")?.as_str());
    Ok(version.unwrap_or_default().to_owned())
}

fn args(target_dir: &Utf8Path) -> Vec<String> {
    let args = [
        "build",
        "--release",
        "--offline",
        "--locked",
        "--target",
        TARGET,
        "--target-dir",
    ];
    args.into_iter()
        .chain([target_dir.as_str()])
        .map(str::to_owned)
        .collect()
}

fn natively(folder: &Utf8Path) -> Result<Built, Error> {
    let mut command = Command::new("cargo");
    command.args(args(&folder.join("outside"))).current_dir(folder);
    timed(|| Ok(command.output()?.status.success()))
}

fn within(jail: &Jail, folder: &Utf8Path) -> Result<Built, Error> {
    let target_dir: Utf8PathBuf = folder.join("inside");
    let task = Task {
        program: "cargo".to_owned(),
        args: args(&target_dir),
        cwd: folder.to_owned(),
        reads: vec![folder.to_owned()],
        writes: vec![target_dir],
        ..Task::default()
    };
    timed(|| {
        let output = jail.run(&task).map_err(|error| Error::Unusable(error.to_string()))?;
        Ok(output.status.success())
    })
}

/// Clock time says nothing on a machine that others use, too.
fn timed(build: impl FnOnce() -> Result<bool, Error>) -> Result<Built, Error> {
    let before = spent()?;
    let well = build()?;
    Ok(Built {
        well,
        seconds: spent()? - before,
    })
}

/// Processor time of everything that this process waited for, and of what that waited for.
fn spent() -> Result<f64, Error> {
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(std::io::Error::from)?;
    Ok(process::seconds(usage.user_time()) + process::seconds(usage.system_time()))
}
