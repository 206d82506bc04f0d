//! The public API of a crate, as the later stages see it.
//!
//! Everything rustdoc knows and crossing needs, in types of our own: rustdoc's change with each format
//! version, and none of them leave this stage.

use std::collections::{BTreeMap, BTreeSet};

/// Identifies an item within one [`Api`]; numbered in definition order, so equal inputs number equally.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct ItemId(pub u32);

/// How the lifetimes are called that the self type of an impl elides (`impl Info<'_>`): this, and a number.
pub const ELIDED: &str = "nb_self";

/// The hidden module with what comes of other crates and is offered under no other name: `nb_crates::chrono::DateTime`.
pub const OTHERS: &str = "nb_crates";

/// The public API of one crate, built for one target with one set of features.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Api {
    /// The library's crate name, as code names it (`rust_decimal`).
    pub name: String,
    /// The crate's version.
    pub version: String,
    /// All modules that a public path reaches, the root first; parents before children.
    pub modules: Vec<Module>,
    /// Items by id: those with a public path, and those without one that public signatures mention. Private fields may mention
    /// items that are not here.
    pub items: BTreeMap<ItemId, Item>,
    /// Trait implementations of local types, and of local traits for any type.
    pub impls: Vec<Impl>,
    /// Those of the items that came along from other crates.
    pub others: BTreeSet<ItemId>,
}

/// A public module: what its path offers.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Module {
    /// Path below the crate root; empty for the root itself.
    pub path: Vec<String>,
    /// Documentation, attributes.
    pub meta: Meta,
    /// What the module offers under which name, sorted by name and namespace; globs already expanded.
    pub entries: Vec<Entry>,
}

/// One name in a module.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Entry {
    /// The name, without `r#`.
    pub name: String,
    /// What it names.
    pub target: Target,
    /// Whether the way here is `#[doc(hidden)]`: the module or the `pub use`. The item's own attribute is in its [`Meta`].
    pub hidden: bool,
}

/// What a name in a module stands for.
#[derive(Debug, Clone, serde::Serialize)]
pub enum Target {
    /// An item whose canonical home is this very module and name.
    Define(ItemId),
    /// An item (not a module) whose canonical home is elsewhere in this crate.
    Reexport(ItemId),
    /// A child module that has its home here (its path is this module's plus the name).
    Module,
    /// A module with its home elsewhere in this crate (`pub use inner as outer`, cycles).
    ModuleAlias(Vec<String>),
    /// A variant of an enum of this crate (`pub use Enum::*`), by its name there.
    Variant(ItemId, String),
    /// An item of another crate: its full path, beginning with the crate's name (`std::io::Error`, `std::primitive::u8`).
    Foreign(Vec<String>),
    /// Everything in a module or enum of another crate (`pub use std::collections::*`); the entry's name is `*`.
    ForeignGlob(Vec<String>),
}

/// Documentation and attributes that any item may carry.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Meta {
    /// Doc comment, as markdown.
    pub docs: Option<String>,
    /// `#[deprecated]`: since and note.
    pub deprecated: Option<Deprecated>,
    /// `#[must_use]`, with its message where it has one.
    pub must_use: Option<Option<String>>,
    /// `#[doc(hidden)]` on the item or on all ways to it.
    pub hidden: bool,
    /// `#[non_exhaustive]`.
    pub non_exhaustive: bool,
    /// Where it is defined: file (relative to the package) and line.
    pub span: Option<(String, u32)>,
}

/// The content of `#[deprecated]`.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct Deprecated {
    /// `since = "…"`.
    pub since: Option<String>,
    /// `note = "…"`.
    pub note: Option<String>,
}

/// An item with a name.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Item {
    /// The identifier it was defined with, without `r#`.
    pub name: String,
    /// Canonical public path below the crate root, the name it has there last (`["error", "Error"]`): the shortest, then the first
    /// by name; one without `#[doc(hidden)]` on the way if there is any.
    /// `None` if no public path reaches it, though a public signature does.
    pub path: Option<Vec<String>>,
    /// Documentation, attributes.
    pub meta: Meta,
    /// What it is.
    pub kind: ItemKind,
}

/// The kinds of items.
#[derive(Debug, Clone, serde::Serialize)]
pub enum ItemKind {
    /// `struct`
    Struct(Struct),
    /// `enum`
    Enum(Enum),
    /// `union`
    Union(Generics),
    /// `trait`
    Trait(Trait),
    /// `type X<…> = …`
    Alias(Alias),
    /// A free function.
    Function(Function),
    /// `const`
    Const(Const),
    /// `static`; `true` if `mut`
    Static(Const, bool),
    /// `macro_rules!`, `#[macro_export]`ed.
    Macro(Macro),
    /// `macro` proc macros, primitives, extern types and whatever else: its rustdoc kind.
    Other(String),
}

/// A struct.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Struct {
    /// Parameters and bounds.
    pub generics: Generics,
    /// Its shape.
    pub shape: Shape,
    /// Inherent and trait facts about the type.
    pub facts: TypeFacts,
}

/// An enum.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Enum {
    /// Parameters and bounds.
    pub generics: Generics,
    /// Variants in order, hidden ones included.
    pub variants: Vec<Variant>,
    /// Inherent and trait facts about the type.
    pub facts: TypeFacts,
}

/// A variant of an enum.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// Its fields.
    pub shape: Shape,
    /// Explicit discriminant, as an integer in decimal.
    pub discriminant: Option<String>,
    /// Documentation, attributes.
    pub meta: Meta,
}

/// The fields of a struct or variant.
#[derive(Debug, Clone, serde::Serialize)]
pub enum Shape {
    /// `struct X;`
    Unit,
    /// `struct X(…);` in order.
    Tuple(Vec<Field>),
    /// `struct X { … }` in order.
    Named(Vec<Field>),
}

/// A field.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Field {
    /// Its name, or index.
    pub name: String,
    /// Whether anyone may touch it. Fields of variants are always public.
    pub public: bool,
    /// Its type (known for private ones too).
    pub ty: Ty,
    /// Documentation, attributes.
    pub meta: Meta,
}

/// What holds for a struct or enum apart from its definition.
#[derive(Debug, Clone, Default, serde::Serialize)]
pub struct TypeFacts {
    /// Inherent impl blocks, in order of definition.
    pub inherent: Vec<InherentImpl>,
    /// Names of the traits that a built-in `#[derive]` produced (`Debug`, `Clone`, `PartialEq`…), sorted; never those of derive macros.
    pub derived: Vec<String>,
    /// `Some(false)` if rustdoc synthesised a negative auto impl, `Some(true)` a positive one without conditions, `None` conditional or unknown.
    pub send: Option<bool>,
    /// As `send`, for `Sync`.
    pub sync: Option<bool>,
    /// Likewise, for `UnwindSafe` and `RefUnwindSafe`.
    pub unwind_safe: Option<bool>,
    /// Likewise, for `Freeze`: nothing within a value itself changes behind a shared reference.
    pub freeze: Option<bool>,
    /// Whether values are nothing but bytes, private parts included: no addresses, nothing to drop, nothing that changes.
    pub bytes: bool,
    /// `#[repr(…)]` contents, if any (`u8`, `transparent`, …).
    pub repr: Vec<String>,
}

/// One `impl Type<…> { … }` block.
#[derive(Debug, Clone, serde::Serialize)]
pub struct InherentImpl {
    /// Parameters and bounds of the block.
    pub generics: Generics,
    /// The exact self type (`Foo<u8>`, `Foo<T>`).
    pub self_ty: Ty,
    /// Its public items.
    pub items: Vec<AssocItem>,
}

/// An `impl Trait for Type` block, derived or written. Blanket impls appear once, with a generic `self_ty`;
/// synthetic (auto trait) impls are left to [`TypeFacts`].
#[derive(Debug, Clone, serde::Serialize)]
pub struct Impl {
    /// Parameters and bounds of the block.
    pub generics: Generics,
    /// The trait, with its arguments.
    pub trait_: PathTy,
    /// The type it is implemented for.
    pub self_ty: Ty,
    /// `impl !Trait for …`
    pub negative: bool,
    /// Came from a built-in `#[derive]`.
    pub derived: bool,
    /// The items that the block defines (provided methods it inherits are not listed).
    pub items: Vec<AssocItem>,
    /// Documentation, attributes; file and line.
    pub meta: Meta,
}

/// A trait definition.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Trait {
    /// Parameters and bounds.
    pub generics: Generics,
    /// `trait X: A + B`
    pub supertraits: Vec<Bound>,
    /// Its items.
    pub items: Vec<AssocItem>,
    /// `unsafe trait`
    pub is_unsafe: bool,
    /// Whether `dyn X` is allowed.
    pub dyn_compatible: bool,
    /// A supertrait or bound has no public path, so that nobody outside can implement it.
    pub sealed: bool,
}

/// A member of an impl or trait.
#[derive(Debug, Clone, serde::Serialize)]
pub struct AssocItem {
    /// Its name.
    pub name: String,
    /// Documentation, attributes.
    pub meta: Meta,
    /// What it is.
    pub kind: AssocKind,
}

/// The kinds of members.
#[derive(Debug, Clone, serde::Serialize)]
pub enum AssocKind {
    /// A function or method.
    Function(Function),
    /// A constant; in a trait definition without a default, `value` is `None`.
    Const(Const),
    /// `type Name: bounds = ty;`
    Type {
        /// Parameters of a generic associated type.
        generics: Generics,
        /// Bounds in a trait definition.
        bounds: Vec<Bound>,
        /// The type, or the default.
        ty: Option<Ty>,
    },
}

/// A function or method.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Function {
    /// Parameters and bounds. `impl Trait` arguments appear as [`Ty::ImplTrait`], not as parameters.
    pub generics: Generics,
    /// Arguments in order, the receiver (named `self`) first; patterns become `argN`.
    pub inputs: Vec<(String, Ty)>,
    /// The result; `()` written as an empty tuple.
    pub output: Ty,
    /// Qualifiers.
    pub is_const: bool,
    /// Qualifiers.
    pub is_unsafe: bool,
    /// Qualifiers.
    pub is_async: bool,
    /// `extern "…"`, or `Some("C, ...")` for a variadic one; `None` for Rust's own.
    pub abi: Option<String>,
    /// In a trait definition: whether it has a default body. Elsewhere `true`.
    pub has_body: bool,
    /// What a short `const fn` does, as tokens, if it stands in the package's sources.
    pub body: Option<String>,
}

/// A constant.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Const {
    /// Its type.
    pub ty: Ty,
    /// The expression as written or rustdoc's value, if rustdoc has one that is more than `_`.
    pub value: Option<String>,
    /// Whether `value` is a literal.
    pub is_literal: bool,
}

/// `macro_rules!`
#[derive(Debug, Clone, serde::Serialize)]
pub struct Macro {
    /// As rustdoc shows it: what its arms match.
    pub arms: String,
    /// As it is written, if it stands in the package's sources.
    pub definition: Option<Definition>,
}

/// How a macro is defined.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Definition {
    /// Its arms, as tokens.
    pub body: String,
    /// `#[macro_export(local_inner_macros)]`: macros that it names without a path are the crate's own.
    pub inner: bool,
}

/// `type X<…> = …`
#[derive(Debug, Clone, serde::Serialize)]
pub struct Alias {
    /// Parameters and bounds.
    pub generics: Generics,
    /// What it stands for.
    pub ty: Ty,
}

/// Generic parameters and where clauses.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct Generics {
    /// Parameters in order; synthetic ones of `impl Trait` arguments left out.
    pub params: Vec<Param>,
    /// Bounds that do not stand at a parameter.
    pub wheres: Vec<Where>,
}

/// A generic parameter.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Param {
    /// `'a: 'b`; name without the apostrophe.
    Lifetime {
        /// Name.
        name: String,
        /// Those it outlives.
        outlives: Vec<String>,
    },
    /// `T: Bound = Default`
    Type {
        /// Name.
        name: String,
        /// Bounds at the parameter.
        bounds: Vec<Bound>,
        /// Default.
        default: Option<Ty>,
    },
    /// `const N: usize = 1`
    Const {
        /// Name.
        name: String,
        /// Its type.
        ty: Ty,
        /// Default, as written.
        default: Option<String>,
    },
}

/// A where clause.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Where {
    /// `for<'x> Ty: bounds`
    Type {
        /// The bounded type.
        ty: Ty,
        /// What it must satisfy.
        bounds: Vec<Bound>,
        /// Names of `for<…>` lifetimes.
        binder: Vec<String>,
    },
    /// `'a: 'b + 'c`
    Lifetime {
        /// Name.
        name: String,
        /// Those it outlives.
        outlives: Vec<String>,
    },
    /// `<T as Trait>::Item == Ty`
    Equal(Ty, Ty),
}

/// A bound.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Bound {
    /// `for<'x> Trait<…>`; `maybe` for `?Sized`.
    Trait {
        /// The trait with its arguments.
        trait_: PathTy,
        /// `?Trait`
        maybe: bool,
        /// Names of `for<…>` lifetimes.
        binder: Vec<String>,
    },
    /// `'a`
    Lifetime(String),
    /// `use<…>`
    Use(Vec<String>),
}

/// A path to a type or trait with its arguments.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub struct PathTy {
    /// What it resolves to.
    pub def: Def,
    /// Lifetimes, types and consts in `<…>`, in order. For `Fn(A, B) -> C` bounds: one tuple type.
    pub args: Vec<Arg>,
    /// `Item = Ty` constraints; the output of `Fn(…) -> C` as `Output`.
    pub bindings: Vec<(String, Binding)>,
}

/// What a path resolves to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Def {
    /// An item of this crate.
    Local(ItemId),
    /// An item of `std`, `core` or `alloc`, by its public path, always beginning with `std` (`std::string::String`), `alloc` and `core`
    /// folded into it; private paths (`core::str::traits::FromStr`) rewritten to the public one (`std::str::FromStr`).
    Std(String),
    /// An item of another crate: crate name, and full path as rustdoc knows it (may be private).
    Foreign {
        /// Name of the crate.
        krate: String,
        /// Path, beginning with the crate.
        path: Vec<String>,
    },
}

/// A generic argument.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Arg {
    /// `'a`, without the apostrophe; `_` for elided.
    Lifetime(String),
    /// A type.
    Type(Ty),
    /// A constant expression, as written.
    Const(String),
}

/// A constraint on an associated item.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Binding {
    /// `Item = Ty`
    Equal(Ty),
    /// `Item: Bound`
    Bound(Vec<Bound>),
}

/// A type. Aliases of this crate and of std (`io::Result`) are already expanded.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
pub enum Ty {
    /// A named type.
    Path(PathTy),
    /// A generic parameter (`T`).
    Param(String),
    /// `Self` in a trait definition. In impls it is replaced by their self type (a parameter, in blanket impls).
    SelfTy,
    /// `u8`, `str`, `bool`, `char`, `f64`, `never` …
    Prim(String),
    /// `(A, B)`; empty for unit.
    Tuple(Vec<Ty>),
    /// `[T]`
    Slice(Box<Ty>),
    /// `[T; N]`, the length as written.
    Array(Box<Ty>, String),
    /// `&'a mut T`
    Ref {
        /// Lifetime without the apostrophe, where written.
        lifetime: Option<String>,
        /// `mut`
        mutable: bool,
        /// To what.
        ty: Box<Ty>,
    },
    /// `*const T`, `*mut T`
    RawPtr {
        /// `mut`
        mutable: bool,
        /// To what.
        ty: Box<Ty>,
    },
    /// `impl A + B`
    ImplTrait(Vec<Bound>),
    /// `dyn A + B + 'a`
    DynTrait(Vec<Bound>),
    /// `fn(A) -> B`
    FnPtr {
        /// Arguments.
        inputs: Vec<Ty>,
        /// Result.
        output: Box<Ty>,
        /// Neither `unsafe` nor of a foreign ABI nor variadic.
        plain: bool,
        /// Names of `for<…>` lifetimes.
        binder: Vec<String>,
    },
    /// `<T as Trait>::Name`
    Assoc {
        /// `T`
        self_ty: Box<Ty>,
        /// `Trait`; `None` for an inherent associated type. Without arguments although the trait has parameters: the source says `T::Name`,
        /// and the arguments are those in the bound on `T`.
        trait_: Option<PathTy>,
        /// `Name`
        name: String,
        /// Arguments of a generic associated type.
        args: Vec<Arg>,
    },
    /// Anything else, as rustdoc prints it.
    Opaque(String),
}
