//! A guest that follows any script (`fuzz/guest`), used in every way there is. Each use gives a value or a fault, and another
//! nanoprocess of the same code goes on as if nothing had been. For the fuzz target, and for a test with scripts by chance.

use nanobuild_runtime::{
    Abilities, Anchor, Call, Get, Handle, Lease, Limits, Nanoprocess, Reader, Remote, Slot, Spec, Writer, catch,
};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

struct Here;

/// What a guest's nanoprocess is made of, but for its code.
pub(crate) const SPEC: Spec = Spec {
    name: "fuzz",
    renewable: true,
    exports: 6,
    limits: Limits {
        memory: 16 << 20,
        ..Limits::DEFAULT
    },
    ..Spec::DEFAULT
};

/// Runs one use; a fault is as good as a value. Any other panic is ours and ends the fuzzer.
fn using(f: impl FnOnce()) {
    let _ = catch(f);
}

fn value<T: for<'r> Get<'r, Here>>(hostile: &'static Nanoprocess) {
    using(|| drop(Call::new(hostile).value::<Here, T>(1, [], Anchor::none())));
}

fn object(hostile: &'static Nanoprocess) -> Option<Handle> {
    catch(|| Call::new(hostile).object(1, [], 2)).ok()
}

fn on_object(handle: &mut Handle) {
    using(|| {
        let mut call = handle.call();
        let this = call.handle_mut(handle);
        let text = call.text("some text");
        call.unit(3, [this, text]);
    });
    using(|| {
        let mut call = handle.call();
        let this = call.handle(handle);
        let anchor = Anchor::of(handle);
        let text: &str = call.value::<Here, &str>(2, [this], anchor);
        assert!(text.len() < 1 << 30);
    });
}

fn with_closure(hostile: &'static Nanoprocess) {
    let mut depth = 0;
    let mut closure = |r: &mut Reader<'_>, w: &mut Writer| {
        depth += 1;
        if depth > 8 {
            return Ok(());
        }
        let number = u32::from(r.u8()?);
        if number.is_multiple_of(3) {
            using(|| Call::new(hostile).unit(1, []));
        }
        let text = <String as Get<Here>>::get(r)?;
        w.u32(number);
        w.counted(text.as_bytes());
        Ok(())
    };
    using(|| {
        let mut call = Call::new(hostile);
        let id = call.callback(&mut closure);
        call.unit(2, [id]);
    });
}

fn with_scalars(hostile: &'static Nanoprocess) {
    let depth = Cell::new(0);
    let closure = |letter: char, flag: bool| {
        depth.set(depth.get() + 1);
        if depth.get() < 8 && !flag {
            using(|| Call::new(hostile).unit(1, []));
        }
        u32::from(letter)
    };
    using(|| {
        let mut values = Lease::for_value(&closure);
        values.scalar(|f, &[letter, flag, ..]| {
            let answer = f(Slot::from_slot(letter)?, Slot::from_slot(flag)?);
            Ok(answer.into_slot())
        });
        let mut call = Call::new(hostile);
        let id = call.keep_value(&mut values, closure);
        call.serve(&mut values);
        call.unit(2, [id]);
    });
}

fn with_reader(hostile: &'static Nanoprocess) {
    using(|| {
        let reader = std::io::repeat(1).take(100_000);
        let mut values = Lease::for_value(&reader);
        values.able(Abilities::read);
        let mut call = Call::new(hostile);
        let id = call.keep_value(&mut values, reader);
        call.serve(&mut values);
        call.unit(2, [id]);
    });
}

fn with_inputs(hostile: &'static Nanoprocess) {
    let text = String::from("a text that lives on");
    using(|| {
        let mut call = Call::new(hostile);
        let mut anchor = Anchor::none();
        let kept = call.keep_text(&mut anchor, &text);
        let message = call.message(|w| w.counted(&[7; 6000]));
        let back: &str = call.value::<Here, &str>(3, [kept, message], anchor);
        assert!(back.len() < 1 << 30);
    });
}

/// Uses one nanoprocess as a script wants it, and then another.
pub(crate) fn follow(hostile: &'static Nanoprocess, other: &'static Nanoprocess, script: &[u8]) {
    if script.len() > 4000 {
        return;
    }
    hostile.fresh(|| {
        using(|| {
            let mut call = Call::new(hostile);
            let script = call.bytes(script);
            call.unit(0, [script]);
        });
        using(|| {
            Call::new(hostile).scalar::<u8>(1, []);
        });
        using(|| {
            Call::new(hostile).scalar::<bool>(2, [1]);
        });
        using(|| {
            Call::new(hostile).scalar::<char>(4, [1, 2, 3]);
        });
        using(|| {
            Call::new(hostile).scalar::<f64>(5, [0; 8]);
        });
        let mut object = object(hostile);
        if let Some(object) = &mut object {
            on_object(object);
        }
        value::<String>(hostile);
        value::<Vec<Vec<u32>>>(hostile);
        value::<Option<(char, bool, Duration)>>(hostile);
        value::<Result<BTreeMap<String, u64>, std::io::Error>>(hostile);
        with_closure(hostile);
        with_scalars(hostile);
        with_reader(hostile);
        with_inputs(hostile);
        using(|| {
            let handle = Call::new(hostile).object(1, [], 2);
            let items = Remote::<String>::new::<Here>(handle, 4, Anchor::none(), true);
            assert!(items.take(1000).count() <= 1000);
        });
    });
    assert_eq!(
        other.fresh(|| Call::new(other).scalar::<u64>(1, [])),
        0,
        "another one is as it was"
    );
}
