//! What does not cross, and what counts.

use super::Planner;
use crate::extract::Skipped;
use crate::extract::api::Meta;
use crate::plan::cross::Obstacle;

impl Planner<'_> {
    /// Whether rustc rejected the unit `key`.
    ///
    /// # Errors
    /// With rustc's words, if it did.
    pub(in crate::plan) fn accepted(&self, key: &str) -> Result<(), Obstacle> {
        self.demoted.get(key).map_or(Ok(()), |reason| {
            let construct = if reason == crate::plan::NOT_EXPOSED {
                "not exposed"
            } else {
                "rejected by rustc"
            };
            Err(Obstacle::new(construct, reason.clone()))
        })
    }

    /// Lists `path` as skipped.
    pub(in crate::plan) fn skip(&mut self, path: &str, obstacle: Obstacle, is_function: bool) {
        let Obstacle { construct, reason } = obstacle;
        let construct = construct.to_owned();
        self.plan.skipped.push(Skipped {
            path: path.to_owned(),
            construct,
            reason,
            is_function,
        });
    }

    /// Whether a function counts: one that anybody is shown, of the crate itself.
    pub(in crate::plan) fn counts(&self, meta: &Meta) -> bool {
        !meta.hidden && !self.elsewhere
    }
}
