//! Golden files: small sources, documented by the installed rustdoc, and what of them crosses. `BLESS=1` accepts what is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use camino::Utf8Path;

use super::bridge::{Bridge, ImplBody, Repr};
use super::{Plan, plan};
use crate::extract::api::Arg;
use crate::extract::{
    Extracted, parse, read_sources,
    tests::{document, is_golden},
};
use crate::generate::print::{Printer, Side};

pub(crate) fn describe(plan: &Plan) -> String {
    let mut text = String::new();
    for ty in plan.bridge.types.values() {
        let kind = if let Repr::Recipe { .. } = ty.repr {
            " by how it is made"
        } else {
            ""
        };
        writeln!(text, "type {}{kind}{}", ty.key, instances(&plan.bridge, ty)).expect("text takes everything");
        for (variant, why) in &ty.stuck {
            writeln!(text, "    stuck {variant}: {why}").expect("text takes everything");
        }
    }
    let of_impls = plan.bridge.impls.iter().flat_map(|block| match &block.body {
        ImplBody::Methods(methods) => methods.as_slice(),
        _ => &[],
    });
    for function in plan.bridge.functions.iter().chain(of_impls) {
        let count = super::instances(&function.choices).len();
        let times = if count == 1 {
            String::new()
        } else {
            format!(" ({count} instances)")
        };
        let chosen = if function.choices.is_empty() { "" } else { " chosen" };
        let constant = if function.constant.is_some() { "const " } else { "" };
        let pins = if function.anchor.pins { " pins" } else { "" };
        writeln!(text, "{constant}fn {}{chosen}{times}{pins}", function.key).expect("text takes everything");
    }
    for item in &plan.bridge.traits {
        let methods = item.asked.iter().flat_map(|asked| &asked.methods);
        let methods: Vec<&str> = methods.map(|method| method.name.as_str()).collect();
        if !methods.is_empty() {
            writeln!(text, "trait {} asks {}", item.key, methods.join(", ")).expect("text takes everything");
        }
    }
    for item in &plan.bridge.consts {
        writeln!(text, "const {}", item.key).expect("text takes everything");
    }
    for item in &plan.bridge.macros {
        writeln!(text, "macro {}\n    {}", item.key, item.arms).expect("text takes everything");
    }
    for (alias, path) in &plan.bridge.macro_items {
        writeln!(text, "    {alias} = {}", path.join("::")).expect("text takes everything");
    }
    for item in &plan.skipped {
        writeln!(text, "skipped {} [{}]: {}", item.path, item.construct, item.reason).expect("text takes everything");
    }
    writeln!(text, "{} of {}", plan.coverage.bound, plan.coverage.total).expect("text takes everything");
    text
}

fn instances(bridge: &Bridge, ty: &super::bridge::TypePlan) -> String {
    let printer = Printer {
        side: Side::Host,
        paths: &bridge.paths,
    };
    let print = |arg: &Arg| printer.arg(arg).to_string();
    let each = ty.instances.iter().filter(|_| ty.concrete);
    each.map(|instance| {
        format!(
            "\n    <{}>",
            instance.values().map(print).collect::<Vec<_>>().join(", ")
        )
    })
    .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plan")
}

fn fixture(name: &str) -> Extracted {
    let folder = folder();
    let json = document(&folder.join(format!("{name}.rs")));
    let package = Utf8Path::from_path(&folder).expect("the folder's name is text");
    let mut extracted = parse(&json, package).expect("the fixture is extracted");
    read_sources(&mut extracted, package).expect("the fixture is readable");
    extracted
}

fn golden(name: &str) {
    let found = describe(&plan(&fixture(name), &BTreeMap::new()));
    is_golden(&folder().join(format!("{name}.txt")), &found);
}

#[test]
fn types_at_certain_arguments() {
    golden("instances");
}

#[test]
fn values_of_the_callers_types() {
    golden("callers");
}

#[test]
fn objects_over_types_of_std() {
    golden("forms");
}

#[test]
fn mutable_borrows_of_what_is_in_the_guest() {
    golden("lends");
}

#[test]
fn macros_that_only_forward() {
    golden("macros");
}

#[test]
fn arguments_of_types_without_a_name() {
    golden("unnamed");
}

#[test]
fn what_the_application_gives() {
    golden("given");
}

#[test]
fn what_rustc_rejects_costs_no_more_than_itself() {
    let extracted = fixture("callers");
    let whole = plan(&extracted, &BTreeMap::new());
    let of_trait = whole.bridge.traits.iter().find(|item| item.asked.is_some());
    let trait_ = &of_trait.expect("a trait that the application implements").key;
    let of_type = whole.bridge.types.values().find(|ty| !ty.derives.is_empty());
    let ty = of_type.expect("a type that derives something");
    let demoted = [super::asked_key(trait_), super::derive_key(&ty.key, &ty.derives[0])];
    let less = plan(&extracted, &demoted.map(|key| (key, "rejected".to_owned())).into());
    let same = less.bridge.traits.iter().find(|item| item.key == *trait_);
    assert!(same.is_some_and(|item| item.asked.is_none()));
    let same = less.bridge.types.values().find(|other| other.key == ty.key);
    assert_eq!(same.expect("the type is still there").derives, ty.derives[1..]);
}

#[test]
fn what_rustc_rejects_is_no_argument_of_other_types() {
    let extracted = fixture("instances");
    let instances = |demoted: BTreeMap<String, String>| {
        let plan = plan(&extracted, &demoted);
        let mut types = plan.bridge.types.values();
        let map = types.find(|ty| ty.key == "fixture::Map").expect("there is one");
        map.instances.len()
    };
    assert_eq!(instances(BTreeMap::new()), 2);
    assert_eq!(
        instances([("fixture::Odd".to_owned(), "rejected".to_owned())].into()),
        1
    );
}

#[test]
fn constants_are_made_of_steps() {
    golden("constants");
}
