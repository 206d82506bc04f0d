//! rustdoc's types to [`Ty`]: paths resolved, aliases expanded, `Self` replaced.

use rustdoc_types::{
    Abi, AssocItemConstraint, AssocItemConstraintKind, DynTrait, FunctionPointer, GenericArg, GenericArgs,
    GenericParamDefKind, Generics, Id, ItemEnum, Path, Term, Type,
};

use super::{
    cx::Cx,
    std_paths,
    walk::{self, MOST_NODES, Subst},
};
use crate::extract::api::{Arg, Binding, Bound, Def, PathTy, Ty};

/// What the surroundings of a type say about the names in it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Scope<'s> {
    /// What `Self` is, except in trait definitions.
    pub(super) self_ty: Option<&'s Ty>,
    /// The impl that the type stands in.
    pub(super) impl_: Option<Id>,
}

impl Cx<'_> {
    /// Translates `ty` and notes what it mentions.
    pub(super) fn ty(&self, ty: &Type, scope: Scope<'_>) -> Ty {
        let ty = self.lower(ty, scope);
        walk::mentions(&ty, &mut |id| self.mention(id));
        ty
    }

    /// Translates the path of a trait and notes what it mentions.
    pub(super) fn trait_path(&self, path: &Path, scope: Scope<'_>) -> PathTy {
        let path = self.path(path, scope);
        walk::path_mentions(&path, &mut |id| self.mention(id));
        path
    }

    /// Translates `ty`.
    pub(super) fn lower(&self, ty: &Type, scope: Scope<'_>) -> Ty {
        let boxed = |ty: &Type| Box::new(self.lower(ty, scope));
        match ty {
            Type::ResolvedPath(path) => self.named(path, scope),
            Type::DynTrait(dyn_trait) => self.dyn_trait(dyn_trait, scope),
            Type::Generic(name) if name == "Self" => scope.self_ty.cloned().unwrap_or(Ty::SelfTy),
            Type::Generic(name) => Ty::Param(name.clone()),
            Type::Primitive(name) => Ty::Prim(name.clone()),
            Type::FunctionPointer(pointer) => self.fn_ptr(pointer, scope),
            Type::Tuple(parts) => Ty::Tuple(parts.iter().map(|part| self.lower(part, scope)).collect()),
            Type::Slice(ty) => Ty::Slice(boxed(ty)),
            Type::Array { type_, len } => Ty::Array(boxed(type_), len.clone()),
            Type::Pat { .. } => Ty::Opaque("pattern type".to_owned()),
            Type::ImplTrait(bounds) => Ty::ImplTrait(self.lower_bounds(bounds, scope)),
            Type::Infer => Ty::Opaque("_".to_owned()),
            Type::RawPointer { is_mutable, type_ } => Ty::RawPtr {
                mutable: *is_mutable,
                ty: boxed(type_),
            },
            Type::BorrowedRef {
                lifetime,
                is_mutable,
                type_,
            } => {
                let lifetime = lifetime.as_deref().map(lifetime_name);
                Ty::Ref {
                    lifetime,
                    mutable: *is_mutable,
                    ty: boxed(type_),
                }
            }
            Type::QualifiedPath {
                name,
                args,
                self_type,
                trait_,
            } => {
                let self_ty = boxed(self_type);
                let (args, _) = self.args(args.as_deref(), scope);
                let resolved = trait_
                    .as_ref()
                    .and_then(|path| self.project(&self_ty, path, name, &args, scope));
                resolved.unwrap_or_else(|| {
                    let trait_ = trait_.as_ref().map(|path| self.projected_trait(path, &self_ty, scope));
                    Ty::Assoc {
                        self_ty,
                        trait_,
                        name: name.clone(),
                        args,
                    }
                })
            }
        }
    }

    fn named(&self, path: &Path, scope: Scope<'_>) -> Ty {
        if let Some(ItemEnum::TypeAlias(alias)) = self.item(path.id).map(|item| &item.inner) {
            let (args, _) = self.args(path.args.as_deref(), scope);
            if let Some(ty) = self.alias(path.id, &alias.type_) {
                let ty = self.bind(&alias.generics, &args).ty(&ty);
                return if walk::size(&ty) > MOST_NODES {
                    Ty::Opaque(path.path.clone())
                } else {
                    ty
                };
            }
        }
        let named = self.path(path, scope);
        if let Def::Std(public) = &named.def
            && let Some(ty) = std_paths::expand_alias(public, &named.args)
        {
            return ty;
        }
        match self.def(path) {
            Some(_) => Ty::Path(named),
            None => Ty::Opaque(path.path.clone()),
        }
    }

    /// The right-hand side of an alias; `None` if it leads back to itself or too far.
    fn alias(&self, id: Id, ty: &Type) -> Option<Ty> {
        if let Some(known) = self.aliases.borrow().get(&id) {
            return known.clone();
        }
        self.aliases.borrow_mut().insert(id, None);
        let ty = self
            .deeper(|| self.lower(ty, Scope::default()))
            .filter(|ty| walk::size(ty) <= MOST_NODES);
        self.aliases.borrow_mut().insert(id, ty.clone());
        ty
    }

    /// What the parameters of a definition stand for when it is given `args`; missing lifetimes are elided, missing
    /// types take their defaults.
    pub(super) fn bind(&self, generics: &Generics, args: &[Arg]) -> Subst {
        let mut subst = Subst::default();
        let mut lifetimes = args.iter().filter_map(|arg| {
            if let Arg::Lifetime(name) = arg {
                Some(name)
            } else {
                None
            }
        });
        let mut others = args.iter().filter(|arg| !matches!(arg, Arg::Lifetime(_)));
        for param in &generics.params {
            match &param.kind {
                GenericParamDefKind::Lifetime { .. } => {
                    let value = lifetimes.next().map_or("_", String::as_str);
                    subst.lifetimes.insert(lifetime_name(&param.name), value.to_owned());
                }
                GenericParamDefKind::Type { default, .. } => match (others.next(), default) {
                    (Some(Arg::Type(ty)), _) => {
                        subst.types.insert(param.name.clone(), ty.clone());
                    }
                    (None, Some(default)) => {
                        let default = subst.ty(&self.lower(default, Scope::default()));
                        subst.types.insert(param.name.clone(), default);
                    }
                    _ => {}
                },
                GenericParamDefKind::Const { default, .. } => match (others.next(), default) {
                    (Some(Arg::Const(value) | Arg::Type(Ty::Param(value))), _) | (None, Some(value)) => {
                        subst.consts.insert(param.name.clone(), value.clone());
                    }
                    _ => {}
                },
            }
        }
        subst
    }

    /// Translates a path with its arguments. Arguments left out of a type of this crate are filled in.
    pub(super) fn path(&self, path: &Path, scope: Scope<'_>) -> PathTy {
        let def = self.def(path).unwrap_or_else(|| Def::Foreign {
            krate: String::new(),
            path: split(&path.path),
        });
        let (mut args, bindings) = self.args(path.args.as_deref(), scope);
        let generics = self.item(path.id).and_then(|item| match &item.inner {
            ItemEnum::Struct(struct_) => Some(&struct_.generics),
            ItemEnum::Enum(enum_) => Some(&enum_.generics),
            ItemEnum::Union(union_) => Some(&union_.generics),
            _ => None,
        });
        if let Some(generics) = generics.filter(|generics| args.len() < generics.params.len()) {
            args = self.deeper(|| self.fill(generics, &args)).unwrap_or(args);
        }
        PathTy { def, args, bindings }
    }

    /// The trait of a projection. Written as `T::Name` (rustdoc leaves the trait's name empty), it keeps no arguments: the bounds on
    /// `T` have them. Written as `<T as Trait>::Name`, its missing ones take their defaults.
    fn projected_trait(&self, path: &Path, self_ty: &Ty, scope: Scope<'_>) -> PathTy {
        let mut named = self.path(path, scope);
        if let Some(ItemEnum::Trait(trait_)) = self.item(path.id).map(|item| &item.inner)
            && !path.path.is_empty()
            && named.args.len() < trait_.generics.params.len()
        {
            let filled = self
                .deeper(|| self.fill(&trait_.generics, &named.args))
                .unwrap_or_default();
            let own = |arg| {
                if arg == Arg::Type(Ty::SelfTy) {
                    Arg::Type(self_ty.clone())
                } else {
                    arg
                }
            };
            named.args = filled.into_iter().map(own).collect();
        }
        named
    }

    fn fill(&self, generics: &Generics, args: &[Arg]) -> Vec<Arg> {
        let values = self.bind(generics, args);
        let filled = generics.params.iter().map(|param| match &param.kind {
            GenericParamDefKind::Lifetime { .. } => values
                .lifetimes
                .get(&lifetime_name(&param.name))
                .cloned()
                .map(Arg::Lifetime),
            GenericParamDefKind::Type { .. } => values.types.get(&param.name).cloned().map(Arg::Type),
            GenericParamDefKind::Const { .. } => values.consts.get(&param.name).cloned().map(Arg::Const),
        });
        filled.collect::<Option<Vec<Arg>>>().unwrap_or_else(|| args.to_vec())
    }

    /// What a path resolves to; `None` if rustdoc does not say.
    pub(super) fn def(&self, path: &Path) -> Option<Def> {
        if let Some(number) = self.number(path.id) {
            return Some(Def::Local(number));
        }
        let summary = self.krate.paths.get(&path.id).filter(|summary| summary.crate_id != 0)?;
        let krate = self
            .krate
            .external_crates
            .get(&summary.crate_id)
            .map(|krate| krate.name.clone());
        let krate = krate.or_else(|| summary.path.first().cloned())?;
        if std_paths::is_std(&krate) {
            return Some(Def::Std(std_paths::public(&summary.path)));
        }
        Some(Def::Foreign {
            krate,
            path: summary.path.clone(),
        })
    }

    /// Translates what stands in `<…>` or, for `Fn` traits, in `(…) -> …`.
    pub(super) fn args(&self, args: Option<&GenericArgs>, scope: Scope<'_>) -> (Vec<Arg>, Vec<(String, Binding)>) {
        match args {
            Some(GenericArgs::AngleBracketed { args, constraints }) => {
                let args = args.iter().map(|arg| self.arg(arg, scope)).collect();
                (
                    args,
                    constraints
                        .iter()
                        .map(|constraint| self.constraint(constraint, scope))
                        .collect(),
                )
            }
            Some(GenericArgs::Parenthesized { inputs, output }) => {
                let inputs = inputs.iter().map(|input| self.lower(input, scope)).collect();
                let output = output
                    .as_ref()
                    .map_or_else(|| Ty::Tuple(Vec::new()), |output| self.lower(output, scope));
                (
                    vec![Arg::Type(Ty::Tuple(inputs))],
                    vec![("Output".to_owned(), Binding::Equal(output))],
                )
            }
            Some(GenericArgs::ReturnTypeNotation) | None => (Vec::new(), Vec::new()),
        }
    }

    fn arg(&self, arg: &GenericArg, scope: Scope<'_>) -> Arg {
        match arg {
            GenericArg::Lifetime(name) => Arg::Lifetime(lifetime_name(name)),
            GenericArg::Type(ty) => Arg::Type(self.lower(ty, scope)),
            GenericArg::Const(constant) => Arg::Const(constant.expr.clone()),
            GenericArg::Infer => Arg::Type(Ty::Opaque("_".to_owned())),
        }
    }

    fn constraint(&self, constraint: &AssocItemConstraint, scope: Scope<'_>) -> (String, Binding) {
        let binding = match &constraint.binding {
            AssocItemConstraintKind::Equality(term) => Binding::Equal(self.term(term, scope)),
            AssocItemConstraintKind::Constraint(bounds) => Binding::Bound(self.lower_bounds(bounds, scope)),
        };
        (constraint.name.clone(), binding)
    }

    /// Translates the right-hand side of an equality.
    pub(super) fn term(&self, term: &Term, scope: Scope<'_>) -> Ty {
        match term {
            Term::Type(ty) => self.lower(ty, scope),
            Term::Constant(constant) => Ty::Opaque(constant.expr.clone()),
        }
    }

    fn dyn_trait(&self, dyn_trait: &DynTrait, scope: Scope<'_>) -> Ty {
        let traits = dyn_trait.traits.iter().map(|poly| Bound::Trait {
            trait_: self.path(&poly.trait_, scope),
            maybe: false,
            binder: binder(&poly.generic_params),
        });
        let lifetime = dyn_trait
            .lifetime
            .as_deref()
            .map(|name| Bound::Lifetime(lifetime_name(name)));
        Ty::DynTrait(traits.chain(lifetime).collect())
    }

    fn fn_ptr(&self, pointer: &FunctionPointer, scope: Scope<'_>) -> Ty {
        let sig = &pointer.sig;
        let output = sig
            .output
            .as_ref()
            .map_or_else(|| Ty::Tuple(Vec::new()), |output| self.lower(output, scope));
        Ty::FnPtr {
            inputs: sig.inputs.iter().map(|(_, input)| self.lower(input, scope)).collect(),
            output: Box::new(output),
            plain: !pointer.header.is_unsafe && pointer.header.abi == Abi::Rust && !sig.is_c_variadic,
            binder: binder(&pointer.generic_params),
        }
    }
}

/// A lifetime without its apostrophe.
pub(super) fn lifetime_name(name: &str) -> String {
    name.strip_prefix('\'').unwrap_or(name).to_owned()
}

/// The names in `for<…>`.
pub(super) fn binder(params: &[rustdoc_types::GenericParamDef]) -> Vec<String> {
    params.iter().map(|param| lifetime_name(&param.name)).collect()
}

fn split(path: &str) -> Vec<String> {
    path.split("::").map(str::to_owned).collect()
}
