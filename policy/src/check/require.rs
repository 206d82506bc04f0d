//! Which dependencies have to be sandboxed, and are not.

use std::collections::BTreeSet;

use semver::Version;

use super::{State, finding};
use crate::effective::{Held, Requirement};
use crate::finding::{Anchor, Code, Finding, Mend};
use crate::pattern::Origin;

/// The application's graph, as far as it is about running code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Graph {
    /// Packages.
    pub packages: Vec<Package>,
}

/// One package of the application's graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Version,
    /// Where it comes from.
    pub origin: Origin,
    /// What it is.
    pub role: Role,
    /// What it depends on to run: positions in [`Graph::packages`].
    pub dependencies: Vec<usize>,
}

/// What a package is to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Its own code.
    Member,
    /// Bindings of a sandboxed dependency: what they need is the tool's.
    Bindings,
    /// Runs natively.
    Native,
    /// Runs in the compiler: no library that could be sandboxed.
    ProcMacro,
}

pub(super) fn about(state: &State<'_>, found: &mut Vec<Finding>) {
    for requirement in &state.policy.require {
        let reached = unsandboxed(state, requirement);
        let matched = reached.matched || !reached.found.is_empty();
        found.extend(
            reached
                .found
                .into_iter()
                .map(|position| not_sandboxed(&state.graph.packages[position], requirement)),
        );
        if !matched {
            found.extend(no_match(
                &requirement.rule.packages.to_string(),
                "require",
                requirement.origin.clone(),
            ));
        }
        for exception in &requirement.rule.exceptions {
            let over = exception.rule.expires.filter(|day| *day < state.today);
            let package = exception.rule.package.to_string();
            if let Some((day, origin)) = over.zip(exception.origin.clone()) {
                found.push(Finding {
                    message: format!(
                        "the exception for `{package}` was good up to {day}: {}",
                        exception.rule.reason
                    ),
                    mend: Mend::Edit("look at it again and set `expires` anew, or remove it".to_owned()),
                    ..finding(
                        Code::ExpiredException,
                        &origin.file,
                        &package,
                        Anchor::Rule(origin.clone()),
                    )
                });
            }
            let mut packages = state.graph.packages.iter();
            if !packages.any(|known| {
                exception
                    .rule
                    .package
                    .matches(&known.name, &known.version, known.origin)
            }) {
                found.extend(no_match(&package, "except", exception.origin.clone()));
            }
        }
    }
}

fn no_match(pattern: &str, key: &str, origin: Option<crate::effective::Origin>) -> Option<Finding> {
    let origin = origin?;
    Some(Finding {
        message: format!("`{pattern}` in `{key}` matches no package of the graph"),
        mend: Mend::Edit(format!("correct or remove \"{pattern}\"")),
        ..finding(
            Code::NoMatch,
            &origin.file,
            &format!("{key} {pattern}"),
            Anchor::Rule(origin.clone()),
        )
    })
}

fn not_sandboxed(package: &Package, requirement: &Held<Requirement>) -> Finding {
    let Package { name, version, .. } = package;
    let rule = &requirement.rule.packages;
    Finding {
        message: format!("{name} {version} runs natively, and `{rule}` has to be sandboxed"),
        mend: Mend::Run(format!("cargo nanobuild add {name}@{version}")),
        rule: requirement.origin.clone(),
        ..finding(
            Code::NotSandboxed,
            name,
            &version.to_string(),
            Anchor::File("Cargo.toml".to_owned()),
        )
    }
}

struct Reached {
    found: BTreeSet<usize>,
    matched: bool,
}

/// Walks from the application's own code. What is excepted covers what it alone pulls in, and so does what is found: a
/// sandboxed dependency takes its own along.
fn unsandboxed(state: &State<'_>, requirement: &Held<Requirement>) -> Reached {
    let packages = &state.graph.packages;
    let members = packages
        .iter()
        .enumerate()
        .filter(|(_, package)| package.role == Role::Member);
    let mut open: Vec<usize> = members.map(|(position, _)| position).collect();
    let mut seen: BTreeSet<usize> = open.iter().copied().collect();
    let mut reached = Reached {
        found: BTreeSet::new(),
        matched: false,
    };
    while let Some(position) = open.pop() {
        let package = &packages[position];
        let (name, version, origin) = (&package.name, &package.version, package.origin);
        let matches = requirement.rule.packages.matches(name, version, origin);
        match package.role {
            Role::Bindings | Role::ProcMacro => {
                reached.matched |= matches;
                continue;
            }
            Role::Native if matches => {
                reached.matched = true;
                let exception = requirement.rule.exception(name, version, origin);
                let holds = exception.is_some_and(|held| held.rule.expires.is_none_or(|day| day >= state.today));
                if !holds {
                    reached.found.insert(position);
                }
                continue;
            }
            Role::Member | Role::Native => {}
        }
        open.extend(package.dependencies.iter().copied().filter(|next| seen.insert(*next)));
    }
    reached
}

/// A source as the lockfile spells it.
pub(super) fn origin(source: &str) -> Origin {
    match source.split(['+', ' ']).next() {
        Some("git") => Origin::Git,
        Some("path") => Origin::Path,
        _ => Origin::Registry,
    }
}
