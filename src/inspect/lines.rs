//! DWARF: which file and line an address comes from, and which compilation unit.

use std::collections::BTreeMap;
use std::ops::Range;

use gimli::{DwarfSections, EndianSlice, LittleEndian};
use serde::{Deserialize, Serialize};

type Reader<'m> = EndianSlice<'m, LittleEndian>;

/// A place in a source file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, as the guest's build names it: `zip-2.2.2/src/read.rs`.
    pub file: String,
    /// The line; 0 if it is unknown.
    pub line: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

/// The line tables of a module. Addresses count from the start of the code section.
pub(super) struct Lines<'m> {
    context: addr2line::Context<Reader<'m>>,
}

impl<'m> Lines<'m> {
    /// Reads the debug sections.
    pub(super) fn read(sections: &BTreeMap<&'m str, &'m [u8]>) -> Result<Self, gimli::Error> {
        let load = |id: gimli::SectionId| -> Result<&'m [u8], gimli::Error> {
            Ok(sections.get(id.name()).copied().unwrap_or_default())
        };
        let dwarf = DwarfSections::load(load)?.borrow(|section| EndianSlice::new(section, LittleEndian));
        let context = addr2line::Context::from_dwarf(dwarf)?;
        Ok(Self { context })
    }

    /// The first address of a function's body that has a line: the bytes that declare its locals have none.
    pub(super) fn first(&self, body: &Range<u64>) -> Option<u64> {
        self.context
            .find_location_range(body.start, body.end)
            .ok()?
            .next()
            .map(|(address, ..)| address)
    }

    /// File and line of an address.
    pub(super) fn place(&self, address: u64) -> Option<Place> {
        let location = self.context.find_location(address).ok()??;
        Some(Place {
            file: location.file?.to_owned(),
            line: location.line.unwrap_or(0),
        })
    }

    /// Name and folder of the unit that an address was compiled in.
    pub(super) fn unit(&self, address: u64) -> Option<Unit> {
        let addr2line::LookupResult::Output(found) = self.context.find_dwarf_and_unit(address) else {
            return None;
        };
        let unit = found?;
        let text = |value: Option<Reader<'m>>| {
            value
                .map(|text| text.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        Some(Unit {
            name: text(unit.name),
            folder: text(unit.comp_dir),
        })
    }
}

/// A compilation unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unit {
    /// Root file and crate: `zip-2.2.2/src/lib.rs/@/zip.0123-cgu.0`.
    pub(super) name: String,
    /// Where it was compiled.
    pub(super) folder: String,
}
