//! What a guest exports: found and checked once in its code, and then in each instance by place.

use super::exports::{Export, MAX_SLOTS, MISSING};
use super::instance::Host;
use std::sync::OnceLock;
use wasmtime::{
    AsContextMut, Extern, ExternType, Func, FuncType, Global, Instance, Memory, Module, ModuleExport, Mutability,
    Result, Store, ValRaw, ValType,
};

/// Where a module's exports are.
pub(super) struct Layout {
    memory: ModuleExport,
    stack: ModuleExport,
    initialize: ModuleExport,
    state: ModuleExport,
    alloc: ModuleExport,
    free: ModuleExport,
    /// Found when they are first called.
    numbered: Box<[OnceLock<Option<Numbered>>]>,
}

/// A numbered export, and how many slots it takes.
struct Numbered {
    export: ModuleExport,
    arity: u8,
}

/// What every guest exports beside the numbered exports.
pub(super) struct Functions {
    pub(super) memory: Memory,
    pub(super) stack: Global,
    initialize: Func,
    state: Func,
    alloc: Func,
    free: Func,
}

impl Layout {
    /// Finds what every guest exports.
    pub(super) fn of(module: &Module, numbered: u32) -> Result<Layout, String> {
        let number = |ty: &ValType| matches!(ty, ValType::I32);
        let function = |name: &str, params: usize, results: usize| {
            find(module, name, |ty| {
                let ExternType::Func(ty) = ty else { return false };
                ty.params().len() == params
                    && ty.results().len() == results
                    && ty.params().chain(ty.results()).all(|ty| number(&ty))
            })
        };
        Ok(Layout {
            memory: find(module, "memory", |ty| matches!(ty, ExternType::Memory(_)))?,
            stack: find(
                module,
                "__stack_pointer",
                |ty| matches!(ty, ExternType::Global(ty) if ty.mutability() == Mutability::Var && number(ty.content())),
            )?,
            initialize: function("_initialize", 0, 0)?,
            state: function("nb_state", 0, 1)?,
            alloc: function("nb_alloc", 1, 1)?,
            free: function("nb_free", 2, 0)?,
            numbered: (0..numbered).map(|_| OnceLock::new()).collect(),
        })
    }

    /// How many numbered exports there are.
    pub(super) fn len(&self) -> usize {
        self.numbered.len()
    }

    /// A numbered export of an instance; `None` if there is none of such a type.
    pub(super) fn export(
        &self,
        module: &Module,
        store: impl AsContextMut,
        of: Instance,
        number: u32,
    ) -> Option<Export> {
        let numbered = self.numbered.get(number as usize)?;
        let Numbered { export, arity } = numbered
            .get_or_init(|| {
                let name = format!("nb{number}");
                let ExternType::Func(ty) = module.get_export(&name)? else {
                    return None;
                };
                Some(Numbered {
                    export: module.get_export_index(&name)?,
                    arity: arity(&ty),
                })
            })
            .as_ref()?;
        let func = of.get_module_export(store, export).and_then(Extern::into_func)?;
        // SAFETY: the arity is that of the export's type.
        (*arity != MISSING).then(|| unsafe { Export::new(func, *arity) })
    }
}

fn find(module: &Module, name: &str, fits: impl FnOnce(&ExternType) -> bool) -> Result<ModuleExport, String> {
    let ty = module
        .get_export(name)
        .ok_or_else(|| format!("it exports no `{name}`"))?;
    if !fits(&ty) {
        return Err(format!("its `{name}` is of the wrong type"));
    }
    module
        .get_export_index(name)
        .ok_or_else(|| format!("it exports no `{name}`"))
}

/// How many slots a function takes, if it takes and returns nothing else.
fn arity(ty: &FuncType) -> u8 {
    let slots = ty.params().chain(ty.results()).all(|ty| matches!(ty, ValType::I64));
    let params = ty.params().len();
    if slots && params <= MAX_SLOTS && ty.results().len() == 1 {
        params as u8
    } else {
        MISSING
    }
}

impl Functions {
    /// Finds them in an instance.
    pub(super) fn find(layout: &Layout, store: &mut Store<Host>, linked: Instance) -> Option<Functions> {
        let mut export = |export| linked.get_module_export(&mut *store, export);
        Some(Functions {
            memory: export(&layout.memory)?.into_memory()?,
            stack: export(&layout.stack)?.into_global()?,
            initialize: export(&layout.initialize)?.into_func()?,
            state: export(&layout.state)?.into_func()?,
            alloc: export(&layout.alloc)?.into_func()?,
            free: export(&layout.free)?.into_func()?,
        })
    }

    /// Runs the guest's constructors.
    pub(super) fn initialize(&self, store: impl AsContextMut) -> Result<()> {
        let mut space: [ValRaw; 0] = [];
        // SAFETY: `Layout::of` has checked that it takes and returns nothing.
        unsafe { self.initialize.call_unchecked(store, &raw mut space) }
    }

    /// Where the guest's state is.
    pub(super) fn state(&self, store: impl AsContextMut) -> Result<u32> {
        let mut space = [ValRaw::u32(0)];
        // SAFETY: `Layout::of` has checked that it takes nothing and returns one number of 32 bits.
        unsafe { self.state.call_unchecked(store, &raw mut space) }?;
        Ok(space[0].get_u32())
    }

    /// Allocates a block of guest memory.
    pub(super) fn alloc(&self, store: impl AsContextMut, len: u32) -> Result<u32> {
        let mut space = [ValRaw::u32(len)];
        // SAFETY: `Layout::of` has checked that it takes and returns one number of 32 bits.
        unsafe { self.alloc.call_unchecked(store, &raw mut space) }?;
        Ok(space[0].get_u32())
    }

    /// Frees a block of guest memory.
    pub(super) fn free(&self, store: impl AsContextMut, pointer: u32, len: u32) -> Result<()> {
        let mut space = [ValRaw::u32(pointer), ValRaw::u32(len)];
        // SAFETY: `Layout::of` has checked that it takes two numbers of 32 bits and returns nothing.
        unsafe { self.free.call_unchecked(store, &raw mut space) }
    }
}
