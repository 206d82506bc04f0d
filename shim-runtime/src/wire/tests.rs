//! Every type that crosses by value comes back as it went; nonsense is refused.

use super::{Get, Malformed, Put, Reader, Slot, Writer};
use crate::host::Anchor;
use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, VecDeque};
use std::ffi::{CString, OsString};
use std::fmt::Debug;
use std::marker::PhantomData;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::{NonZeroU8, NonZeroU32, Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, RangeFull};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

struct Here;

fn put<T: Put<Here>>(value: T) -> Vec<u8> {
    let mut writer = Writer::new();
    value.put(&mut writer);
    assert!(writer.take_fault().is_none());
    writer.into_bytes()
}

fn get<T: Get<'static, Here>>(bytes: Vec<u8>) -> Result<T, Malformed> {
    let mut reader = Reader::of(bytes, Anchor::none());
    let value = T::get(&mut reader)?;
    reader.finish()?;
    Ok(value)
}

/// There and back, given, lent and surrendered; and no proper prefix of the bytes is taken for the value.
#[track_caller]
fn crosses<T: Put<Here> + Get<'static, Here> + Clone + PartialEq + Debug>(mut value: T) {
    let given = put(value.clone());
    assert_eq!(get::<T>(given.clone()), Ok(value.clone()));
    for end in 0..given.len() {
        assert!(
            get::<T>(given[..end].to_vec()).is_err(),
            "{end} bytes of {given:?} are no {value:?}"
        );
    }
    let mut lent = Writer::new();
    value.lend(&mut lent);
    assert_eq!(get::<T>(lent.into_bytes()), Ok(value.clone()));
    let mut surrendered = Writer::new();
    let expected = value.clone();
    value.surrender(&mut surrendered);
    assert_eq!(get::<T>(surrendered.into_bytes()), Ok(expected));
}

/// As [`crosses`], for types that can neither be cloned nor compared.
#[track_caller]
fn looks_the_same<T: Put<Here> + Get<'static, Here> + Debug>(value: T) {
    let before = format!("{value:?}");
    let after: T = get(put(value)).expect("it comes back");
    assert_eq!(format!("{after:?}"), before);
}

#[test]
fn scalars() {
    crosses((u8::MAX, u16::MAX, u32::MAX, u64::MAX, u128::MAX));
    crosses((i8::MIN, i16::MIN, i32::MIN, i64::MIN, i128::MIN));
    crosses((1.5_f32, -0.25_f64, true, 'ß', ()));
    crosses((usize::MAX, isize::MAX, isize::MIN, 7_usize, -7_isize));
    crosses((NonZeroU8::MAX, NonZeroU32::MIN));
    crosses((Wrapping(3), Saturating(4), Reverse(5)));
    crosses((Ordering::Less, Ordering::Equal, Ordering::Greater));
}

#[test]
fn slots() {
    fn same<T: Slot + Copy + PartialEq + Debug>(values: &[T]) {
        for value in values {
            assert_eq!(T::from_slot(value.into_slot()), Ok(*value));
        }
    }
    same(&[0, u8::MAX]);
    same(&[i8::MIN, -1, i8::MAX]);
    same(&[u64::MAX]);
    same(&[i64::MIN]);
    same(&[0, 7, usize::MAX]);
    same(&[isize::MIN, -7, isize::MAX]);
    same(&[true, false]);
    same(&['a', char::MAX]);
    same(&[1.5_f32]);
    same(&[-1.5_f64]);
    same(&[()]);
    assert!(u8::from_slot(256).is_err());
    assert!(i8::from_slot(128).is_err());
    assert!(bool::from_slot(2).is_err());
    assert!(char::from_slot(0xd800).is_err());
    assert!(f32::from_slot(1 << 32).is_err());
    assert!(<()>::from_slot(1).is_err());
}

#[test]
fn text_and_bytes() {
    crosses("grüße".to_owned());
    crosses("grüße");
    crosses(b"bytes".as_slice());
    crosses(vec![1_u8, 2, 3]);
    crosses((Box::<str>::from("a"), Rc::<str>::from("b"), Arc::<str>::from("c")));
    crosses((PathBuf::from("/a/b"), Path::new("c"), OsString::from("d")));
    crosses((CString::new("x").unwrap(), c"y"));
    crosses((Cow::Borrowed("a"), Cow::<str>::Owned("b".into())));
    crosses((Cow::Borrowed(b"a".as_slice()), Cow::<[u16]>::Owned(vec![1])));
    crosses(Cow::Borrowed(Path::new("x")));
}

#[test]
fn compounds() {
    crosses((
        Some(1_u8),
        None::<String>,
        Ok::<u8, String>(1),
        Err::<u8, _>("no".to_owned()),
    ));
    crosses((Bound::Included(1), Bound::Excluded(2), Bound::<u8>::Unbounded));
    crosses((ControlFlow::<u8, i8>::Break(1), ControlFlow::<u8, i8>::Continue(-1)));
    crosses(([1_u16; 3], ["a".to_owned(), "b".to_owned()], [0_u8; 0]));
    crosses((
        Box::new(1),
        Rc::new("a".to_owned()),
        Arc::new(vec![1]),
        PhantomData::<str>,
    ));
    crosses((
        Box::<[u8]>::from([1, 2]),
        Rc::<[u8]>::from([1]),
        Arc::<[i32]>::from([-1]),
    ));
    crosses((1..2, 1.., ..2_u8, ..=2, 1..=2, RangeFull));
    crosses(("inner".to_owned(), ((1, (2, (3,))), vec![vec![Some("x".to_owned())]])));
    static PAIR: (u8, &str) = (1, "a");
    crosses((&1_u8, [1_u16, 2].as_slice(), &PAIR));
}

#[test]
fn collections() {
    crosses(vec!["a".to_owned(), String::new()]);
    crosses((
        vec![1_u32; 1000],
        vec![-1.0_f64; 3],
        vec![true, false],
        vec!['a'],
        vec![(); 3],
    ));
    crosses(VecDeque::from([1, 2, 3]));
    crosses(LinkedList::from([1, 2]));
    crosses(BTreeMap::from([(1, "a".to_owned()), (2, "b".to_owned())]));
    crosses(HashMap::<String, u8>::from([("a".to_owned(), 1)]));
    crosses((BTreeSet::from([3, 1]), HashSet::<u64>::from([9])));
    let heap = BinaryHeap::from([1, 5, 3]);
    assert_eq!(
        get::<BinaryHeap<i32>>(put(heap.clone())).unwrap().into_sorted_vec(),
        heap.into_sorted_vec()
    );
}

#[test]
fn std_values() {
    crosses((Duration::MAX, Duration::from_millis(1)));
    crosses((SystemTime::now(), SystemTime::UNIX_EPOCH - Duration::from_secs(5)));
    crosses((IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)));
    crosses((
        "127.0.0.1:80".parse::<SocketAddr>().unwrap(),
        "[::1]:80".parse::<SocketAddr>().unwrap(),
    ));
    assert!(get::<Duration>(put((1_u64, 1_000_000_000_u32))).is_err());
    assert!(get::<SystemTime>(put((0_u8, u64::MAX, 0_u32))).is_err());
}

#[test]
fn errors() {
    use std::char::{CharTryFromError, TryFromCharError};
    use std::num::TryFromIntError;
    for text in ["", "x", "128", "-129"] {
        crosses(text.parse::<i8>().unwrap_err());
    }
    crosses("0".parse::<NonZeroU8>().unwrap_err());
    crosses(("".parse::<f32>().unwrap_err(), "x".parse::<f32>().unwrap_err()));
    crosses((
        "".parse::<char>().unwrap_err(),
        "xx".parse::<char>().unwrap_err(),
        "".parse::<bool>().unwrap_err(),
    ));
    crosses(("".parse::<IpAddr>().unwrap_err(), "".parse::<SocketAddr>().unwrap_err()));
    crosses::<TryFromIntError>(u8::try_from(256).unwrap_err());
    crosses::<CharTryFromError>(char::try_from(0xd800_u32).unwrap_err());
    crosses::<TryFromCharError>(u8::try_from('Ā').unwrap_err());
    crosses(std::fmt::Error);
    for bytes in [b"abc\xff".as_slice(), b"ab\xe2\x82x", b"\xf0\x9f\x92x", b"abc\xf0\x9f"] {
        crosses(std::str::from_utf8(bytes).unwrap_err());
        crosses(String::from_utf8(bytes.to_vec()).unwrap_err());
    }
    let later = SystemTime::now() + Duration::from_secs(5);
    looks_the_same(SystemTime::now().duration_since(later).unwrap_err());
    looks_the_same(std::alloc::Layout::from_size_align(1, 3).unwrap_err());
    looks_the_same(<[u8; 2]>::try_from([1].as_slice()).unwrap_err());
}

#[test]
fn io_errors() {
    use std::io::{Error, ErrorKind};
    crosses((ErrorKind::NotFound, ErrorKind::UnexpectedEof, ErrorKind::Other));
    let bare: Error = get(put(Error::from(ErrorKind::NotFound))).unwrap();
    assert!(bare.get_ref().is_none() && bare.kind() == ErrorKind::NotFound);
    let told: Error = get(put(Error::new(ErrorKind::InvalidData, "bad"))).unwrap();
    assert_eq!(
        (told.kind(), told.to_string()),
        (ErrorKind::InvalidData, "bad".to_owned())
    );
    let numbered = Error::from_raw_os_error(2);
    let text = numbered.to_string();
    assert_eq!(get::<Error>(put(numbered)).unwrap().to_string(), text);
}

#[test]
fn format_options() {
    use super::fmt::Spec;
    struct Probe;
    impl std::fmt::Display for Probe {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            crosses(Spec::of(f));
            write!(f, "{:?}", Spec::of(f))
        }
    }
    assert!(format!("{Probe}").contains("alternate: false"));
    let all = format!("{:*^+#012.3}", Probe);
    for part in [
        "alternate: true",
        "plus: true",
        "zero: true",
        "Center",
        "'*'",
        "Some(12)",
        "Some(3)",
    ] {
        assert!(all.contains(part), "{all}");
    }
}

#[test]
fn hash_records() {
    use super::hash::{Recorder, replay};
    use std::hash::{DefaultHasher, Hash, Hasher};
    let value = (1_u8, -2_i64, "text", 7_usize, [1_u16, 2], Some('x'), 1_u128);
    let mut writer = Writer::new();
    value.hash(&mut Recorder(&mut writer));
    let mut replayed = DefaultHasher::new();
    replay(&mut Reader::of(writer.into_bytes(), Anchor::none()), &mut replayed).unwrap();
    let mut direct = DefaultHasher::new();
    value.hash(&mut direct);
    assert_eq!(replayed.finish(), direct.finish());
    assert!(replay(&mut Reader::of(vec![99], Anchor::none()), &mut direct).is_err());
}

#[test]
fn nonsense_is_refused() {
    assert!(get::<bool>(vec![2]).is_err());
    assert!(get::<char>(put(0xd800_u32)).is_err());
    assert!(get::<NonZeroU8>(vec![0]).is_err());
    assert!(get::<Option<u8>>(vec![2]).is_err());
    assert!(get::<Ordering>(vec![5]).is_err());
    assert!(get::<std::convert::Infallible>(vec![]).is_err());
    assert!(get::<String>(put(vec![0xff_u8])).is_err());
    assert!(get::<&str>(put(vec![0xff_u8])).is_err());
    assert!(get::<CString>(put(vec![1_u8])).is_err());
    assert!(get::<String>(vec![9, 0, 0, 0, 0]).is_err());
    assert!(get::<(u8,)>(vec![1, 2]).is_err());
    // A span needs a guest to point into.
    assert!(get::<&str>(vec![1, 0, 0, 0, 0, 0, 0, 0, 0]).is_err());
}

#[test]
fn lengths_size_nothing() {
    let huge = u32::MAX.to_le_bytes().to_vec();
    assert!(get::<Vec<u64>>(huge.clone()).is_err());
    assert!(get::<Vec<String>>(huge.clone()).is_err());
    assert!(get::<Vec<()>>(huge.clone()).is_err());
    assert!(get::<BTreeMap<u8, u8>>(huge.clone()).is_err());
    assert!(get::<HashSet<()>>(huge.clone()).is_err());
    assert!(get::<String>([vec![0], huge].concat()).is_err());
}

#[test]
fn nesting_is_capped() {
    #[derive(Debug)]
    struct Chain(#[expect(dead_code, reason = "only nested")] Option<Box<Chain>>);
    impl<'r> Get<'r, Here> for Chain {
        fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
            <Option<Box<Chain>> as Get<'r, Here>>::get(r).map(Chain)
        }
    }
    let chain = |len| get::<Chain>([vec![1; len], vec![0]].concat());
    assert!(chain(200).is_ok());
    assert_eq!(chain(1 << 20).unwrap_err(), Malformed("values nest too deeply"));
}

#[test]
fn what_does_not_fit_is_a_fault() {
    fn fault<T: Put<Here>>(value: T) -> String {
        let mut writer = Writer::new();
        value.lend(&mut writer);
        writer.take_fault().expect("it does not fit").to_string()
    }
    assert!(fault(1_usize << 40).contains("1099511627776"));
    assert!(fault(-(1_isize << 40)).contains("-1099511627776"));
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        assert!(fault(OsString::from_vec(vec![0xff])).contains("not UTF-8"));
    }
}

#[test]
fn borrows_are_kept_once() {
    let arena = super::arena::Arena::new();
    let bytes = put(("text", &(1_u8, "inner")));
    type Pair<'r> = (&'r str, &'r (u8, &'r str));
    let read =
        |bytes: &[u8]| -> Pair<'_> { Get::<Here>::get(&mut Reader::of(bytes.to_vec(), Anchor::at(&arena))).unwrap() };
    let (first, second) = (read(&bytes), read(&bytes));
    assert_eq!(first, ("text", &(1, "inner")));
    assert!(std::ptr::eq(first.0, second.0) && std::ptr::eq(first.1, second.1));
    // The same bytes as another type are another value.
    let other: &(u8, Cow<'_, str>) =
        Get::<Here>::get(&mut Reader::of(put(&(1_u8, Cow::Borrowed("x"))), Anchor::at(&arena))).unwrap();
    assert_eq!(other.1, "x");
}

/// There and back, the iterator has the same parts to give.
#[track_caller]
fn gives_the_same<T>(parts: T)
where
    T: Put<Here> + Get<'static, Here> + Clone + Iterator<Item = &'static str>,
{
    let after: T = get(put(parts.clone())).expect("it comes back");
    assert_eq!(after.collect::<Vec<_>>(), parts.collect::<Vec<_>>());
}

#[test]
fn iterators_over_text_go_on_where_they_were() {
    for text in [
        "",
        "a",
        "a/b",
        "/",
        "//a b/\u{e9}0123456789:;<",
        "0/",
        "no separator at all",
    ] {
        let whole = text.split('/');
        gives_the_same(whole.clone());
        let mut rest = whole;
        while rest.next().is_some() {
            gives_the_same(rest.clone());
        }
    }
    for text in ["", "\n", "a\n\nb", "a\r\r\n\n", "a\r", "\r\n \n"] {
        gives_the_same(text.lines());
    }
    gives_the_same("  a b\u{a0}c\t".split_whitespace());
    let mut letters = "a\u{e9}b".chars();
    letters.next();
    let after: std::str::Chars<'static> = get(put(letters)).expect("it comes back");
    assert_eq!(after.as_str(), "\u{e9}b");
    assert!(get::<std::str::Split<'static, char>>(vec![2, b'/', 0, 0, 0, 0]).is_err());
}
