//! What lies in `.nanobuild/` against what the tool noted when it put it there.

use nanobuild_policy::check;
use nanobuild_policy::finding::{Anchor, Code, Finding, Mend};
use nanobuild_policy::lockfile::Lockfile;

use crate::install;
use crate::project::{Project, Stamp};
use crate::sys::files;

/// What is missing, and what has been touched.
pub(super) fn findings(project: &Project, lockfile: &Lockfile) -> Result<Vec<Finding>, files::Error> {
    if lockfile.nanoprocesses.is_empty() {
        return Ok(Vec::new());
    }
    let stamp = Stamp::load(project)?;
    let runtime = install::runtime::made();
    let mut found = Vec::new();
    let folders = lockfile
        .nanoprocesses
        .iter()
        .map(|facts| (facts.folder.as_str(), stamp.made.get(&facts.folder)));
    for (folder, made) in folders.chain([(install::runtime::FOLDER, Some(&runtime))]) {
        let home = project.bindings().join(folder);
        if !home.exists() {
            found.push(not_built(folder));
            continue;
        }
        let damage = match made {
            Some(made) => made.damage(&home)?,
            None => Some("nobody knows where it comes from".to_owned()),
        };
        found.extend(damage.map(|damage| tampered(folder, &damage)));
    }
    Ok(found)
}

fn not_built(folder: &str) -> Finding {
    Finding {
        message: format!("the bindings in .nanobuild/{folder} were not built here"),
        mend: Mend::Run("cargo nanobuild".to_owned()),
        ..check::finding(Code::NotBuilt, folder, "", Anchor::File("nanobuild.lock".to_owned()))
    }
}

/// A folder that is not what the tool put there.
pub(super) fn tampered(folder: &str, damage: &str) -> Finding {
    let place = format!(".nanobuild/{folder}");
    Finding {
        message: format!("{place} is not what the tool put there: {damage}"),
        mend: Mend::Run("cargo nanobuild".to_owned()),
        ..check::finding(Code::Tampered, folder, damage, Anchor::File(place))
    }
}

/// Whether Cargo finds a manifest wherever the workspace's manifests point.
pub(super) fn can_resolve(project: &Project, lockfile: &Lockfile) -> bool {
    lockfile
        .nanoprocesses
        .iter()
        .all(|facts| is_placed(project, &facts.folder))
}

/// Whether Cargo finds a manifest where those of the workspace point.
pub(super) fn is_placed(project: &Project, folder: &str) -> bool {
    project.bindings().join(folder).join("Cargo.toml").is_file()
}
