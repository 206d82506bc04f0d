//! An API as text, one line an item, for golden files and for reading.

use std::fmt::Write as _;

use super::api::{
    Api, Arg, AssocItem, AssocKind, Binding, Bound, Const, Def, Entry, Field, Function, Generics, Impl, Item, ItemId,
    ItemKind, Meta, Param, PathTy, Shape, Target, Ty, TypeFacts, Variant, Where,
};

impl Api {
    /// The whole API, one line an item, in Rust-like words: modules with their entries, then items with their members, then
    /// trait impls. Equal APIs have equal outlines; documentation and places are left out.
    #[must_use]
    pub fn outline(&self) -> String {
        let mut out = Outline {
            api: self,
            text: String::new(),
        };
        out.modules();
        out.items();
        for impl_ in &self.impls {
            out.trait_impl(impl_);
        }
        out.text
    }
}

struct Outline<'a> {
    api: &'a Api,
    text: String,
}

impl Outline<'_> {
    fn line(&mut self, depth: usize, meta: &Meta, text: &str) {
        let flags = [
            (meta.hidden, "#[hidden] "),
            (meta.deprecated.is_some(), "#[deprecated] "),
            (meta.must_use.is_some(), "#[must_use] "),
            (meta.non_exhaustive, "#[non_exhaustive] "),
        ];
        let flags: String = flags.iter().filter(|(set, _)| *set).map(|(_, flag)| *flag).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{:indent$}{flags}{text}", "", indent = depth * 2);
    }

    fn modules(&mut self) {
        let none = Meta::default();
        for module in &self.api.modules {
            let path = std::iter::once("crate")
                .chain(module.path.iter().map(String::as_str))
                .collect::<Vec<_>>();
            self.line(0, &module.meta, &format!("mod {}", path.join("::")));
            for Entry { name, target, hidden } in &module.entries {
                let text = match target {
                    Target::Define(id) => format!("define {name}{}", self.other_name(*id, name)),
                    Target::Reexport(id) => format!("use {} as {name}", self.name(*id)),
                    Target::Module => format!("mod {name}"),
                    Target::ModuleAlias(path) => {
                        format!("use mod {} as {name}", ["crate", &path.join("::")].join("::"))
                    }
                    Target::Variant(id, variant) => format!("use {}::{variant} as {name}", self.name(*id)),
                    Target::Foreign(path) => format!("use extern {} as {name}", path.join("::")),
                    Target::ForeignGlob(path) => format!("use extern {}::*", path.join("::")),
                };
                let meta = Meta {
                    hidden: *hidden,
                    ..none.clone()
                };
                self.line(1, &meta, &text);
            }
        }
    }

    fn other_name(&self, id: ItemId, name: &str) -> String {
        match self.api.items.get(&id) {
            Some(item) if item.name != name => format!(" (defined as {})", item.name),
            Some(_) => String::new(),
            None => " (missing)".to_owned(),
        }
    }

    fn items(&mut self) {
        for (id, item) in &self.api.items {
            self.item(*id, item);
        }
    }

    fn item(&mut self, id: ItemId, item: &Item) {
        let name = self.name(id);
        match &item.kind {
            ItemKind::Struct(struct_) => {
                let head = format!("struct {name}{}", self.generics(&struct_.generics));
                self.line(0, &item.meta, &format!("{head}{}", self.facts(&struct_.facts)));
                self.shape(1, &struct_.shape);
                self.inherent(&struct_.facts);
            }
            ItemKind::Enum(enum_) => {
                let head = format!("enum {name}{}", self.generics(&enum_.generics));
                self.line(0, &item.meta, &format!("{head}{}", self.facts(&enum_.facts)));
                enum_.variants.iter().for_each(|variant| self.variant(variant));
                self.inherent(&enum_.facts);
            }
            ItemKind::Union(generics) => {
                self.line(0, &item.meta, &format!("union {name}{}", self.generics(generics)));
            }
            ItemKind::Trait(trait_) => {
                let unsafe_ = if trait_.is_unsafe { "unsafe " } else { "" };
                let mut head = format!("{unsafe_}trait {name}{}", self.generics(&trait_.generics));
                if !trait_.supertraits.is_empty() {
                    head += &format!(": {}", self.bounds(&trait_.supertraits));
                }
                head += if trait_.sealed { " [sealed]" } else { "" };
                head += if trait_.dyn_compatible { " [dyn]" } else { "" };
                self.line(0, &item.meta, &head);
                self.members(1, &trait_.items);
            }
            ItemKind::Alias(alias) => {
                let text = format!("type {name}{} = {}", self.generics(&alias.generics), self.ty(&alias.ty));
                self.line(0, &item.meta, &text);
            }
            ItemKind::Function(function) => self.line(0, &item.meta, &self.function(&name, function)),
            ItemKind::Const(constant) => self.line(0, &item.meta, &self.constant("const", &name, constant)),
            ItemKind::Static(constant, mutable) => {
                let keyword = if *mutable { "static mut" } else { "static" };
                self.line(0, &item.meta, &self.constant(keyword, &name, constant));
            }
            ItemKind::Macro(source) => {
                self.line(
                    0,
                    &item.meta,
                    &format!(
                        "macro {name} {}",
                        source.arms.split_whitespace().collect::<Vec<_>>().join(" ")
                    ),
                );
            }
            ItemKind::Other(kind) => self.line(0, &item.meta, &format!("{kind} {name}")),
        }
    }

    fn variant(&mut self, variant: &Variant) {
        let discriminant = variant
            .discriminant
            .as_ref()
            .map_or_else(String::new, |value| format!(" = {value}"));
        self.line(1, &variant.meta, &format!("variant {}{discriminant}", variant.name));
        self.shape(2, &variant.shape);
    }

    fn shape(&mut self, depth: usize, shape: &Shape) {
        let (Shape::Tuple(fields) | Shape::Named(fields)) = shape else {
            return;
        };
        for Field { name, public, ty, meta } in fields {
            let visibility = if *public { "pub " } else { "" };
            self.line(depth, meta, &format!("{visibility}{name}: {}", self.ty(ty)));
        }
    }

    fn facts(&self, facts: &TypeFacts) -> String {
        let mut text = String::new();
        let auto = [
            ("Send", facts.send),
            ("Sync", facts.sync),
            ("UnwindSafe", facts.unwind_safe),
        ];
        for (name, holds) in auto {
            match holds {
                Some(true) => {}
                Some(false) => text += &format!(" !{name}"),
                None => text += &format!(" ?{name}"),
            }
        }
        for (word, list) in [("derive", &facts.derived), ("repr", &facts.repr)] {
            if !list.is_empty() {
                text += &format!(" {word}({})", list.join(", "));
            }
        }
        text
    }

    fn inherent(&mut self, facts: &TypeFacts) {
        for block in &facts.inherent {
            let text = format!("impl{} {}", self.generics(&block.generics), self.ty(&block.self_ty));
            self.line(1, &Meta::default(), &text);
            self.members(2, &block.items);
        }
    }

    fn trait_impl(&mut self, impl_: &Impl) {
        let derived = if impl_.derived { " [derived]" } else { "" };
        let not = if impl_.negative { "!" } else { "" };
        let (trait_, self_ty) = (self.path(&impl_.trait_), self.ty(&impl_.self_ty));
        let text = format!(
            "impl{} {not}{trait_} for {self_ty}{derived}",
            self.generics(&impl_.generics)
        );
        self.line(0, &impl_.meta, &text);
        if !impl_.derived {
            self.members(1, &impl_.items);
        }
    }

    fn members(&mut self, depth: usize, items: &[AssocItem]) {
        for AssocItem { name, meta, kind } in items {
            let text = match kind {
                AssocKind::Function(function) => self.function(name, function),
                AssocKind::Const(constant) => self.constant("const", name, constant),
                AssocKind::Type { generics, bounds, ty } => {
                    let mut text = format!("type {name}{}", self.generics(generics));
                    if !bounds.is_empty() {
                        text += &format!(": {}", self.bounds(bounds));
                    }
                    if let Some(ty) = ty {
                        text += &format!(" = {}", self.ty(ty));
                    }
                    text
                }
            };
            self.line(depth, meta, &text);
        }
    }

    fn function(&self, name: &str, function: &Function) -> String {
        let mut text = String::new();
        for (set, word) in [
            (function.is_const, "const "),
            (function.is_async, "async "),
            (function.is_unsafe, "unsafe "),
        ] {
            text += if set { word } else { "" };
        }
        if let Some(abi) = &function.abi {
            text += &format!("extern {abi:?} ");
        }
        let inputs = function
            .inputs
            .iter()
            .map(|(name, ty)| format!("{name}: {}", self.ty(ty)));
        let inputs = inputs.collect::<Vec<_>>().join(", ");
        text += &format!("fn {name}{}({inputs})", self.generics(&function.generics));
        if function.output != Ty::Tuple(Vec::new()) {
            text += &format!(" -> {}", self.ty(&function.output));
        }
        text + if function.has_body { "" } else { ";" }
    }

    fn constant(&self, keyword: &str, name: &str, constant: &Const) -> String {
        let value = constant
            .value
            .as_ref()
            .map_or_else(String::new, |value| format!(" = {value}"));
        format!("{keyword} {name}: {}{value}", self.ty(&constant.ty))
    }

    /// The canonical path of an item; in parentheses the defined name of one that has none.
    fn name(&self, id: ItemId) -> String {
        match self.api.items.get(&id) {
            Some(Item { path: Some(path), .. }) => path.join("::"),
            Some(Item { name, .. }) => format!("({name})"),
            None => "(private)".to_owned(),
        }
    }
}

/// Types and what they consist of.
impl Outline<'_> {
    fn ty(&self, ty: &Ty) -> String {
        match ty {
            Ty::Path(path) => self.path(path),
            Ty::Param(name) | Ty::Prim(name) => name.clone(),
            Ty::SelfTy => "Self".to_owned(),
            Ty::Tuple(parts) => match parts.as_slice() {
                [only] => format!("({},)", self.ty(only)),
                parts => format!("({})", self.list(parts)),
            },
            Ty::Slice(ty) => format!("[{}]", self.ty(ty)),
            Ty::Array(ty, len) => format!("[{}; {len}]", self.ty(ty)),
            Ty::Ref { lifetime, mutable, ty } => {
                let lifetime = lifetime.as_ref().map_or_else(String::new, |name| format!("'{name} "));
                format!("&{lifetime}{}{}", if *mutable { "mut " } else { "" }, self.ty(ty))
            }
            Ty::RawPtr { mutable, ty } => format!("*{} {}", if *mutable { "mut" } else { "const" }, self.ty(ty)),
            Ty::ImplTrait(bounds) => format!("impl {}", self.bounds(bounds)),
            Ty::DynTrait(bounds) => format!("(dyn {})", self.bounds(bounds)),
            Ty::FnPtr {
                inputs,
                output,
                plain,
                binder,
            } => {
                let special = if *plain { "" } else { "special " };
                format!(
                    "{}{special}fn({}) -> {}",
                    for_lifetimes(binder),
                    self.list(inputs),
                    self.ty(output)
                )
            }
            Ty::Assoc {
                self_ty,
                trait_,
                name,
                args,
            } => {
                let trait_ = trait_.as_ref().map_or_else(|| "_".to_owned(), |path| self.path(path));
                format!("<{} as {trait_}>::{name}{}", self.ty(self_ty), self.args(args, &[]))
            }
            Ty::Opaque(text) => format!("?{text}?"),
        }
    }

    fn list(&self, types: &[Ty]) -> String {
        types.iter().map(|ty| self.ty(ty)).collect::<Vec<_>>().join(", ")
    }

    fn path(&self, path: &PathTy) -> String {
        let name = match &path.def {
            Def::Local(id) => self.name(*id),
            Def::Std(path) => path.clone(),
            Def::Foreign { path, .. } => format!("extern {}", path.join("::")),
        };
        name + &self.args(&path.args, &path.bindings)
    }

    fn args(&self, args: &[Arg], bindings: &[(String, Binding)]) -> String {
        let args = args.iter().map(|arg| match arg {
            Arg::Lifetime(name) => format!("'{name}"),
            Arg::Type(ty) => self.ty(ty),
            Arg::Const(value) => format!("{{{value}}}"),
        });
        let bindings = bindings.iter().map(|(name, binding)| match binding {
            Binding::Equal(ty) => format!("{name} = {}", self.ty(ty)),
            Binding::Bound(bounds) => format!("{name}: {}", self.bounds(bounds)),
        });
        angled(args.chain(bindings).collect())
    }

    fn bounds(&self, bounds: &[Bound]) -> String {
        let bounds = bounds.iter().map(|bound| match bound {
            Bound::Trait { trait_, maybe, binder } => {
                format!(
                    "{}{}{}",
                    for_lifetimes(binder),
                    if *maybe { "?" } else { "" },
                    self.path(trait_)
                )
            }
            Bound::Lifetime(name) => format!("'{name}"),
            Bound::Use(names) => format!("use<{}>", names.join(", ")),
        });
        bounds.collect::<Vec<_>>().join(" + ")
    }

    fn generics(&self, generics: &Generics) -> String {
        let params = generics.params.iter().map(|param| match param {
            Param::Lifetime { name, outlives } => format!("'{name}{}", outlived(outlives)),
            Param::Type { name, bounds, default } => {
                let bounds = if bounds.is_empty() {
                    String::new()
                } else {
                    format!(": {}", self.bounds(bounds))
                };
                let default = default
                    .as_ref()
                    .map_or_else(String::new, |ty| format!(" = {}", self.ty(ty)));
                format!("{name}{bounds}{default}")
            }
            Param::Const { name, ty, default } => {
                let default = default.as_ref().map_or_else(String::new, |value| format!(" = {value}"));
                format!("const {name}: {}{default}", self.ty(ty))
            }
        });
        let wheres = generics.wheres.iter().map(|clause| match clause {
            Where::Type { ty, bounds, binder } => {
                format!("{}{}: {}", for_lifetimes(binder), self.ty(ty), self.bounds(bounds))
            }
            Where::Lifetime { name, outlives } => format!("'{name}{}", outlived(outlives)),
            Where::Equal(left, right) => format!("{} = {}", self.ty(left), self.ty(right)),
        });
        let wheres = wheres.collect::<Vec<_>>();
        let wheres = if wheres.is_empty() {
            String::new()
        } else {
            format!("[where {}]", wheres.join(", "))
        };
        angled(params.collect()) + &wheres
    }
}

fn angled(parts: Vec<String>) -> String {
    if parts.is_empty() {
        String::new()
    } else {
        format!("<{}>", parts.join(", "))
    }
}

fn outlived(lifetimes: &[String]) -> String {
    let names = lifetimes.iter().map(|name| format!("'{name}")).collect::<Vec<_>>();
    if names.is_empty() {
        String::new()
    } else {
        format!(": {}", names.join(" + "))
    }
}

fn for_lifetimes(names: &[String]) -> String {
    let names = names.iter().map(|name| format!("'{name}")).collect::<Vec<_>>();
    if names.is_empty() {
        String::new()
    } else {
        format!("for<{}> ", names.join(", "))
    }
}
