//! What stands in for an import that was not granted.

use wasm_encoder::{BlockType, Function, InstructionSink, MemArg, ValType};

use crate::inspect::FunctionImport;

/// WASI: the operation succeeded.
const SUCCESS: i32 = 0;
/// WASI: no such descriptor. It ends libc's walk over the preopened folders, where any other error ends the process.
const BADF: i32 = 8;
/// WASI: capabilities insufficient.
const NOTCAPABLE: i32 = 76;

/// The body of the local function that takes the place of `import`.
///
/// The floor keeps std working: an empty environment, and output that goes nowhere. The rest reports that it may not.
pub(super) fn body(import: &FunctionImport, has_memory: bool) -> Function {
    match import.name.as_str() {
        "environ_sizes_get" if has_memory => store_two_zeros(),
        "fd_write" if has_memory => swallow_output(),
        "environ_get" | "sched_yield" => returns(SUCCESS),
        "fd_prestat_get" => returns(BADF),
        _ if import.signature.ends_with(':') => traps(),
        _ => returns(NOTCAPABLE),
    }
}

fn simple(locals: u32, write: impl FnOnce(&mut InstructionSink<'_>)) -> Function {
    let mut function = Function::new((locals > 0).then_some((locals, ValType::I32)));
    write(&mut function.instructions());
    function.instructions().end();
    function
}

fn returns(errno: i32) -> Function {
    simple(0, |code| {
        code.i32_const(errno);
    })
}

fn traps() -> Function {
    simple(0, |code| {
        code.unreachable();
    })
}

/// `environ_sizes_get(count, size)`: there is nothing.
fn store_two_zeros() -> Function {
    simple(0, |code| {
        code.local_get(0).i32_const(0).i32_store(word(0));
        code.local_get(1).i32_const(0).i32_store(word(0));
        code.i32_const(SUCCESS);
    })
}

/// `fd_write(fd, buffers, count, written)`: says that all was written if it goes to standard output or error.
fn swallow_output() -> Function {
    const FD: u32 = 0;
    const BUFFERS: u32 = 1;
    const COUNT: u32 = 2;
    const WRITTEN: u32 = 3;
    const SUM: u32 = 4;
    simple(1, |code| {
        code.local_get(FD).i32_const(1).i32_sub().i32_const(2).i32_ge_u();
        code.if_(BlockType::Empty).i32_const(BADF).return_().end();
        code.block(BlockType::Empty).loop_(BlockType::Empty);
        code.local_get(COUNT).i32_eqz().br_if(1);
        code.local_get(SUM)
            .local_get(BUFFERS)
            .i32_load(word(4))
            .i32_add()
            .local_set(SUM);
        code.local_get(BUFFERS).i32_const(8).i32_add().local_set(BUFFERS);
        code.local_get(COUNT).i32_const(1).i32_sub().local_set(COUNT);
        code.br(0).end().end();
        code.local_get(WRITTEN).local_get(SUM).i32_store(word(0));
        code.i32_const(SUCCESS);
    })
}

fn word(offset: u64) -> MemArg {
    MemArg {
        offset,
        align: 2,
        memory_index: 0,
    }
}
