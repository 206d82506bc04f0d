//! How a crate's structs and enums cross.

use std::collections::{BTreeMap, BTreeSet};

use super::Own;
use crate::extract::api::{Arg, Generics, ItemId, Meta, Shape, Ty, Variant};

/// How a struct or enum crosses.
#[derive(Debug, Clone)]
pub struct TypePlan {
    /// Names the unit for demotion: its public path.
    pub key: String,
    /// Module it is defined in.
    pub module: Vec<String>,
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// Parameters and bounds.
    pub generics: Generics,
    /// Its representation.
    pub repr: Repr,
    /// Traits derived on the host.
    pub derives: Vec<String>,
    /// `#[repr(…)]` contents.
    pub attributes: Vec<String>,
    /// Pairs of lifetimes, the first of which outlives the second because of what the private fields are.
    pub outlives: Vec<(String, String)>,
    /// Whether the original is `Send` and `Sync`.
    pub send: bool,
    /// See `send`.
    pub sync: bool,
    /// How a handle keeps values of the caller's types, one of each type parameter.
    pub keepers: Vec<Keeper>,
    /// Type parameters that are one of the crate's own types; the export that drops is the first of as many.
    pub choices: Vec<Choice>,
    /// What stands for the type and const parameters in each object that the guest may have; each has its own export that
    /// drops it.
    pub instances: Vec<BTreeMap<String, Arg>>,
    /// Whether these are all that there are: the parameters are neither the caller's nor chosen.
    pub concrete: bool,
    /// Whether objects borrow by their arguments only.
    pub borrows_by_arguments: bool,
    /// Whether a handle uses values of what it was made from, whose type it does not name.
    pub loan: bool,
    /// Whether a handle borrows an object mutably, so that what it lends is lent out of that, too.
    pub link: bool,
    /// For each variant of a value, or for a struct as `""`, the field that is such a handle, if one is.
    pub linked: BTreeMap<String, String>,
    /// The value types in whose values, and in those of this one, parts are found that may be lent; none if nobody does.
    pub nodes: BTreeSet<ItemId>,
    /// Variants of which no value crosses, with what is in the way.
    pub stuck: BTreeMap<String, String>,
    /// Whether it implements `Default`: how the guest makes a struct to which fields may be added.
    pub has_default: bool,
}

/// How a handle keeps values of one type of the caller's, which the guest has stand-ins for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeper {
    /// They are its own.
    Kept,
    /// They are its own, and its destructor asks them.
    Tended,
    /// They are its own or those of what it borrows, for its last lifetime.
    Lease,
    /// There are none: the type is one of the crate's own that implement this trait.
    Chosen(ItemId),
}

/// A type parameter that is one of several types in the guest, for each of which there is an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The parameter.
    pub param: String,
    /// The types, in the order of their numbers.
    pub types: Vec<Ty>,
    /// What says which one is meant.
    pub by: By,
}

/// What says which type a parameter is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum By {
    /// The caller's type, which is one of the crate's own.
    Trait {
        /// The trait that the types implement.
        trait_: ItemId,
        /// How values of other types are asked, if the application may implement the trait: one more instance.
        asked: Option<Own>,
    },
    /// The form that objects among the arguments have.
    Form(Formed),
}

/// Objects of which there are several forms in the guest: over a stand-in, which has the number 0, and over types of std.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formed {
    /// The arguments that are such objects.
    pub objects: Vec<FormedObject>,
    /// The numbers of the forms for which there are instances.
    pub numbers: Vec<u32>,
}

/// An argument of which there are several forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormedObject {
    /// Which argument.
    pub index: usize,
    /// The export that drops it in its first form.
    pub drop: u32,
    /// The numbers of its forms, in the order of the exports that drop them.
    pub numbers: Vec<u32>,
}

impl Choice {
    /// The types in the guest, for each of which there is an instance.
    #[must_use]
    pub fn in_guest(&self) -> Vec<Ty> {
        let asked = self.asked().map(|own| Ty::Opaque(own.guest_type(false)));
        self.types.iter().cloned().chain(asked).collect()
    }

    /// The trait by which the caller's type is chosen.
    #[must_use]
    pub fn trait_(&self) -> Option<ItemId> {
        match &self.by {
            By::Trait { trait_, .. } => Some(*trait_),
            By::Form(_) => None,
        }
    }

    /// How values of other types are asked, if they may be.
    #[must_use]
    pub fn asked(&self) -> Option<&Own> {
        match &self.by {
            By::Trait { asked, .. } => asked.as_ref(),
            By::Form(_) => None,
        }
    }

    /// The objects that say by their form which type is meant.
    #[must_use]
    pub fn formed(&self) -> Option<&Formed> {
        match &self.by {
            By::Trait { .. } => None,
            By::Form(formed) => Some(formed),
        }
    }
}

/// The representation of a type on the host.
#[derive(Debug, Clone)]
pub enum Repr {
    /// By value: the same definition on both sides.
    Struct(Shape),
    /// By value: the same definition on both sides.
    Enum(Vec<Variant>),
    /// A handle to the guest's object.
    Object {
        /// Export that drops it; also the handle's kind.
        drop: u32,
    },
    /// The bytes of an opaque `Copy` type.
    Bytes {
        /// Export that tells size and alignment.
        layout: u32,
    },
    /// How a value is made that constants are made of, or its bytes.
    Recipe {
        /// Export that tells size and alignment.
        layout: u32,
        /// Export that makes a value of steps.
        make: u32,
        /// Export that drops what was made.
        drop: u32,
    },
}

impl Repr {
    /// Whether values of the type are encoded field by field.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Struct(_) | Self::Enum(_))
    }
}
