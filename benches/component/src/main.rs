//! The same calls through Wasmtime's component model: typed functions of one component, with the runtime's settings.
//! Prints what `bench-ours` does.

#[path = "../../ours/src/measure.rs"]
#[expect(dead_code, reason = "programs are started by the other benchmark")]
mod measure;
#[path = "../../ours/src/rows.rs"]
#[expect(dead_code, reason = "there are no iterators or readers here")]
mod rows;

use measure::{Cell, cell};
use rows::{CALLS, INPUTS, OUTPUTS, TEXT};
use std::hint::black_box;
use wasmtime::component::{Component, ComponentNamedList, InstancePre, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig, Store};

const WHO: &str = "component";

/// A component around the guest's module, whose panics end in functions that trap.
fn text() -> String {
    let path = std::env::args().nth(1).expect("the path of the guest's module");
    let module = wasmprinter::print_file(path).expect("it is a module");
    let module = module.replacen("(module", "(core module", 1);
    let (head, rest) = module.split_once("(core module").expect("it was just put there");
    let name_end = rest.find('\n').expect("it has more than one line");
    let module = format!("{head}(core module $guest{}", &rest[name_end..]);
    let memory = r#"(memory (core memory $guest "memory")) (realloc (core func $guest "cabi_realloc"))"#;
    format!(
        r#"(component
            (import "callback" (func $callback (param "value" u64) (result u64)))
            (core func $lowered (canon lower (func $callback)))
            {module}
            (core module $floor
                (func (export "environ_get") (param i32 i32) (result i32) unreachable)
                (func (export "environ_sizes_get") (param i32 i32) (result i32) unreachable)
                (func (export "fd_write") (param i32 i32 i32 i32) (result i32) unreachable)
                (func (export "proc_exit") (param i32) unreachable))
            (core instance $floor (instantiate $floor))
            (core instance $guest (instantiate $guest
                (with "bench" (instance (export "callback" (func $lowered))))
                (with "wasi_snapshot_preview1" (instance $floor))))
            (func (export "add") (param "a" u64) (param "b" u64) (result u64) (canon lift (core func $guest "add")))
            (func (export "twice") (param "value" u64) (result u64) (canon lift (core func $guest "twice")))
            (func (export "many") (param "count" u64) (result u64) (canon lift (core func $guest "many")))
            (func (export "hash") (param "text" string) (result u64)
                (canon lift (core func $guest "hash") {memory}))
            (func (export "ends") (param "bytes" (list u8)) (result u64)
                (canon lift (core func $guest "ends") {memory}))
            (func (export "fill") (param "len" u32) (result (list u8))
                (canon lift (core func $guest "fill") {memory} (post-return (core func $guest "fill_done")))))"#
    )
}

fn prepare(text: &str, allocation: InstanceAllocationStrategy) -> InstancePre<()> {
    let mut config = Config::new();
    nanobuild_runtime::engine_settings(&mut config, false);
    config.wasm_component_model(true).allocation_strategy(allocation);
    let engine = Engine::new(&config).expect("the settings are valid");
    let component = Component::new(&engine, text).expect("it is a component");
    let mut linker = Linker::new(&engine);
    linker
        .root()
        .func_wrap("callback", |_, (value,): (u64,)| Ok((value + 1,)))
        .expect("it is new");
    linker.instantiate_pre(&component).expect("all imports are there")
}

/// A cell that calls `function` of an instance of its own.
fn calls<P, R>(
    name: &'static str,
    pre: &InstancePre<()>,
    function: &str,
    mut f: impl FnMut(&mut Store<()>, &TypedFunc<P, (R,)>) -> u64 + 'static,
) -> Cell
where
    P: ComponentNamedList + Lower + 'static,
    R: 'static,
    (R,): ComponentNamedList + Lift,
{
    let mut store = Store::new(pre.engine(), ());
    let instance = pre.instantiate(&mut store).expect("there is room");
    let function = instance
        .get_typed_func::<P, (R,)>(&mut store, function)
        .expect("an export");
    cell(name, WHO, move || f(&mut store, &function))
}

fn fresh(pre: &InstancePre<()>) -> u64 {
    let mut store = Store::new(pre.engine(), ());
    let instance = pre.instantiate(&mut store).expect("there is room");
    let add = instance
        .get_typed_func::<(u64, u64), (u64,)>(&mut store, "add")
        .expect("an export");
    add.call(&mut store, (1, 2)).expect("it does not trap").0
}

fn main() {
    let text = text();
    let pre = prepare(&text, InstanceAllocationStrategy::OnDemand);
    let pooled = prepare(&text, PoolingAllocationConfig::new().into());
    let mut cells = vec![
        calls("scalar call", &pre, "add", |store, add: &TypedFunc<(u64, u64), (u64,)>| {
            let sum = add.call(store, (black_box(1), black_box(2)));
            sum.expect("it does not trap").0
        }),
        calls("22-byte string to u64", &pre, "hash", |store, hash: &TypedFunc<(&str,), (u64,)>| {
            hash.call(store, (black_box(TEXT),)).expect("it does not trap").0
        }),
        calls("callback", &pre, "twice", |store, twice: &TypedFunc<(u64,), (u64,)>| {
            twice.call(store, (black_box(1),)).expect("it does not trap").0
        }),
        calls("1,000 callbacks", &pre, "many", |store, many: &TypedFunc<(u64,), (u64,)>| {
            many.call(store, (black_box(CALLS),)).expect("it does not trap").0
        }),
        cell("fresh instance and call", WHO, move || fresh(&pooled)),
    ];
    for (name, len) in INPUTS {
        let bytes: &'static [u8] = vec![1; len].leak();
        cells.push(calls(name, &pre, "ends", move |store, ends: &TypedFunc<(&[u8],), (u64,)>| {
            ends.call(store, (black_box(bytes),)).expect("it does not trap").0
        }));
    }
    for (name, len) in OUTPUTS {
        cells.push(calls(name, &pre, "fill", move |store, fill: &TypedFunc<(u32,), (Vec<u8>,)>| {
            let bytes = fill.call(store, (black_box(len) as u32,)).expect("it does not trap").0;
            black_box(bytes).len() as u64
        }));
    }
    measure::run(cells);
}
