//! The bridge: what crosses and how, as plain data. The guest and the bindings are both printed from it.

use std::collections::BTreeMap;

use crate::extract::api::{Alias, Generics, ItemId, Meta, PathTy, Shape, Ty, Variant};

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
    /// The exports that pull and drop iterators without a name, if there are any.
    pub iterators: Option<Iterators>,
    /// The exports that answer for values of hidden types and drop them, if there are any.
    pub hidden: Option<(u32, u32)>,
    /// The export by which the host asks what the guest has lent, if that lends anything.
    pub answer: Option<u32>,
    /// Number of guest exports (`nb0`, `nb1`, …).
    pub exports: u32,
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
    /// Whether a handle uses values of what it was made from, whose type it does not name.
    pub loan: bool,
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

/// A type parameter that is one of the crate's own types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The parameter.
    pub param: String,
    /// The trait that the types implement.
    pub trait_: ItemId,
    /// The types, in the order of their numbers.
    pub types: Vec<Ty>,
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
}

impl Repr {
    /// Whether values of the type are encoded field by field.
    #[must_use]
    pub fn is_value(&self) -> bool {
        matches!(self, Self::Struct(_) | Self::Enum(_))
    }
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

/// A function that forwards to the guest.
#[derive(Debug, Clone)]
pub struct FunctionPlan {
    /// Names the unit for demotion: its public path.
    pub key: String,
    /// Where it stands.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// Parameters and bounds as upstream.
    pub generics: Generics,
    /// Arguments, the receiver first.
    pub params: Vec<ParamPlan>,
    /// Values of the caller's types that the guest uses through stand-ins.
    pub hosted: Vec<Hosted>,
    /// Result as upstream.
    pub output: Ty,
    /// What the host reads: the result, with numbers for what the guest does not have.
    pub read: Ty,
    /// What is made of what was read.
    pub settle: Settle,
    /// How the result comes back.
    pub returns: Returns,
    /// What a borrowed result is tied to.
    pub anchor: AnchorPlan,
    /// Which guest export it calls.
    pub export: u32,
    /// Type parameters that are one of the crate's own types; the export is the first of as many.
    pub choices: Vec<Choice>,
    /// What the guest calls.
    pub callee: Callee,
    /// `unsafe fn`
    pub is_unsafe: bool,
}

/// Where a function stands in the bindings.
#[derive(Debug, Clone)]
pub enum Place {
    /// In a module.
    Module(Vec<String>),
    /// In an inherent impl block.
    Inherent {
        /// The impl's parameters.
        generics: Generics,
        /// The type.
        self_ty: Ty,
    },
    /// In a trait impl; printed with it.
    Impl,
}

/// Values of one type of the caller's that a call uses.
#[derive(Debug, Clone)]
pub struct Hosted {
    /// The type parameter; none if the type has no name.
    pub param: Option<String>,
    /// Where they are kept.
    pub home: Home,
    /// By value arguments whose values are added: argument and type parameter by number.
    pub absorbs: Vec<(usize, usize)>,
    /// What they can do: names of methods of the runtime's `Abilities`.
    pub abilities: Vec<&'static str>,
    /// How they are called, if they are closures.
    pub closure: Option<Closure>,
}

/// Where a call keeps values of a type of the caller's: an argument and its type parameter by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Home {
    /// With the call.
    Call,
    /// With an object that is borrowed mutably.
    Mut(usize, usize),
    /// With an object that is given away.
    Given(usize, usize),
    /// With an object that is looked at.
    Shared(usize, usize),
}

/// How a closure is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// How many arguments it takes.
    pub arity: usize,
    /// Which of the closure traits it implements.
    pub kind: ClosureKind,
}

/// The closure traits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClosureKind {
    /// `Fn`
    Fn,
    /// `FnMut`
    FnMut,
    /// `FnOnce`
    FnOnce,
}

/// What the host makes of an answer; numbers are indices into a function's hosted values or arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settle {
    /// As it was read.
    Plain,
    /// A hosted value, taken out.
    Take(usize),
    /// A hosted value, borrowed.
    Borrow(usize),
    /// A hosted value, borrowed mutably.
    BorrowMut(usize),
    /// An object that uses hosted values: its type parameter by number, and the values.
    Object(Vec<(usize, usize)>),
    /// An object that uses the values that one of the arguments uses.
    Loan(Lender),
    /// The argument, which is a mutable borrow.
    Same(usize),
    /// Events, played to the serializer that an argument is.
    Played(usize),
    /// What came of the deserializer that an argument is.
    Lent(usize, Box<Settle>),
    /// In an `Option`.
    Option(Box<Settle>),
    /// In a `Result`.
    Result(Box<Settle>, Box<Settle>),
    /// In a tuple.
    Tuple(Vec<Settle>),
}

/// Whose values an object uses that does not name their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lender {
    /// Hosted values.
    Hosted(usize),
    /// What an argument has on loan itself.
    Argument(usize),
}

/// What the guest calls.
#[derive(Debug, Clone)]
pub enum Callee {
    /// A free function, by its path below the crate root.
    Free(Vec<String>),
    /// `<Type>::name`
    Inherent(Ty, String),
    /// `<Type as Trait>::name`
    Trait(Ty, PathTy, String),
}

impl Callee {
    /// The same with other types.
    #[must_use]
    pub fn map(&self, ty: impl Fn(&Ty) -> Ty, path: impl Fn(&PathTy) -> PathTy) -> Self {
        match self {
            Self::Free(name) => Self::Free(name.clone()),
            Self::Inherent(of, name) => Self::Inherent(ty(of), name.clone()),
            Self::Trait(of, trait_, name) => Self::Trait(ty(of), path(trait_), name.clone()),
        }
    }
}

/// How an argument crosses.
#[derive(Debug, Clone)]
pub struct ParamPlan {
    /// Its name; `self` for the receiver.
    pub name: String,
    /// Its type as upstream.
    pub ty: Ty,
    /// What the host does with it first.
    pub convert: Option<Conversion>,
    /// What the guest receives, after conversion.
    pub guest: Ty,
    /// How it crosses.
    pub pass: Pass,
    /// It is an object that uses values of what it was made from.
    pub loan: bool,
}

/// A conversion on the host that replaces a generic argument by a concrete value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conversion {
    /// `AsRef::<T>::as_ref(&arg)`
    AsRef(Ty),
    /// `Borrow::<T>::borrow(&arg)`
    Borrow(Ty),
    /// `Into::<T>::into(arg)`
    Into(Ty),
    /// `TryInto`-like conversions stay with the guest; `ToString::to_string(&arg)` for `ToString` and `Display`
    ToText,
    /// `arg.map(…)` on an `Option`.
    Map(Owned),
    /// `arg.into_iter().collect::<Vec<T>>()`; the guest gets the vector.
    Collect {
        /// What the guest gets as an iterator.
        iterator: bool,
        /// What each element is converted to first: something owned.
        each: Option<Owned>,
    },
}

/// A conversion of a generic value to something owned that the guest's bounds accept as well.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owned {
    /// `AsRef::<T>::as_ref(&value).to_owned()`
    AsRef(Ty),
    /// `Borrow::<T>::borrow(&value).to_owned()`
    Borrow(Ty),
    /// `Into::<T>::into(value)`
    Into(Ty),
    /// `value.to_string()`
    ToText,
}

/// How an argument is handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pass {
    /// In a slot of its own.
    Scalar,
    /// `&str`, as a span.
    Text,
    /// `&[u8]`, as a span.
    Bytes,
    /// A handle, given away.
    Give,
    /// `&Object`
    Object,
    /// `&mut Object`
    ObjectMut,
    /// In the call's message, given away or lent as its type says.
    Message,
    /// `&mut` of a value: in the message, and written back from the reply.
    MessageMut,
    /// The number of a hosted value, for which the guest makes a stand-in.
    StandIn(usize),
    /// A serializer: whether its format is for people.
    Serializer,
    /// A deserializer, lent for the call.
    Deserializer,
    /// A value of one of the crate's own types, in the message, given away or lent as its type says.
    Chosen(usize),
}

/// How a result comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Returns {
    /// Nothing.
    Unit,
    /// In the slot.
    Scalar,
    /// In the slot, as a guest object of this kind.
    Object(u32),
    /// In the slot, as an iterator.
    Iterator {
        /// The exports for it.
        exports: Iterators,
        /// It has two ends.
        double_ended: bool,
        /// It is in a box.
        boxed: bool,
        /// Nobody notices when items are fetched ahead.
        ahead: bool,
    },
    /// In a message.
    Message {
        /// Borrowed parts are written out: what they point into does not outlive the call.
        inline: bool,
    },
}

/// What a borrowed result is tied to; numbers are indices of arguments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnchorPlan {
    /// The handle whose arena keeps what is copied out.
    pub owner: Option<usize>,
    /// Handles with lifetimes, whose inputs the result may point into.
    pub inherit: Vec<usize>,
    /// Handles with lifetimes, whose inputs must live on, although nothing maps back into them.
    pub hold: Vec<usize>,
    /// Inputs that are copied to stay, and how long.
    pub keep: Vec<(usize, Keep)>,
}

impl AnchorPlan {
    /// How the argument `index` is kept, if it is.
    #[must_use]
    pub fn kept(&self, index: usize) -> Option<Keep> {
        self.keep.iter().find(|(kept, _)| *kept == index).map(|(_, keep)| *keep)
    }
}

/// How long the guest's copy of an input stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// As long as handles that the call returns; borrowed parts of results map back into the host's input.
    Mapped,
    /// As long as handles that the call returns.
    Held,
    /// For good: the result is `Copy`, so that nobody can tell when the last one is gone.
    Forever,
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
