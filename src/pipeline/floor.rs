//! The floor: what an empty crate's guest asks for, measured once for each toolchain and kept.

use std::sync::{Mutex, PoisonError};

use camino::Utf8Path;

use super::Error;
use crate::compile::{analysis, compile};
use crate::fetch::{Versions, fetch};
use crate::generate::{self, Files};
use crate::inspect::Floor;
use crate::plan::Bridge;
use crate::select::{Dependency, Source};
use crate::session::Order;
use crate::sys::files;

const NAME: &str = "nanobuild-empty";

const MANIFEST: &str =
    "[package]\nname = \"nanobuild-empty\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";

/// It panics with a formatted message, as every crate may: that alone brings std's output along.
const LIBRARY: &str =
    "pub fn nothing(number: u64) -> u64 {\n    assert!(number > 1, \"{number} is too little\");\n    number\n}\n";

const GUEST: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn nb0(number: u64) -> u64 { guest::nothing(number) }\n";

/// The floor, from the cache if it was measured with this toolchain and this runtime. Measured once, however many
/// dependencies are worked on.
pub(super) fn measured(order: &Order<'_>) -> Result<Floor, Error> {
    static MEASURING: Mutex<()> = Mutex::new(());
    let _alone = MEASURING.lock().unwrap_or_else(PoisonError::into_inner);
    let path = order.cache.join("floor").join(format!("{}.json", order.setting));
    let known = files::read(&path)?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(floor) = known {
        return Ok(floor);
    }
    let floor = measure(order)?;
    files::replace(&path, &serde_json::to_vec(&floor).unwrap_or_default())?;
    Ok(floor)
}

fn measure(order: &Order<'_>) -> Result<Floor, Error> {
    let home = order.cache.join("floor").join(NAME);
    files::replace(&home.join("Cargo.toml"), MANIFEST.as_bytes())?;
    files::replace(&home.join("src/lib.rs"), LIBRARY.as_bytes())?;
    let fetched = fetch(
        &empty(&home),
        &order.cache.join("floor/guest"),
        order.runtime,
        order.net,
        Versions::NEWEST,
    )?;
    let (_, opening) = generate::guest(&Bridge::default()).map_err(Error::print)?;
    let sources = Files::from([("src/lib.rs".into(), opening.text + GUEST)]);
    let module = compile(order.jail, &fetched, &sources)?;
    Ok(Floor::measure(&module, &analysis(order.jail, &fetched, &sources)?)?)
}

fn empty(home: &Utf8Path) -> Dependency {
    Dependency {
        name: NAME.to_owned(),
        version: semver::Version::new(0, 0, 0),
        source: Source::Path(home.to_owned()),
        features: Default::default(),
        folder: NAME.to_owned(),
    }
}
