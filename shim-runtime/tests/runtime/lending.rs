//! Mutable borrows of what is in a guest: whatever is done through them, the guest has it before it is asked again.

use crate::guest::process;
use crate::support::{self, Here, span};
use nanobuild_runtime::{
    self as nb, Anchor, Call, FaultKind, Get, Handle, Link, Malformed, Nanoprocess, Reader, Slot, catch,
};
use std::mem;
use std::panic::AssertUnwindSafe;

#[expect(
    dead_code,
    reason = "bindings name their nanoprocess here; these tests have one each"
)]
static NEVER: Nanoprocess = Nanoprocess::new(nb::Spec::DEFAULT);

struct Book {
    handle: Handle,
}

struct Shelf {
    handle: Handle,
}

struct Books<'a> {
    handle: Handle,
    link: Link<'a>,
}

nb::host_object!(Here, Book, process = NEVER, kind = 43);
nb::host_object!(Here, Shelf, process = NEVER, kind = 34);

impl<'r> Get<'r, Here> for Books<'r> {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let (handle, link) = r.linked(48)?;
        Ok(Books { handle, link })
    }
}

impl Book {
    fn new(process: &'static Nanoprocess, title: &str) -> Book {
        let mut call = Call::new(process);
        let title = call.text(title);
        Book {
            handle: call.object(42, [title], 43),
        }
    }

    fn title(&self) -> &str {
        let mut call = self.handle.call();
        let this = call.handle(&self.handle);
        call.value::<Here, &str>(44, [this], Anchor::of(&self.handle))
    }

    fn title_mut(&mut self) -> &mut str {
        lend(&mut self.handle, 45)
    }
}

/// As a generated method that lends.
#[track_caller]
fn lend<'a, T>(handle: &'a mut Handle, export: u32) -> T
where
    T: Get<'a, Here>,
{
    let mut call = handle.call();
    let this = call.handle_mut(handle);
    call.value::<Here, T>(export, [this], Anchor::of_mut(handle))
}

impl Shelf {
    fn new(process: &'static Nanoprocess) -> Shelf {
        let mut call = Call::new(process);
        let label = call.text("label");
        Shelf {
            handle: call.object(33, [label], 34),
        }
    }

    #[track_caller]
    fn say(&self) -> String {
        let mut call = self.handle.call();
        let this = call.handle(&self.handle);
        call.value::<Here, String>(35, [this], Anchor::none())
    }

    #[track_caller]
    fn label_mut(&mut self) -> &mut String {
        lend(&mut self.handle, 36)
    }

    #[track_caller]
    fn first_mut(&mut self) -> &mut Book {
        lend(&mut self.handle, 37)
    }

    fn book_mut(&mut self, index: usize) -> Option<&mut Book> {
        let mut call = self.handle.call();
        let slots = [call.handle_mut(&mut self.handle), index.into_slot()];
        call.value::<Here, _>(38, slots, Anchor::of_mut(&mut self.handle))
    }

    fn stack_mut(&mut self) -> &mut Option<Vec<Book>> {
        lend(&mut self.handle, 39)
    }

    fn sizes_mut(&mut self) -> &mut [u16] {
        lend(&mut self.handle, 40)
    }

    fn inner_mut(&mut self) -> &mut Shelf {
        lend(&mut self.handle, 41)
    }

    fn books_mut(&mut self) -> Books<'_> {
        lend(&mut self.handle, 47)
    }
}

impl Books<'_> {
    fn label_mut(&mut self) -> &mut String {
        lend(&mut self.handle, 50)
    }
}

impl<'a> Iterator for Books<'a> {
    type Item = &'a mut Book;

    fn next(&mut self) -> Option<&'a mut Book> {
        let mut call = self.handle.call();
        let this = call.handle_mut(&mut self.handle);
        let mut anchor = Anchor::none();
        anchor.lend_from(&self.link);
        call.value::<Here, _>(49, [this], anchor)
    }
}

/// How many books there are in the guest.
fn books(process: &'static Nanoprocess) -> u64 {
    Call::new(process).scalar(46, [])
}

/// What the shelf says, with what is always so left out.
fn told(first: &str, books: &[&str], stack: &str) -> String {
    let books: Vec<String> = books.iter().map(|book| format!("Book({book:?})")).collect();
    let books = books.join(", ");
    format!(
        "Shelf {{ label: \"label\", first: Book({first:?}), books: [{books}], stack: {stack}, sizes: [1, 2, 3], inner: None }}"
    )
}

#[test]
fn values_are_written_before_the_next_use() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let before = shelf.say();
    *shelf.label_mut() = "x".repeat(5000);
    shelf.label_mut().truncate(2);
    assert_eq!(shelf.label_mut(), "xx");
    shelf.label_mut().push('!');
    shelf.sizes_mut().reverse();
    shelf.first_mut().title_mut().make_ascii_uppercase();
    let expected = before
        .replace("label: \"label\"", "label: \"xx!\"")
        .replace("[1, 2, 3]", "[3, 2, 1]")
        .replace("\"first\"", "\"FIRST\"");
    assert_eq!(shelf.say(), expected);
    let same = shelf.label_mut().as_ptr();
    assert_ne!(same, std::ptr::null());
    assert_eq!(shelf.say(), expected, "what is not changed is not written");
}

#[test]
fn objects_can_be_swapped_replaced_and_taken() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let mut other = Shelf::new(process);
    let old = mem::replace(shelf.first_mut(), Book::new(process, "new"));
    assert_eq!(old.title(), "first");
    assert_eq!(shelf.say(), told("new", &["a", "b", "c"], "None"));
    mem::swap(shelf.first_mut(), other.book_mut(1).unwrap());
    assert_eq!(other.say(), told("first", &["a", "new", "c"], "None"));
    assert_eq!(shelf.say(), told("b", &["a", "b", "c"], "None"));

    let mut mine = Book::new(process, "mine");
    mem::swap(&mut mine, shelf.first_mut());
    // It is used before the shelf is.
    assert_eq!(mine.title(), "b");
    mine.title_mut().make_ascii_uppercase();
    assert_eq!((mine.title(), shelf.first_mut().title()), ("B", "mine"));

    *shelf.stack_mut() = Some(vec![mine, old]);
    let stack = shelf.stack_mut().as_mut().unwrap();
    stack.push(Book::new(process, "top"));
    stack.swap_remove(0).title_mut().make_ascii_lowercase();
    assert_eq!(
        shelf.say(),
        told("mine", &["a", "b", "c"], "Some([Book(\"top\"), Book(\"first\")])")
    );
    let taken = shelf.stack_mut().take().unwrap();
    assert_eq!((taken.len(), taken[1].title()), (2, "first"));
    assert!(shelf.book_mut(3).is_none());
    drop((shelf, taken));
    assert_eq!(books(process), 4, "those of the other shelf");
    drop(other);
    assert_eq!(books(process), 0, "every book was dropped once");
}

#[test]
fn what_is_lent_lends_in_turn() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let inner = shelf.inner_mut();
    inner.label_mut().push_str(" one");
    let mut second = mem::replace(inner.inner_mut(), Shelf::new(process));
    second.label_mut().push_str(" two");
    assert!(second.say().contains("inner two"));
    assert!(shelf.say().contains("label: \"inner one\""), "{}", shelf.say());
    drop(second);
    drop(shelf);
    assert_eq!(books(process), 0);
}

#[test]
fn what_borrows_lends_for_as_long_as_it_borrows() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let mut all = shelf.books_mut();
    let [Some(a), Some(b), Some(c), None] = [all.next(), all.next(), all.next(), all.next()] else {
        panic!("there are three")
    };
    mem::swap(a, c);
    b.title_mut().make_ascii_uppercase();
    all.label_mut().push('?');
    // What it lent is there although it has not ended.
    let said = shelf.say();
    assert_eq!(
        said,
        told("first", &["c", "B", "a"], "None").replace("\"label\"", "\"label?\"")
    );
    let mut all = shelf.books_mut();
    all.next();
    *all.label_mut() = "label".to_owned();
    drop(all);
    assert_eq!(shelf.say(), told("first", &["c", "B", "a"], "None"));
    drop(shelf);
    assert_eq!(books(process), 0);
}

#[test]
fn what_is_dropped_is_put_back_first() {
    let process = process();
    let mut shelf = Shelf::new(process);
    *shelf.first_mut() = Book::new(process, "another");
    shelf.book_mut(0).unwrap();
    drop(shelf);
    assert_eq!(books(process), 0);
    // While somebody panics, too.
    let result = std::panic::catch_unwind(|| {
        let mut shelf = Shelf::new(process);
        let book = shelf.first_mut();
        *book = Book::new(process, "another");
        panic!("out of here");
    });
    assert!(result.is_err());
    assert_eq!(books(process), 0);
}

#[test]
fn what_cannot_be_put_back_is_lost() {
    let process = process();
    let elsewhere = self::process();
    let mut shelf = Shelf::new(process);
    *shelf.first_mut() = Book::new(elsewhere, "of another nanoprocess");
    let fault = catch(|| shelf.say()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Stale);
    let fault = catch(|| shelf.say()).unwrap_err();
    assert!(fault.message.contains("could not be put back"), "{fault}");
    assert!(catch(AssertUnwindSafe(|| shelf.label_mut().len())).is_err());
    drop(shelf);
    assert_eq!(books(process), 3, "its destructor does not see the empty place");
    assert_eq!(Shelf::new(process).say(), told("first", &["a", "b", "c"], "None"));
}

#[test]
fn a_destructor_that_panics_leaves_the_place_whole() {
    let process = process();
    let mut shelf = Shelf::new(process);
    *shelf.first_mut() = Book::new(process, "thin");
    assert!(shelf.say().contains("thin"));
    let dropped = catch(AssertUnwindSafe(|| *shelf.first_mut() = Book::new(process, "thick")));
    assert!(dropped.is_ok(), "what goes wrong in destructors is told to nobody");
    assert!(shelf.say().contains("thick"));
}

#[test]
fn the_end_of_a_nanoprocess_ends_what_it_lent() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let book = shelf.first_mut();
    assert!(catch(|| Call::new(process).unit(16, [])).is_err(), "it aborts");
    assert_eq!(catch(|| book.title().to_owned()).unwrap_err().kind, FaultKind::Stale);
    *book = Book::new(process, "of the next one");
    assert_eq!(catch(|| shelf.say()).unwrap_err().kind, FaultKind::Stale);
    drop(shelf);
    assert_eq!(books(process), 0);
}

#[test]
fn borrows_out_of_borrows_have_an_end() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let run = catch(AssertUnwindSafe(|| {
        let mut inner = &mut shelf;
        for _ in 0..100_000 {
            inner = inner.inner_mut();
        }
    }));
    assert_eq!(run.unwrap_err().kind, FaultKind::Malformed);
    assert!(catch(|| shelf.say()).is_err(), "one of them is lost");
    drop(shelf);
    let mut shelf = Shelf::new(process);
    let mut inner = &mut shelf;
    for _ in 0..100 {
        inner = inner.inner_mut();
    }
    inner.label_mut().push_str(" most");
    assert!(shelf.say().contains("inner most"));
}

/// Bytes that a guest answers with where it should lend something.
fn answered<T: Get<'static, Here>>(data: &[u8]) -> nb::Fault {
    let escaped: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let body = format!(
        "(func (export \"nb0\") (param i64) (result i64) (local.get 0))
         (func (export \"nb1\") (result i64) (i64.const 1))
         (func (export \"nb2\") (param i64) (result i64) (i64.const 0))
         (func (export \"nb5\") (param i64 i64 i64) (result i64) unreachable)
         (data (i32.const 4096) \"{escaped}\")"
    );
    let process = support::process(&body, 6);
    let handle: &'static mut Handle = Box::leak(Box::new(Call::new(process).object(1, [], 2)));
    let slot = span(4096, data.len() as u32);
    let fault = catch(|| {
        let mut call = Call::new(process);
        call.handle_mut(handle);
        drop(call.value::<Here, T>(0, [slot], Anchor::of_mut(handle)));
    });
    fault.expect_err("it is nonsense")
}

#[test]
fn a_guest_that_lies_about_places_gets_a_fault() {
    let head = |tag: u8| [&[tag][..], &[0xff; 12]].concat();
    for data in [
        &b""[..],
        &[0],
        &[7],
        &head(0),
        &head(1)[..12],
        &[&head(1)[..], &[0xff; 8]].concat(),
    ] {
        assert_eq!(answered::<&mut String>(data).kind, FaultKind::Malformed);
        assert_eq!(answered::<&mut [u64]>(data).kind, FaultKind::Malformed);
        assert_eq!(answered::<&mut Vec<Book>>(data).kind, FaultKind::Malformed);
    }
}

#[test]
fn nothing_is_lent_by_nobody() {
    let process = process();
    let mut shelf = Shelf::new(process);
    let fault = catch(AssertUnwindSafe(|| {
        let mut call = shelf.handle.call();
        let this = call.handle_mut(&mut shelf.handle);
        call.value::<Here, &mut String>(36, [this], Anchor::none()).len()
    }));
    assert_eq!(fault.unwrap_err().kind, FaultKind::Malformed);
}

#[test]
fn lenders_go_from_thread_to_thread() {
    let process = process();
    let mut shelf = Shelf::new(process);
    *shelf.first_mut() = Book::new(process, "far");
    let shelf = &shelf;
    std::thread::scope(|scope| {
        let said = [(); 4].map(|()| scope.spawn(|| shelf.say()));
        for said in said {
            assert!(said.join().unwrap().contains("far"));
        }
    });
}
