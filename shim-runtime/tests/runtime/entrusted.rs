//! Values that the application gives a guest for good, and guests that lie about them.

use crate::stand_ins::{FIRST, READ, asker, malformed, works};
use nanobuild_runtime::{Abilities, Call, Handle, Lease, Nanoprocess, catch};
use std::io::Read;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

/// How many values have ended.
type Ended = Arc<AtomicU32>;

/// A value that notes its end.
struct Source<F> {
    ended: Ended,
    read: F,
}

impl<F: Fn()> Read for Source<F> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        (self.read)();
        buffer.fill(7);
        Ok(buffer.len())
    }
}

impl<F> Drop for Source<F> {
    fn drop(&mut self) {
        self.ended.fetch_add(1, Ordering::Relaxed);
    }
}

fn ended(ended: &Ended) -> u32 {
    ended.load(Ordering::Relaxed)
}

/// Gives a value away in a call that does nothing with it; its number.
fn entrust(process: &'static Nanoprocess, ended: &Ended, read: impl Fn() + Send + 'static) -> u64 {
    let source = Source {
        ended: Arc::clone(ended),
        read,
    };
    let mut values = Lease::for_value(&source);
    values.able(Abilities::read);
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, source);
    call.entrust(values, false);
    assert_eq!(call.scalar::<u64>(4, [1, 2]), 3);
    id
}

fn ask(process: &'static Nanoprocess, id: u64) -> Result<u64, nanobuild_runtime::Fault> {
    catch(|| Call::new(process).scalar(0, [id, READ]))
}

fn release(process: &'static Nanoprocess, id: u64) {
    assert_eq!(catch(|| Call::new(process).scalar::<u64>(1, [id])), Ok(0));
}

#[test]
fn a_value_stays_until_its_stand_in_goes() {
    let (process, counter) = (asker(), Ended::default());
    let id = entrust(process, &counter, || {});
    assert_eq!(id, FIRST);
    for _ in 0..3 {
        assert!(ask(process, id).unwrap() >= 4);
    }
    for wrong in [0, 1, FIRST - 1, FIRST + 1, u64::from(u32::MAX)] {
        malformed(ask(process, wrong));
        release(process, wrong);
    }
    assert_eq!(ended(&counter), 0);
    release(process, id);
    assert_eq!(ended(&counter), 1);
    malformed(ask(process, id));
    release(process, id);
    assert_eq!(ended(&counter), 1, "once");
    works(process);
}

#[test]
fn a_value_that_is_released_in_use_ends_after_it() {
    let (process, counter) = (asker(), Ended::default());
    let inner = Arc::clone(&counter);
    let id = entrust(process, &counter, move || {
        malformed(ask(process, FIRST));
        release(process, FIRST);
        assert_eq!(ended(&inner), 0, "it is in use");
        works(process);
    });
    assert_eq!(id, FIRST);
    assert!(ask(process, id).unwrap() >= 4);
    assert_eq!(ended(&counter), 1);
    malformed(ask(process, id));
}

#[test]
fn what_is_looked_at_may_be_in_use_more_than_once() {
    let (process, counter) = (asker(), Ended::default());
    let depth = Rc::new(std::cell::Cell::new(0));
    let look = {
        let depth = Rc::clone(&depth);
        move || {
            depth.set(depth.get() + 1);
            if depth.get() < 3 {
                let answer: u64 = Call::new(process).scalar(0, [FIRST, OWN]);
                assert!(answer > 0);
            }
        }
    };
    let source = Source {
        ended: Arc::clone(&counter),
        read: look,
    };
    let mut values = Lease::for_value(&source);
    values.able(|abilities| {
        abilities.own_shared(|source, r, w| {
            r.u32()?;
            (source.read)();
            w.u32(1);
            Ok(())
        })
    });
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, source);
    call.entrust_here(values, true);
    call.unit(4, [1, 2]);
    assert!(Call::new(process).scalar::<u64>(0, [id, OWN]) > 0);
    assert_eq!(depth.get(), 3);
    release(process, id);
    assert_eq!(ended(&counter), 1);
}

/// The question that generated code answers.
const OWN: u64 = 13;

#[test]
fn what_is_not_send_is_touched_on_its_own_thread_only() {
    let (process, counter) = (asker(), Ended::default());
    let reads = Rc::new(std::cell::Cell::new(0));
    let source = Source {
        ended: Arc::clone(&counter),
        read: {
            let reads = Rc::clone(&reads);
            move || reads.set(reads.get() + 1)
        },
    };
    let mut values = Lease::for_value(&source);
    values.able(Abilities::read);
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, source);
    call.entrust_here(values, false);
    call.unit(4, [1, 2]);
    let elsewhere = |act: &(dyn Fn() + Sync)| std::thread::scope(|scope| scope.spawn(act).join().unwrap());
    elsewhere(&|| malformed(ask(process, id)));
    assert!(ask(process, id).unwrap() >= 4);
    assert_eq!(reads.get(), 1);
    // A guest that drops it elsewhere loses it, and its destructor runs nowhere.
    elsewhere(&|| release(process, id));
    malformed(ask(process, id));
    assert_eq!((ended(&counter), Rc::strong_count(&reads)), (0, 2));
    works(process);
}

#[test]
fn a_call_that_is_not_made_gives_nothing_away() {
    let (process, other, counter) = (asker(), asker(), Ended::default());
    let stranger: Handle = Call::new(other).object(4, [16, 16], 1);
    let source = Source {
        ended: Arc::clone(&counter),
        read: || {},
    };
    let mut values = Lease::for_value(&source);
    values.able(Abilities::read);
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, source);
    call.entrust(values, false);
    let pointer = call.handle(&stranger);
    assert!(catch(|| call.scalar::<u64>(4, [id, pointer])).is_err());
    assert_eq!(ended(&counter), 1);
    malformed(ask(process, id));
}

#[test]
fn values_end_with_their_nanoprocess() {
    let (process, counter) = (asker(), Ended::default());
    let id = entrust(process, &counter, || {});
    assert!(catch(|| Call::new(process).unit(5, [])).is_err());
    works(process);
    assert_eq!(ended(&counter), 1);
    malformed(ask(process, id));
}

#[test]
fn a_destructor_that_panics_unwinds_to_whoever_dropped_the_stand_in() {
    struct Bomb;
    impl Read for Bomb {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Ok(0)
        }
    }
    impl Drop for Bomb {
        fn drop(&mut self) {
            std::panic::panic_any(17_u8);
        }
    }
    let process = asker();
    let mut values = Lease::new();
    values.able(Abilities::read);
    let mut call = Call::new(process);
    let id = call.keep_value(&mut values, Bomb);
    call.entrust(values, false);
    call.unit(4, [1, 2]);
    let released = std::panic::catch_unwind(|| Call::new(process).unit(1, [id]));
    assert_eq!(released.unwrap_err().downcast_ref(), Some(&17_u8));
    works(process);
}
