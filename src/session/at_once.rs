//! Several dependencies at once, and one after the other where a person reads or decides.

use std::cell::Cell;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

/// Who has decided already, of many dependencies that are worked on at once.
#[derive(Debug, Default)]
struct Turns {
    next: Mutex<usize>,
    moved: Condvar,
    is_over: AtomicBool,
}

/// A dependency's place among those that are worked on at once. The next one's turn begins where it is dropped.
#[derive(Debug, Default)]
pub struct Turn<'a> {
    place: Option<(&'a Turns, usize)>,
    is_passed: Cell<bool>,
}

impl Turn<'_> {
    /// Decides about the dependency after all before it were decided about; none if another one failed meanwhile.
    pub fn take<T>(&self, decide: impl FnOnce() -> T) -> Option<T> {
        if let Some((turns, place)) = self.place {
            drop(turns.await_place(place));
            if turns.is_over() {
                return None;
            }
        }
        let decided = decide();
        self.pass();
        Some(decided)
    }

    fn pass(&self) {
        if let Some((turns, place)) = self.place
            && !self.is_passed.replace(true)
        {
            *turns.await_place(place) = place + 1;
            turns.moved.notify_all();
        }
    }
}

impl Drop for Turn<'_> {
    /// Whoever gives up early leaves nobody waiting, and lets nobody overtake those before it.
    fn drop(&mut self) {
        self.pass();
    }
}

impl Turns {
    fn turn(&self, place: usize) -> Turn<'_> {
        Turn {
            place: Some((self, place)),
            is_passed: Cell::new(false),
        }
    }

    fn await_place(&self, place: usize) -> MutexGuard<'_, usize> {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let comes_later = |next: &mut usize| *next < place;
        self.moved
            .wait_while(next, comes_later)
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn is_over(&self) -> bool {
        self.is_over.load(Ordering::SeqCst)
    }
}

/// Works on as many items at once as the machine has processors, and hands over each result as it comes. `stop` ends the
/// work on all: one failed, and nobody needs the others.
///
/// # Errors
/// The first error of `work` or `done`.
pub(super) fn at_once<I: Sync, T: Send, E: Send>(
    items: &[I],
    work: impl Fn(&I, &Turn<'_>) -> Result<T, E> + Sync,
    mut done: impl FnMut(&I, T) -> Result<(), E>,
    stop: impl Fn() + Sync,
) -> Result<(), E> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let (turns, taken) = (Turns::default(), AtomicUsize::new(0));
    let (results, finished) = mpsc::channel();
    let end = || {
        turns.is_over.store(true, Ordering::SeqCst);
        stop();
    };
    let (turns, end) = (&turns, &end);
    thread::scope(|scope| {
        for _ in 0..processors.min(items.len()) {
            let results = results.clone();
            scope.spawn(|| {
                let results = results;
                loop {
                    let place = taken.fetch_add(1, Ordering::SeqCst);
                    let Some(item) = items.get(place) else { return };
                    // A place that is taken is passed in any case: later ones wait for it.
                    let turn = turns.turn(place);
                    if turns.is_over() {
                        return;
                    }
                    let result = work(item, &turn);
                    if result.is_err() {
                        // Before the turn passes: nobody is asked about the others any more.
                        end();
                    }
                    // Nobody listens where another one failed.
                    let _ = results.send((item, result));
                }
            });
        }
        drop(results);
        let ended = finished.iter().try_for_each(|(item, result)| done(item, result?));
        if ended.is_err() {
            end();
        }
        ended
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decisions_keep_the_order_of_the_items() {
        let decided = Mutex::new(Vec::new());
        let items: Vec<usize> = (0..20).collect();
        let mut handed = 0;
        let work = |item: &usize, turn: &Turn<'_>| {
            // Later ones are ready sooner.
            thread::sleep(std::time::Duration::from_millis(20 - *item as u64));
            if !item.is_multiple_of(3) {
                turn.take(|| decided.lock().unwrap().push(*item));
            }
            Ok::<_, ()>(*item)
        };
        let done = |item: &usize, result| {
            assert_eq!(*item, result);
            handed += 1;
            Ok(())
        };
        at_once(&items, work, done, || unreachable!("all went well")).unwrap();
        assert_eq!(handed, 20);
        let decided = decided.into_inner().unwrap();
        assert_eq!(decided.len(), 13);
        assert!(decided.is_sorted(), "{decided:?}");
    }

    #[test]
    fn where_one_fails_nothing_more_is_decided() {
        let (decided, stopped) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let work = |item: &usize, turn: &Turn<'_>| match item {
            0 => Err("fails"),
            _ => Ok(turn.take(|| decided.fetch_add(1, Ordering::SeqCst))),
        };
        let items: Vec<usize> = (0..1000).collect();
        let ended = at_once(
            &items,
            work,
            |_, _| Ok(()),
            || {
                stopped.fetch_add(1, Ordering::SeqCst);
            },
        );
        assert_eq!(ended, Err("fails"));
        assert_eq!(decided.into_inner(), 0);
        assert!(stopped.into_inner() > 0);
    }

    #[test]
    fn a_result_that_cannot_be_kept_ends_all() {
        let items: Vec<usize> = (0..1000).collect();
        // Often, since it is the moment that decides who still waits for whom.
        for _ in 0..500 {
            let ended = at_once(&items, |_, _| Ok(()), |_, ()| Err("full"), || ());
            assert_eq!(ended, Err("full"));
        }
        assert_eq!(
            at_once::<usize, (), ()>(&[], |_, _| Ok(()), |_, ()| Ok(()), || ()),
            Ok(())
        );
    }
}
