//! What the machine has to build a jail from, and whether that is enough.

use super::plan::Walls;

/// How much of Landlock there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Landlock {
    /// Nothing (Linux before 5.13, or switched off).
    None,
    /// Files.
    Files,
    /// Files, signals and abstract sockets (Linux 6.12).
    FilesAndSignals,
}

/// What the machine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Namespaces that we may enter; else why not.
    pub namespaces: Result<(), String>,
    /// Landlock.
    pub landlock: Landlock,
    /// A filter of system calls.
    pub filter: bool,
}

/// What a person decided about machines that cannot close a jail.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Demand {
    /// Third-party code runs in a closed jail or not at all.
    #[default]
    Required,
    /// It runs behind the walls that there are.
    BestEffort,
}

impl Survey {
    /// The walls of a jail that is closed; none if this machine cannot close one.
    pub(super) fn closed(&self) -> Option<Walls> {
        match (&self.namespaces, self.landlock, self.filter) {
            (Ok(()), ..) => Some(Walls::Namespaces),
            (Err(_), Landlock::FilesAndSignals, true) => Some(Walls::Landlock),
            _ => None,
        }
    }

    /// The walls to put up.
    pub(super) fn walls(&self, demand: Demand) -> Option<Walls> {
        let partial = (demand == Demand::BestEffort).then_some(Walls::Partial);
        self.closed().or(partial)
    }

    /// Whether third-party code is kept in on this machine.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed().is_some()
    }

    /// One line for people.
    #[must_use]
    pub fn describe(&self) -> String {
        let namespaces = match &self.namespaces {
            Ok(()) => "namespaces".to_owned(),
            Err(reason) => format!("no namespaces ({reason})"),
        };
        let landlock = match self.landlock {
            Landlock::None => "no Landlock",
            Landlock::Files => "Landlock for files",
            Landlock::FilesAndSignals => "Landlock",
        };
        let filter = if self.filter {
            "system call filter"
        } else {
            "no system call filter"
        };
        format!("{namespaces}, {landlock}, {filter}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_jail_is_none() {
        let survey = |namespaces: bool, landlock, filter| Survey {
            namespaces: namespaces.then_some(()).ok_or_else(|| "refused".to_owned()),
            landlock,
            filter,
        };
        assert_eq!(survey(true, Landlock::None, false).closed(), Some(Walls::Namespaces));
        assert_eq!(
            survey(false, Landlock::FilesAndSignals, true).closed(),
            Some(Walls::Landlock)
        );
        for open in [
            survey(false, Landlock::Files, true),
            survey(false, Landlock::FilesAndSignals, false),
        ] {
            assert_eq!(open.walls(Demand::Required), None);
            assert_eq!(open.walls(Demand::BestEffort), Some(Walls::Partial));
        }
    }
}
