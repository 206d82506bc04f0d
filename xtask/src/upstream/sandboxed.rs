//! The sandboxed side: a scratch project that depends on the crate and carries its tests.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use serde::Deserialize;
use toml_edit::{DocumentMut, Item};

use super::harness::{self, Measured, Plan, Target};
use super::published::Published;
use super::report::Functions;
use super::{features, manifest};
use crate::Error;
use crate::workshop::{Side, Workshop, copy_folder, empty_folder};

/// What upstream tests may need of the machine: seeds, clocks and variables; nothing that changes anything.
const GRANTS: [&str; 4] = ["random", "clock.wall", "clock.monotonic", "env.read"];

/// What a scratch project is made with, beside the package itself.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Needs<'n> {
    /// Features beside the default ones.
    pub(crate) features: &'n BTreeSet<String>,
    /// Dev-dependencies that are left out.
    pub(crate) dropped: &'n BTreeSet<String>,
    /// Versions of the dependencies, where they are known.
    pub(crate) lockfile: Option<&'n str>,
}

/// A scratch project.
#[derive(Debug)]
pub(crate) struct Scratch {
    pub(crate) folder: Utf8PathBuf,
    package: Published,
    published: DocumentMut,
}

/// What of a crate is bound.
#[derive(Debug, Clone, Default)]
pub(crate) struct Coverage {
    pub(crate) functions: Functions,
    pub(crate) skipped: Vec<Skipped>,
}

/// What `cargo nanobuild list --format json` prints.
#[derive(Debug, Deserialize)]
struct Listed {
    rows: Vec<ListedRow>,
}

#[derive(Debug, Deserialize)]
struct ListedRow {
    name: String,
    functions: (usize, usize),
}

/// What `cargo nanobuild explain CRATE --skipped --json` prints.
#[derive(Debug, Deserialize)]
struct Explained {
    items: Vec<Skipped>,
}

/// One item that the bindings lack.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Skipped {
    pub(crate) path: String,
    pub(crate) construct: String,
    pub(crate) reason: String,
    pub(crate) is_function: bool,
}

impl Scratch {
    /// Lays the project out: the package's files beside a manifest of our own.
    pub(crate) fn lay_out(package: &Published, folder: Utf8PathBuf, needs: Needs<'_>) -> Result<Self, Error> {
        empty_folder(&folder)?;
        copy_folder(&package.folder, &folder)?;
        let mut published = manifest::read(&folder)?;
        manifest::drop_dev_dependencies(&mut published, needs.dropped);
        manifest::write(&folder, &manifest::scratch(&published, package, needs.features))?;
        fs_err::write(folder.join(manifest::LIBRARY), "")?;
        fs_err::write(folder.join(manifest::BUILD_SCRIPT), manifest::build_script(package))?;
        if let Some(lockfile) = needs.lockfile {
            fs_err::write(folder.join("Cargo.lock"), lockfile)?;
        }
        Ok(Self {
            folder,
            package: package.clone(),
            published,
        })
    }

    /// Puts the crate behind the boundary and compiles the bindings. Gives what went wrong on the way to success: the
    /// versions that the native side used may leave no room for the runtime's dependencies, and are then given up.
    pub(crate) fn sandbox(&self, workshop: &Workshop) -> Result<Option<Error>, Error> {
        let mut trouble = None;
        if let Err(error) = self.add(workshop) {
            let lockfile = self.folder.join("Cargo.lock");
            if !lockfile.exists() {
                return Err(error);
            }
            fs_err::remove_file(lockfile)?;
            self.add(workshop)?;
            trouble = Some(error);
        }
        let built = workshop.cargo(Side::Sandboxed, &self.folder, &["build", "--quiet"])?;
        if !built.success {
            return Err(failed("compile the bindings", &built.stderr));
        }
        Ok(trouble)
    }

    fn add(&self, workshop: &Workshop) -> Result<(), Error> {
        let mut args = vec!["add", &self.package.name];
        GRANTS.iter().for_each(|grant| args.extend(["--grant", grant]));
        let added = workshop.nanobuild(&self.folder, &args)?;
        if added.success {
            Ok(())
        } else {
            Err(failed("generate the bindings", &added.stderr))
        }
    }

    /// What of the crate is bound, as the tool counts it.
    pub(crate) fn coverage(&self, workshop: &Workshop) -> Result<Coverage, Error> {
        let listed: Listed = self.ask(workshop, &["list", "--format", "json"])?;
        let row = listed.rows.into_iter().find(|row| row.name == self.package.name);
        let (bound, total) = row
            .ok_or_else(|| failed("list the crate", "it is not there"))?
            .functions;
        let explained: Explained = self.ask(workshop, &["explain", &self.package.name, "--skipped", "--json"])?;
        Ok(Coverage {
            functions: Functions { bound, total },
            skipped: explained.items,
        })
    }

    /// Runs the tool for the one JSON object that it prints.
    fn ask<T: for<'de> Deserialize<'de>>(&self, workshop: &Workshop, args: &[&str]) -> Result<T, Error> {
        let answer = workshop.nanobuild(&self.folder, args)?;
        if !answer.success {
            return Err(failed(&format!("run cargo nanobuild {}", args[0]), &answer.stderr));
        }
        Ok(serde_json::from_str(answer.stdout.lines().last().unwrap_or_default())?)
    }

    /// Runs the package's integration tests against the bindings.
    pub(crate) fn tests(&self, workshop: &Workshop, plan: &Plan) -> Result<Measured, Error> {
        // The scratch manifest switches the features on by default.
        let plan = Plan {
            features: BTreeSet::new(),
            ..plan.clone()
        };
        harness::run_tests(workshop, Side::Sandboxed, &self.folder, &plan)
    }

    /// Runs the doctests that the bindings carry, in a copy of them that has the package's dev-dependencies.
    pub(crate) fn doctests(&self, workshop: &Workshop, features: &BTreeSet<String>) -> Result<Target, Error> {
        let bindings = self.bindings()?;
        // Beside the original, so that relative paths keep their meaning.
        let copy = bindings.with_added_extension("doctests");
        empty_folder(&copy)?;
        copy_folder(&bindings, &copy)?;
        let mut manifest = manifest::read(&copy)?;
        let exists = |name: &&String| features::switched_on(&manifest, [name.to_string()]).is_some();
        let features = features.iter().filter(exists).cloned().collect();
        manifest::add_doctest_dependencies(&mut manifest, &self.published, &self.package.name, &features);
        manifest::write(&copy, &manifest)?;
        // The same versions as in the tests.
        fs_err::copy(self.folder.join("Cargo.lock"), copy.join("Cargo.lock"))?;
        harness::run_doctests(workshop, Side::Sandboxed, &copy, &features)
    }

    /// Puts the guest crate and its wasm beside the project, for a look.
    pub(crate) fn keep_guest(&self, workshop: &Workshop) -> Result<(), Error> {
        let guest = workshop
            .target(Side::Sandboxed)
            .join("nanobuild/guest")
            .join(&self.package.name);
        let kept = self.folder.join("guest");
        fs_err::create_dir_all(&kept)?;
        for entry in guest.read_dir_utf8()? {
            let entry = entry?;
            let path = entry.path();
            if path.is_file() {
                fs_err::copy(path, kept.join(entry.file_name()))?;
            } else if entry.file_name() != "target" {
                copy_folder(path, &kept.join(entry.file_name()))?;
            }
        }
        for entry in guest.join("target/wasm32-wasip1/release").read_dir_utf8()? {
            let entry = entry?;
            if entry.path().extension() == Some("wasm") {
                fs_err::copy(entry.path(), kept.join(entry.file_name()))?;
            }
        }
        Ok(())
    }

    /// The folder that the edited manifest points to.
    fn bindings(&self) -> Result<Utf8PathBuf, Error> {
        let manifest = manifest::read(&self.folder)?;
        let dependency = manifest
            .get("dependencies")
            .and_then(|table| table.get(&self.package.name));
        let path = dependency
            .and_then(|dependency| dependency.get("path"))
            .and_then(Item::as_str);
        let path = path.ok_or_else(|| failed("find the bindings", "the manifest does not point to them"))?;
        Ok(self.folder.join(Utf8Path::new(path)))
    }
}

fn failed(what: &str, stderr: &str) -> Error {
    Error::Failed {
        what: what.to_owned(),
        words: harness::excerpt(stderr),
    }
}
