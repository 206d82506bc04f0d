//! The pipeline as what a session works with.

use crate::install::Prepared;
use crate::session::{Examined, Make, MakeError, Order};

/// The real stages.
#[derive(Debug, Clone, Copy, Default)]
pub struct Stages;

impl Make for Stages {
    fn make(&self, order: &Order<'_>) -> Result<Prepared, MakeError> {
        let name = &order.wanted.dependency.name;
        Ok(super::sandbox(order).map_err(|error| error.explained(name))?)
    }

    fn examine(&self, order: &Order<'_>) -> Result<Examined, MakeError> {
        Ok(super::examine::examine(order)?)
    }
}
