//! What other code in a process may do before, beside and after us.

use crate::guest::{add, process, shared_works, trap, works};
use nanobuild_runtime::{Call, FaultKind, Nanoprocess, catch};
use std::cell::RefCell;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// A scene and its name.
pub(crate) type Scene = (&'static str, fn());

pub(crate) const ALL: &[Scene] = &[
    ("a_handler_that_was_there_before", handler_before),
    ("a_handler_that_comes_after", handler_after),
    ("a_fork_of_a_program_that_uses_it", fork),
    ("a_first_call_after_a_fork", first_after_fork),
    ("instances_made_as_new_on_both_sides_of_a_fork", new_after_fork),
    ("a_thread_with_little_stack", small_stack),
    ("a_limit_of_address_space", address_space),
    ("an_async_runtime", executor),
    ("calls_during_unwinding", unwinding),
    ("calls_at_the_end_of_a_thread_and_of_the_program", exit),
    ("faults_on_sixteen_threads", faults),
    ("a_program_without_the_barrier", no_barrier),
    ("a_library_that_another_program_loads", library),
];

static SEEN: AtomicU32 = AtomicU32::new(0);
static PAGE: AtomicUsize = AtomicUsize::new(0);
static OLD: AtomicPtr<libc::sigaction> = AtomicPtr::new(std::ptr::null_mut());

const PAGE_LEN: usize = 4096;

/// A handler as garbage collectors have it: makes its own page accessible, and leaves what is not its own to whoever was
/// there before.
extern "C" fn on_fault(signal: i32, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    let page = PAGE.load(Ordering::SeqCst);
    // SAFETY: the system passes valid information; the page is this program's; the older action is a leaked copy.
    unsafe {
        if ((*info).si_addr() as usize).wrapping_sub(page) < PAGE_LEN {
            SEEN.fetch_add(1, Ordering::SeqCst);
            libc::mprotect(page as *mut libc::c_void, PAGE_LEN, libc::PROT_READ | libc::PROT_WRITE);
            return;
        }
        let old = OLD.load(Ordering::SeqCst).as_ref().filter(|old| old.sa_sigaction > 1);
        let Some(old) = old else { libc::_exit(70) };
        let handler: extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) =
            std::mem::transmute(old.sa_sigaction);
        handler(signal, info, context);
    }
}

fn install_handler() {
    // SAFETY: plain system calls on memory of this function's.
    unsafe {
        let page = libc::mmap(
            std::ptr::null_mut(),
            PAGE_LEN,
            libc::PROT_NONE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        PAGE.store(page as usize, Ordering::SeqCst);
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = on_fault as extern "C" fn(i32, *mut libc::siginfo_t, *mut libc::c_void) as usize;
        action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK | libc::SA_NODEFER;
        let mut old: libc::sigaction = std::mem::zeroed();
        assert_eq!(libc::sigaction(libc::SIGSEGV, &action, &mut old), 0);
        OLD.store(Box::into_raw(Box::new(old)), Ordering::SeqCst);
    }
}

/// Writes to the handler's own page.
fn foreign_fault() {
    let page = PAGE.load(Ordering::SeqCst) as *mut u8;
    // SAFETY: the page is mapped, and the handler makes it accessible.
    unsafe { page.write_volatile(1) };
}

fn handler_before() {
    install_handler();
    let process = process();
    works(process);
    foreign_fault();
    assert_eq!(
        SEEN.load(Ordering::SeqCst),
        1,
        "it saw its own fault and none of the guest's"
    );
    works(process);
}

fn handler_after() {
    let process = process();
    works(process);
    install_handler();
    works(process);
    foreign_fault();
    assert_eq!(SEEN.load(Ordering::SeqCst), 1);
    works(process);
}

/// Runs a closure in a child of this process; the child must end well.
fn in_child(f: impl FnOnce()) {
    // SAFETY: this program has one thread.
    match unsafe { libc::fork() } {
        0 => {
            f();
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(0) }
        }
        child => {
            let mut status = 0;
            // SAFETY: waits for the child.
            assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
            assert_eq!(status, 0, "the child ended well");
        }
    }
}

fn fork() {
    let process = process();
    works(process);
    in_child(|| {
        works(process);
        // And on a thread that the parent does not know.
        std::thread::spawn(|| works(process)).join().expect("it works");
    });
    works(process);
}

fn first_after_fork() {
    let process = process();
    in_child(|| works(process));
    works(process);
}

/// Instances count where they are told, each for the first time.
fn counts(process: &'static Nanoprocess, places: std::ops::Range<u64>) {
    for place in places {
        for _ in 0..3 {
            let count: u64 = process.fresh(|| Call::new(process).scalar(4, [4096 * place]));
            assert_eq!(count, 1);
        }
    }
}

/// What a child has written to is not in its parent's page map.
fn new_after_fork() {
    let process = process();
    counts(process, 1..3);
    in_child(|| {
        counts(process, 2..6);
        in_child(|| counts(process, 4..9));
        counts(process, 4..9);
    });
    counts(process, 2..12);
}

fn small_stack() {
    let process = process();
    let on_thread = |stack: usize| {
        let thread = std::thread::Builder::new().stack_size(stack);
        thread.spawn(|| (add(process), catch(|| Call::new(process).scalar::<u64>(2, []))))
    };
    let (added, recursed) = on_thread(128 << 10).expect("a thread").join().expect("it does not die");
    for result in [added, recursed] {
        let fault = result.expect_err("there is too little stack");
        assert_eq!(fault.kind, FaultKind::StackOverflow);
        assert!(fault.message.contains("limits.stack"), "{fault}");
    }
    let (added, recursed) = on_thread(1 << 20).expect("a thread").join().expect("it does not die");
    assert_eq!(added.expect("there is enough"), 3);
    assert_eq!(recursed.expect_err("it recurses").kind, FaultKind::StackOverflow);
    works(process);
}

fn address_space() {
    let process = process();
    let limit = libc::rlimit {
        rlim_cur: 2 << 30,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: a plain system call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
    for _ in 0..3 {
        assert_eq!(add(process).expect_err("there is no room for it").kind, FaultKind::Load);
        assert!(process.fresh(|| add(process)).is_err());
    }
    let limit = libc::rlimit {
        rlim_cur: libc::RLIM_INFINITY,
        ..limit
    };
    // SAFETY: a plain system call.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
    works(process);
}

/// Two tasks that take turns on two threads, a call of each under way on neither while it waits.
fn executor() {
    use std::future::{Future, poll_fn};
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    let process = process();
    let task = || async move {
        for _ in 0..50 {
            works(process);
            let mut polled = false;
            poll_fn(|_| {
                if std::mem::replace(&mut polled, true) {
                    Poll::Ready(())
                } else {
                    Poll::Pending
                }
            })
            .await;
        }
    };
    let mut tasks: Vec<Pin<Box<dyn Future<Output = ()> + Send>>> = vec![Box::pin(task()), Box::pin(task())];
    while !tasks.is_empty() {
        // Each turn is on another thread.
        tasks = std::thread::spawn(move || {
            tasks.retain_mut(|task| task.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            tasks
        })
        .join()
        .expect("no task panics");
    }
}

/// Makes calls when it is dropped.
struct Caller(&'static Nanoprocess);

impl Drop for Caller {
    fn drop(&mut self) {
        shared_works(self.0);
        SEEN.fetch_add(1, Ordering::SeqCst);
    }
}

fn unwinding() {
    let process = process();
    let result = std::panic::catch_unwind(|| {
        let _caller = Caller(process);
        panic!("mine");
    });
    assert!(result.is_err());
    // Through guest frames.
    let mut closure = |_: &mut nanobuild_runtime::Reader<'_>, _: &mut nanobuild_runtime::Writer| {
        let _caller = Caller(process);
        panic!("mine");
    };
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let mut call = Call::new(process);
        let id = call.callback(&mut closure);
        call.unit(3, [id]);
    }));
    assert!(result.is_err());
    assert_eq!(SEEN.load(Ordering::SeqCst), 2);
    works(process);
}

fn exit() {
    thread_local! {
        static KEPT: RefCell<Option<Caller>> = const { RefCell::new(None) };
    }
    static PROCESS: AtomicPtr<Nanoprocess> = AtomicPtr::new(std::ptr::null_mut());
    extern "C" fn at_exit() {
        // SAFETY: what was stored there is never freed.
        let process = unsafe { &*PROCESS.load(Ordering::SeqCst) };
        if std::panic::catch_unwind(|| shared_works(process)).is_err() {
            // SAFETY: ends the program at once.
            unsafe { libc::_exit(71) }
        }
    }
    let process = process();
    PROCESS.store(std::ptr::from_ref(process).cast_mut(), Ordering::SeqCst);
    // The first call of this thread is made by a destructor.
    let keep = || KEPT.with_borrow_mut(|kept| *kept = Some(Caller(process)));
    std::thread::spawn(keep).join().expect("it ends well");
    std::thread::spawn(move || {
        keep();
        works(process);
    })
    .join()
    .expect("it ends well");
    assert_eq!(SEEN.load(Ordering::SeqCst), 2);
    // SAFETY: the function stays.
    assert_eq!(unsafe { libc::atexit(at_exit) }, 0);
}

fn faults() {
    const THREADS: usize = 16;
    const EACH: usize = 250;
    let shared = process();
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                for _ in 0..EACH {
                    assert!(matches!(trap(shared, 1), FaultKind::Trap(_)));
                    shared.fresh(|| assert!(matches!(trap(shared, 1), FaultKind::Trap(_))));
                }
            });
        }
    });
    works(shared);
}

/// Seccomp may take away what the lock of a nanoprocess has been offered.
fn no_barrier() {
    let process = process();
    works(process);
    #[cfg(target_os = "linux")]
    refuse_barrier();
    // This thread is favoured; the others have to end that without the system's help.
    for _ in 0..3 {
        std::thread::spawn(|| works(process)).join().expect("it works");
        works(process);
    }
}

/// Makes `membarrier` fail from here on.
#[cfg(target_os = "linux")]
fn refuse_barrier() {
    let jump = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
    let statement = |code: u32, k: u32| libc::sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    };
    let mut filter = [
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        libc::sock_filter {
            code: jump,
            jt: 0,
            jf: 1,
            k: libc::SYS_membarrier as u32,
        },
        statement(
            libc::BPF_RET | libc::BPF_K,
            libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
        ),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_mut_ptr(),
    };
    // SAFETY: the program is valid while it is installed.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(
            libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &program),
            0
        );
    }
}

/// The library in `library.rs`: as `cargo test` has built it beside this program, or else built now.
fn built_library() -> std::path::PathBuf {
    use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};

    let program = std::env::current_exe().expect("a program has a path");
    let folder = program.ancestors().nth(2).expect("it lies in a target folder");
    let library = folder.join("examples").join(format!("{DLL_PREFIX}citizen{DLL_SUFFIX}"));
    if !library.exists() {
        let mut cargo = std::process::Command::new(env!("CARGO"));
        cargo.args(["build", "--quiet", "--offline", "--example", "citizen"]);
        let status = cargo.current_dir(env!("CARGO_MANIFEST_DIR")).status();
        assert!(status.expect("cargo runs").success(), "the library builds");
    }
    library
}

/// The library has a copy of the runtime of its own, and so has this program; both catch signals.
fn library() {
    let path = built_library().into_os_string().into_encoded_bytes();
    let path = std::ffi::CString::new(path).expect("a path has no zeros");
    // SAFETY: the library's only constructors are Rust's, and the function is of this type.
    let works_there: extern "C" fn() -> i32 = unsafe {
        let library = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL);
        assert!(!library.is_null(), "it can be loaded");
        let function = libc::dlsym(library, c"citizen_works".as_ptr());
        assert!(!function.is_null(), "it has the function");
        std::mem::transmute(function)
    };
    install_handler();
    assert_eq!(works_there(), 0);
    foreign_fault();
    let process = process();
    works(process);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..20 {
                    assert_eq!(works_there(), 0);
                    works(process);
                }
            });
        }
    });
    assert_eq!(SEEN.load(Ordering::SeqCst), 1, "each saw its own faults");
}
