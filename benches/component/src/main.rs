//! The same calls through Wasmtime's component model, with instances in a pool.

#[path = "../../ours/src/measure.rs"]
#[expect(dead_code, reason = "programs are started by the other benchmark")]
mod measure;

use measure::{Cell, cell};
use std::hint::black_box;
use wasmtime::component::{Component, ComponentNamedList, Instance, InstancePre, Lift, Linker, Lower, TypedFunc};
use wasmtime::{Config, Engine, PoolingAllocationConfig, Store};

/// Hand-written, so that nothing but the component model is measured: adding, hashing (FNV-1a), looking at the ends of
/// bytes, making bytes, calling back. Memory for arguments is always the same.
const SOURCE: &str = r#"(component
    (import "callback" (func $callback (param "value" u64) (result u64)))
    (core func $lowered (canon lower (func $callback)))
    (core module $module
        (import "host" "callback" (func $callback (param i64) (result i64)))
        (memory (export "memory") 40)
        (func (export "realloc") (param i32 i32 i32 i32) (result i32) (i32.const 65536))
        (func (export "add") (param i64 i64) (result i64) (i64.add (local.get 0) (local.get 1)))
        (func (export "hash") (param $at i32) (param $len i32) (result i64) (local $hash i64)
            (local.set $hash (i64.const 0xcbf29ce484222325))
            (block $done
                (loop $next
                    (br_if $done (i32.eqz (local.get $len)))
                    (local.set $hash (i64.mul (i64.xor (local.get $hash) (i64.load8_u (local.get $at)))
                        (i64.const 0x00000100000001b3)))
                    (local.set $at (i32.add (local.get $at) (i32.const 1)))
                    (local.set $len (i32.sub (local.get $len) (i32.const 1)))
                    (br $next)))
            (local.get $hash))
        (func (export "ends") (param $at i32) (param $len i32) (result i64)
            (i64.add (i64.load8_u (local.get $at))
                (i64.load8_u (i32.sub (i32.add (local.get $at) (local.get $len)) (i32.const 1)))))
        (func (export "fill") (param $len i32) (result i32)
            (memory.fill (i32.const 65536) (i32.const 7) (local.get $len))
            (i32.store (i32.const 16) (i32.const 65536))
            (i32.store (i32.const 20) (local.get $len))
            (i32.const 16))
        (func (export "twice") (param i64) (result i64)
            (i64.mul (call $callback (local.get 0)) (i64.const 2))))
    (core instance $host (export "callback" (func $lowered)))
    (core instance $i (instantiate $module (with "host" (instance $host))))
    (alias core export $i "memory" (core memory $memory))
    (alias core export $i "realloc" (core func $realloc))
    (func (export "add") (param "a" u64) (param "b" u64) (result u64) (canon lift (core func $i "add")))
    (func (export "hash") (param "text" string) (result u64)
        (canon lift (core func $i "hash") (memory $memory) (realloc $realloc)))
    (func (export "ends") (param "bytes" (list u8)) (result u64)
        (canon lift (core func $i "ends") (memory $memory) (realloc $realloc)))
    (func (export "fill") (param "len" u32) (result (list u8))
        (canon lift (core func $i "fill") (memory $memory) (realloc $realloc)))
    (func (export "twice") (param "value" u64) (result u64) (canon lift (core func $i "twice"))))"#;

const TEXT: &str = "1.22.333-alpha.1+build";

fn link() -> wasmtime::Result<InstancePre<()>> {
    let mut config = Config::new();
    config
        .memory_may_move(false)
        .concurrency_support(false)
        .allocation_strategy(PoolingAllocationConfig::new());
    let engine = Engine::new(&config)?;
    let component = Component::new(&engine, SOURCE)?;
    let mut linker = Linker::new(&engine);
    linker
        .root()
        .func_wrap("callback", |_, (value,): (u64,)| Ok((value + 1,)))?;
    linker.instantiate_pre(&component)
}

fn start(linked: &InstancePre<()>) -> (Store<()>, Instance) {
    let mut store = Store::new(linked.engine(), ());
    let instance = linked.instantiate(&mut store).expect("there is room");
    (store, instance)
}

/// A cell that calls `function` of an instance of its own.
fn calls<P, R>(
    linked: &InstancePre<()>,
    name: &'static str,
    function: &str,
    arguments: impl Fn() -> P + 'static,
) -> Cell
where
    P: ComponentNamedList + Lower + 'static,
    R: ComponentNamedList + Lift + 'static,
{
    let (mut store, instance) = start(linked);
    let function: TypedFunc<P, R> = instance.get_typed_func(&mut store, function).expect("an export");
    cell(name, "component", move || {
        function
            .call(&mut store, black_box(arguments()))
            .expect("it does not trap")
    })
}

fn main() -> wasmtime::Result<()> {
    let linked = link()?;
    // Arguments are borrowed for as long as the program runs.
    let (small, large) = (&*vec![1; 1 << 10].leak(), &*vec![1; 1 << 20].leak());
    let mut cells = vec![
        calls::<_, (u64,)>(&linked, "scalar call", "add", || (1_u64, 2_u64)),
        calls::<_, (u64,)>(&linked, "22-byte string to u64", "hash", || (TEXT,)),
        calls::<_, (u64,)>(&linked, "callback", "twice", || (1_u64,)),
        calls::<_, (u64,)>(&linked, "1 KiB in", "ends", move || (small,)),
        calls::<_, (u64,)>(&linked, "1 MiB in", "ends", move || (large,)),
        calls::<_, (Vec<u8>,)>(&linked, "1 KiB out", "fill", || (1_u32 << 10,)),
        calls::<_, (Vec<u8>,)>(&linked, "1 MiB out", "fill", || (1_u32 << 20,)),
    ];
    cells.push(cell("fresh instance and call", "component", move || {
        let (mut store, instance) = start(&linked);
        let add: TypedFunc<(u64, u64), (u64,)> = instance.get_typed_func(&mut store, "add").expect("an export");
        add.call(&mut store, (1, 2)).expect("it does not trap")
    }));
    let rows: Vec<String> = std::env::args().skip(1).collect();
    cells.retain(|cell| rows.is_empty() || rows.iter().any(|row| cell.is(row)));
    measure::run(cells);
    Ok(())
}
