//! Crates that hide a power, each in another way: none of them goes unseen.

mod bench;
mod cases;

use bench::Bench;
use cases::{Case, cases};

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

/// `docs/signature.md` has a row for each.
#[test]
fn the_table_is_complete() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/signature.md");
    let text = std::fs::read_to_string(path).unwrap();
    for case in cases() {
        let found = match case.expected {
            "" => "nothing".to_owned(),
            expected => expected.replace("error: ", "refused: "),
        };
        let row = format!("| {} | {found} |", case.name);
        assert!(text.contains(&row), "{row}");
    }
}
