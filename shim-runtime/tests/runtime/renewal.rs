//! Instances that end and are made as new for whoever comes next.

use crate::support::{module, raw, spec};
use nanobuild_runtime::{Call, Grants, Handle, Lease, Nanoprocess, Spec, Stream, catch};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// Export 0 answers with a number for all that it can see: its memory, how long that is, its stack pointer; 1 writes to as
/// many pages as it is told, from an address on, at intervals of as many bytes; 2 grows its memory; 3 moves its stack
/// pointer; 4 traps; 5 panics; 6 makes an object; 7 drops one, and leaves a trace; 8 counts in a place that is not memory.
const BODY: &str = r#"
    (global $hidden (mut i64) (i64.const 0))
    (func (export "nb0") (result i64)
        (local $at i32) (local $hash i64)
        (local.set $hash (i64.extend_i32_u (global.get $stack)))
        (loop $each
            (local.set $hash (i64.add
                (i64.mul (i64.xor (local.get $hash) (i64.load (local.get $at))) (i64.const 0x100000001b3))
                (i64.extend_i32_u (memory.size))))
            (br_if $each (i32.lt_u
                (local.tee $at (i32.add (local.get $at) (i32.const 8)))
                (i32.mul (memory.size) (i32.const 65536)))))
        (local.get $hash))
    (func (export "nb1") (param i64 i64 i64) (result i64)
        (loop $each
            (i64.store (i32.wrap_i64 (local.get 1)) (i64.const 0x0807060504030201))
            (local.set 1 (i64.add (local.get 1) (local.get 2)))
            (br_if $each (i64.gt_s (local.tee 0 (i64.sub (local.get 0) (i64.const 1))) (i64.const 0))))
        (i64.const 0))
    (func (export "nb2") (param i64) (result i64) (i64.extend_i32_s (memory.grow (i32.wrap_i64 (local.get 0)))))
    (func (export "nb3") (result i64) (global.set $stack (i32.const 40000)) (i64.const 0))
    (func (export "nb4") (result i64) unreachable)
    (func (export "nb5") (result i64)
        (global.set $stack (i32.const 4096)) (i32.store (i32.const 76) (i32.const 1)) unreachable)
    (func (export "nb6") (result i64) (i64.const 16))
    (func (export "nb7") (param i64) (result i64) (i64.store (i32.const 4096) (i64.const 99)) (i64.const 0))
    (func (export "nb8") (result i64)
        (global.set $hidden (i64.add (global.get $hidden) (i64.const 1)))
        (global.get $hidden))"#;

/// A nanoprocess with so many pages of 64 KiB.
fn process(pages: u32) -> &'static Nanoprocess {
    let text = module(BODY).replace("\"memory\") 1 4", &format!("\"memory\") {pages} 64"));
    raw(&text, Spec { exports: 9, ..spec() })
}

fn seen(process: &'static Nanoprocess) -> u64 {
    Call::new(process).scalar(0, [])
}

fn write(process: &'static Nanoprocess, pages: u64, from: u64, step: u64) {
    Call::new(process).unit(1, [pages, from, step]);
}

/// Whether this system can tell which pages were written to.
fn can_be_made_as_new() -> bool {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u32>().ok());
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= (6, 7)
}

/// What is not memory is not restored, which is why the tool looks for it. Here it shows that the instance is the same one.
#[test]
fn an_instance_is_used_again_where_the_system_helps() {
    let process = process(1);
    let counts: Vec<u64> = (0..3)
        .map(|_| process.fresh(|| Call::new(process).scalar(8, [])))
        .collect();
    let expected = if can_be_made_as_new() { [1, 2, 3] } else { [1, 1, 1] };
    assert_eq!(counts, expected);
    let never = raw(
        &module(BODY),
        Spec {
            exports: 9,
            renewable: false,
            ..spec()
        },
    );
    for _ in 0..3 {
        assert_eq!(never.fresh(|| Call::new(never).scalar::<u64>(8, [])), 1);
    }
}

#[test]
fn nothing_of_one_use_is_found_in_the_next() {
    let process = process(24);
    let end = 24 * 65536 - 8;
    let new = process.fresh(|| seen(process));
    let uses: [(&str, &dyn Fn()); 13] = [
        ("nothing", &|| ()),
        ("its data", &|| write(process, 3, 512, 8)),
        ("every fourth page of many", &|| write(process, 40, 8192, 4 * 4096)),
        ("a run of pages", &|| write(process, 100, 65536, 4096)),
        ("too many pages", &|| write(process, 300, 8192, 4096)),
        ("too many runs", &|| write(process, 120, 8192, 3 * 4096)),
        ("its last words", &|| write(process, 1, end, 8)),
        ("across a border of pages", &|| write(process, 1, 65536 - 4, 8)),
        ("its stack pointer", &|| Call::new(process).unit(3, [])),
        ("a longer memory", &|| {
            Call::new(process).unit(2, [3]);
            write(process, 1, end + 4096, 8);
        }),
        ("a trap", &|| {
            write(process, 9, 512, 4096);
            catch(|| Call::new(process).unit(4, [])).unwrap_err();
        }),
        ("a panic", &|| {
            write(process, 9, 512, 4096);
            catch(|| Call::new(process).unit(5, [])).unwrap_err();
        }),
        ("a large argument", &|| {
            let mut call = Call::new(process);
            let (text, more) = (call.text(&"x".repeat(250)), call.text(&"y".repeat(900)));
            call.unit(1, [1, text & 0xffff, more & 8]);
        }),
    ];
    for turn in 0..3 {
        for (what, f) in uses {
            process.fresh(f);
            process.fresh(|| ());
            assert_eq!(process.fresh(|| seen(process)), new, "after {what}, turn {turn}");
        }
    }
}

#[test]
fn objects_of_one_use_mean_nothing_in_the_next() {
    let process = process(1);
    let new = process.fresh(|| seen(process));
    let object = || -> Handle { Call::new(process).object(6, [], 7) };
    let (old, older) = (process.fresh(object), process.fresh(object));
    process.fresh(|| {
        let fault = catch(|| {
            let mut call = Call::new(process);
            let this = call.handle(&old);
            call.unit(7, [this]);
        });
        assert_eq!(fault.unwrap_err().kind, nanobuild_runtime::FaultKind::Stale);
        drop(old);
        drop(older);
        assert_eq!(seen(process), new, "no destructor ran here");
    });
}

#[test]
fn threads_hand_instances_on() {
    let process = process(2);
    let new = process.fresh(|| seen(process));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            scope.spawn(move || {
                for turn in 0..100 {
                    process.fresh(|| {
                        assert_eq!(seen(process), new);
                        write(process, 1 + turn % 20, thread * 8192, 4096);
                    });
                }
            });
        }
    });
}

#[test]
fn what_was_opened_is_opened_again() {
    let text = module(
        r#"(import "wasi_snapshot_preview1" "fd_close" (func $close (param i32) (result i32)))
        (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
        (data (i32.const 4096) "\00\02\00\00\04\00\00\00")
        (func (export "nb0") (result i64)
            (i64.extend_i32_u (call $write (i32.const 1) (i32.const 4096) (i32.const 1) (i32.const 4104))))
        (func (export "nb1") (result i64) (i64.extend_i32_u (call $close (i32.const 1))))"#,
    );
    let grants = Grants {
        stdout: Stream::Own,
        ..Grants::NONE
    };
    let process = raw(
        &text,
        Spec {
            exports: 2,
            grants,
            ..spec()
        },
    );
    let mut captured = None;
    let configured = process.configure(|it| {
        captured = Some(it.capture_stdout(1 << 10)?);
        Ok(())
    });
    configured.expect("it was granted");
    let say = || Call::new(process).scalar::<u32>(0, []);
    for _ in 0..3 {
        process.fresh(|| {
            assert_eq!(say(), 0);
            assert_eq!(Call::new(process).scalar::<u32>(1, []), 0);
            assert_eq!(say(), 8, "it is closed");
        });
    }
    assert_eq!(captured.expect("it was configured").take(), b"oopsoopsoops");
}

#[test]
fn what_was_given_for_good_ends_with_its_use() {
    /// Calls when it is dropped, into a fresh instance.
    struct Last(&'static Nanoprocess, Arc<AtomicU32>);

    impl Drop for Last {
        fn drop(&mut self) {
            self.0.fresh(|| write(self.0, 3, 8192, 4096));
            self.1.fetch_add(1, Ordering::Relaxed);
        }
    }

    let process = process(1);
    let new = process.fresh(|| seen(process));
    let dropped = Arc::new(AtomicU32::new(0));
    for turn in 1..4 {
        process.fresh(|| {
            let mut values = Lease::new();
            let mut call = Call::new(process);
            call.keep_for_good(&mut values, Last(process, dropped.clone()));
            call.entrust(values, false);
            call.unit(1, [1, 4096, 8]);
        });
        assert_eq!(dropped.load(Ordering::Relaxed), turn);
        assert_eq!(process.fresh(|| seen(process)), new);
    }
}
