//! The bridge: what crosses and how, as plain data. The guest and the bindings are both printed from it.

mod functions;
mod hosted;
mod types;

use std::collections::BTreeMap;

use crate::extract::api::{Alias, Generics, ItemId, Meta, PathTy, Ty};

pub use functions::{
    AnchorPlan, Callee, Constant, Conversion, FunctionPlan, Keep, Lends, LentBy, Owned, ParamPlan, Pass, Place,
    Returns, Step, StepArg,
};
pub use hosted::{Asked, AskedMethod, Closure, ClosureKind, Home, Hosted, Lender, Made, Own, Settle, Uses};
pub use types::{By, Choice, Formed, FormedObject, Keeper, Repr, TypePlan};

/// How a crate's API crosses the boundary.
#[derive(Debug, Clone, Default)]
pub struct Bridge {
    /// Name of the crate, as code names it.
    pub krate: String,
    /// Version of the crate.
    pub version: String,
    /// Public modules, parents first.
    pub modules: Vec<ModulePlan>,
    /// Structs and enums, by item.
    pub types: BTreeMap<ItemId, TypePlan>,
    /// Where each item that signatures mention lives, below the crate root.
    pub paths: BTreeMap<ItemId, Vec<String>>,
    /// Type aliases, by item.
    pub aliases: BTreeMap<ItemId, AliasPlan>,
    /// Free functions, inherent functions and methods.
    pub functions: Vec<FunctionPlan>,
    /// The crate's own traits.
    pub traits: Vec<TraitPlan>,
    /// Trait implementations.
    pub impls: Vec<ImplPlan>,
    /// Constants and statics, associated ones too.
    pub consts: Vec<ConstPlan>,
    /// Exported macros.
    pub macros: Vec<MacroPlan>,
    /// Items that macros name, by the names that the crate's root has for them.
    pub macro_items: BTreeMap<String, Vec<String>>,
    /// The exports that pull and drop iterators without a name, if there are any.
    pub iterators: Option<Iterators>,
    /// The exports that answer for values of hidden types and drop them, if there are any.
    pub hidden: Option<(u32, u32)>,
    /// The export by which the host asks what the guest has lent, if that lends anything.
    pub answer: Option<u32>,
    /// The export that puts something back into a place that was lent, if anything is.
    pub put_back: Option<u32>,
    /// Number of guest exports (`nb0`, `nb1`, …).
    pub exports: u32,
}

impl Bridge {
    /// All functions: free ones, methods, and those of trait implementations.
    pub fn all_functions(&self) -> impl Iterator<Item = &FunctionPlan> {
        let of_impls = self.impls.iter().flat_map(|plan| match &plan.body {
            ImplBody::Methods(methods) => methods.as_slice(),
            _ => &[],
        });
        let asked = self.traits.iter().filter_map(|plan| plan.asked.as_ref());
        let provided = asked.flat_map(|asked| asked.methods.iter().filter_map(|method| method.provided.as_ref()));
        self.functions.iter().chain(of_impls).chain(provided)
    }
}

/// The exports for iterators without a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Iterators {
    /// Answers with the next items.
    pub pull: u32,
    /// Drops one.
    pub drop: u32,
}

/// A module of the bindings.
#[derive(Debug, Clone)]
pub struct ModulePlan {
    /// Path below the crate root; empty for the root.
    pub path: Vec<String>,
    /// Documentation, attributes.
    pub meta: Meta,
    /// `pub use` of items whose home is elsewhere: path below the crate root, and the name here.
    pub reexports: Vec<(Vec<String>, String)>,
    /// `pub use` of `std` items: full path, and the name here.
    pub foreign: Vec<(Vec<String>, String)>,
}

/// A type alias.
#[derive(Debug, Clone)]
pub struct AliasPlan {
    /// Names the unit for demotion: its public path.
    pub key: String,
    /// Module it is defined in.
    pub module: Vec<String>,
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// The alias.
    pub alias: Alias,
}

/// An exported macro, which is carried over as text.
#[derive(Debug, Clone)]
pub struct MacroPlan {
    /// Names the unit for demotion: its public path.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// Its definition, as the crate has it.
    pub written: String,
    /// Its arms, as the bindings have them.
    pub arms: String,
    /// `#[macro_export(local_inner_macros)]`
    pub inner: bool,
}

/// A trait of the crate, defined again on the host.
#[derive(Debug, Clone)]
pub struct TraitPlan {
    /// Names the unit for demotion: its public path.
    pub key: String,
    /// Module it is defined in.
    pub module: Vec<String>,
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// The definition.
    pub definition: crate::extract::api::Trait,
    /// Whether some of the crate's own types, which have numbers, implement it.
    pub chosen: bool,
    /// How values of the application that implement it are asked.
    pub asked: Option<Asked>,
}

/// A trait implementation.
#[derive(Debug, Clone)]
pub struct ImplPlan {
    /// Names the unit for demotion (`impl Display for semver::Version`).
    pub key: String,
    /// The module in which it is printed.
    pub module: Vec<String>,
    /// Parameters and bounds as upstream.
    pub generics: Generics,
    /// The trait.
    pub trait_: PathTy,
    /// The type.
    pub self_ty: Ty,
    /// Associated types.
    pub types: Vec<(String, Ty)>,
    /// What the values can do that the object keeps, while it is formatted: one list for each of its type parameters.
    pub hosted: Vec<(usize, Vec<&'static str>)>,
    /// For a wrapper of the caller's values: how the host makes the one that the guest looks at, and its type there.
    pub wrapped: Option<(Conversion, Ty)>,
    /// Type parameters that are one of the crate's own types; each export is the first of as many.
    pub choices: Vec<Choice>,
    /// The number of the type among those that implement the trait.
    pub number: Option<usize>,
    /// How it is made.
    pub body: ImplBody,
}

/// How a trait implementation is made.
#[derive(Debug, Clone)]
pub enum ImplBody {
    /// Nothing in it.
    Marker,
    /// Methods forwarded one by one.
    Methods(Vec<FunctionPlan>),
    /// `fmt` under the caller's formatting options.
    Format {
        /// The guest export.
        export: u32,
    },
    /// `hash`, by replaying what the guest's value writes.
    Hash {
        /// The guest export.
        export: u32,
    },
    /// `Error`, with its source chain if it has one.
    Error {
        /// The guest export of `source`.
        source: Option<u32>,
    },
}

/// A constant or static.
#[derive(Debug, Clone)]
pub struct ConstPlan {
    /// Names the unit for demotion: its public path.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// `static` instead of `const`
    pub is_static: bool,
    /// Its type.
    pub ty: Ty,
    /// Its path or `<Type>::NAME` in the guest.
    pub callee: Callee,
    /// How its value is told.
    pub value: ConstValue,
}

/// How the value of a constant is told.
#[derive(Debug, Clone)]
pub enum ConstValue {
    /// A literal.
    Literal(String),
    /// A scalar that the guest tells when the bindings are made.
    Slot(u32),
    /// The bytes of an opaque `Copy` type, told when the bindings are made.
    Bytes(u32),
    /// Text that the guest tells when the bindings are made.
    Text(u32),
    /// A struct, enum or other value that the guest writes down when the bindings are made.
    Value(u32),
    /// An object made on first use.
    Named {
        /// The export that makes it.
        make: u32,
        /// Its kind.
        kind: u32,
    },
}
