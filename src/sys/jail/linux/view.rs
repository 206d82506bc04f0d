//! The file system inside: an empty one, into which the readable folders are bound read-only and the writable ones as they
//! are. What is not bound does not exist: no home folder, no sockets, no other process's `/proc`.

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use rustix::{fs, mount, process};

use crate::sys::jail::plan::Plan;

/// Where the new root is put together: a folder that every system has and no build reads.
const STAGE: &str = "/sys";

/// Links that a path may lead through.
const MAX_LINKS: usize = 40;

/// Makes it and moves in; the old one is gone.
pub(super) fn make(plan: &Plan) -> Result<(), String> {
    stage()?;
    let mut bound = BTreeSet::new();
    let mut wanted: Vec<(Utf8PathBuf, bool)> = Vec::new();
    for (path, writable) in plan
        .reads
        .iter()
        .map(|path| (path, false))
        .chain(plan.writes.iter().map(|path| (path, true)))
    {
        let real = path
            .canonicalize_utf8()
            .map_err(|error| format!("read {path}: {error}"))?;
        wanted.push((real, writable));
    }
    // Folders before what lies in them; what is both is writable.
    wanted.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.cmp(&other.1)));
    for (path, writable) in &wanted {
        let inside = path.ancestors().skip(1).any(|folder| bound.contains(folder));
        if !*writable && inside {
            continue;
        }
        bind(path, *writable)?;
        bound.insert(path.clone());
    }
    for path in plan.reads.iter().chain(&plan.writes) {
        link(path, &bound)?;
    }
    finish()
}

/// Whether this works here, with nothing in it.
pub(super) fn try_out() -> Result<(), String> {
    stage()?;
    bind(Utf8Path::new("/usr"), false)?;
    finish()
}

fn stage() -> Result<(), String> {
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    mount::mount_change("/", private).map_err(failed("detach the mounts"))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV;
    mount::mount("jail", STAGE, "tmpfs", flags, c"mode=755,size=16m").map_err(failed("mount an empty file system"))
}

/// Goes in. Processes can find themselves in `/proc`, where the system lets us mount that; links into it need no right to
/// read.
fn finish() -> Result<(), String> {
    let proc = Utf8Path::new(STAGE).join("proc");
    std::fs::create_dir_all(&proc).map_err(|error| format!("make {proc}: {error}"))?;
    let flags = MountFlags::NOSUID | MountFlags::NODEV | MountFlags::NOEXEC;
    let _ = mount::mount("proc", proc.as_str(), "proc", flags, None);
    process::chdir(STAGE).map_err(failed("enter the new file system"))?;
    process::pivot_root(".", ".").map_err(failed("change the root"))?;
    mount::unmount(".", UnmountFlags::DETACH).map_err(failed("let go of the old root"))?;
    process::chdir("/").map_err(failed("enter the new root"))?;
    mount::mount_remount("/", read_only("/"), c"").map_err(failed("make the new root read-only"))
}

fn bind(path: &Utf8Path, writable: bool) -> Result<(), String> {
    let place = inside(path);
    let failed = |error: Errno| format!("bind {path} into the jail: {error}");
    let made = if path.is_dir() {
        std::fs::create_dir_all(&place)
    } else {
        place.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| {
            let there = place.exists();
            if there { Ok(()) } else { std::fs::write(&place, "") }
        })
    };
    made.map_err(|error| format!("make a place for {path} in the jail: {error}"))?;
    mount::mount_bind_recursive(path.as_str(), place.as_str()).map_err(failed)?;
    if writable {
        return Ok(());
    }
    mount::mount_remount(place.as_str(), read_only(place.as_str()), c"").map_err(failed)
}

/// A remount that adds what we want and keeps what the system has locked.
fn read_only(path: &str) -> MountFlags {
    let mut flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID;
    let now = fs::statvfs(path).map_or(fs::StatVfsMountFlags::empty(), |stat| stat.f_flag);
    for (have, keep) in [
        (fs::StatVfsMountFlags::NODEV, MountFlags::NODEV),
        (fs::StatVfsMountFlags::NOEXEC, MountFlags::NOEXEC),
        (fs::StatVfsMountFlags::NOATIME, MountFlags::NOATIME),
        (fs::StatVfsMountFlags::NODIRATIME, MountFlags::NODIRATIME),
        (fs::StatVfsMountFlags::RELATIME, MountFlags::RELATIME),
    ] {
        if now.contains(have) {
            flags |= keep;
        }
    }
    flags
}

fn inside(path: &Utf8Path) -> Utf8PathBuf {
    Utf8Path::new(STAGE).join(path.strip_prefix("/").unwrap_or(path))
}

/// Repeats the symbolic links that a path leads through (`/bin`, a home that lies elsewhere).
fn link(path: &Utf8Path, bound: &BTreeSet<Utf8PathBuf>) -> Result<(), String> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let mut prefixes: Vec<&Utf8Path> = path.ancestors().collect();
        prefixes.reverse();
        let Some(link) = prefixes.into_iter().find(|prefix| prefix.is_symlink()) else {
            return Ok(());
        };
        let target = link.read_link_utf8().map_err(|error| format!("read {link}: {error}"))?;
        let place = inside(link);
        // Inside a bound folder the link itself is there.
        if !place.is_symlink() && !link.ancestors().any(|folder| bound.contains(folder)) {
            let made = place
                .parent()
                .map_or(Ok(()), std::fs::create_dir_all)
                .and_then(|()| std::os::unix::fs::symlink(&target, &place));
            made.map_err(|error| format!("link {link} in the jail: {error}"))?;
        }
        let rest = path.strip_prefix(link).unwrap_or(Utf8Path::new("")).to_owned();
        path = link.parent().unwrap_or(Utf8Path::new("/")).join(target);
        if !rest.as_str().is_empty() {
            path = path.join(rest);
        }
    }
    Err(format!("{path} leads through too many links"))
}

fn failed(what: &'static str) -> impl Fn(Errno) -> String {
    move |error| format!("{what}: {error}")
}
