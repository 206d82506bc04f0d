//! Crates that hide a power, each in another way: none of them goes unseen.

mod bench;
mod cases;
mod table;

use bench::Bench;
use cases::{Case, cases};
use nanobuild_policy::diff::diff;

/// Builds at a time.
const WORKERS: usize = 2;

#[test]
fn no_power_goes_unseen() {
    let failures: Vec<String> = std::thread::scope(|scope| {
        let workers = (0..WORKERS).map(|worker| {
            let cases = cases().skip(worker).step_by(WORKERS);
            scope.spawn(move || {
                let bench = Bench::new(worker);
                cases.filter_map(|case| failure(&bench, case)).collect::<Vec<_>>()
            })
        });
        let workers: Vec<_> = workers.collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What was found, where that is not what has to be.
fn failure(bench: &Bench, case: &Case) -> Option<String> {
    let names = match bench.signature(case) {
        Ok(signature) => {
            let names = signature.capabilities().into_iter().map(|name| name.to_string());
            names.collect::<Vec<_>>().join(" ")
        }
        Err(error) => format!("error: {error}"),
    };
    let fits = match case.expected.strip_prefix("error: ") {
        Some(words) => names.starts_with("error: ") && names.contains(words),
        None => names == case.expected,
    };
    (!fits).then(|| format!("{}: expected `{}`, found `{names}`", case.name, case.expected))
}

/// One release of a crate that grows its powers bit by bit.
const fn release(library: &'static str) -> Case {
    Case {
        name: "split",
        library,
        files: &[],
        manifest: "",
        expected: "",
    }
}

/// What is there already in one release, unused, and what the next one adds to a power that was agreed to.
const RELEASES: [Case; 3] = [
    release(
        "pub fn send(_: &[u8]) -> u64 { std::net::TcpStream::connect(\"1.2.3.4:5\").is_ok() as u64 }
pub fn run(x: u64) -> u64 { x }",
    ),
    release(
        "pub fn send(_: &[u8]) -> u64 { std::net::TcpStream::connect(\"1.2.3.4:5\").is_ok() as u64 }
pub fn run(x: u64) -> u64 { std::fs::read(\"wallet\").map_or(x, |wallet| wallet.len() as u64) }",
    ),
    release(
        "pub fn send(_: &[u8]) -> u64 { std::net::TcpStream::connect(\"1.2.3.4:5\").is_ok() as u64 }
pub fn run(x: u64) -> u64 { std::fs::read(\"wallet\").map_or(x, |wallet| send(&wallet)) }",
    ),
];

#[test]
fn a_power_that_is_split_over_releases_is_asked_about_each_time() {
    let bench = Bench::new(WORKERS);
    let [first, second, third] = RELEASES.map(|case| bench.signature(&case).unwrap_or_else(|error| panic!("{error}")));
    let new = |old, new| {
        let names = diff(old, new).new.into_keys().map(|capability| capability.to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    assert!(
        first.capabilities().is_empty(),
        "what nothing exported reaches is no power"
    );
    assert_eq!(new(&first, &second), "fs.read fs.write");
    assert_eq!(new(&second, &third), "net.connect");
}

/// `docs/signature.md` has a row for each, and counts them.
#[test]
fn the_table_is_complete() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/signature.md");
    let text = std::fs::read_to_string(path).unwrap();
    let mut table = "| crate | found |\n| --- | --- |\n".to_owned();
    for case in cases() {
        let found = match case.expected {
            "" => "nothing".to_owned(),
            expected => expected.replace("error: ", "refused: "),
        };
        table.push_str(&format!("| {} | {found} |\n", case.name));
    }
    assert!(text.contains(&table), "docs/signature.md has to have\n\n{table}");
    let quiet = cases().filter(|case| case.expected.is_empty()).count();
    let counted = format!(
        "None of the {} powers went unseen, none of the {quiet} quiet crates alarmed.",
        cases().count() - quiet
    );
    assert!(text.contains(&counted), "docs/signature.md has to say: {counted}");
}
