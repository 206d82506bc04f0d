//! Names of types, fields and variants, which serde wants for good: kept once each.

use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

/// How many bytes of names are kept. Types have few names; a guest that makes them up comes to an end.
const MOST: usize = 1 << 20;

#[derive(Debug, Default)]
struct Names {
    known: BTreeSet<&'static str>,
    lists: BTreeSet<&'static [&'static str]>,
    bytes: usize,
}

impl Names {
    fn room(&mut self, bytes: usize) -> Result<(), Malformed> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > MOST {
            return Err(Malformed("it names more fields than any type has"));
        }
        Ok(())
    }

    fn name(&mut self, name: &str) -> Result<&'static str, Malformed> {
        if let Some(known) = self.known.get(name) {
            return Ok(known);
        }
        self.room(name.len() + size_of::<&str>())?;
        let name: &'static str = Box::leak(name.into());
        self.known.insert(name);
        Ok(name)
    }

    fn list(&mut self, names: &[&str]) -> Result<&'static [&'static str], Malformed> {
        let names = names
            .iter()
            .map(|name| self.name(name))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(known) = self.lists.get(names.as_slice()) {
            return Ok(known);
        }
        self.room(size_of_val(names.as_slice()))?;
        let names: &'static [&'static str] = names.leak();
        self.lists.insert(names);
        Ok(names)
    }
}

fn names<T>(f: impl FnOnce(&mut Names) -> T) -> T {
    static NAMES: Mutex<Names> = Mutex::new(Names {
        known: BTreeSet::new(),
        lists: BTreeSet::new(),
        bytes: 0,
    });
    f(&mut NAMES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The same name for good.
pub(super) fn name(text: &str) -> Result<&'static str, Malformed> {
    names(|names| names.name(text))
}

/// Reads a name.
pub(super) fn read(r: &mut Reader<'_>) -> Result<&'static str, Malformed> {
    name(&<String as Get<'_, ()>>::get(r)?)
}

/// Writes a list of names.
pub(super) fn write_list(list: &[&str], w: &mut Writer) {
    w.len(list.len());
    for name in list {
        Put::<()>::put(*name, w);
    }
}

/// Reads a list of names.
pub(super) fn read_list(r: &mut Reader<'_>) -> Result<&'static [&'static str], Malformed> {
    let texts = <Vec<String> as Get<'_, ()>>::get(r)?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    names(|names| names.list(&texts))
}

#[cfg(test)]
mod tests {
    use super::{MOST, Names};

    #[test]
    fn names_are_kept_once_and_not_without_end() {
        let mut names = Names::default();
        let (first, again) = (names.name("field").unwrap(), names.name("field").unwrap());
        assert!(std::ptr::eq(first, again));
        let (first, again) = (names.list(&["a", "b"]).unwrap(), names.list(&["a", "b"]).unwrap());
        assert!(std::ptr::eq(first, again));
        assert!(names.name(&"x".repeat(MOST)).is_err());
        assert!(names.name("another").is_err());
        assert_eq!(names.name("field").unwrap(), "field");
    }
}
