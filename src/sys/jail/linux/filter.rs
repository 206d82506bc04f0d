//! The filter of system calls: no sockets, nothing that reaches into other processes, the kernel or its keys.

use std::collections::BTreeMap;

use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule, TargetArch,
};

use crate::sys::jail::plan::Walls;

/// Refused wherever we build. A pair of connected sockets is fine: both ends are inside.
const REFUSED: &[libc::c_long] = &[
    // Sockets; those that exist cannot be used either, and the ring would do it all without a system call.
    libc::SYS_socket,
    libc::SYS_connect,
    libc::SYS_bind,
    libc::SYS_listen,
    libc::SYS_accept,
    libc::SYS_accept4,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    // Other processes.
    libc::SYS_ptrace,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_process_madvise,
    libc::SYS_pidfd_getfd,
    libc::SYS_kcmp,
    libc::SYS_setns,
    libc::SYS_unshare,
    // The kernel's keys hold credentials.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Memory and queues that are shared by name.
    libc::SYS_shmget,
    libc::SYS_msgget,
    libc::SYS_semget,
    libc::SYS_mq_open,
    // The kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_chroot,
    libc::SYS_open_tree,
    libc::SYS_move_mount,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    libc::SYS_mount_setattr,
    libc::SYS_open_by_handle_at,
    libc::SYS_name_to_handle_at,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_kexec_load,
    libc::SYS_syslog,
    libc::SYS_quotactl,
    libc::SYS_acct,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_reboot,
    libc::SYS_fanotify_init,
    libc::SYS_lookup_dcookie,
    libc::SYS_vhangup,
];

/// Refused where no file system of our own stands in front: Landlock does not know who may change owners, modes and
/// times. What a process has opened for itself it may still change (`fchmod`), as linkers do.
const BY_PATH: &[libc::c_long] = &[
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_chown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utime,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_futimesat,
    libc::SYS_fchmodat,
    // fchmodat2, which libc does not name for every architecture; its number is the same on all.
    452,
    libc::SYS_fchownat,
    libc::SYS_setxattr,
    libc::SYS_lsetxattr,
    libc::SYS_removexattr,
    libc::SYS_lremovexattr,
];

/// Flags of `clone` that make namespaces.
const NEW: u64 = 0x7e02_0080;

/// What programs of the x32 interface add to a call's number, where the kernel has it.
#[cfg(target_arch = "x86_64")]
const X32: i64 = 0x4000_0000;

/// x32's own numbers of calls that are refused: `ptrace` to `process_vm_writev`, `io_setup` and the like left out.
#[cfg(target_arch = "x86_64")]
const X32_OWN: [i64; 7] = [521, 528, 532, 533, 539, 540, 545];

/// Whether filters can be made for this machine.
pub(super) fn is_known() -> bool {
    TargetArch::try_from(std::env::consts::ARCH).is_ok()
}

/// Applies the filters to this process and all that it starts.
pub(super) fn apply(walls: Walls) -> Result<(), String> {
    let Ok(arch) = TargetArch::try_from(std::env::consts::ARCH) else {
        return match walls {
            Walls::Landlock => Err("system calls cannot be filtered on this machine".to_owned()),
            // No network to reach, or the policy is content.
            Walls::Namespaces | Walls::Partial => Ok(()),
        };
    };
    for (rules, errno) in [(refused(walls), libc::EPERM), (missing(), libc::ENOSYS)] {
        let rules = rules.map_err(|error| format!("describe system calls: {error}"))?;
        let refuse = SeccompAction::Errno(errno.cast_unsigned());
        let program = SeccompFilter::new(rules, SeccompAction::Allow, refuse, arch).and_then(BpfProgram::try_from);
        let program = program.map_err(|error| format!("filter system calls: {error}"))?;
        seccompiler::apply_filter(&program).map_err(|error| format!("filter system calls: {error}"))?;
    }
    Ok(())
}

type Rules = Result<BTreeMap<i64, Vec<SeccompRule>>, seccompiler::BackendError>;

fn refused(walls: Walls) -> Rules {
    let mut calls: Vec<i64> = REFUSED.to_vec();
    if walls != Walls::Namespaces {
        calls.extend(BY_PATH);
    }
    #[cfg(target_arch = "x86_64")]
    {
        let other: Vec<i64> = calls.iter().map(|call| call + X32).collect();
        calls.extend(other);
        calls.extend(X32_OWN.map(|call| call + X32));
    }
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = calls.into_iter().map(|call| (call, Vec::new())).collect();
    let has = |argument, mask: u64, value| {
        SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::MaskedEq(mask), value)
    };
    // Each of the namespaces' bits; typing into the terminal that the tool runs in.
    let bits = (0..u64::BITS).map(|bit| 1_u64 << bit).filter(|bit| NEW & bit != 0);
    let clones = bits.map(|bit| SeccompRule::new(vec![has(0, bit, bit)?]));
    rules.insert(libc::SYS_clone, clones.collect::<Result<_, _>>()?);
    let typing = [libc::TIOCSTI, libc::TIOCLINUX].map(|call| {
        let all = u64::from(u32::MAX);
        SeccompRule::new(vec![has(1, all, call)?])
    });
    rules.insert(libc::SYS_ioctl, typing.into_iter().collect::<Result<_, _>>()?);
    if walls != Walls::Namespaces {
        // With a path; without one it is about an open file.
        let path = SeccompCondition::new(1, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
        rules.insert(libc::SYS_utimensat, vec![SeccompRule::new(vec![path])?]);
    }
    Ok(rules)
}

/// Its flags are in memory, where a filter cannot see them; the C library falls back to `clone`.
fn missing() -> Rules {
    Ok(BTreeMap::from([(libc::SYS_clone3, Vec::new())]))
}
