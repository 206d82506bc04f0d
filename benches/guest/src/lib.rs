//! The work behind exports in the shape that the tool generates.

use nanobuild_runtime as nb;
use nb::guest;

#[path = "../../work/work.rs"]
mod work;

/// Chooses the wire format's implementations, as in generated crates.
pub struct Here;

nb::guest!(fingerprint = 1);

macro_rules! exports {
    ($($name:ident($($arg:ident),*) $body:block)*) => { $(
        #[unsafe(no_mangle)]
        pub extern "C" fn $name($($arg: u64),*) -> u64 $body
    )* };
}

exports! {
    nb0(a, b) { work::add(a, b) }
    nb1(text) { work::hash(guest::text(text)) }
    nb2(bytes) { work::ends(guest::bytes(bytes)) }
    nb3(len) { guest::reply::<Here, _>(work::fill(len as usize)) }
    nb4(value, callback) {
        let callback = guest::StandIn::of(callback);
        work::twice(value, move |value| callback.scalar([value]))
    }
    nb5(start) { guest::object_slot(work::Counter(start)) }
    nb6(this) { guest::drop_object::<work::Counter>(this) }
    nb7(this) { guest::object_mut::<work::Counter>(this).bump() }
    nb8(len) { guest::iterator::<Here, u64>(0..len) }
    nb9(this, ask, count) { guest::pull(this, ask, count) }
    nb10(this) { guest::drop_iterator(this) }
    nb11(reader) { work::drain(guest::StandIn::of(reader)) }
    nb12(count, callback) {
        let callback = guest::StandIn::of(callback);
        work::many(count, move |value| callback.scalar([value]))
    }
    nb13(value, callback) {
        let callback = guest::StandIn::of(callback);
        work::twice(value, move |value| callback.own::<Here, u64>(|w| nb::Put::<Here>::put(value, w)))
    }
}
