//! A file's own rules on top of those that it extends.

use super::{Effective, Held, Idle, Layer, Origin, Requirement, union};
use crate::config::limit_text;
use crate::pattern::CapabilityPattern;
use crate::rules::{Allowed, BuildCode, Rule};

impl Effective {
    /// Adds a file's rules. A file that extends nothing (`root`) may be milder than the defaults.
    pub(super) fn add(&mut self, layer: &Layer, root: bool) {
        let inherited = self.clone();
        let open = layer
            .policy
            .rules
            .iter()
            .any(|stated| stated.rule == Rule::ProjectsMayExcept);
        for stated in &layer.policy.rules {
            let origin = Origin {
                file: layer.name.clone(),
                line: stated.line,
            };
            self.state(&stated.rule, origin, root, open);
        }
        self.except(layer);
        self.find_idle_patterns(&inherited, layer);
        for list in [&mut self.deny, &mut self.need_reason] {
            list.sort();
        }
        self.expire.sort();
        self.build.sort();
        self.require.sort();
        self.idle.sort();
        self.idle.dedup();
    }

    fn state(&mut self, rule: &Rule, origin: Origin, root: bool, open: bool) {
        let at = Some(origin.clone());
        match rule {
            Rule::Deny(pattern) => self.deny.push(held(pattern.clone(), at)),
            Rule::NeedReason(pattern) => self.need_reason.push(held(pattern.clone(), at)),
            Rule::Expire(pattern, days) => self.expire.push(held((pattern.clone(), *days), at)),
            Rule::Build(code, allowed) => self.allow(*code, allowed, origin, root),
            Rule::Require(packages) => self.require.push(held(
                Requirement {
                    packages: packages.clone(),
                    exceptions: Vec::new(),
                    open,
                },
                at,
            )),
            Rule::Jail(jail) if root || *jail > self.jail.rule => self.jail = held(*jail, at),
            Rule::Jail(_) => self.idle(origin, "jail".to_owned(), &because(&self.jail.origin)),
            Rule::Severity(code, severity) => {
                let known = self.severity.get(code).cloned();
                match known.filter(|known| !root && *severity <= known.rule) {
                    Some(known) => self.idle(origin, format!("findings.{code}"), &because(&known.origin)),
                    None => drop(self.severity.insert(*code, held(*severity, at))),
                }
            }
            Rule::Maximum(limit, number) => {
                let known = self.maximum.get(limit).filter(|known| known.rule <= *number).cloned();
                match known {
                    Some(known) => {
                        let rule = format!("limits.{} = {}", limit.name(), limit_text(*limit, *number));
                        self.idle(origin, rule, &because(&known.origin));
                    }
                    None => drop(self.maximum.insert(*limit, held(*number, at))),
                }
            }
            Rule::Except(_) | Rule::ProjectsMayExcept => {}
        }
    }

    /// All lists of allowed packages hold together; `any` beside another one says nothing.
    fn allow(&mut self, code: BuildCode, allowed: &Allowed, origin: Origin, root: bool) {
        let known = self.build.iter().find(|held| {
            held.rule.0 == code
                && (held.rule.1 == *allowed || (*allowed == Allowed::Any && held.rule.1 != Allowed::Any))
        });
        match known.filter(|_| !root).cloned() {
            Some(known) => self.idle(origin, code.name().to_owned(), &because(&known.origin)),
            None => self.build.push(held((code, allowed.clone()), Some(origin))),
        }
    }

    /// Exceptions hold for the file's own requirements, and for those that are left open to it.
    fn except(&mut self, layer: &Layer) {
        for stated in &layer.policy.rules {
            let Rule::Except(exception) = &stated.rule else {
                continue;
            };
            let origin = Origin {
                file: layer.name.clone(),
                line: stated.line,
            };
            let exception = held(exception.clone(), Some(origin.clone()));
            let mut used = false;
            for requirement in &mut self.require {
                let own = requirement
                    .origin
                    .as_ref()
                    .is_some_and(|place| place.file == layer.name);
                if own || requirement.rule.open {
                    union(&mut requirement.rule.exceptions, vec![exception.clone()]);
                    used = true;
                }
            }
            if !used {
                let rule = format!("except.\"{}\"", exception.rule.package);
                let closed = self.require.iter().find_map(|held| held.origin.clone());
                let because = match closed {
                    Some(origin) => format!("what {origin} requires is not open to exceptions"),
                    None => "nothing has to be sandboxed".to_owned(),
                };
                self.idle(origin, rule, &because);
            }
        }
    }

    /// Patterns that say nothing that other rules do not say.
    fn find_idle_patterns(&mut self, inherited: &Self, layer: &Layer) {
        let own = |origin: &Option<Origin>| origin.as_ref().filter(|origin| origin.file == layer.name).cloned();
        let mut idle = Vec::new();
        for (name, list, before) in [
            ("deny", &self.deny, &inherited.deny),
            ("need-reason", &self.need_reason, &inherited.need_reason),
        ] {
            for held in list {
                let known = before.iter().find(|other| covers(&other.rule, &held.rule));
                let known = known.or_else(|| {
                    let mut others = list.iter().filter(|other| other.origin != held.origin);
                    others.find(|other| covers(&other.rule, &held.rule) && !covers(&held.rule, &other.rule))
                });
                let known = known.or_else(|| {
                    let mut denying = self.deny.iter().filter(|_| name == "need-reason");
                    denying.find(|other| covers(&other.rule, &held.rule))
                });
                if let Some((origin, known)) = own(&held.origin).zip(known) {
                    idle.push((origin, format!("{name} = \"{}\"", held.rule), because(&known.origin)));
                }
            }
        }
        for held in &self.expire {
            let mut before = inherited.expire.iter();
            let known = before.find(|other| other.rule.1 <= held.rule.1 && covers(&other.rule.0, &held.rule.0));
            if let Some((origin, known)) = own(&held.origin).zip(known) {
                idle.push((origin, format!("expire.\"{}\"", held.rule.0), because(&known.origin)));
            }
        }
        for held in &self.require {
            let mut before = inherited.require.iter();
            let known = before.find(|other| {
                other.rule.packages == held.rule.packages && other.rule.exceptions.is_empty() && !other.rule.open
            });
            if let Some((origin, known)) = own(&held.origin).zip(known) {
                idle.push((
                    origin,
                    format!("require = \"{}\"", held.rule.packages),
                    because(&known.origin),
                ));
            }
        }
        for (origin, rule, because) in idle {
            self.idle(origin, rule, &because);
        }
    }

    fn idle(&mut self, origin: Origin, rule: String, because: &str) {
        let because = because.to_owned();
        self.idle.push(Idle { origin, rule, because });
    }
}

fn held<T>(rule: T, origin: Option<Origin>) -> Held<T> {
    Held { rule, origin }
}

fn because(origin: &Option<Origin>) -> String {
    match origin {
        Some(origin) => format!("{origin} says as much or more, and a rule can only tighten"),
        None => "a file that is extended leaves this at its default, and a rule can only tighten".to_owned(),
    }
}

fn covers(wide: &CapabilityPattern, narrow: &CapabilityPattern) -> bool {
    narrow.capabilities().all(|capability| wide.matches(capability))
}
