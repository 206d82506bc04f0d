//! Values of the caller's types that a call uses, and what is made of its answer.

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
    /// An error whose type does not cross: raised as a fault.
    Fault,
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
