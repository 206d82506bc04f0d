//! Values of the caller's types that a call uses, and what is made of its answer.

use super::{FunctionPlan, Owned};
use crate::extract::api::{Function, Generics, ItemId, Ty};

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
    /// The trait of the crate that they implement, if they are asked through it.
    pub own: Option<Own>,
}

impl Hosted {
    /// Values of the type parameter, asked through a trait of the crate.
    #[must_use]
    pub fn asked(param: &str, own: &Own) -> Self {
        Self {
            param: Some(param.to_owned()),
            home: Home::Call,
            absorbs: Vec::new(),
            abilities: Vec::new(),
            closure: None,
            own: Some(own.clone()),
        }
    }
}

/// How values are asked that implement a trait of the crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Own {
    /// The trait.
    pub trait_: ItemId,
    /// Its number among those that are asked through.
    pub number: u32,
    /// All of its methods look only, so that more than one may run at a time.
    pub shared: bool,
    /// The guest has only the methods that the application has to write.
    pub bare: bool,
}

impl Own {
    /// The guest's type that stands for such values; a `bare` one has the crate's provided methods.
    #[must_use]
    pub fn guest_type(&self, bare: bool) -> String {
        let kind = if bare { "Bare" } else { "Asked" };
        format!("{kind}{}", self.number)
    }
}

/// A trait of the crate that the application implements, as the guest asks through it.
#[derive(Debug, Clone)]
pub struct Asked {
    /// How its values are asked.
    pub own: Own,
    /// The trait's lifetimes.
    pub lifetimes: Generics,
    /// The methods that are asked, by number.
    pub methods: Vec<AskedMethod>,
}

/// A method that the guest asks the application for.
#[derive(Debug, Clone)]
pub struct AskedMethod {
    /// Its name.
    pub name: String,
    /// Its signature.
    pub function: Function,
    /// Which arguments are places that the application may change.
    pub places: Vec<usize>,
    /// The crate's own body, for applications that do not write one.
    pub provided: Option<FunctionPlan>,
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
    /// With the guest, for as long as it has stand-ins for them; whether other threads than this one may touch them.
    Guest {
        /// Their type is `Send`.
        anywhere: bool,
    },
}

/// How a closure is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Closure {
    /// What it takes, with lifetimes left out.
    pub inputs: Vec<Ty>,
    /// Those of them that it may change, by number: the guest takes them over when it returns.
    pub places: Vec<usize>,
    /// What the guest gets of what it returns, and how, if the caller chooses the type of that.
    pub output: Option<(Ty, Owned)>,
    /// It takes a few scalars and returns one or nothing: it is asked without a message.
    pub scalar: bool,
    /// It is called through a trait of the crate's that is implemented for closures.
    pub is_receiver: bool,
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
    /// An object that uses hosted values.
    Object(Uses),
    /// An object over a type of std.
    Made(Made),
    /// An object that uses the values that one of the arguments uses.
    Loan(Lender),
    /// The argument, which is a mutable borrow.
    Same(usize),
    /// Events, played to the serializer that an argument is.
    Played(usize),
    /// What came of the deserializer that an argument is.
    Lent(usize, Box<Settle>),
    /// An error whose type does not cross: raised as a fault.
    Fault,
    /// In an `Option`.
    Option(Box<Settle>),
    /// In a `Result`.
    Result(Box<Settle>, Box<Settle>),
    /// In a tuple.
    Tuple(Vec<Settle>),
}

/// What an object uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uses {
    /// Its type parameters by number, and hosted values.
    pub values: Vec<(usize, usize)>,
    /// The choice that says which form it has, and its kind for each.
    pub kinds: Option<(usize, Vec<u32>)>,
}

/// An object over a type of std.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its type parameter by number.
    pub field: usize,
    /// The hosted values that the type of std is around; none if the guest made its own.
    pub values: Option<usize>,
    /// Its kind.
    pub kind: u32,
}

/// Whose values an object uses that does not name their type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lender {
    /// Hosted values.
    Hosted(usize),
    /// What an argument has on loan itself.
    Argument(usize),
}
