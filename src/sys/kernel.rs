//! What the operating system offers for a jail.

/// One line for people.
#[must_use]
pub fn describe() -> String {
    let read = |path: &str| std::fs::read_to_string(path).ok().map(|text| text.trim().to_owned());
    let Some(release) = read("/proc/sys/kernel/osrelease") else {
        return std::env::consts::OS.to_owned();
    };
    let modules = read("/sys/kernel/security/lsm").unwrap_or_default();
    let landlock = if modules.split(',').any(|module| module == "landlock") {
        "yes"
    } else {
        "unknown"
    };
    let namespaces = match read("/proc/sys/user/max_user_namespaces").as_deref() {
        Some("0") => "no",
        Some(_) => "yes",
        None => "unknown",
    };
    format!("Linux {release}; Landlock: {landlock}; user namespaces: {namespaces}")
}
