//! What a carried macro may name beside the crate: facts, one list each, sorted. Nothing here reads or writes anything outside
//! of the values that it is given, ends the program or starts another one.

/// Whether the list has that word.
pub(super) fn has(list: &str, word: &str) -> bool {
    list.split_whitespace().any(|one| one == word)
}

/// Whether the list of paths has that item of std.
pub(super) fn has_path(path: &str) -> bool {
    let constants = |module: &str| path.strip_prefix(module).is_some_and(|name| !name.contains("::"));
    PATHS
        .split_whitespace()
        .any(|one| one == path || one.strip_suffix('*').is_some_and(constants))
}

/// Keywords. Those that leave the function or the loop around the call, define items that the application's own names would
/// then mean, or lead to modules of the application, are not here.
pub(super) const KEYWORDS: &str = "\
    _ as const dyn else false if in let match move mut ref true where";

/// Reserved words that are not in [`KEYWORDS`], to say what a macro uses.
pub(super) const REFUSED: &str = "\
    Self abstract async await become box break continue crate do enum extern final fn for gen impl loop macro mod \
    override priv pub return self static struct super trait try type typeof unsafe unsized use virtual while yield";

/// Names that Rust's prelude has everywhere, and primitive types.
pub(super) const PRELUDE: &str = "\
    AsMut AsRef Box Clone Copy Default Eq Err Extend From FromIterator Into IntoIterator Iterator None Ok Option Ord \
    PartialEq PartialOrd Result Send Sized Some String Sync ToOwned ToString TryFrom TryInto Vec bool char f32 f64 \
    i128 i16 i32 i64 i8 isize str u128 u16 u32 u64 u8 usize";

/// Items of std by path. One that ends in `::*` stands for all constants of that module.
pub(super) const PATHS: &str = "\
    std::borrow::Borrow std::borrow::Cow std::borrow::ToOwned std::boxed::Box std::clone::Clone std::cmp::Ordering \
    std::cmp::max std::cmp::min std::collections::BTreeMap std::collections::BTreeSet std::collections::BinaryHeap \
    std::collections::HashMap std::collections::HashSet std::collections::LinkedList std::collections::VecDeque \
    std::convert::AsMut std::convert::AsRef std::convert::From std::convert::Into std::convert::TryFrom \
    std::convert::TryInto std::default::Default std::f32::INFINITY std::f32::NAN std::f32::NEG_INFINITY \
    std::f32::consts::* std::f64::INFINITY std::f64::NAN std::f64::NEG_INFINITY std::f64::consts::* \
    std::fmt::Write::write_fmt std::fmt::Write::write_str \
    std::hash::BuildHasherDefault std::iter::Extend std::iter::FromIterator std::iter::IntoIterator \
    std::iter::Iterator std::iter::empty std::iter::once std::marker::PhantomData std::option::Option \
    std::option::Option::None std::option::Option::Some std::primitive::bool std::primitive::char \
    std::primitive::f32 std::primitive::f64 std::primitive::i16 std::primitive::i32 std::primitive::i64 \
    std::primitive::i8 std::primitive::str std::primitive::u16 std::primitive::u32 std::primitive::u64 \
    std::primitive::u8 std::primitive::usize std::result::Result std::result::Result::Err std::result::Result::Ok \
    std::str::FromStr std::string::String std::string::ToString std::vec::Vec";

/// Macros of std. Text that format strings are made of is checked apart.
pub(super) const MACROS: &str = "\
    assert assert_eq assert_ne compile_error concat debug_assert debug_assert_eq debug_assert_ne format format_args \
    matches panic stringify todo unimplemented unreachable vec";

/// Macros of std that no crate may redefine for the application, beside those of [`MACROS`].
pub(super) const OTHER_MACROS: &str = "\
    asm cfg column dbg env eprint eprintln file global_asm include include_bytes include_str line macro_rules \
    module_path naked_asm option_env print println thread_local try write writeln";

/// Methods and associated functions of std's pure types, and constants of numbers. By name alone, since the types of a macro's
/// arguments are not known.
pub(super) const METHODS: &str = "\
    EPSILON INFINITY MAX MIN NAN NEG_INFINITY abs and and_then append as_bytes as_mut as_ref as_slice as_str borrow \
    ceil chain chars clone cloned cmp collect concat contains contains_key copied copysign count default deref \
    ends_with entry enumerate eq expect extend filter filter_map first flat_map flatten floor fold from from_iter \
    from_str get get_or_insert_with insert insert_str into into_boxed_slice into_iter into_owned is_empty is_err \
    is_none is_ok is_some iter iter_mut keys last len map map_err max min ne neg new next not ok ok_or ok_or_else or \
    or_default or_else or_insert or_insert_with parse partial_cmp pow push push_back push_front push_str reserve rev \
    round skip sort starts_with sum to_owned to_string to_vec trim try_from try_into unwrap unwrap_or \
    unwrap_or_default unwrap_or_else values with_capacity with_capacity_and_hasher with_hasher zip";

/// Methods of std's types that reach the system, and of traits that stand for it. A crate's own method of such a name may have
/// been given that name in order to be called on something else.
pub(super) const EFFECTS: &str = "\
    abort accept access arg args bind by_ref canonicalize chdir chown close connect connect_timeout copy create \
    create_dir create_dir_all create_new current_dir detach dup duration_since elapsed env env_clear envs exec \
    execute exists exit file_type fill_buf flush from_raw_fd hard_link home_dir incoming into_raw_fd is_dir is_file \
    is_symlink is_terminal join_multicast_v4 join_multicast_v6 kill launch listen local_addr lock lock_shared \
    metadata modified now open output park peek peer_addr pre_exec read read_dir read_exact read_line read_link \
    read_to_end read_to_string read_until read_vectored recv recv_from remove_dir remove_dir_all remove_file \
    remove_var rename rewind run seek send send_to set_current_dir set_len set_modified set_nonblocking \
    set_permissions set_readonly set_times set_var shell shutdown sleep soft_link spawn status stderr stdin stdout \
    symlink symlink_metadata sync_all sync_data system take_error to_socket_addrs truncate try_clone try_exists \
    try_lock try_lock_shared try_wait unlock unpark var var_os vars vars_os wait wait_with_output write write_all \
    write_all_at write_at write_fmt write_vectored";

/// What attributes in a transcriber may consist of: lints that are allowed, and documentation.
pub(super) const ATTRIBUTES: &str = "\
    allow clippy dead_code deprecated doc expect let_unit_value redundant_clone unreachable_code unused \
    unused_imports unused_macros unused_mut unused_parens unused_variables vec_init_then_push";

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [&str; 9] = [
        KEYWORDS,
        REFUSED,
        PRELUDE,
        PATHS,
        MACROS,
        OTHER_MACROS,
        METHODS,
        EFFECTS,
        ATTRIBUTES,
    ];

    #[test]
    fn lists_are_sorted_and_unique() {
        for list in ALL {
            let words: Vec<&str> = list.split_whitespace().collect();
            assert!(words.is_sorted_by(|one, next| one < next), "{list}");
        }
    }

    #[test]
    fn nothing_is_harmless_and_harmful() {
        let both = |one: &str, other: &str| one.split_whitespace().any(|word| has(other, word));
        assert!(!both(KEYWORDS, REFUSED) && !both(METHODS, EFFECTS) && !both(MACROS, OTHER_MACROS));
    }

    #[test]
    fn a_module_of_constants_stands_for_its_constants_only() {
        assert!(has_path("std::f64::consts::PI") && !has_path("std::f64::consts::inner::PI"));
        assert!(!has_path("std::f64::consts") && !has_path("std::fs::read") && !has_path("std::process::exit"));
    }
}
