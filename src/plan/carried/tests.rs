//! Golden file: what of a fixture's `const fn`s is carried over, and why the rest is not. `BLESS=1` accepts what is found.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::Utf8Path;

use super::carry;
use crate::extract::api::{AssocKind, ItemKind};
use crate::extract::{
    parse, read_sources,
    tests::{document, is_golden},
};
use crate::plan::instances::Instances;
use crate::plan::types::Types;

#[test]
fn what_is_carried_over_can_do_nothing_but_calculate() {
    let folder = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/plan");
    let json = document(folder.join("carried.rs").as_std_path());
    let mut extracted = parse(&json, &folder).expect("the fixture is extracted");
    read_sources(&mut extracted, &folder).expect("the fixture's source is there");
    let api = &extracted.api;
    let types = Types::classify(api, &extracted.natives, &BTreeMap::new(), Instances::new());
    let mut found = String::new();
    let mut say = |name: &str, carried: Result<String, &str>| {
        let line = match carried {
            Ok(source) => format!("{name} = {source}"),
            Err(why) => format!("{name}: {why}"),
        };
        writeln!(found, "{line}").expect("text takes everything");
    };
    for item in api.items.values() {
        match &item.kind {
            ItemKind::Function(function) => say(&item.name, carry(api, &types, function, &item.meta, None)),
            ItemKind::Struct(definition) => {
                for block in &definition.facts.inherent {
                    for member in &block.items {
                        if let AssocKind::Function(function) = &member.kind {
                            let carried = carry(api, &types, function, &member.meta, Some(&block.self_ty));
                            say(&format!("{}::{}", item.name, member.name), carried);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    is_golden(folder.join("carried.txt").as_std_path(), &found);
}
