//! Signatures of published versions, without a project: examined once for each toolchain, and kept.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::grant::Key;
use nanobuild_policy::lockfile::Lockfile;

use super::{Error, Examined, Make, Order, Turn, Wanted, tool_and_rustc};
use crate::install;
use crate::project::Record;
use crate::review::Silent;
use crate::select::{Dependency, Source};
use crate::sys::cargo::{self, Net};
use crate::sys::jail::Demand;
use crate::sys::toolchain::{self, Toolchain};
use crate::sys::{Jail, ProjectLock, files};
use crate::ui::{Event, Ui};

/// Where signatures of published versions are kept: below Cargo's home.
fn home() -> Result<Utf8PathBuf, Error> {
    cargo::tools_home().ok_or(Error::NoHome)
}

/// What a published version asks for, with its default features.
///
/// # Errors
/// When it cannot be had or built.
pub fn published(ui: &Ui, make: &dyn Make, net: Net, name: &str, version: &semver::Version) -> Result<Examined, Error> {
    let toolchain = Toolchain::detect()?;
    let setting = files::digest(tool_and_rustc(&toolchain).as_bytes());
    let kept = home()?
        .join("signatures")
        .join(&setting)
        .join(format!("{name}-{version}"));
    if let Some(known) = load(&kept)? {
        return Ok(known);
    }
    let cache = home()?.join("work");
    let path = cache.join(".lock");
    let _lock = ProjectLock::acquire(&path, || ui.say(&Event::Blocking { path: path.clone() }))?;
    toolchain::require_target(net.offline, || {
        ui.say(&Event::InstallingTarget {
            target: toolchain::GUEST_TARGET.to_owned(),
        });
    })?;
    let wanted = wanted(name, version);
    ui.say(&Event::Sandboxing {
        name: name.to_owned(),
        version: version.to_string(),
        because: wanted.because.clone(),
    });
    let bench = cache.join("bench");
    let runtime = bench.join(install::runtime::FOLDER);
    install::runtime::write(&runtime)?;
    let order = Order {
        root: &cache,
        cache: &cache,
        runtime: &runtime,
        bench: &bench,
        target: &toolchain.host,
        setting: &setting,
        same_tools: true,
        jail: &Jail::new(Demand::Required)?,
        ui,
        ask: &Silent,
        turn: &Turn::default(),
        net,
        wanted: &wanted,
        record: &record(name),
    };
    let examined = order.carry_out(|order| make.examine(order))?;
    store(&kept, &examined)?;
    Ok(examined)
}

fn wanted(name: &str, version: &semver::Version) -> Wanted {
    Wanted {
        dependency: Dependency {
            name: name.to_owned(),
            version: version.clone(),
            source: Source::Registry(None),
            features: BTreeSet::from(["default".to_owned()]),
            folder: name.to_owned(),
        },
        claim: version.clone(),
        because: "to compare".to_owned(),
    }
}

fn record(name: &str) -> Record {
    Record {
        key: Key {
            name: name.to_owned(),
            version: Vec::new(),
        },
        decision: Default::default(),
        facts: None,
    }
}

/// What is kept; a damaged entry is as good as none.
fn load(kept: &Utf8Path) -> Result<Option<Examined>, Error> {
    let facts = files::read_text(&kept.join("nanobuild.lock"))?.and_then(|text| Lockfile::parse(&text).ok());
    let facts = facts.and_then(|lock| lock.nanoprocesses.into_iter().next());
    let report = files::read(&kept.join(install::REPORT))?.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    Ok(facts.zip(report).map(|(facts, report)| Examined {
        facts,
        report,
        folders: Vec::new(),
    }))
}

fn store(kept: &Utf8Path, examined: &Examined) -> Result<(), Error> {
    let lock = Lockfile {
        nanoprocesses: vec![examined.facts.clone()],
        ..Lockfile::default()
    };
    let report = serde_json::to_vec(&examined.report).unwrap_or_default();
    files::replace(&kept.join(install::REPORT), &report)?;
    files::replace(&kept.join("nanobuild.lock"), lock.print().as_bytes())?;
    Ok(())
}
