//! Names of types, fields and variants, which serde wants for good: kept once each.

use crate::wire::{Get, Malformed, Put, Reader, Writer};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};

/// How many bytes of names are kept for one nanoprocess. Types have few names; a guest that makes them up comes to an end,
/// and takes nothing from others.
const MOST: usize = 1 << 20;

#[derive(Debug, Default)]
struct Names {
    known: BTreeSet<&'static str>,
    lists: BTreeSet<&'static [&'static str]>,
    /// How many bytes are kept for whom.
    bytes: BTreeMap<&'static str, usize>,
}

impl Names {
    fn room(&mut self, owner: &'static str, bytes: usize) -> Result<(), Malformed> {
        let taken = self.bytes.entry(owner).or_default();
        match taken.checked_add(bytes).filter(|taken| *taken <= MOST) {
            Some(sum) => *taken = sum,
            None => return Err(Malformed("it names more fields than any type has")),
        }
        Ok(())
    }

    fn name(&mut self, owner: &'static str, name: &str) -> Result<&'static str, Malformed> {
        if let Some(known) = self.known.get(name) {
            return Ok(known);
        }
        self.room(owner, name.len() + size_of::<&str>())?;
        let name: &'static str = Box::leak(name.into());
        self.known.insert(name);
        Ok(name)
    }

    fn list(&mut self, owner: &'static str, names: &[&str]) -> Result<&'static [&'static str], Malformed> {
        let names = names
            .iter()
            .map(|name| self.name(owner, name))
            .collect::<Result<Vec<_>, _>>()?;
        if let Some(known) = self.lists.get(names.as_slice()) {
            return Ok(known);
        }
        self.room(owner, size_of_val(names.as_slice()))?;
        let names: &'static [&'static str] = names.leak();
        self.lists.insert(names);
        Ok(names)
    }
}

fn names<T>(f: impl FnOnce(&mut Names) -> T) -> T {
    static NAMES: Mutex<Names> = Mutex::new(Names {
        known: BTreeSet::new(),
        lists: BTreeSet::new(),
        bytes: BTreeMap::new(),
    });
    f(&mut NAMES.lock().unwrap_or_else(PoisonError::into_inner))
}

/// The same name for good, kept for `owner`.
pub(super) fn name(owner: &'static str, text: &str) -> Result<&'static str, Malformed> {
    names(|names| names.name(owner, text))
}

/// Whose message it is.
#[cfg(not(target_family = "wasm"))]
pub(crate) fn owner(r: &Reader<'_>) -> &'static str {
    r.process().map_or("", crate::host::Nanoprocess::name)
}

/// The host's.
#[cfg(target_family = "wasm")]
fn owner(_: &Reader<'_>) -> &'static str {
    ""
}

/// Reads a name.
pub(super) fn read(r: &mut Reader<'_>) -> Result<&'static str, Malformed> {
    name(owner(r), &<String as Get<'_, ()>>::get(r)?)
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
    let owner = owner(r);
    names(|names| names.list(owner, &texts))
}

#[cfg(test)]
mod tests {
    use super::{MOST, Names};

    #[test]
    fn names_are_kept_once_and_not_without_end() {
        let mut names = Names::default();
        let (first, again) = (names.name("a", "field").unwrap(), names.name("b", "field").unwrap());
        assert!(std::ptr::eq(first, again));
        let (first, again) = (
            names.list("a", &["x", "y"]).unwrap(),
            names.list("a", &["x", "y"]).unwrap(),
        );
        assert!(std::ptr::eq(first, again));
        assert!(names.name("a", &"x".repeat(MOST)).is_err());
        let mut made_up = (0..).map(|number| names.name("a", &format!("{number:1000}")).is_err());
        assert!(made_up.position(|refused| refused).is_some_and(|count| count < 1100));
        assert_eq!(names.name("a", "field").unwrap(), "field");
        assert_eq!(names.name("b", "another").unwrap(), "another");
    }
}
