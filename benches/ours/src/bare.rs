//! Typed calls through Wasmtime itself: the least that a call into a sandbox of this engine costs.

use crate::measure::{Cell, cell};
use crate::rows::{CALLS, INPUTS, OUTPUTS, TEXT};
use std::hint::black_box;
use std::sync::LazyLock;
use wasmtime::{
    Config, Engine, Extern, ExternType, Func, ImportType, Instance, InstanceAllocationStrategy, InstancePre, Linker,
    Memory, Module, PoolingAllocationConfig, Store, TypedFunc, WasmParams, WasmResults,
};

/// Compiled by `cargo xtask bench`, with the settings of the runtime.
static CODE: &[u8] = include_bytes!(env!("NANOBUILD_BENCH_BARE"));

static MODULE: LazyLock<Module> = LazyLock::new(|| module(InstanceAllocationStrategy::OnDemand));

/// The same, with instances in a pool.
static POOLED: LazyLock<InstancePre<()>> = LazyLock::new(|| {
    let module = module(PoolingAllocationConfig::new().into());
    let mut linker = Linker::new(module.engine());
    linker
        .func_wrap("bench", "callback", |value: u64| value + 1)
        .expect("it is new");
    linker
        .define_unknown_imports_as_traps(&module)
        .expect("guests import functions");
    linker.instantiate_pre(&module).expect("all imports are there")
});

fn module(allocation: InstanceAllocationStrategy) -> Module {
    let mut config = Config::new();
    nanobuild_runtime::engine_settings(&mut config, false);
    config.allocation_strategy(allocation);
    let engine = Engine::new(&config).expect("the runtime's settings are valid");
    // SAFETY: our own build has just made it.
    unsafe { Module::deserialize(&engine, CODE) }.expect("it was compiled for this engine")
}

/// A fresh instance at its cheapest: in a pool, with its imports resolved before, for one call.
fn fresh() -> u64 {
    let mut store = Store::new(POOLED.module().engine(), ());
    let instance = POOLED.instantiate(&mut store).expect("there is room");
    let add = instance
        .get_typed_func::<(u64, u64), u64>(&mut store, "add")
        .expect("an export");
    add.call(&mut store, (1, 2)).expect("it does not trap")
}

/// The callback; whatever else is imported is for panics.
fn function(store: &mut Store<()>, import: &ImportType<'_>) -> Extern {
    let function = match (import.module(), import.ty()) {
        ("bench", _) => Func::wrap(store, |value: u64| value + 1),
        (_, ExternType::Func(kind)) => Func::new(store, kind, |_, _, _| Ok(())),
        _ => unreachable!("guests import functions"),
    };
    function.into()
}

struct Bare {
    store: Store<()>,
    instance: Instance,
    memory: Memory,
    place: usize,
}

impl Bare {
    fn start() -> Bare {
        let mut store = Store::new(MODULE.engine(), ());
        let imports: Vec<Extern> = MODULE.imports().map(|import| function(&mut store, &import)).collect();
        let instance = Instance::new(&mut store, &MODULE, &imports).expect("its imports are functions");
        let memory = instance.get_memory(&mut store, "memory").expect("a memory");
        let place = instance
            .get_typed_func::<(), u32>(&mut store, "place")
            .expect("an export");
        let place = place.call(&mut store, ()).expect("it only answers") as usize;
        Bare {
            store,
            instance,
            memory,
            place,
        }
    }

    fn function<P: WasmParams, R: WasmResults>(&mut self, name: &str) -> TypedFunc<P, R> {
        self.instance.get_typed_func(&mut self.store, name).expect("an export")
    }

    fn put(&mut self, bytes: &[u8]) {
        self.memory.data_mut(&mut self.store)[self.place..][..bytes.len()].copy_from_slice(bytes);
    }
}

/// A cell that calls `function` of an instance of its own.
fn calls<P: WasmParams + 'static, R: WasmResults + 'static>(
    name: &'static str,
    function: &str,
    mut f: impl FnMut(&mut Bare, &TypedFunc<P, R>) -> u64 + 'static,
) -> Cell {
    let mut bare = Bare::start();
    let function = bare.function::<P, R>(function);
    cell(name, "bare", move || f(&mut bare, &function))
}

fn call<P: WasmParams, R: WasmResults>(bare: &mut Bare, function: &TypedFunc<P, R>, args: P) -> R {
    function.call(&mut bare.store, args).expect("it does not trap")
}

pub(crate) fn cells() -> Vec<Cell> {
    let mut counter = None;
    let mut cells = vec![
        calls("scalar call", "add", |bare, add| {
            call(bare, add, (black_box(1_u64), black_box(2_u64)))
        }),
        calls("22-byte string to u64", "hash", |bare, hash| {
            bare.put(black_box(TEXT).as_bytes());
            call(bare, hash, TEXT.len() as u32)
        }),
        calls("callback", "twice", |bare, twice| call(bare, twice, black_box(1_u64))),
        calls("1,000 callbacks", "many", |bare, many| call(bare, many, black_box(CALLS))),
        calls("handle method", "bump", move |bare, bump| {
            let this = *counter.get_or_insert_with(|| {
                let make = bare.function::<u64, u32>("counter");
                call(bare, &make, 0)
            });
            call(bare, bump, black_box(this))
        }),
        cell("fresh instance and call", "bare", fresh),
    ];
    for (name, len) in INPUTS {
        let bytes = vec![1; len];
        cells.push(calls(name, "ends", move |bare, ends| {
            bare.put(black_box(&bytes));
            call(bare, ends, len as u32)
        }));
    }
    for (name, len) in OUTPUTS {
        cells.push(calls(name, "fill", move |bare, fill: &TypedFunc<u32, u32>| {
            let start = call(bare, fill, black_box(len) as u32) as usize;
            black_box(bare.memory.data(&bare.store)[start..][..len].to_vec()).len() as u64
        }));
    }
    cells
}

/// The first call of a program.
pub(crate) fn first() -> u64 {
    let mut bare = Bare::start();
    let add = bare.function::<(u64, u64), u64>("add");
    call(&mut bare, &add, (1, 2))
}
