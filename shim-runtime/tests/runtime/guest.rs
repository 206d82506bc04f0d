//! Both halves together: a guest crate in the shape that the tool generates, and bindings in that shape.

use crate::support::{Here, build};
use nanobuild_runtime::{
    self as nb, Anchor, Call, Fault, FaultKind, Get, Handle, Inputs, Limits, Malformed, Nanoprocess, Put, Reader, Slot,
    Spec, Writer, catch,
};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::marker::PhantomData;
use std::num::{IntErrorKind, ParseIntError};
use std::sync::LazyLock;
use std::time::SystemTime;

/// Builds the guest once and compiles it ahead of time.
static ARTIFACT: LazyLock<&'static [u8]> = LazyLock::new(|| build("guest", "guest"));

/// A nanoprocess of the guest that no other test uses.
pub(crate) fn process() -> &'static Nanoprocess {
    let fingerprint = 0x1234_5678_9abc_def0;
    let limits = Limits {
        memory: 64 << 20,
        ..Limits::DEFAULT
    };
    let spec = Spec {
        name: "guest",
        artifact: *ARTIFACT,
        fingerprint,
        exports: 51,
        limits,
        ..Spec::DEFAULT
    };
    Box::leak(Box::new(Nanoprocess::new(spec)))
}

#[expect(
    dead_code,
    reason = "bindings name their nanoprocess here; these tests have one each"
)]
static NEVER: Nanoprocess = Nanoprocess::new(Spec::DEFAULT);

#[derive(Debug)]
struct Counter {
    handle: Handle,
}

nb::host_object!(Here, Counter, process = NEVER, kind = 4);

impl Counter {
    fn new(process: &'static Nanoprocess, name: &str) -> Counter {
        let mut call = Call::new(process);
        let name = call.text(name);
        Counter {
            handle: call.object(3, [name], 4),
        }
    }

    #[track_caller]
    fn bump(&mut self) -> u32 {
        let mut call = self.handle.call();
        let this = call.handle_mut(&mut self.handle);
        call.scalar(32, [this])
    }

    fn name(&self) -> &str {
        let mut call = self.handle.call();
        let this = call.handle(&self.handle);
        call.value::<Here, &str>(6, [this], Anchor::of(&self.handle))
    }

    fn rename(&mut self, name: &Option<&str>) {
        let mut call = self.handle.call();
        let this = call.handle_mut(&mut self.handle);
        let name = call.message(|w| Put::<Here>::lend(name, w));
        call.unit(25, [this, name]);
    }

    fn format(&self, export: u32, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut call = self.handle.call();
        let this = call.handle(&self.handle);
        let spec = call.message(|w| Put::<Here>::put(nb::fmt::spec(f), w));
        nb::fmt::forward(f, call.value::<Here, String>(export, [this, spec], Anchor::none()))
    }
}

impl std::fmt::Display for Counter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.format(7, f)
    }
}

struct Debugged<'a>(&'a Counter);

impl std::fmt::Debug for Debugged<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.format(8, f)
    }
}

impl Hash for Counter {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let mut call = self.handle.call();
        let this = call.handle(&self.handle);
        call.value_with(9, [this], Anchor::none(), |r| nb::replay(r, state));
    }
}

struct Words<'a> {
    handle: Handle,
    inputs: Inputs<'a>,
    marker: PhantomData<&'a ()>,
}

nb::host_object!(Here, Words<'a>, process = NEVER, kind = 11);

impl<'a> Words<'a> {
    fn new(process: &'static Nanoprocess, text: &'a str) -> Words<'a> {
        let mut call = Call::new(process);
        let mut anchor = Anchor::none();
        let slot = call.keep_text(&mut anchor, text);
        let inputs = anchor.inputs().clone();
        Words {
            handle: call.object(10, [slot], 11),
            inputs,
            marker: PhantomData,
        }
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut call = self.handle.call();
        let this = call.handle_mut(&mut self.handle);
        let mut anchor = Anchor::none();
        anchor.inherit(&self.inputs);
        call.value::<Here, _>(12, [this], anchor)
    }
}

#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq)]
struct Span([u8; 8]);

nb::host_bytes!(Here, Span);

#[derive(Debug)]
enum Tree {
    Leaf(i64),
    Node(Vec<Tree>),
    Named { name: String, counter: Box<Counter> },
}

impl Put<Here> for Tree {
    fn put(self, w: &mut Writer) {
        match self {
            Tree::Leaf(value) => {
                w.u8(0);
                Put::<Here>::put(value, w);
            }
            Tree::Node(children) => {
                w.u8(1);
                Put::<Here>::put(children, w);
            }
            Tree::Named { name, counter } => {
                w.u8(2);
                Put::<Here>::put(name, w);
                Put::<Here>::put(counter, w);
            }
        }
    }

    fn lend(&self, w: &mut Writer) {
        match self {
            Tree::Leaf(value) => {
                w.u8(0);
                Put::<Here>::lend(value, w);
            }
            Tree::Node(children) => {
                w.u8(1);
                Put::<Here>::lend(children, w);
            }
            Tree::Named { name, counter } => {
                w.u8(2);
                Put::<Here>::lend(name, w);
                Put::<Here>::lend(counter, w);
            }
        }
    }
}

impl<'r> Get<'r, Here> for Tree {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        Ok(match r.u8()? {
            0 => Tree::Leaf(<i64 as Get<'r, Here>>::get(r)?),
            1 => Tree::Node(<Vec<Tree> as Get<'r, Here>>::get(r)?),
            2 => Tree::Named {
                name: <String as Get<'r, Here>>::get(r)?,
                counter: <Box<Counter> as Get<'r, Here>>::get(r)?,
            },
            _ => return Err(Malformed("not a Tree")),
        })
    }
}

#[test]
fn scalars_text_and_bytes() {
    let process = process();
    assert_eq!(Call::new(process).scalar::<u32>(0, [2, 3]), 5);
    for text in ["", "grüße", &"long ".repeat(50_000)] {
        let mut call = Call::new(process);
        let slot = call.text(text);
        assert_eq!(call.scalar::<usize>(1, [slot]), text.len());
        let mut call = Call::new(process);
        let slot = call.text(text);
        assert_eq!(
            call.value::<Here, String>(2, [slot], Anchor::none()),
            text.to_uppercase()
        );
    }
    let mut call = Call::new(process);
    let slot = call.bytes(b"abca");
    let counts: BTreeMap<u8, u64> = call.value::<Here, _>(19, [slot], Anchor::none());
    assert_eq!(counts, BTreeMap::from([(b'a', 2), (b'b', 1), (b'c', 1)]));
}

#[test]
fn large_answers_do_not_pile_up() {
    let process = process();
    for _ in 0..100 {
        let mut call = Call::new(process);
        let bytes = call.bytes(b"12345678");
        let times = (1_usize << 17).into_slot();
        let repeated = call.value::<Here, Vec<u8>>(20, [bytes, times], Anchor::none());
        assert_eq!(repeated.len(), 1 << 20);
        assert!(repeated.ends_with(b"12345678"));
    }
}

#[test]
fn a_usize_that_does_not_fit_is_a_fault() {
    let fault = catch(|| {
        let mut call = Call::new(process());
        let bytes = call.bytes(b"x");
        call.value::<Here, Vec<u8>>(20, [bytes, (1_usize << 40).into_slot()], Anchor::none())
    });
    assert_eq!(fault.unwrap_err().kind, FaultKind::Host);
}

#[test]
fn objects() {
    let process = process();
    let mut counter = Counter::new(process, "apples");
    assert_eq!((counter.bump(), counter.bump()), (1, 2));
    let name = counter.name();
    assert_eq!(name, "apples");
    assert!(
        std::ptr::eq(name, counter.name()),
        "a getter does not make its owner grow"
    );
    counter.rename(&Some("pears"));
    assert_eq!(counter.name(), "pears");
    counter.rename(&None);
    assert_eq!(counter.name(), "pears");
}

#[test]
fn a_panic_says_what_and_where() {
    let process = process();
    let mut counter = Counter::new(process, "apples");
    counter.bump();
    counter.bump();
    let Fault {
        kind,
        message,
        location,
        ..
    } = catch(|| counter.bump()).expect_err("it panics");
    assert_eq!(
        (kind, message.as_str()),
        (FaultKind::Panic, "three is one too many for apples")
    );
    assert!(location.unwrap().starts_with("src/lib.rs:"));
    assert_eq!(counter.bump(), 4, "the object lives on");
    for _ in 0..3 {
        let mut other = Counter::new(process, "more");
        assert!(
            catch(std::panic::AssertUnwindSafe(|| (
                other.bump(),
                other.bump(),
                other.bump()
            )))
            .is_err()
        );
    }
}

#[test]
fn formatting_honours_the_options() {
    let process = process();
    let counter = Counter::new(process, "a");
    let native = "a=0";
    assert_eq!(format!("{counter}"), native);
    assert_eq!(
        format!("{counter:>8}|{counter:^8}|{counter:<8}|{counter:8}|"),
        format!("{native:>8}|{native:^8}|{native:<8}|{native:8}|")
    );
    assert_eq!(format!("{counter:*^9.2}"), format!("{native:*^9.2}"));
    assert_eq!(format!("{:?}", Debugged(&counter)), "Counter { name: \"a\", count: 0 }");
    assert_eq!(
        format!("{:#?}", Debugged(&counter)),
        "Counter {\n    name: \"a\",\n    count: 0,\n}"
    );
    assert_eq!(
        format!("{:02x?}", Debugged(&counter)),
        "Counter { name: \"a\", count: 00 }"
    );
    assert_eq!(format!("{:+}", counter), native);
}

#[test]
fn hashes_agree_with_native_ones() {
    #[derive(Hash)]
    struct Native {
        name: String,
        count: u32,
    }
    let hash = |value: &dyn Fn(&mut DefaultHasher)| {
        let mut hasher = DefaultHasher::new();
        value(&mut hasher);
        hasher.finish()
    };
    let counter = Counter::new(process(), "apples");
    let native = Native {
        name: "apples".to_owned(),
        count: 0,
    };
    assert_eq!(
        hash(&|hasher| counter.hash(hasher)),
        hash(&|hasher| native.hash(hasher))
    );
}

#[test]
fn borrowed_input_maps_back_to_the_host() {
    let process = process();
    let text = String::from("eins zwei  drei");
    let words: Vec<&str> = Words::new(process, &text).collect();
    assert_eq!(words, ["eins", "zwei", "drei"]);
    let range = text.as_bytes().as_ptr_range();
    assert!(
        words.iter().all(|word| range.contains(&word.as_ptr())),
        "the words are slices of the input"
    );
}

#[test]
fn closures() {
    let process = process();
    let mut seen = Vec::new();
    let mut double = |r: &mut Reader<'_>, w: &mut Writer| {
        let value = <u32 as Get<Here>>::get(r)?;
        seen.push(value);
        let inner: u32 = Call::new(process).scalar(0, [value.into(), value.into()]);
        Put::<Here>::put(inner, w);
        Ok(())
    };
    let mut call = Call::new(process);
    let values = call.message(|w| Put::<Here>::lend(&[1_u32, 2, 3].as_slice(), w));
    let id = call.callback(&mut double);
    let doubled: Vec<u32> = call.value::<Here, _>(13, [values, id], Anchor::none());
    assert_eq!((doubled, seen), (vec![2, 4, 6], vec![1, 2, 3]));
}

#[test]
fn closures_are_lent_objects() {
    let process = process();
    let mut shown = String::new();
    let mut show = |r: &mut Reader<'_>, _: &mut Writer| {
        let counter = <&Counter as Get<Here>>::get(r)?;
        shown = counter.to_string();
        Ok(())
    };
    let mut call = Call::new(process);
    let id = call.callback(&mut show);
    assert_eq!(call.scalar::<u32>(29, [id]), 7, "the guest's object is still its own");
    assert_eq!(shown, "mine=7");
}

#[test]
fn values_that_hold_objects() {
    let process = process();
    let mut counter = Counter::new(process, "inner");
    counter.bump();
    let tree = Tree::Node(vec![
        Tree::Leaf(40),
        Tree::Named {
            name: "n".into(),
            counter: Box::new(counter),
        },
    ]);
    let mut call = Call::new(process);
    let lent = call.message(|w| Put::<Here>::lend(&&tree, w));
    assert_eq!(call.scalar::<i64>(15, [lent]), 41);
    let mut call = Call::new(process);
    let given = call.message(|w| Put::<Here>::put(tree, w));
    let tree = call.value::<Here, Tree>(14, [given], Anchor::none());
    let Tree::Node(mut children) = tree else {
        panic!("{tree:?}")
    };
    let Some(Tree::Named { name, mut counter }) = children.pop() else {
        panic!("{children:?}")
    };
    assert_eq!(
        (name.as_str(), counter.name().to_owned(), counter.bump()),
        ("n", "inner".to_owned(), 2)
    );
    assert!(matches!(children.pop(), Some(Tree::Leaf(40))));
}

#[test]
fn mutable_values_come_back() {
    let process = process();
    let mut strings = Vec::with_capacity(8);
    strings.extend(["b".to_owned(), "a".to_owned()]);
    let place = strings.as_ptr();
    let mut call = Call::new(process);
    let slot = call.message(|w| Put::<Here>::lend_mut(&mut strings, w));
    call.value_with(22, [slot], Anchor::none(), |r| Get::<Here>::get_back(r, &mut strings));
    assert_eq!(strings, ["a", "b", "8"]);
    assert_eq!(strings.as_ptr(), place, "it stays where it is");
    let mut bytes = [1_u8; 2000];
    let mut call = Call::new(process);
    let slot = call.message(|w| Put::<Here>::lend_mut(bytes.as_mut_slice(), w));
    let back: Vec<u8> = call.value::<Here, _>(30, [slot], Anchor::none());
    bytes.copy_from_slice(&back);
    assert_eq!(bytes, [9; 2000]);
}

#[test]
fn opaque_copies() {
    let process = process();
    let span: Span = Call::new(process).value::<Here, _>(23, [5], Anchor::none());
    assert_eq!(span, Span([7, 0, 0, 0, 5, 0, 0, 0]));
    let mut call = Call::new(process);
    let slot = call.message(|w| Put::<Here>::put(span, w));
    assert_eq!(call.scalar::<u32>(24, [slot]), 5);
}

#[test]
fn constants_are_made_when_needed() {
    let process = process();
    let constant = || Counter {
        handle: Handle::Named {
            process,
            make: 21,
            kind: 4,
        },
    };
    let (one, mut two) = (constant(), constant());
    assert_eq!(one.name(), "constant");
    assert_eq!(two.bump(), 41, "a constant that is changed is a copy");
    assert_eq!(two.bump(), 42);
    assert_eq!(one.to_string(), "constant=40");
    assert!(catch(|| Call::new(process).unit(16, [])).is_err());
    assert_eq!(one.to_string(), "constant=40", "it is made anew in the next instance");
    assert_eq!(catch(|| two.to_string()).unwrap_err().kind, FaultKind::Stale);
}

#[test]
fn ends_of_programs() {
    let process = process();
    let fault = |export| {
        catch(|| Call::new(process).unit(export, []))
            .expect_err("it fails")
            .kind
    };
    assert!(matches!(fault(16), FaultKind::Trap(_)));
    assert_eq!(
        catch(|| Call::new(process).unit(17, [0])).unwrap_err().kind,
        FaultKind::StackOverflow
    );
    assert_eq!(fault(18), FaultKind::OutOfMemory);
    assert_eq!(
        catch(|| Call::new(process).unit(26, [3])).unwrap_err().kind,
        FaultKind::Exit(3)
    );
    assert_eq!(Call::new(process).scalar::<u32>(0, [2, 3]), 5);
}

#[test]
fn std_inside() {
    let process = process();
    let now: SystemTime = Call::new(process).value::<Here, _>(27, [], Anchor::none());
    assert!(SystemTime::now().duration_since(now).unwrap().as_secs() < 5);
    let (one, two) = (
        Call::new(process).scalar::<u64>(31, []),
        Call::new(process).scalar::<u64>(31, []),
    );
    assert_ne!(one, two);
    let parse = |text: &str| {
        let mut call = Call::new(process);
        let text = call.text(text);
        call.value::<Here, Result<i8, ParseIntError>>(28, [text], Anchor::none())
    };
    assert_eq!(parse("-7"), Ok(-7));
    assert_eq!(parse("700").unwrap_err().kind(), &IntErrorKind::PosOverflow);
    let _: HashMap<String, u8> = HashMap::new();
}
