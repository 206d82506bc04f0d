//! What one policy forbids and another does not.

use super::{Effective, Held};
use crate::capability::Capability;
use crate::config::limit_text;
use crate::finding::Code;
use crate::rules::Jail;

impl Effective {
    /// What a stricter policy forbids and this one does not, one line each.
    #[must_use]
    pub fn loosened(&self, strict: &Self) -> Vec<String> {
        let mut lost = Vec::new();
        if self.jail.rule < strict.jail.rule && strict.jail.rule == Jail::Required {
            lost.push("jail = \"required\"".to_owned());
        }
        for capability in Capability::all() {
            if strict.denies(capability).is_some() && self.denies(capability).is_none() {
                lost.push(format!("deny \"{capability}\""));
            }
            if strict.wants_reason(capability).is_some() && !self.is_reasoned(capability) {
                lost.push(format!("need-reason \"{capability}\""));
            }
            let days = |policy: &Self| policy.expires(capability).map_or(u32::MAX, |held| held.rule.1);
            if days(strict) < days(self) && self.denies(capability).is_none() {
                lost.push(format!("expire \"{capability}\" after {} days", days(strict)));
            }
        }
        let here = |held: &&Held<_>| self.build.iter().all(|other| other.rule != held.rule);
        lost.extend(
            strict
                .build
                .iter()
                .filter(here)
                .map(|held| format!("what `{}` lists", held.rule.0.name())),
        );
        for held in &strict.require {
            let as_strict = |other: &&Held<super::Requirement>| {
                let (packages, exceptions) = (&other.rule.packages, &other.rule.exceptions);
                let known = |exception: &Held<_>| held.rule.exceptions.iter().any(|known| known.rule == exception.rule);
                *packages == held.rule.packages && exceptions.iter().all(known)
            };
            if !self.require.iter().any(|other| as_strict(&other)) {
                lost.push(format!("require \"{}\" with no more exceptions", held.rule.packages));
            }
        }
        for (limit, held) in &strict.maximum {
            if self.maximum.get(limit).is_none_or(|here| here.rule > held.rule) {
                lost.push(format!(
                    "limits.{} of at most {}",
                    limit.name(),
                    limit_text(*limit, held.rule)
                ));
            }
        }
        for code in Code::all().filter(|code| self.severity(*code) < strict.severity(*code)) {
            lost.push(format!("findings.{code} = \"{}\"", strict.severity(code).name()));
        }
        lost
    }

    /// Whether a capability needs a reason, or is not to be had at all.
    fn is_reasoned(&self, capability: Capability) -> bool {
        self.wants_reason(capability).is_some()
            || self.expires(capability).is_some()
            || self.denies(capability).is_some()
    }
}
