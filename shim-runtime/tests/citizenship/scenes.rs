//! What other code in a process may do before, beside and after us.

use nanobuild_runtime::{Call, Fault, FaultKind, Nanoprocess, Spec, catch};
use std::cell::RefCell;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicUsize, Ordering};

/// A scene and its name.
pub(crate) type Scene = (&'static str, fn());

pub(crate) const ALL: &[Scene] = &[
    ("a_handler_that_was_there_before", handler_before),
    ("a_handler_that_comes_after", handler_after),
    ("a_fork_of_a_program_that_uses_it", fork),
    ("a_first_call_after_a_fork", first_after_fork),
    ("a_thread_with_little_stack", small_stack),
    ("a_limit_of_address_space", address_space),
    ("an_async_runtime", executor),
    ("calls_during_unwinding", unwinding),
    ("calls_at_the_end_of_a_thread_and_of_the_program", exit),
    ("faults_on_sixteen_threads", faults),
    ("a_program_without_the_barrier", no_barrier),
];

/// Export 0 adds; 1 traps beyond its memory, by a signal; 2 recurses without end; 3 calls a closure.
fn process() -> &'static Nanoprocess {
    const BODY: &str = r#"(module
        (import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (func (export "nb0") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
        (func (export "nb1") (result i64) (i64.load (i32.const -8)))
        (func $again (export "nb2") (result i64) (i64.add (i64.const 1) (call $again)))
        (func (export "nb3") (param i64) (result i64)
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 0) (i32.const 0)))
        (memory (export "memory") 1 4)
        (global (export "__stack_pointer") (mut i32) (i32.const 65536))
        (data (i32.const 64) "\01\00\00\00\00\04\00\00\00\01\00\00")
        (func (export "_initialize"))
        (func (export "nb_state") (result i32) i32.const 64)
        (func (export "nb_alloc") (param i32) (result i32) i32.const 8192)
        (func (export "nb_free") (param i32 i32)))"#;
    let mut config = wasmtime::Config::new();
    nanobuild_runtime::engine_settings(&mut config, false);
    let engine = wasmtime::Engine::new(&config).expect("the settings are valid");
    let artifact = engine
        .precompile_module(BODY.as_bytes())
        .expect("it is a module")
        .leak();
    Box::leak(Box::new(Nanoprocess::new(Spec {
        name: "citizen",
        artifact,
        exports: 4,
        ..Spec::DEFAULT
    })))
}

fn add(process: &'static Nanoprocess) -> Result<u64, Fault> {
    catch(|| Call::new(process).scalar(0, [1, 2]))
}

fn trap(process: &'static Nanoprocess, export: u32) -> FaultKind {
    catch(|| Call::new(process).scalar::<u64>(export, []))
        .expect_err("it traps")
        .kind
}

/// All is as it should be.
#[track_caller]
fn works(process: &'static Nanoprocess) {
    shared_works(process);
    assert_eq!(process.fresh(|| add(process)).expect("it adds"), 3);
}

/// As [`works`], where a thread that is ending cannot have an instance of its own any more.
#[track_caller]
fn shared_works(process: &'static Nanoprocess) {
    assert_eq!(add(process).expect("it adds"), 3);
    assert!(matches!(trap(process, 1), FaultKind::Trap(_)));
    assert_eq!(trap(process, 2), FaultKind::StackOverflow);
    assert_eq!(add(process).expect("it adds"), 3);
}

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
