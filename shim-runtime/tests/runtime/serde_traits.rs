//! Serde's traits across the boundary: what comes of it is what comes of it natively, errors too.

use crate::support::{Here, build, process as raw, span};
use nanobuild_runtime::{self as nb, Anchor, Call, FaultKind, Handle, Lease, Limits, Nanoprocess, Spec, Ticket, catch};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;
use std::sync::LazyLock;

static ARTIFACT: LazyLock<&'static [u8]> = LazyLock::new(|| build("serde-guest", "serde_guest"));

static PROCESS: LazyLock<&'static Nanoprocess> = LazyLock::new(process);

/// A nanoprocess of the guest that no other test uses.
fn process() -> &'static Nanoprocess {
    let limits = Limits {
        memory: 64 << 20,
        ..Limits::DEFAULT
    };
    let spec = Spec {
        name: "guest",
        artifact: *ARTIFACT,
        fingerprint: 0x1234_5678_9abc_def0,
        exports: 6,
        answer: 1,
        limits,
        ..Spec::DEFAULT
    };
    Box::leak(Box::new(Nanoprocess::new(spec)))
}

fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, String> {
    let mut values = Lease::for_value(&value);
    values.able(|able| able.serialize());
    let mut call = Call::new(*PROCESS);
    let value = call.keep_value(&mut values, value);
    call.serve(&mut values);
    call.value::<Here, _>(2, [value], Anchor::none())
}

fn from_str<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let mut values = Lease::<'_, T>::new();
    values.able(|able| able.deserialize());
    let mut call = Call::new(*PROCESS);
    let maker = call.maker(&mut values);
    call.serve(&mut values);
    let text = call.text(text);
    let made = call.value::<Here, Result<Ticket, String>>(3, [text, maker], Anchor::none());
    made.map(|ticket| values.take(ticket, *PROCESS))
}

/// A type of the sandboxed crate, as its bindings have it.
#[derive(Debug)]
struct Shape(Handle);

impl<'r> nb::Get<'r, Here> for Shape {
    fn get(r: &mut nb::Reader<'r>) -> Result<Self, nb::Malformed> {
        r.handle(0).map(Shape)
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut call = Call::new(*PROCESS);
        let this = call.handle(&self.0);
        let people = nb::Slot::into_slot(nb::human_readable(&serializer));
        let tape = call.value::<Here, nb::Tape>(4, [this, people], Anchor::none());
        tape.play(serializer, *PROCESS)
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut lent = nb::Lent::new(*PROCESS, deserializer);
        let people = lent.is_human_readable();
        let mut answer = |r: &mut nb::Reader<'_>, w: &mut nb::Writer| lent.answer(r, w);
        let mut call = Call::new(*PROCESS);
        let number = call.callback(&mut answer) | nb::Slot::into_slot(people) << 32;
        let answered = call.value::<Here, nb::Answered<Shape, D::Error>>(5, [number], Anchor::none());
        answered.settle(lent.into_kept())
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Everything {
    flags: (bool, bool),
    small: (i8, i16, u8, u16),
    large: (i32, i64, u32, u64),
    huge: i128,
    floats: [f64; 2],
    single: f32,
    letter: char,
    text: String,
    nothing: (),
    maybe: Option<Option<u8>>,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    list: Vec<Kind>,
    map: BTreeMap<u32, String>,
    unit: Unit,
    newtype: Newtype,
    pair: Pair,
    #[serde(flatten)]
    rest: BTreeMap<String, Loose>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Unit;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Newtype(Box<u64>);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Pair(i8, String);

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
enum Kind {
    First,
    Second(u16),
    Third(u16, Box<Kind>),
    FourthOne { a: u16, b: Option<Box<Kind>> },
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
enum Loose {
    Number(i64),
    Text(String),
    Many(Vec<Loose>),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Nest(Vec<Nest>);

fn everything() -> Everything {
    let fourth = Kind::FourthOne {
        a: 1,
        b: Some(Box::new(Kind::Third(2, Box::new(Kind::First)))),
    };
    Everything {
        flags: (true, false),
        small: (i8::MIN, i16::MAX, u8::MAX, 0),
        large: (i32::MIN, i64::MIN, u32::MAX, u64::MAX),
        huge: -1,
        floats: [0.1, 1e300],
        single: 1.5,
        letter: 'ß',
        text: "\"\u{1F600}\n".repeat(300),
        nothing: (),
        maybe: Some(Some(3)),
        list: vec![Kind::First, Kind::Second(7), fourth],
        map: BTreeMap::from([(1, "one".to_owned()), (2, String::new())]),
        unit: Unit,
        newtype: Newtype(Box::new(5)),
        pair: Pair(-1, "p".to_owned()),
        rest: BTreeMap::from([
            ("n".to_owned(), Loose::Number(-9)),
            ("t".to_owned(), Loose::Many(vec![Loose::Text("x".to_owned())])),
        ]),
    }
}

#[test]
fn values_of_the_application_are_serialized_as_natively() {
    let value = everything();
    assert_eq!(to_string(&value), Ok(serde_json::to_string(&value).unwrap()));
    assert_eq!(to_string("unsized"), Ok("\"unsized\"".to_owned()));
    assert_eq!(to_string(&[1_u8, 2][..]), Ok("[1,2]".to_owned()));
}

#[test]
fn values_of_the_application_are_deserialized_as_natively() {
    let value = everything();
    let text = serde_json::to_string_pretty(&value).unwrap();
    assert_eq!(from_str(&text), Ok(value));
    assert_eq!(from_str::<Option<Unit>>("null"), Ok(None));
    assert_eq!(from_str::<(u8, Vec<char>)>("[1, [\"a\"]]"), Ok((1, vec!['a'])));
}

#[test]
fn errors_are_the_formats_own_with_their_places() {
    fn same<T: DeserializeOwned + std::fmt::Debug>(text: &str) {
        let native = serde_json::from_str::<T>(text).unwrap_err().to_string();
        assert_eq!(from_str::<T>(text).unwrap_err(), native, "{text}");
    }
    for text in [
        "",
        "{",
        "[1",
        "{\"flags\":\n[true,\n 3]}",
        "{\"flags\":[true]}",
        "{}",
        "{\"small\":[-129,0,0,0]}",
    ] {
        same::<Everything>(text);
    }
    for text in [
        "\"fifth\"",
        "{\"second\":\n\"x\"}",
        "{\"third\":[1]}",
        "{\"fourth-one\":{\"a\":1,\"c\":2}}",
        "{\"fourth-one\":{\"a\":1,\"a\":2}}",
        "{\"fourth-one\":{\"b\":null}}",
        "{\"first\":null,\"second\":1}",
        "5",
    ] {
        same::<Kind>(text);
    }
    for text in ["\"first\" \"more\"", "[1.5]", "300", "nul"] {
        same::<Vec<u8>>(text);
    }
    same::<Loose>("{\"no\":1}");
    same::<BTreeMap<u8, u8>>("{\"300\":1}");
}

/// Fails after some of it has been serialized.
struct Fails;

impl Serialize for Fails {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("it is a secret"))
    }
}

#[test]
fn what_cannot_be_serialized_says_why() {
    assert_eq!(to_string(&(1, Fails)), Err("it is a secret".to_owned()));
    assert_eq!(to_string(&[Some(Fails)]), Err("it is a secret".to_owned()));
    assert_eq!(
        to_string(&BTreeMap::from([((1, 2), 3)])),
        Err("key must be a string".to_owned())
    );
}

#[test]
fn values_nest_as_deeply_as_natively() {
    for depth in [1, 20, 127, 128, 100_000] {
        let text = "[".repeat(depth) + &"]".repeat(depth);
        let native = serde_json::from_str::<Nest>(&text).map_err(|error| error.to_string());
        assert_eq!(from_str::<Nest>(&text), native, "{depth}");
        if let Ok(nest) = native {
            assert_eq!(to_string(&nest), Ok(text));
        }
    }
}

#[test]
fn values_without_end_are_an_error() {
    struct Endless;
    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_some(self)
        }
    }
    assert_eq!(to_string(&Endless), Err("values nest too deeply".to_owned()));
}

#[test]
fn types_of_the_crate_are_serialized_and_deserialized() {
    let text =
        r#"[{"Named":{"name":"n","parts":["Point",{"Circle":0.5},{"Line":[-1,18446744073709551615]}],"note":"x"}}]"#;
    let shapes: Vec<Shape> = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&shapes).unwrap(), text);
    let value = serde_json::to_value(&shapes).unwrap();
    assert_eq!(serde_json::from_value::<Vec<Shape>>(value).unwrap().len(), 1);
}

#[test]
fn errors_of_types_of_the_crate_are_the_formats_own() {
    let message = |text: &str| serde_json::from_str::<Vec<Shape>>(text).unwrap_err().to_string();
    assert_eq!(
        message("[\"Point\",\n \"Square\"]"),
        "unknown variant `Square`, expected one of `Point`, `Circle`, `Line`, `Named` at line 2 column 9"
    );
    assert_eq!(
        message("[{\"Named\":{\"name\":\"n\"}}]"),
        "missing field `parts` at line 1 column 22"
    );
    assert_eq!(
        message("[{\"Line\":[1]}]"),
        "invalid length 1, expected tuple variant Shape::Line with 2 elements at line 1 column 12"
    );
    assert_eq!(message("[\"Point\""), "EOF while parsing a list at line 1 column 8");
}

#[test]
fn a_type_may_use_the_crate_while_it_is_deserialized() {
    /// Text within text, which is read in the nanoprocess too, or natively.
    #[derive(Debug, PartialEq)]
    struct Inner<const SANDBOXED: bool>(Vec<u8>);
    impl<'de, const SANDBOXED: bool> Deserialize<'de> for Inner<SANDBOXED> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let text = String::deserialize(deserializer)?;
            let inner = match SANDBOXED {
                true => from_str(&text),
                false => serde_json::from_str(&text).map_err(|error| error.to_string()),
            };
            inner.map(Inner).map_err(serde::de::Error::custom)
        }
    }
    assert_eq!(
        from_str("[\"[1,2]\",\"[]\"]"),
        Ok(vec![Inner::<true>(vec![1, 2]), Inner(vec![])])
    );
    let bad = "[\"[1,2\"]";
    let native = serde_json::from_str::<Vec<Inner<false>>>(bad).unwrap_err().to_string();
    assert_eq!(from_str::<Vec<Inner<true>>>(bad).unwrap_err(), native);
}

#[test]
fn borrowed_text_is_refused() {
    /// As `&str` is deserialized.
    #[derive(Debug)]
    struct Borrowed;
    impl<'de> Deserialize<'de> for Borrowed {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            <&str>::deserialize(deserializer).map(|_| Borrowed)
        }
    }
    let error = from_str::<Vec<Borrowed>>("[\"x\"]").unwrap_err();
    assert_eq!(
        error,
        "invalid type: string \"x\", expected a borrowed string at line 1 column 4"
    );
}

/// A guest that answers with `bytes` to whatever it is asked, and asks a maker with them in export 1.
fn liar(bytes: &[u8]) -> &'static Nanoprocess {
    let text: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let body = format!(
        r#"(import "nanobuild" "call" (func $call (param i32 i32 i32) (result i64)))
        (data (i32.const 4096) "{text}")
        (func (export "nb0") (param i64 i64) (result i64) (i64.const {}))
        (func (export "nb1") (param i64) (result i64)
            (call $call (i32.wrap_i64 (local.get 0)) (i32.const 4096) (i32.const {})))"#,
        span(4096, bytes.len() as u32),
        bytes.len(),
    );
    raw(&body, 2)
}

#[test]
fn events_that_mean_nothing_are_a_fault() {
    let deep = [vec![20; 1000], vec![21]].concat();
    let names: Vec<u8> = [&[22][..], &[0xff, 0xff, 0xff, 0x7f], b"abc"].concat();
    let tapes: [&[u8]; 9] = [
        &[],
        &[99],
        &[0],
        &[16, 5, 0, 0, 0, b'x'],
        &[16, 1, 0, 0, 0, 0xff],
        &[15, 0, 0, 0x11, 0],
        &[26, 1, 0xff, 0xff, 0xff, 0xff],
        &deep,
        &names,
    ];
    for tape in tapes {
        let process = liar(tape);
        let fault = catch(|| {
            let tape = Call::new(process).value::<Here, nb::Tape>(0, [0, 0], Anchor::none());
            tape.play(serde_json::value::Serializer, process)
        });
        assert_eq!(fault.unwrap_err().kind, FaultKind::Malformed, "{tape:?}");
    }
}

#[test]
fn a_guest_that_lies_to_a_type_harms_itself_alone() {
    // It asks for a value from a deserializer that it does not answer for, in several wrong ways.
    let make = |rest: &[u8]| [&[11][..], rest].concat();
    let questions = [
        make(&[]),
        make(&[7, 0, 0, 0, 2]),
        make(&[7, 0, 0, 0, 1]),
        vec![10, 1],
        vec![0, 1, 0, 0, 0],
    ];
    for question in questions {
        let process = liar(&question);
        let mut values = Lease::<'_, Everything>::new();
        values.able(|able| able.deserialize());
        let fault = catch(|| {
            let mut call = Call::new(process);
            let maker = call.maker(&mut values);
            call.serve(&mut values);
            call.scalar::<u64>(1, [maker])
        });
        assert_eq!(fault.unwrap_err().kind, FaultKind::Malformed, "{question:?}");
    }
}
