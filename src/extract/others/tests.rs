//! Golden files: small crates, documented by the installed rustdoc, and what one takes of the others. `BLESS=1` accepts what is
//! found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use camino::Utf8Path;

use super::{join, wanted, wanted_for_types};
use crate::extract::api::{Api, Def, ItemKind, Ty};
use crate::extract::tests::{document_with, is_golden};
use crate::extract::{Extracted, parse};
use crate::plan::tests::describe;
use crate::plan::{self};

const OTHERS: [&str; 2] = ["days", "shapes"];

fn source(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/others");
    folder.join(name).with_extension("rs")
}

/// Compiles a crate, so that others can name it.
fn compile(name: &str, folder: &Path) -> String {
    let library = folder.join(format!("lib{name}.rmeta"));
    let run = Command::new("rustc")
        .args([
            "--edition",
            "2024",
            "--crate-type",
            "lib",
            "--emit",
            "metadata",
            "--crate-name",
            name,
        ])
        .args(["--cap-lints", "allow", "-o"])
        .arg(&library)
        .arg(source(name))
        .status()
        .expect("rustc starts");
    assert!(run.success());
    format!("{name}={}", library.display())
}

fn extracted(name: &str, externs: &[String]) -> Extracted {
    let json = document_with(&source(name), name, externs);
    parse(&json, Utf8Path::new("/nowhere")).expect("the fixture is extracted")
}

/// The crate with what it takes, and the crates that the guest has to name.
fn joined() -> (Extracted, super::Joined) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let externs = OTHERS.map(|name| compile(name, folder.path()));
    let own = extracted("fixture", &externs);
    let others = OTHERS.map(|name| (name.to_owned(), extracted(name, &[])));
    let joined = join(&own, &BTreeMap::from(others));
    (own, joined)
}

#[test]
fn types_of_other_crates_come_along() {
    let (own, joined) = joined();
    assert_eq!(wanted(&own.api), OTHERS.map(str::to_owned).into());
    assert!(joined.named.iter().eq(["days"]), "{:?}", joined.named);
    let found = joined.extracted.api.outline();
    is_golden(&source("fixture").with_file_name("joined.txt"), &found);
}

#[test]
fn what_comes_along_crosses_and_does_not_count() {
    let (own, joined) = joined();
    let (plain, full) = (
        plan::plan(&own, &BTreeMap::new()),
        plan::plan(&joined.extracted, &BTreeMap::new()),
    );
    assert_eq!(plain.coverage.total, full.coverage.total);
    is_golden(&source("fixture").with_file_name("planned.txt"), &describe(&full));
}

#[test]
fn traits_that_somebody_uses_stay_the_other_crates() {
    let (mut own, _) = joined();
    // Nobody is handed a `Text` but within a type of the same crate.
    assert_eq!(wanted_for_types(&own.api), OTHERS.map(str::to_owned).into());
    let of_traits = own.api.impls.iter_mut();
    let mut of_shapes = of_traits.filter(|block| matches!(block.trait_.def, Def::Foreign { .. }));
    of_shapes.next().expect("`Text` is a target").self_ty = Ty::Prim("u8".to_owned());
    assert_eq!(wanted_for_types(&own.api), ["days".to_owned()].into());
}

#[test]
fn nothing_is_taken_of_crates_that_are_not_known() {
    let (own, _) = joined();
    let joined = join(&own, &BTreeMap::new());
    assert_eq!(joined.extracted.api.outline(), own.api.outline());
    assert!(joined.named.is_empty() && joined.extracted.api.others.is_empty());
}

#[test]
fn a_crate_that_has_the_hidden_module_itself_is_left_alone() {
    let (mut own, _) = joined();
    let mut module = own.api.modules[0].clone();
    module.path = vec![super::OTHERS.to_owned()];
    own.api.modules.push(module);
    let days = extracted("days", &[]);
    let joined = join(&own, &BTreeMap::from([("days".to_owned(), days)]));
    assert!(joined.extracted.api.others.is_empty());
}

#[test]
fn numbers_do_not_run_into_each_other() {
    let (_, joined) = joined();
    let api: &Api = &joined.extracted.api;
    let named = |name: &str| api.items.values().filter(|item| item.name == name).count();
    assert_eq!((named("Shadowed"), named("Date"), named("Calendar")), (1, 1, 0));
    let macros = api
        .items
        .values()
        .filter(|item| matches!(item.kind, ItemKind::Macro(_)));
    assert_eq!(macros.count(), 0);
    // A number that is too large to be moved on is no other crate's.
    let mut huge = extracted("days", &[]);
    let (_, item) = huge.api.items.pop_last().expect("it has items");
    huge.api.items.insert(crate::extract::api::ItemId(u32::MAX), item);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let own = extracted("fixture", &OTHERS.map(|name| compile(name, folder.path())));
    let joined = join(&own, &BTreeMap::from([("days".to_owned(), huge)]));
    assert!(joined.extracted.api.others.is_empty());
}
