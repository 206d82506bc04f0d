//! Values whose type generated code cannot name: a public type behind private modules, or one of a crate that only the
//! real crate depends on. They cross as handles, and what they can do is found out where their type is known.
//!
//! Which traits a type implements is told by method resolution: [`Probe`] implements the first trait of each pair below
//! if the type has the ability, a reference to it always implements the second, and the first is tried first.
#![expect(unsafe_code, reason = "the types of hidden values are erased")]

use super::memory::{Single, give};
use super::reply::{reply, reply_with};
use super::within;
use crate::wire::{ErrorChain, Malformed, Put, Reader, Writer};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::marker::PhantomData;

type Erased = *const ();

/// What a hidden type can do.
#[derive(Clone, Copy)]
pub struct Table {
    drop: fn(Erased),
    debug: Option<fn(Erased, bool) -> String>,
    display: Option<fn(Erased, bool) -> String>,
    clone: Option<fn(Erased) -> Erased>,
    equal: Option<fn(Erased, Erased) -> bool>,
    source: Option<fn(Erased) -> Option<ErrorChain>>,
}

/// A hidden value: where it lies, and what it can do. The host has the address of this.
struct Header {
    value: Erased,
    table: Table,
}

/// Finds out what `T` can do.
pub struct Probe<T>(PhantomData<T>);

impl<T> Probe<T> {
    /// A probe for the type of a value.
    pub fn of(_value: &T) -> Probe<T> {
        Probe(PhantomData)
    }

    /// Everything that was found out.
    pub fn table(
        &self,
        debug: Option<fn(Erased, bool) -> String>,
        display: Option<fn(Erased, bool) -> String>,
        clone: Option<fn(Erased) -> Erased>,
        equal: Option<fn(Erased, Erased) -> bool>,
        source: Option<fn(Erased) -> Option<ErrorChain>>,
    ) -> Table {
        Table {
            // SAFETY: the value was boxed as a `T` by `hide` or `clone`, and is dropped once.
            drop: |value| drop(unsafe { Box::from_raw(value as *mut T) }),
            debug,
            display,
            clone,
            equal,
            source,
        }
    }
}

/// The value of type `T` at an address.
fn at<'v, T>(value: Erased) -> &'v T {
    // SAFETY: tables are made for the type of the value that they come with.
    unsafe { &*value.cast::<T>() }
}

/// One ability: the trait that has it, and the one that has not.
macro_rules! abilities {
    ($($has:ident / $lacks:ident: $ask:ident, ($($bound:tt)*), $signature:ty = $answer:expr;)*) => { $(
        #[doc(hidden)]
        pub trait $has { fn $ask(&self) -> Option<$signature>; }
        #[doc(hidden)]
        pub trait $lacks { fn $ask(&self) -> Option<$signature> { None } }
        impl<T: $($bound)*> $has for Probe<T> { fn $ask(&self) -> Option<$signature> { Some($answer) } }
        impl<T> $lacks for &Probe<T> {}
    )* };
}

abilities! {
    HasDebug / LacksDebug: can_debug, (Debug), fn(Erased, bool) -> String =
        |value, pretty| if pretty { format!("{:#?}", at::<T>(value)) } else { format!("{:?}", at::<T>(value)) };
    HasDisplay / LacksDisplay: can_display, (Display), fn(Erased, bool) -> String =
        |value, pretty| if pretty { format!("{:#}", at::<T>(value)) } else { format!("{}", at::<T>(value)) };
    HasClone / LacksClone: can_clone, (Clone), fn(Erased) -> Erased =
        |value| Box::into_raw(Box::new(at::<T>(value).clone())) as Erased;
    HasEqual / LacksEqual: can_equal, (PartialEq), fn(Erased, Erased) -> bool = |a, b| at::<T>(a) == at::<T>(b);
    HasSource / LacksSource: can_source, (Error + 'static), fn(Erased) -> Option<ErrorChain> =
        |value| at::<T>(value).source().map(ErrorChain::of);
}

/// What the type of a value can do; a macro, because the type has to be known here and may not have a name.
#[macro_export]
macro_rules! hidden_table {
    ($value:expr) => {{
        #[allow(unused_imports, reason = "one trait of each pair is used")]
        use $crate::guest::hidden::{
            HasClone, HasDebug, HasDisplay, HasEqual, HasSource, LacksClone, LacksDebug, LacksDisplay, LacksEqual,
            LacksSource,
        };
        let probe = &$crate::guest::hidden::Probe::of($value);
        probe.table(
            probe.can_debug(),
            probe.can_display(),
            probe.can_clone(),
            probe.can_equal(),
            probe.can_source(),
        )
    }};
}

/// Gives a value of a hidden type away.
#[macro_export]
macro_rules! hide {
    ($value:expr) => {{
        let value = $value;
        let table = $crate::hidden_table!(&value);
        $crate::guest::hidden::Given::new(value, table)
    }};
}

/// Shows a value of a hidden type.
#[macro_export]
macro_rules! hide_lent {
    ($value:expr) => {{
        let value = $value;
        $crate::guest::hidden::Lent::new(value, $crate::hidden_table!(value))
    }};
}

/// A hidden value on its way to the host.
pub struct Given(u32);

impl Given {
    /// Takes the value.
    pub fn new<T>(value: T, table: Table) -> Given {
        let value = within::give_object(value) as Erased;
        Given(give(Header { value, table }))
    }
}

impl<M> Put<M> for Given {
    fn lend(&self, w: &mut Writer) {
        w.u32(self.0);
    }
}

/// A hidden value that the host may look at.
pub struct Lent(u32);

/// The headers of values that were lent, by value: a value that is lent again has the same address.
static LENT: Single<RefCell<BTreeMap<(usize, usize), u32>>> = Single::new(RefCell::new(BTreeMap::new()));

impl Lent {
    /// Refers to the value.
    pub fn new<T>(value: &T, table: Table) -> Lent {
        let Some(value) = within::show_object_now(value) else {
            return Lent(0);
        };
        let value = value as Erased;
        let mut known = LENT.get().borrow_mut();
        let key = (value as usize, table.drop as usize);
        let header = known.entry(key).or_insert_with(|| give(Header { value, table }));
        Lent(*header)
    }
}

impl<M> Put<M> for Lent {
    fn lend(&self, w: &mut Writer) {
        w.u32(self.0);
    }
}

fn header(pointer: u64) -> &'static Header {
    super::memory::object::<Header>(pointer)
}

/// A hidden value that comes back: owned, or a copy that must be forgotten if it is lent.
pub fn unhide<T>(r: &mut Reader<'_>) -> Result<T, Malformed> {
    let pointer = u64::from(r.u32()?);
    let value = header(pointer).value;
    if r.is_lent() {
        return Ok(super::memory::borrowed(within::read_object(value as u32)));
    }
    let _freed = super::memory::owned::<Header>(pointer);
    Ok(super::memory::owned(value as u64))
}

/// A hidden value that the host lends.
pub fn unhide_lent<T>(r: &mut Reader<'_>) -> Result<&'static T, Malformed> {
    let value = header(u64::from(r.u32()?)).value;
    within::read_object(value as u32);
    Ok(at(value))
}

/// Drops a hidden value.
pub fn drop_hidden(pointer: u64) -> u64 {
    let header = super::memory::owned::<Header>(pointer);
    (header.table.drop)(header.value);
    0
}

/// Answers for a hidden value: its text, whether it equals another one, a copy of it, its source.
pub fn ask_hidden(pointer: u64, ask: u64, other: u64) -> u64 {
    let Header { value, table } = header(pointer);
    let pretty = other != 0;
    match ask {
        0 => reply::<(), Option<String>>(table.debug.map(|debug| debug(*value, pretty))),
        1 => reply::<(), Option<String>>(table.display.map(|display| display(*value, pretty))),
        2 => reply::<(), Option<ErrorChain>>(table.source.and_then(|source| source(*value))),
        3 => reply::<(), Option<bool>>(table.equal.map(|equal| equal(*value, header(other).value))),
        _ => reply_with(false, |w| {
            let copy = table.clone.map(|clone| Header {
                value: clone(*value),
                table: *table,
            });
            let copy = copy.map(give);
            Put::<()>::put(copy, w);
        }),
    }
}
