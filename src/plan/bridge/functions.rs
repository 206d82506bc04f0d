//! How functions cross: each argument, the result, and what it borrows.

use super::{Choice, Hosted, Iterators, Settle};
use crate::extract::api::{Def, Generics, ItemId, Meta, PathTy, Ty};

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
    /// In one instance: arguments for the parameters, if some of them are chosen.
    pub arguments: Vec<Ty>,
    /// Types over parameters that cross for those that are chosen.
    pub crossing: Vec<Ty>,
    /// `unsafe fn`
    pub is_unsafe: bool,
    /// How it stays a `const fn`, if it does.
    pub constant: Option<Constant>,
}

impl FunctionPlan {
    /// The step that it is, if it is one.
    #[must_use]
    pub fn step(&self) -> Option<&Step> {
        match &self.constant {
            Some(Constant::Step(step)) => Some(step),
            _ => None,
        }
    }
}

/// What a `const fn` returns in a constant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Constant {
    /// How a value is made: by this step, after others.
    Step(Step),
    /// An object that the function makes when it is first needed, of nothing.
    Object,
    /// What its own source says, in the names of the bindings: an expression over public fields.
    Carried(String),
}

/// A `const fn` as a step by which values are made that constants are made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The type of what it makes.
    pub of: ItemId,
    /// Its number among the steps of that type, from 1.
    pub number: u8,
    /// Its arguments, as many as it has parameters.
    pub args: Vec<StepArg>,
}

/// An argument of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepArg {
    /// What the steps before it made.
    Before {
        /// Behind a reference.
        by_ref: bool,
    },
    /// A number, character or truth value.
    Number {
        /// In so many bytes.
        width: usize,
    },
    /// `[u8; LEN]`
    Bytes {
        /// How many.
        len: usize,
        /// Behind a reference.
        by_ref: bool,
    },
    /// Another value that is made by steps.
    Part {
        /// Its type.
        of: ItemId,
        /// Behind a reference.
        by_ref: bool,
    },
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
    /// `AsRef::<T>::as_ref(arg)` of a key; the guest looks up by that.
    Key(Ty),
    /// `Into::<T>::into(arg)`
    Into(Ty),
    /// `TryInto`-like conversions stay with the guest; `ToString::to_string(&arg)` for `ToString` and `Display`
    ToText,
    /// `ErrorChain::of(&arg)`: what an error and its sources say.
    ToError,
    /// `arg.to_string()` of `fmt::Arguments`, which the guest makes again.
    Arguments,
    /// `(arg.start_bound().cloned(), arg.end_bound().cloned())` on a range, a pair that is one too.
    Bounds,
    /// `arg.map(…)` on an `Option` or an array.
    Map(Owned),
    /// `Wrapper { field: … }`, of each field a conversion that looks only.
    Wrap(Def, Vec<(String, Conversion)>),
    /// `arg.iter().map(…).collect::<Vec<_>>()` on a slice or vector behind references.
    Iter(Owned),
    /// `arg.into_iter().collect::<Vec<T>>()`; the guest gets the vector.
    Collect {
        /// What the guest gets as an iterator.
        iterator: bool,
        /// What each element is converted to first: something owned.
        each: Option<Owned>,
        /// The elements are references, in the guest to what they were converted to.
        lent: bool,
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
    /// `value`, of a type that the crate names.
    Same,
    /// Each part of a tuple.
    Tuple(Vec<Owned>),
    /// What the value lends by `Borrow::<T>::borrow(&value)`, part by part.
    Behind(Ty, Box<Owned>),
}

impl Owned {
    /// Whether the value itself is used up, so that a reference to it is not enough.
    #[must_use]
    pub fn moves(&self) -> bool {
        match self {
            Self::Into(_) | Self::Same => true,
            Self::Tuple(parts) => parts.iter().any(Self::moves),
            Self::AsRef(_) | Self::Borrow(_) | Self::ToText | Self::Behind(..) => false,
        }
    }
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
    /// A value that is told by how it is made, or a reference to one.
    Recipe,
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
    /// What is copied out is kept for good: its lifetimes are several.
    pub forever: bool,
    /// Values in whose objects the result may be, or may have parts: the guest has copies of them.
    pub followed: Vec<usize>,
    /// What lends the mutable borrows in the result, or lends something to objects in it.
    pub lends: Option<Lends>,
    /// What is told by how it is made stays in the guest, which goes on borrowing it.
    pub pins: bool,
}

/// What of an argument lends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LentBy {
    /// The object that it is.
    Object,
    /// The object that it borrows mutably.
    Link,
    /// The object that a handle borrows mutably which is a field of it.
    Field,
    /// The value that it is, or objects in that.
    Value,
}

/// What lends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lends {
    /// The argument.
    pub index: usize,
    /// What of it.
    pub by: LentBy,
    /// Only objects in the result borrow it, for another lifetime than that of their inputs.
    pub briefly: bool,
    /// Of each mutable borrow in the result, whether its value is moved out of its place.
    pub places: Vec<bool>,
}

impl AnchorPlan {
    /// How long the message has to be kept in which the arguments of `params` are, if it has to.
    #[must_use]
    pub fn message_kept(&self, params: &[ParamPlan]) -> Option<Keep> {
        let kept = self
            .keep
            .iter()
            .filter(|(index, _)| params[*index].pass == Pass::Message);
        kept.map(|(_, keep)| *keep).max_by_key(|keep| *keep == Keep::Forever)
    }

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
