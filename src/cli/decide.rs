//! Questions about new capabilities, all known before the first is asked.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::Capability;
use nanobuild_policy::lockfile::Package;
use similar::TextDiff;

use crate::review::{Choice, Question, Update};
use crate::session::{Context, Error};
use crate::sys::files;
use crate::ui::{self, Reason};

/// A crate that asks for something new.
pub(super) struct Candidate {
    /// Its folder below `.nanobuild/`.
    pub(super) folder: String,
    pub(super) name: String,
    /// The version in use, where it is an update that asks.
    pub(super) old: Option<String>,
    pub(super) new: String,
    /// Capabilities with why they are asked for, and the first published version that asks for them.
    pub(super) questions: Vec<(Reason, Capability, Option<String>)>,
    /// The old version's graph.
    pub(super) packages: Vec<Package>,
    /// Where the new version's sources lie.
    pub(super) folders: Vec<(Utf8PathBuf, String)>,
}

/// What comes of a candidate.
pub(super) enum Verdict {
    /// It is taken, with these capabilities, some for a reason.
    Taken(BTreeMap<Capability, Option<String>>),
    /// It stays as it is.
    Refused,
}

/// Asks every question; an answer to all of them, or an error and nothing is changed.
pub(super) fn decide<'c>(
    cx: &Context<'_>,
    candidates: impl IntoIterator<Item = &'c Candidate>,
) -> Result<Vec<Verdict>, Error> {
    let candidates: Vec<&Candidate> = candidates.into_iter().collect();
    let open = candidates.iter().map(|candidate| candidate.questions.len()).sum();
    cx.ui.pause();
    candidates
        .into_iter()
        .map(|candidate| one(cx, candidate, open))
        .collect()
}

fn one(cx: &Context<'_>, candidate: &Candidate, open: usize) -> Result<Verdict, Error> {
    let mut granted = BTreeMap::new();
    for (reason, capability, since) in &candidate.questions {
        let question = Question {
            name: &candidate.name,
            version: &candidate.new,
            update: candidate.old.as_deref().map(|old| Update {
                old,
                since: since.as_deref(),
            }),
            capability: *capability,
            shortly: &ui::reason(reason, 1),
            fully: &ui::reason(reason, usize::MAX),
            changes: &|| changes(candidate, reason),
        };
        match cx.ask.decide(&question) {
            Choice::Allow(reason) => {
                granted.insert(*capability, reason);
            }
            Choice::AllowCrate => {
                let all = candidate.questions.iter().map(|(_, capability, _)| (*capability, None));
                let left: BTreeMap<_, _> = all
                    .filter(|(capability, _)| !granted.contains_key(capability))
                    .collect();
                granted.extend(left);
                break;
            }
            // An update is taken as a whole or not at all; what is in use does without.
            Choice::Refuse if candidate.old.is_some() => return Ok(Verdict::Refused),
            Choice::Refuse => {}
            Choice::Quit => return Err(Error::Left),
            Choice::NobodyThere => return Err(Error::Undecided(open)),
        }
    }
    Ok(Verdict::Taken(granted))
}

/// The files that call paths lead through, as they were and as they are.
fn changes(candidate: &Candidate, reason: &Reason) -> String {
    let places = reason.sites.iter().flat_map(|site| {
        let steps = site.path.iter().filter_map(|step| step.place.as_ref());
        site.place.iter().chain(steps)
    });
    let files: BTreeSet<&str> = places.map(|place| place.file.as_str()).collect();
    let texts: Vec<String> = files.into_iter().filter_map(|file| change(candidate, file)).collect();
    if texts.is_empty() {
        return "  the sources of both versions are not at hand".to_owned();
    }
    texts.join("\n")
}

fn change(candidate: &Candidate, file: &str) -> Option<String> {
    let (home, label) = candidate
        .folders
        .iter()
        .find(|(_, label)| file.starts_with(&format!("{label}/")))?;
    let inside = &file[label.len() + 1..];
    let read = |path: &Utf8Path| files::read_text(path).ok().flatten();
    let new = read(&home.join(inside))?;
    let before = candidate.packages.iter().find(|package| {
        label
            .strip_prefix(package.name.as_str())
            .is_some_and(|rest| rest.starts_with('-'))
    });
    // Cargo unpacks the versions of one registry side by side.
    let old = before.and_then(|package| {
        let folder = format!("{}-{}", package.name, package.version);
        read(&home.with_file_name(folder).join(inside))
    });
    let old = old.unwrap_or_default();
    let diff = TextDiff::from_lines(&old, &new);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(candidate.old.as_deref().unwrap_or_default(), file)
        .to_string();
    (!text.is_empty()).then_some(text)
}
