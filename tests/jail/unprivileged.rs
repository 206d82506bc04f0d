//! The jail needs no rights of its own: it closes for a user as for root.

use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::process::Command;

/// A user who owns nothing.
const NOBODY: u32 = 65534;

#[test]
fn namespaces_open_for_a_user() {
    if !rustix::process::geteuid().is_root() {
        // Then every other test here shows it.
        assert!(cargo_nanobuild::sys::jail::survey().unwrap().is_closed());
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let open = PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), open).unwrap();
    let tool = folder.path().join("cargo-nanobuild");
    std::fs::copy(env!("CARGO_BIN_EXE_cargo-nanobuild"), &tool).unwrap();
    let output = Command::new(&tool)
        .args(["__jail", "try"])
        .uid(NOBODY)
        .gid(NOBODY)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() || refuses_users(), "{said}");
}

/// Whether this system is set up to refuse users namespaces of their own.
fn refuses_users() -> bool {
    let is = |file: &str, value: &str| std::fs::read_to_string(file).is_ok_and(|text| text.trim() == value);
    is("/proc/sys/kernel/apparmor_restrict_unprivileged_userns", "1")
        || is("/proc/sys/kernel/unprivileged_userns_clone", "0")
        || is("/proc/sys/user/max_user_namespaces", "0")
}
