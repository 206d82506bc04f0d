//! Any two policies, one extending the other: what is extended holds, and the order of two that are extended makes no
//! difference.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_policy::effective::{Effective, Layer};
use nanobuild_policy::finding::Code;
use nanobuild_policy::rules::Policy;

fuzz_target!(|texts: (&str, &str)| {
    let layer = |name: &str, text: &str, parents: Vec<Layer>| {
        let policy = Policy::parse(name, text).ok()?;
        Some(Layer {
            name: name.to_owned(),
            policy,
            parents,
        })
    };
    let (Some(one), Some(other)) = (layer("one", texts.0, Vec::new()), layer("other", texts.1, Vec::new())) else {
        return;
    };
    let Some(child) = layer("child", texts.1, vec![one.clone()]) else {
        return;
    };
    let (parent, child) = (Effective::of(&one), Effective::of(&child));
    assert!(child.jail.rule >= parent.jail.rule);
    assert!(Code::all().all(|code| child.severity(code) >= parent.severity(code)));
    assert!(parent.deny.iter().all(|held| child.deny.contains(held)));
    assert!(
        parent
            .maximum
            .iter()
            .all(|(limit, held)| child.maximum[limit].rule <= held.rule)
    );
    Policy::parse("printed", &child.print()).unwrap_or_else(|error| panic!("{error}"));
    let both = |parents| {
        Effective::of(&Layer {
            parents,
            ..Layer::default()
        })
    };
    assert_eq!(both(vec![one.clone(), other.clone()]), both(vec![other, one]));
});
