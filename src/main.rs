//! The `cargo-nanobuild` binary: everything is in the library.

fn main() -> std::process::ExitCode {
    cargo_nanobuild::cli::main()
}
