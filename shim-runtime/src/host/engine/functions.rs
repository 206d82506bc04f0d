//! What a guest exports beside the numbered exports.

use super::instance::Host;
use wasmtime::{Global, Memory, Mutability, Store, TypedFunc, ValType};

/// What every guest exports.
pub(super) struct Functions {
    pub(super) memory: Memory,
    pub(super) stack: Global,
    pub(super) initialize: TypedFunc<(), ()>,
    pub(super) state: TypedFunc<(), u32>,
    pub(super) alloc: TypedFunc<u32, u32>,
    pub(super) free: TypedFunc<(u32, u32), ()>,
}

impl Functions {
    pub(super) fn find(store: &mut Store<Host>, linked: wasmtime::Instance) -> Result<Functions, String> {
        macro_rules! typed {
            ($name:literal) => {
                linked
                    .get_typed_func(&mut *store, $name)
                    .map_err(|error| format!("{error:#}"))?
            };
        }
        let memory = linked.get_memory(&mut *store, "memory").ok_or("it exports no memory")?;
        let stack = linked
            .get_global(&mut *store, "__stack_pointer")
            .ok_or("it exports no stack pointer")?;
        let kind = stack.ty(&mut *store);
        if kind.mutability() != Mutability::Var || !matches!(kind.content(), ValType::I32) {
            return Err("its stack pointer is of the wrong type".into());
        }
        Ok(Functions {
            memory,
            stack,
            initialize: typed!("_initialize"),
            state: typed!("nb_state"),
            alloc: typed!("nb_alloc"),
            free: typed!("nb_free"),
        })
    }
}
