//! What was decided about one crate against what it asks for and what the policy lets.

use jiff::civil::Date;

use super::{State, decision, finding, locked};
use crate::capability::Capability;
use crate::config::{Accepted, Decision, limit_text};
use crate::effective::Origin;
use crate::finding::{Code, Finding, Mend};
use crate::grant::Limit;
use crate::lockfile::Nanoprocess;
use crate::pattern;
use crate::rules::{Allowed, BuildCode};

/// One crate, under its key.
struct Subject<'s> {
    state: &'s State<'s>,
    facts: &'s Nanoprocess,
    key: &'s str,
    decision: &'s Decision,
}

pub(super) fn about(state: &State<'_>, facts: &Nanoprocess, key: &str, decision: &Decision, found: &mut Vec<Finding>) {
    let subject = Subject {
        state,
        facts,
        key,
        decision,
    };
    found.extend(subject.not_analysed());
    found.extend(subject.allowances());
    found.extend(subject.unused());
    for capability in Capability::all() {
        if subject.holds(capability) {
            found.extend(subject.denied(capability));
            found.extend(subject.unreasoned(capability));
        }
    }
    for (capability, accepted) in &decision.accepted {
        found.extend(subject.acceptance(*capability, accepted));
    }
    found.extend(subject.loose_scope());
    for code in BuildCode::ALL {
        subject.build(code, found);
    }
    found.extend(Limit::ALL.into_iter().filter_map(|limit| subject.limit(limit)));
}

impl Subject<'_> {
    /// Allowances of its build that nobody was asked about, or that were taken back.
    fn allowances(&self) -> Vec<Finding> {
        let (decided, known) = (self.decision.build.lines(), &self.facts.signature.allowed);
        let name = &self.facts.name;
        let say = |line: &String, message: String| Finding {
            message,
            mend: Mend::Run("cargo nanobuild".to_owned()),
            ..self.finding(Code::StaleLockfile, line, &["build"], None)
        };
        let new = decided.difference(known).map(|line| {
            say(
                line,
                format!("nanobuild.toml allows the build of {name} more than nanobuild.lock knows of: {line}"),
            )
        });
        let gone = known.difference(&decided).map(|line| {
            say(
                line,
                format!("nanobuild.lock says that {name} was built with what nanobuild.toml does not allow: {line}"),
            )
        });
        new.chain(gone).collect()
    }

    /// A finding about a list or table of the decision, or an entry of it.
    fn finding(&self, code: Code, detail: &str, keys: &[&str], element: Option<&str>) -> Finding {
        finding(code, &self.facts.name, detail, decision(self.key, keys, element))
    }

    /// A finding about a grant; about the crate where building needs what nobody granted.
    fn about_grant(
        &self,
        code: Code,
        capability: Capability,
        rule: Option<Origin>,
        message: String,
        mend: Mend,
    ) -> Finding {
        Finding {
            message,
            mend,
            rule,
            ..self.finding(code, capability.name(), &["grants"], Some(capability.name()))
        }
    }

    fn who(&self) -> String {
        format!("{} {}", self.facts.name, self.facts.version)
    }

    /// Whether it has a capability: what building needs it uses, granted or not.
    fn holds(&self, capability: Capability) -> bool {
        let building = capability.is_build() && self.facts.signature.build.contains_key(&capability);
        building || self.decision.grants.capabilities.contains(&capability)
    }

    fn not_analysed(&self) -> Option<Finding> {
        let missing = self.facts.signature.attempts.found().is_none();
        missing.then(|| Finding {
            message: format!("{} was not analysed for calls that the sandbox refuses", self.who()),
            mend: Mend::Run(format!("cargo nanobuild update {}", self.key)),
            ..finding(Code::NotAnalysed, &self.facts.name, "", locked(self.facts, "attempts"))
        })
    }

    fn unused(&self) -> impl Iterator<Item = Finding> {
        let unused = self.decision.grants.unused(&self.facts.signature).into_iter();
        unused.map(|capability| {
            let message = format!(
                "{} may {} ({capability}), but does not ask for it",
                self.who(),
                capability.describe()
            );
            let mend = self.take_back(capability);
            self.about_grant(Code::UnusedGrant, capability, None, message, mend)
        })
    }

    fn take_back(&self, capability: Capability) -> Mend {
        Mend::Edit(format!(
            "remove \"{capability}\" from `grants` of [nanoprocess.{}]",
            self.key
        ))
    }

    fn denied(&self, capability: Capability) -> Option<Finding> {
        let held = self.state.policy.denies(capability)?;
        let granted = self.decision.grants.capabilities.contains(&capability);
        let message = format!(
            "{} may {}, but `{}` is denied",
            self.who(),
            capability.describe(),
            held.rule
        );
        let mend = if granted && !capability.is_build() {
            self.take_back(capability)
        } else {
            Mend::Run(format!("cargo nanobuild remove {}", self.key))
        };
        Some(self.about_grant(Code::Denied, capability, held.origin.clone(), message, mend))
    }

    fn unreasoned(&self, capability: Capability) -> Option<Finding> {
        let policy = self.state.policy;
        let (rule, days) = match (policy.expires(capability), policy.wants_reason(capability)) {
            (Some(held), _) => (held.origin.clone(), Some(held.rule.1)),
            (None, Some(held)) => (held.origin.clone(), None),
            (None, None) => return None,
        };
        let (facts, today) = (self.facts, self.state.today);
        let until = days.map(|days| last_day(today, days));
        let entry = until.map_or(String::new(), |until| format!(", expires = {until}"));
        let mend = Mend::Edit(format!(
            "write `\"{capability}\" = {{ reason = \"…\", version = \"{}\", date = {today}{entry} }}` under [nanoprocess.{}.accepted]",
            facts.version, self.key
        ));
        let Some(accepted) = self.decision.accepted.get(&capability) else {
            let message = format!(
                "{} may {} ({capability}), and no reason is given",
                self.who(),
                capability.describe()
            );
            return Some(self.about_grant(Code::NoReason, capability, rule, message, mend));
        };
        let days = days?;
        let wrong = too_long(accepted, days, today)?;
        let message = format!(
            "the grant of {capability} to {} has to end within {days} days: {wrong}",
            facts.name
        );
        Some(Finding {
            message,
            mend,
            rule,
            ..self.finding(
                Code::NoExpiry,
                capability.name(),
                &["accepted", capability.name()],
                None,
            )
        })
    }

    fn acceptance(&self, capability: Capability, accepted: &Accepted) -> Option<Finding> {
        let place = |code| self.finding(code, capability.name(), &["accepted", capability.name()], None);
        if !self.holds(capability) {
            return Some(Finding {
                message: format!(
                    "a reason is given for {capability}, which {} is not granted",
                    self.facts.name
                ),
                mend: Mend::Edit(format!("remove it, or add \"{capability}\" to `grants`")),
                ..place(Code::LooseEnd)
            });
        }
        if let Some(day) = accepted.expires.filter(|day| *day < self.state.today) {
            return Some(Finding {
                message: format!("the grant of {capability} to {} was good up to {day}", self.facts.name),
                mend: Mend::Edit(format!(
                    "look at it again and set `expires` anew, or remove \"{capability}\" from `grants` of [nanoprocess.{}]",
                    self.key
                )),
                ..place(Code::ExpiredGrant)
            });
        }
        let old = accepted.version.as_ref().filter(|version| {
            let compatible =
                |version: &semver::Version| (version.major, if version.major == 0 { version.minor } else { 0 });
            compatible(version) != compatible(&self.facts.version)
        })?;
        Some(Finding {
            message: format!(
                "{capability} was accepted for {} {old}, and this is {}",
                self.facts.name, self.facts.version
            ),
            mend: Mend::Edit(format!(
                "look at it again and set `version = \"{}\"`",
                self.facts.version
            )),
            ..place(Code::OldDecision)
        })
    }

    /// Scopes of what is not granted.
    fn loose_scope(&self) -> Vec<Finding> {
        let (scope, granted) = (&self.decision.grants.scope, &self.decision.grants.capabilities);
        let mut loose = Vec::new();
        for (path, access) in &scope.directories {
            for capability in access.needs().iter().filter(|needed| !granted.contains(needed)) {
                loose.push((*capability, path.clone(), vec!["scope", "directories", path.as_str()]));
            }
        }
        if !scope.env.is_empty() && !granted.contains(&Capability::EnvRead) {
            loose.push((Capability::EnvRead, "env".to_owned(), vec!["scope", "env"]));
        }
        let finding = |(capability, what, keys): (Capability, String, Vec<&str>)| Finding {
            message: format!(
                "`{what}` has no effect: {} is not granted {capability}",
                self.facts.name
            ),
            mend: Mend::Edit(format!(
                "remove it, or add \"{capability}\" to `grants` of [nanoprocess.{}]",
                self.key
            )),
            ..self.finding(Code::LooseEnd, &format!("{what} {capability}"), &keys, None)
        };
        loose.into_iter().map(finding).collect()
    }

    fn build(&self, code: BuildCode, found: &mut Vec<Finding>) {
        let Some(needs) = self.facts.signature.build.get(&code.capability()) else {
            return;
        };
        for held in self.state.policy.build.iter().filter(|held| held.rule.0 == code) {
            let Allowed::Only(allowed) = &held.rule.1 else { continue };
            for need in needs {
                let origin = if need.checksum.is_some() {
                    pattern::Origin::Registry
                } else {
                    self.origin_of(&need.package)
                };
                if allowed
                    .iter()
                    .any(|pattern| pattern.matches(&need.package, &need.version, origin))
                {
                    continue;
                }
                let (package, version) = (&need.package, &need.version);
                found.push(Finding {
                    message: format!(
                        "compiling {} would {}: {package} {version} is not among the allowed `{}`",
                        self.facts.name,
                        code.capability().describe().trim_end_matches(" when compiled"),
                        code.name()
                    ),
                    mend: Mend::Edit(format!("have \"{package}\" allowed in `{}` of the policy", code.name())),
                    rule: held.origin.clone(),
                    ..finding(
                        Code::BuildNotAllowed,
                        &self.facts.name,
                        &format!("{} {package}", code.name()),
                        locked(self.facts, &format!("{}: {package}", code.capability())),
                    )
                });
            }
        }
    }

    /// Where a package of the guest's graph comes from.
    fn origin_of(&self, package: &str) -> pattern::Origin {
        let mut packages = self.facts.packages.iter();
        let source = packages
            .find(|known| known.name == package)
            .map(|known| known.source.as_str());
        super::require::origin(source.unwrap_or("path"))
    }

    fn limit(&self, limit: Limit) -> Option<Finding> {
        let most = self.state.policy.maximum.get(&limit)?;
        let (name, most_text) = (limit.name(), limit_text(limit, most.rule));
        let message = match self.decision.grants.limits.get(limit) {
            None => format!(
                "{} has no limit of {name}; at most {most_text} are allowed",
                self.facts.name
            ),
            Some(number) if number > most.rule => {
                let number = limit_text(limit, number);
                format!(
                    "{} has a limit of {name} of {number}; at most {most_text} are allowed",
                    self.facts.name
                )
            }
            Some(_) => return None,
        };
        let quote = if limit == Limit::Handles { "" } else { "\"" };
        Some(Finding {
            message,
            mend: Mend::Edit(format!(
                "write `{name} = {quote}{most_text}{quote}` under [nanoprocess.{}.limits]",
                self.key
            )),
            rule: most.origin.clone(),
            ..self.finding(Code::LimitTooHigh, name, &["limits", name], None)
        })
    }
}

/// What is wrong with the dates of a decision that has to end after so many days.
fn too_long(accepted: &Accepted, days: u32, today: Date) -> Option<String> {
    let Some(expires) = accepted.expires else {
        return Some("it has no `expires`".to_owned());
    };
    let Some(date) = accepted.date else {
        return Some("it has no `date`".to_owned());
    };
    if date > today {
        return Some(format!("its `date` {date} is still to come"));
    }
    let last = last_day(date, days);
    (expires > last).then(|| format!("it ends on {expires}, later than {last}"))
}

fn last_day(date: Date, days: u32) -> Date {
    date.saturating_add(jiff::Span::new().days(i64::from(days)))
}
