//! A guest that follows any script, and a host that uses it in every way there is. Each use gives a value or a fault, and
//! another nanoprocess of the same code goes on as if nothing had been.
#![no_main]

use libfuzzer_sys::fuzz_target;
use nanobuild_runtime::{
    Abilities, Anchor, Call, Get, Handle, Lease, Nanoprocess, Reader, Remote, Spec, Writer, catch,
};
use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

struct Here;

const SPEC: Spec = Spec {
    name: "fuzz",
    artifact: include_bytes!(env!("NANOBUILD_FUZZ_GUEST")),
    exports: 6,
    limits: nanobuild_runtime::Limits {
        memory: 16 << 20,
        ..nanobuild_runtime::Limits::DEFAULT
    },
    ..Spec::DEFAULT
};

static HOSTILE: Nanoprocess = Nanoprocess::new(SPEC);
static OTHER: Nanoprocess = Nanoprocess::new(SPEC);

/// Runs one use; a fault is as good as a value. Any other panic is ours and ends the fuzzer.
fn using(f: impl FnOnce()) {
    let _ = catch(f);
}

fn value<T: for<'r> Get<'r, Here>>() {
    using(|| drop(Call::new(&HOSTILE).value::<Here, T>(1, [], Anchor::none())));
}

fn object() -> Option<Handle> {
    catch(|| Call::new(&HOSTILE).object(1, [], 2)).ok()
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

fn with_closure() {
    let mut depth = 0;
    let mut closure = |r: &mut Reader<'_>, w: &mut Writer| {
        depth += 1;
        if depth > 8 {
            return Ok(());
        }
        let number = u32::from(r.u8()?);
        if number % 3 == 0 {
            using(|| Call::new(&HOSTILE).unit(1, []));
        }
        let text = <String as Get<Here>>::get(r)?;
        w.u32(number);
        w.counted(text.as_bytes());
        Ok(())
    };
    using(|| {
        let mut call = Call::new(&HOSTILE);
        let id = call.callback(&mut closure);
        call.unit(2, [id]);
    });
}

fn with_reader() {
    using(|| {
        let reader = std::io::repeat(1).take(100_000);
        let mut values = Lease::for_value(&reader);
        values.able(Abilities::read);
        let mut call = Call::new(&HOSTILE);
        let id = call.keep_value(&mut values, reader);
        call.serve(&mut values);
        call.unit(2, [id]);
    });
}

fn with_inputs() {
    let text = String::from("a text that lives on");
    using(|| {
        let mut call = Call::new(&HOSTILE);
        let mut anchor = Anchor::none();
        let kept = call.keep_text(&mut anchor, &text);
        let message = call.message(|w| w.counted(&[7; 6000]));
        let back: &str = call.value::<Here, &str>(3, [kept, message], anchor);
        assert!(back.len() < 1 << 30);
    });
}

fuzz_target!(|script: &[u8]| {
    if script.len() > 4000 {
        return;
    }
    HOSTILE.fresh(|| {
        using(|| {
            let mut call = Call::new(&HOSTILE);
            let script = call.bytes(script);
            call.unit(0, [script]);
        });
        using(|| drop(Call::new(&HOSTILE).scalar::<u8>(1, [])));
        using(|| drop(Call::new(&HOSTILE).scalar::<bool>(2, [1])));
        using(|| drop(Call::new(&HOSTILE).scalar::<char>(4, [1, 2, 3])));
        using(|| drop(Call::new(&HOSTILE).scalar::<f64>(5, [0; 8])));
        let mut object = object();
        if let Some(object) = &mut object {
            on_object(object);
        }
        value::<String>();
        value::<Vec<Vec<u32>>>();
        value::<Option<(char, bool, Duration)>>();
        value::<Result<BTreeMap<String, u64>, std::io::Error>>();
        with_closure();
        with_reader();
        with_inputs();
        using(|| {
            let handle = Call::new(&HOSTILE).object(1, [], 2);
            let items = Remote::<String>::new::<Here>(handle, 4, Anchor::none(), true);
            assert!(items.take(1000).count() <= 1000);
        });
    });
    assert_eq!(
        OTHER.fresh(|| Call::new(&OTHER).scalar::<u64>(1, [])),
        0,
        "another one is as it was"
    );
});
