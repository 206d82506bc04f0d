//! Templates that are loaded and escaped by callbacks of the application's.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::{AutoEscape, Environment, Error, ErrorKind};

/// Says when it goes.
struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        println!("{} goes", self.0);
    }
}

fn render(environment: &Environment<'_>, name: &str) -> Result<String, Error> {
    let context = BTreeMap::from([("word", "<b>")]);
    environment.get_template(name)?.render(context)
}

fn main() {
    let (loaded, mut environment) = (Arc::new(AtomicUsize::new(0)), Environment::new());
    let (loud, count) = (Loud("the first loader"), Arc::clone(&loaded));
    environment.set_loader(move |name| {
        let _ = &loud;
        count.fetch_add(1, Ordering::Relaxed);
        match name {
            "missing" => Ok(None),
            "broken" => Err(Error::new(ErrorKind::InvalidOperation, "the disk is gone")),
            name => Ok(Some(format!("{name}: {{{{ word }}}}"))),
        }
    });
    environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
        Some((_, "html")) => AutoEscape::Html,
        _ => AutoEscape::None,
    });
    println!("{:?} {:?}", render(&environment, "a.html").ok(), render(&environment, "a.txt").ok());
    println!("{:?} times, and again {:?}", loaded, render(&environment, "a.html").ok());
    println!("{loaded:?} times");
    for name in ["missing", "broken"] {
        let error = render(&environment, name).unwrap_err();
        println!("{:?} {:?}", error.kind(), error.detail());
    }

    let cause = std::io::Error::other("no disk at all");
    let error = Error::new(ErrorKind::BadInclude, "not there").with_source(cause);
    let source = std::error::Error::source(&error).map(ToString::to_string);
    println!("{error} because of {source:?}");

    // Whoever has the environment, on whatever thread.
    let text = std::thread::scope(|scope| scope.spawn(|| render(&environment, "b.html").unwrap()).join());
    println!("{:?}", text.ok());

    let loud = Loud("the second loader");
    environment.set_loader(move |_| {
        let _ = &loud;
        Ok(None)
    });
    println!("{:?}", render(&environment, "c.html").map_err(|error| error.kind()));
    drop(environment);

    let mut environment = Environment::new();
    environment.set_loader(|name| panic!("not {name}"));
    let told = catch_unwind(AssertUnwindSafe(|| render(&environment, "this"))).unwrap_err();
    println!("{:?}", told.downcast_ref::<String>());
}
