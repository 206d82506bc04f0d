//! Results by `&mut` that are a part of an argument: it is found there, or not at all.

use crate::support::{self, Here, span};
use nanobuild_runtime::{self as nb, Anchor, Call, Fault, FaultKind, Get, Nanoprocess, Put, Writer, catch};
use std::any::Any;
use std::panic::AssertUnwindSafe;

/// A nanoprocess whose only export replies with these bytes.
fn replies(data: &[u8]) -> &'static Nanoprocess {
    let escaped: String = data.iter().map(|byte| format!("\\{byte:02x}")).collect();
    let export = "(func (export \"nb0\") (param i64) (result i64) (local.get 0))";
    support::process(&format!("{export} (data (i32.const 4096) \"{escaped}\")"), 1)
}

/// A value with parts of one type.
struct List(Vec<String>);

impl Put<Here> for List {
    fn lend(&self, w: &mut Writer) {
        Put::<Here>::lend(&self.0, w);
    }
}

impl nb::Nodes<Here> for List {
    fn find<'v>(&'v mut self, is_it: &mut nb::IsIt<'_>) -> Option<&'v mut dyn Any> {
        if is_it(&*self) {
            return Some(self);
        }
        let text = self.0.iter_mut().find(|text| is_it(&**text));
        text.map(|text| text as _)
    }
}

#[test]
fn parts_are_found_in_the_value_or_not_at_all() {
    let part = |data: [u8; 5], list: &mut List| {
        let process = replies(&data);
        catch(AssertUnwindSafe(|| {
            let text = Call::new(process).value_with(0, [span(4096, 5)], Anchor::none(), |r| {
                r.within::<Here, _>(list);
                <&mut String as Get<'_, Here>>::get(r)
            });
            text.push('!');
        }))
    };
    let mut list = List(vec!["a".to_owned(), "b".to_owned()]);
    part([2, 1, 0, 0, 0], &mut list).unwrap();
    assert_eq!(list.0, ["a", "b!"]);
    for data in [[2, 2, 0, 0, 0], [2, 0xff, 0xff, 0xff, 0xff], [0; 5], [1; 5], [3; 5]] {
        assert_eq!(part(data, &mut list).unwrap_err().kind, FaultKind::Malformed);
    }
    assert_eq!(list.0, ["a", "b!"]);
}

/// What a guest says of the bytes that it was lent, read as text; what is found is made loud.
fn piece(data: &[u8], bytes: &mut [u8]) -> Result<(), Fault> {
    let process = replies(data);
    catch(AssertUnwindSafe(|| {
        let reply = span(4096, u32::try_from(data.len()).unwrap());
        let text = Call::new(process).value_with(0, [reply], Anchor::none(), |r| {
            r.within_bytes(bytes);
            <&mut str as Get<'_, Here>>::get(r)
        });
        text.make_ascii_uppercase();
    }))
}

#[test]
fn pieces_lie_in_the_bytes_or_nowhere() {
    let mut bytes = *b"abc\xffde";
    piece(&[3, 1, 0, 0, 0, 2, 0, 0, 0], &mut bytes).unwrap();
    piece(&[3, 6, 0, 0, 0, 0, 0, 0, 0], &mut bytes).unwrap();
    assert_eq!(bytes, *b"aBC\xffde");
    let lies: [&[u8]; 9] = [
        // Beyond the end, by its start, its length, and both; and where they add up to something small.
        &[3, 7, 0, 0, 0, 0, 0, 0, 0],
        &[3, 4, 0, 0, 0, 3, 0, 0, 0],
        &[3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        &[3, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff],
        // Not text.
        &[3, 2, 0, 0, 0, 2, 0, 0, 0],
        // Something else than a piece, and less than one.
        &[2, 0, 0, 0, 0],
        &[0, 1, 0, 0, 0, 1, 0, 0, 0],
        &[3, 1, 0, 0],
        &[],
    ];
    for lie in lies {
        assert_eq!(piece(lie, &mut bytes).unwrap_err().kind, FaultKind::Malformed);
    }
    assert_eq!(bytes, *b"aBC\xffde");
}
