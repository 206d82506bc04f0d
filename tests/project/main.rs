//! Projects under the tool, with real cargo and small real crates. Bindings are made by a stand-in for the pipeline, so
//! that these tests are about what the tool does to a project, and quick.
#![expect(clippy::tests_outside_test_module, reason = "this whole target is tests")]

mod hostile;
#[cfg(unix)]
mod program;
mod support;

mod breaches;
mod check;
mod ci;
#[cfg(unix)]
mod diff;
#[cfg(target_os = "linux")]
mod disks;
#[cfg(unix)]
mod interrupts;
#[cfg(target_os = "linux")]
mod jail_app;
mod kinds;
mod mishaps;
mod native;
#[cfg(unix)]
mod prompt;
#[cfg(unix)]
mod registries;
mod there_and_back;
