//! The command line.

/// Runs the command that the process was started with.
pub fn main() -> std::process::ExitCode {
    if let Some(code) = crate::extract::rustdoc::wrapper_main() {
        return code;
    }
    std::process::ExitCode::SUCCESS
}
