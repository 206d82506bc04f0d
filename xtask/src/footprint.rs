//! `cargo xtask footprint`: what sandboxed dependencies add to a program and to its builds.

use camino::{Utf8Path, Utf8PathBuf};

use crate::Error;
use crate::scale::{Usage, run};
use crate::workshop::{Workshop, empty_folder};

/// Small published crates, and a use of each.
const CRATES: [(&str, &str, &str); 5] = [
    ("semver", "1.0.28", "semver::Version::parse(&text).is_ok()"),
    ("strsim", "0.11.1", "strsim::levenshtein(&text, \"text\") == 0"),
    ("humantime", "2.3.0", "humantime::parse_duration(&text).is_ok()"),
    ("hex", "0.4.3", "hex::decode(&text).is_ok()"),
    (
        "fastrand",
        "2.3.0",
        "fastrand::Rng::with_seed(text.len() as u64).bool()",
    ),
];

/// Runs of an incremental build; the best counts.
const RUNS: usize = 5;

/// What to use.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// A `cargo-nanobuild` to use instead of building this workspace's
    #[arg(long, value_name = "PATH")]
    tool: Option<Utf8PathBuf>,
}

/// Builds the same program with none, one and five of its dependencies sandboxed, and prints what each build came to.
pub(crate) fn measure(options: &Options) -> Result<(), Error> {
    let mut workshop = Workshop::open()?;
    workshop.take_tool(options.tool.as_ref())?;
    let folder = workshop.root.join("footprint");
    empty_folder(&folder)?;
    lay_out(&folder)?;
    println!("| sandboxed | stripped program, KB | clean build, s | processor time, s | incremental, s | `add`, s |");
    println!("| ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut sandboxed = 0;
    for count in [0, 1, CRATES.len()] {
        let names: Vec<&str> = CRATES[sandboxed..count].iter().map(|(name, ..)| *name).collect();
        let added = if names.is_empty() {
            None
        } else {
            let args = [&["add"], names.as_slice()].concat();
            Some(run(&folder, workshop.tool()?.as_str(), &args)?)
        };
        sandboxed = count;
        row(&folder, count, added)?;
    }
    Ok(fs_err::remove_dir_all(&folder)?)
}

fn row(folder: &Utf8Path, count: usize, added: Option<Usage>) -> Result<(), Error> {
    let build = || run(folder, "cargo", &["build", "--release", "--quiet"]);
    let built = folder.join("target/release");
    if built.exists() {
        fs_err::remove_dir_all(&built)?;
    }
    let clean = build()?;
    let size = fs_err::metadata(built.join("app"))?.len();
    let mut incremental = f64::INFINITY;
    for _ in 0..RUNS {
        main(folder)?;
        incremental = incremental.min(build()?.seconds);
    }
    let added = added.map_or("-".into(), |usage| format!("{:.0}", usage.seconds));
    println!(
        "| {count} | {:.0} | {:.1} | {:.1} | {incremental:.2} | {added} |",
        size as f64 / 1000.0,
        clean.seconds,
        clean.processor,
    );
    Ok(())
}

/// The program's package.
fn lay_out(folder: &Utf8Path) -> Result<(), Error> {
    let dependencies: String = CRATES
        .iter()
        .map(|(name, version, _)| format!("{name} = \"={version}\"\n"))
        .collect();
    let manifest = format!(
        "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[dependencies]\n{dependencies}\n\
         [profile.release]\nstrip = true\n\n[workspace]\nexclude = [\".nanobuild\"]\n"
    );
    fs_err::write(folder.join("Cargo.toml"), manifest)?;
    fs_err::create_dir_all(folder.join("src"))?;
    main(folder)
}

/// Writes the program anew, so that Cargo builds it again.
fn main(folder: &Utf8Path) -> Result<(), Error> {
    let uses: String = CRATES
        .iter()
        .map(|(_, _, it)| format!("    found += usize::from({it});\n"))
        .collect();
    let text = format!(
        "fn main() {{\n    let text = std::env::args().nth(1).unwrap_or_default();\n    let mut found = 0;\n{uses}    \
         println!(\"{{found}}\");\n}}\n"
    );
    Ok(fs_err::write(folder.join("src/main.rs"), text)?)
}
