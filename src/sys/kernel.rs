//! The operating system, for people.

/// How a machine that cannot close a build jail comes to do so.
pub const REMEDY: &str = "on Linux, take a kernel with Landlock and its scopes (6.12 or later, `landlock` in the boot parameter `lsm=`), \
                          or allow user namespaces (Ubuntu: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in a container: an \
                          engine that lets them through); else `jail = \"best-effort\"` under [policy] in nanobuild.toml";

/// Its name and version.
#[must_use]
pub fn describe() -> String {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    match release.trim() {
        "" => std::env::consts::OS.to_owned(),
        release => format!("Linux {release}"),
    }
}
