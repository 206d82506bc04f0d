//! The lockfile and `.nanobuild/` against what comes out of the sources when nothing that lies ready is trusted.

use std::collections::BTreeMap;

use camino::Utf8Path;
use nanobuild_policy::check::{self, locked};
use nanobuild_policy::finding::{Code, Finding, Mend};
use nanobuild_policy::lockfile::{Lockfile, Nanoprocess};

use super::{Error, disk};
use crate::install::{ARTIFACT, Prepared};
use crate::project::Project;
use crate::session::{self, Session};
use crate::sys::files;

/// Builds everything again, aside, and compares. Where bindings are missing, these stand in while the session is open.
pub(super) fn findings(session: &mut Session<'_>, lockfile: &Lockfile) -> Result<Vec<Finding>, session::Error> {
    let cx = session.cx;
    let project = &cx.project;
    let cache = project.cache().join("tmp").join("check");
    let mut found = Vec::new();
    let folders = lockfile
        .nanoprocesses
        .iter()
        .map(|facts| facts.folder.clone())
        .collect();
    let mut rebuilt: BTreeMap<_, _> = session.rebuild(&folders, &cache)?.into_iter().collect();
    for facts in &lockfile.nanoprocesses {
        let Some(prepared) = rebuilt.remove(&facts.folder) else {
            continue;
        };
        compare(facts, &prepared.facts, &mut found);
        if disk::is_placed(project, &facts.folder) {
            let damage = touched(project, &facts.folder, &prepared).map_err(Error::from)?;
            found.extend(damage.map(|damage| disk::tampered(&facts.folder, &damage)));
        } else {
            session.lend(&facts.folder, &prepared.files, &prepared.artifact)?;
        }
    }
    files::remove(&cache).map_err(Error::from)?;
    Ok(found)
}

fn compare(known: &Nanoprocess, built: &Nanoprocess, found: &mut Vec<Finding>) {
    let Nanoprocess { name, version, .. } = known;
    let mend = || {
        Mend::Edit(format!(
            "take nanobuild.lock back from version control, or find out who changed it or {name}"
        ))
    };
    let mut say = |code, detail: &str, fact: &str, message: String| {
        found.push(Finding {
            message,
            mend: mend(),
            ..check::finding(code, name, detail, locked(known, fact))
        });
    };
    if known.packages != built.packages || known.checksum != built.checksum {
        let mut changed = built
            .packages
            .iter()
            .filter(|package| !known.packages.contains(package));
        let what = changed.next().map_or_else(
            || "a package of the lockfile is not needed".to_owned(),
            |package| format!("{} {} is not as the lockfile has it", package.name, package.version),
        );
        say(
            Code::WrongSource,
            "packages",
            "packages",
            format!("the sources of {name} {version} are not those of the lockfile: {what}"),
        );
    } else if known.wasm != built.wasm {
        let message = format!(
            "the guest of {name} {version} is not the one in the lockfile: its SHA-256 is {}, not {}",
            built.wasm, known.wasm
        );
        say(Code::NotReproduced, "wasm", "wasm", message);
    }
    if known.signature != built.signature {
        let (had, has) = (known.signature.capabilities(), built.signature.capabilities());
        let hidden: Vec<String> = has.difference(&had).map(ToString::to_string).collect();
        let what = if hidden.is_empty() {
            "its reasons are others".to_owned()
        } else {
            format!("the lockfile does not tell of {}", hidden.join(", "))
        };
        say(
            Code::WrongSignature,
            "signature",
            "imports",
            format!("{name} {version} does not ask for what the lockfile says: {what}"),
        );
    }
    if known.interface != built.interface {
        say(
            Code::StaleLockfile,
            "interface",
            "interface",
            format!("the interface of {name} {version} is not the one in the lockfile"),
        );
    }
}

/// What of a crate's folder is not what was just built.
fn touched(project: &Project, folder: &str, prepared: &Prepared) -> Result<Option<String>, files::Error> {
    let home = project.bindings().join(folder);
    let texts = prepared
        .files
        .iter()
        .map(|(path, text)| (path.as_path(), text.as_bytes()));
    for (path, bytes) in texts.chain([(Utf8Path::new(ARTIFACT), prepared.artifact.as_slice())]) {
        match files::read(&home.join(path))? {
            Some(found) if found == bytes => {}
            Some(_) => return Ok(Some(format!("{path} is not what comes out of the sources"))),
            None => return Ok(Some(format!("{path} is missing"))),
        }
    }
    Ok(None)
}
