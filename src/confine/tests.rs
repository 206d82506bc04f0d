use super::*;

const WASI: &str = wasi::MODULE;

fn confined(wat: &str, granted: &[Capability]) -> Result<Confined, Error> {
    let module = WasmModule {
        bytes: wat::parse_str(wat).unwrap(),
    };
    confine(&module, &granted.iter().copied().collect())
}

fn import_names(module: &Confined) -> Vec<String> {
    inspect::imports(module.bytes())
        .unwrap()
        .into_iter()
        .map(|import| import.name)
        .collect()
}

/// Runs an exported function without arguments in a confined module that must import nothing.
fn run(wat: &str, export: &str) -> Result<i32, wasmtime::Error> {
    let module = confined(wat, &[]).unwrap();
    assert!(import_names(&module).is_empty());
    let engine = wasmtime::Engine::default();
    let mut store = wasmtime::Store::new(&engine, ());
    let module = wasmtime::Module::new(&engine, module.bytes())?;
    let instance = wasmtime::Instance::new(&mut store, &module, &[])?;
    instance
        .get_typed_func::<(), i32>(&mut store, export)?
        .call(&mut store, ())
}

#[test]
fn what_is_granted_stays_and_the_rest_goes() {
    let wat = format!(
        r#"(module
            (import "{WASI}" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
            (import "{WASI}" "random_get" (func $random (param i32 i32) (result i32)))
            (import "nanobuild" "call" (func (param i32 i32 i32) (result i64)))
            (import "{WASI}" "clock_time_get" (func (param i32 i64 i32) (result i32)))
            (func (export "f") (result i32) (call $random (i32.const 0) (i32.const 8))))"#
    );
    assert_eq!(import_names(&confined(&wat, &[]).unwrap()), ["call"]);
    assert_eq!(
        import_names(&confined(&wat, &[Capability::Random]).unwrap()),
        ["random_get", "call"]
    );
    assert_eq!(
        import_names(&confined(&wat, &[Capability::StdioOut]).unwrap()),
        ["fd_write", "call"]
    );
    assert_eq!(
        import_names(&confined(&wat, &[Capability::ClockWall]).unwrap()),
        ["call", "clock_time_get"]
    );
}

/// Every place that can name a function: calls, the start function, element segments of both kinds, exports, globals and
/// `ref.func`; with kept imports before and after those taken away.
#[test]
fn every_reference_follows() {
    let wat = format!(
        r#"(module
            (import "{WASI}" "random_get" (func $random (param i32 i32) (result i32)))
            (import "{WASI}" "fd_close" (func $close (param i32) (result i32)))
            (memory 1)
            (global $ref funcref (ref.func $own))
            (global $state (mut i32) (i32.const 0))
            (table $table 4 funcref)
            (elem (i32.const 0) func $random $own)
            (elem (table $table) (i32.const 2) funcref (ref.func $close) (ref.func $own))
            (elem declare func $own $close)
            (type $noarg (func (result i32)))
            (type $onearg (func (param i32) (result i32)))
            (func $start (global.set $state (i32.const 5)))
            (func $own (result i32) (i32.add (global.get $state) (i32.const 2)))
            (func (export "direct") (result i32) (call $random (i32.const 0) (i32.const 0)))
            (func (export "own") (result i32) (call $own))
            (func (export "own1") (result i32) (call_indirect (type $noarg) (i32.const 1)))
            (func (export "own3") (result i32) (call_indirect (type $noarg) (i32.const 3)))
            (func (export "close") (result i32) (call_indirect (type $onearg) (i32.const 9) (i32.const 2)))
            (func (export "global") (result i32)
                (table.set $table (i32.const 0) (global.get $ref))
                (call_indirect (type $noarg) (i32.const 0)))
            (func (export "reffunc") (result i32)
                (table.set $table (i32.const 0) (ref.func $close))
                (call_indirect (type $onearg) (i32.const 9) (i32.const 0)))
            (export "reexported" (func $close))
            (start $start))"#
    );
    for (export, expected) in [
        ("direct", 76),
        ("own", 7),
        ("own1", 7),
        ("own3", 7),
        ("close", 76),
        ("global", 7),
        ("reffunc", 76),
    ] {
        assert_eq!(run(&wat, export).unwrap(), expected, "{export}");
    }
}

#[test]
fn what_changes_more_than_memory_is_not_renewable() {
    let renewable = |wat: &str| {
        let stack = r#"(memory 1) (table 2 funcref) (func $f) (elem $e func $f) (data $d "x")
            (global (export "__stack_pointer") (mut i32) (i32.const 1))"#;
        confined(&format!("(module {stack} {wat})"), &[])
            .unwrap()
            .is_renewable()
    };
    assert!(renewable(
        "(global i32 (i32.const 1))
         (func (global.set 0 (i32.const 2)) (i32.store (i32.const 0) (memory.grow (i32.const 1))))
         (func (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)))
         (func (drop (table.get (i32.const 0))) (drop (table.size)))"
    ));
    for other in [
        "(global (mut i32) (i32.const 1))",
        r#"(global (export "other") (mut i64) (i64.const 1))"#,
        "(func (table.set (i32.const 0) (ref.null func)))",
        "(func (drop (table.grow (ref.null func) (i32.const 1))))",
        "(func (table.fill (i32.const 0) (ref.null func) (i32.const 1)))",
        "(func (table.copy (i32.const 0) (i32.const 1) (i32.const 1)))",
        "(func (table.init $e (i32.const 0) (i32.const 0) (i32.const 1)))",
        "(func (elem.drop $e))",
        "(func (data.drop $d))",
    ] {
        assert!(!renewable(other), "{other}");
    }
    let no_stack = confined("(module (memory 1) (global (mut i32) (i32.const 1)))", &[]).unwrap();
    assert!(!no_stack.is_renewable());
    assert_eq!(
        inspect::FEATURES,
        wasmparser::WasmFeatures::WASM2,
        "others change more than the list knows of"
    );
}

#[test]
fn an_import_that_is_the_start_function_is_taken_away_too() {
    let wat = format!(
        r#"(module (import "{WASI}" "random_get" (func $random (param i32 i32) (result i32)))
            (import "nanobuild" "drop_callback" (func $start))
            (func) (start $start))"#
    );
    assert_eq!(import_names(&confined(&wat, &[]).unwrap()), ["drop_callback"]);
}

#[test]
fn the_floor_keeps_std_going() {
    let wat = format!(
        r#"(module
            (import "{WASI}" "environ_sizes_get" (func $sizes (param i32 i32) (result i32)))
            (import "{WASI}" "environ_get" (func $environ (param i32 i32) (result i32)))
            (import "{WASI}" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
            (import "{WASI}" "proc_exit" (func $exit (param i32)))
            (import "{WASI}" "fd_prestat_get" (func $prestat (param i32 i32) (result i32)))
            (memory 1)
            (data (i32.const 64) "\ff\ff\ff\ff\ff\ff\ff\ff")
            (data (i32.const 128) "\00\00\00\00\05\00\00\00\00\00\00\00\07\00\00\00")
            (func (export "sizes") (result i32)
                (i32.add (call $sizes (i32.const 64) (i32.const 68))
                    (i32.add (i32.load (i32.const 64)) (i32.load (i32.const 68)))))
            (func (export "environ") (result i32) (call $environ (i32.const 64) (i32.const 68)))
            (func $to (param $fd i32) (result i32)
                (if (result i32) (call $write (local.get $fd) (i32.const 128) (i32.const 2) (i32.const 64))
                    (then (i32.const -8)) (else (i32.load (i32.const 64)))))
            (func (export "stdin") (result i32) (call $to (i32.const 0)))
            (func (export "stdout") (result i32) (call $to (i32.const 1)))
            (func (export "stderr") (result i32) (call $to (i32.const 2)))
            (func (export "file") (result i32) (call $to (i32.const 3)))
            (func (export "prestat") (result i32) (call $prestat (i32.const 3) (i32.const 64)))
            (func (export "exit") (result i32) (call $exit (i32.const 0)) (i32.const 1)))"#
    );
    for (export, expected) in [
        ("sizes", 0),
        ("environ", 0),
        ("stdin", -8),
        ("stdout", 12),
        ("stderr", 12),
        ("file", -8),
        ("prestat", 8),
    ] {
        assert_eq!(run(&wat, export).unwrap(), expected, "{export}");
    }
    let trap = run(&wat, "exit").unwrap_err();
    assert_eq!(trap.downcast_ref(), Some(&wasmtime::Trap::UnreachableCodeReached));
}

#[test]
fn attacks_through_the_import_section_are_refused() {
    for import in [
        format!(r#"(import "{WASI}" "fd_write" (memory 1))"#),
        format!(r#"(import "{WASI}" "fd_write" (table 1 funcref))"#),
        format!(r#"(import "{WASI}" "fd_write" (global i32))"#),
        format!(r#"(import "{WASI}" "fd_write" (func (param i64)))"#),
        format!(r#"(import "{WASI}" "" (func))"#),
        r#"(import "nanobuild" "random_get" (func (param i32 i32) (result i32)))"#.into(),
        r#"(import "nanobuild" "call" (memory 1))"#.into(),
        r#"(import "" "" (func))"#.into(),
        r#"(import "wasi_unstable" "fd_write" (func (param i32 i32 i32 i32) (result i32)))"#.into(),
    ] {
        assert!(
            matches!(
                confined(&format!("(module {import} (func))"), &[]),
                Err(Error::Inspect(_))
            ),
            "{import}"
        );
    }
}

#[test]
fn a_module_without_code_of_its_own_is_never_confined_by_mistake() {
    let wat =
        format!(r#"(module (import "{WASI}" "fd_close" (func $f (param i32) (result i32))) (export "f" (func $f)))"#);
    assert!(matches!(
        confined(&wat, &[]),
        Err(Error::Inspect(inspect::Error::Invalid { .. }))
    ));
}

#[test]
fn the_same_import_twice_is_taken_away_twice() {
    let import = format!(r#"(import "{WASI}" "random_get" (func (param i32 i32) (result i32)))"#);
    let module = confined(
        &format!("(module {import} {import} (func) (export \"f\" (func 1)))"),
        &[],
    )
    .unwrap();
    assert!(import_names(&module).is_empty());
}

#[test]
fn custom_sections_are_dropped() {
    let wat = r#"(module $name (@custom "producers" "x") (@custom ".debug_info" "y") (func $named))"#;
    let module = confined(wat, &[]).unwrap();
    let custom = |payload| matches!(payload, Payload::CustomSection(_));
    assert!(
        !Parser::new(0)
            .parse_all(module.bytes())
            .any(|payload| custom(payload.unwrap()))
    );
}

#[test]
fn the_proof_does_not_trust_the_rewriting() {
    let wat = format!(r#"(module (import "{WASI}" "random_get" (func (param i32 i32) (result i32))))"#);
    let proof = prove(wat::parse_str(wat).unwrap(), &BTreeSet::new());
    assert!(matches!(proof, Err(Error::Unproven { import }) if import == "random_get"));
}
