//! The same calls to an Extism plug-in: bytes go in, bytes come out. Prints what `bench-ours` does.

#[path = "../../ours/src/measure.rs"]
#[expect(dead_code, reason = "programs are started by the other benchmark")]
mod measure;
#[path = "../../ours/src/rows.rs"]
#[expect(dead_code, reason = "there are no iterators or readers here")]
mod rows;

use extism::{CompiledPlugin, Manifest, Plugin, PluginBuilder, UserData, ValType, Wasm, host_fn};
use measure::{Cell, cell};
use rows::{CALLS, INPUTS, OUTPUTS, TEXT};
use std::hint::black_box;

const WHO: &str = "extism";

host_fn!(callback(_data: (); value: u64) -> u64 { Ok(value + 1) });

fn compile() -> CompiledPlugin {
    let path = std::env::args().nth(1).expect("the path of the guest's module");
    let module = std::fs::read(path).expect("a module that can be read");
    let manifest = Manifest::new([Wasm::data(module)]);
    let builder = PluginBuilder::new(manifest).with_wasi(true).with_function(
        "callback",
        [ValType::I64],
        [ValType::I64],
        UserData::new(()),
        callback,
    );
    builder.compile().expect("it is a plug-in")
}

fn start(compiled: &CompiledPlugin) -> Plugin {
    Plugin::new_from_compiled(compiled).expect("it starts")
}

fn call(plugin: &mut Plugin, function: &str, input: &[u8]) -> Vec<u8> {
    plugin.call::<_, Vec<u8>>(function, input).expect("it does not trap")
}

fn calls(compiled: &CompiledPlugin, name: &'static str, function: &'static str, input: Vec<u8>) -> Cell {
    let mut plugin = start(compiled);
    cell(name, WHO, move || call(&mut plugin, function, black_box(&input)))
}

fn main() {
    let compiled = compile();
    let numbers = [1_u64, 2].map(u64::to_le_bytes).concat();
    let number = |value: u64| value.to_le_bytes().to_vec();
    let mut cells = vec![
        calls(&compiled, "scalar call", "add", numbers.clone()),
        calls(&compiled, "22-byte string to u64", "hash", TEXT.into()),
        calls(&compiled, "callback", "twice", number(1)),
        calls(&compiled, "1,000 callbacks", "many", number(CALLS)),
    ];
    for (name, len) in INPUTS {
        cells.push(calls(&compiled, name, "ends", vec![1; len]));
    }
    for (name, len) in OUTPUTS {
        cells.push(calls(&compiled, name, "fill", number(len as u64)));
    }
    cells.push(cell("fresh instance and call", WHO, move || {
        call(&mut start(&compiled), "add", &numbers)
    }));
    measure::run(cells);
}
