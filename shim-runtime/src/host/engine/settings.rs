//! The engine's settings, shared with the tool's ahead-of-time compiler.

use wasmtime::{Config, Inlining, WasmFeatures};

/// What rustc's `wasm32-wasip1` uses, and nothing more.
const FEATURES: WasmFeatures = WasmFeatures::FLOATS
    .union(WasmFeatures::MUTABLE_GLOBAL)
    .union(WasmFeatures::SATURATING_FLOAT_TO_INT)
    .union(WasmFeatures::SIGN_EXTENSION)
    .union(WasmFeatures::MULTI_VALUE)
    .union(WasmFeatures::BULK_MEMORY)
    .union(WasmFeatures::REFERENCE_TYPES)
    .union(WasmFeatures::SIMD);

/// Applies the settings that an artifact and the engine that loads it must share.
///
/// The compiler adds only what concerns compiling: the target, its CPU features, the optimisation level. Every setting
/// that has a default which depends on Wasmtime's cargo features is set here, since an application may use
/// Wasmtime for itself, with other features.
///
/// - traps are signals, 4 GiB of address space are reserved for each memory, with 32 MiB of guard after it: bounds
///   checks cost nothing;
/// - memories never move, and start as copy-on-write images;
/// - epochs only where calls are to end after some time; no fuel, no backtraces, no address maps, no unwind tables (but on Windows, which insists), no debug
///   information, no garbage collector, no concurrency support;
/// - the wasm features that rustc's `wasm32-wasip1` uses and no others.
#[doc(hidden)]
#[cfg_attr(
    not(feature = "engine"),
    expect(unreachable_pub, reason = "public for the tool alone")
)]
pub fn engine_settings(config: &mut Config, timed: bool) {
    config
        .wasm_features(WasmFeatures::all(), false)
        .wasm_features(FEATURES, true)
        .signals_based_traps(true)
        .memory_reservation(4 << 30)
        .memory_guard_size(32 << 20)
        .guard_before_linear_memory(true)
        .memory_may_move(false)
        .memory_init_cow(true)
        .table_lazy_init(true)
        .epoch_interruption(timed)
        .consume_fuel(false)
        .debug_info(false)
        .debug_symbols(false)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(cfg!(windows))
        .relaxed_simd_deterministic(false)
        .compiler_inlining(Inlining::No)
        .concurrency_support(false);
}

/// CPU features that code for an architecture may use on every machine that is not a museum piece: x86-64-v2 (2009 and
/// later) on x86-64, the architecture's base elsewhere. The loading engine checks that the machine has them.
#[cfg(feature = "settings")]
#[doc(hidden)]
#[expect(unsafe_code, reason = "Wasmtime offers CPU features only this way")]
pub fn baseline_cpu(config: &mut Config, architecture: &str) {
    let features: &[&str] = match architecture {
        "x86_64" => &[
            "has_cmpxchg16b",
            "has_popcnt",
            "has_sse3",
            "has_ssse3",
            "has_sse41",
            "has_sse42",
        ],
        _ => &[],
    };
    for feature in features {
        // SAFETY: flags are unsafe because some make Cranelift's code wrong; these only allow it instructions, and
        // loading refuses an artifact with instructions that the machine does not have.
        unsafe { config.cranelift_flag_enable(feature) };
    }
}
