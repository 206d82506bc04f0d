//! Projects under the tool, with real cargo and small real crates. Bindings are made by a stand-in for the pipeline, so
//! that these tests are about what the tool does to a project, and quick.
#![expect(clippy::tests_outside_test_module, reason = "this whole target is tests")]

mod support;

mod breaches;
mod check;
mod ci;
mod kinds;
mod mishaps;
mod native;
mod there_and_back;
