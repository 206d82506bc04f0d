//! Crates that hide a power, each in another way: none of them goes unseen.

mod bench;
mod cases;

use bench::Bench;
use cases::CASES;

#[test]
fn no_power_goes_unseen() {
    let bench = Bench::new();
    let mut failures = Vec::new();
    for case in CASES {
        let found = bench.signature(case);
        let names = match &found {
            Ok(signature) => signature.capabilities().iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            Err(error) => format!("error: {error}"),
        };
        if std::env::var_os("SHOW").is_some() {
            println!("{:<28} {names}\n    {found:?}", case.name);
        }
        let fits = match case.expected.strip_prefix("error: ") {
            Some(words) => names.starts_with("error: ") && names.contains(words),
            None => names == case.expected,
        };
        if !fits {
            failures.push(format!("{}: expected `{}`, found `{names}`", case.name, case.expected));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
