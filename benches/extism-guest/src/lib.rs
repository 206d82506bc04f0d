//! The work as an Extism plug-in.

use extism_pdk::{FnResult, host_fn, plugin_fn};

#[path = "../../work/work.rs"]
#[expect(dead_code, reason = "there are no readers or objects here")]
mod work;

#[host_fn]
extern "ExtismHost" {
    fn callback(value: u64) -> u64;
}

fn number(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

#[plugin_fn]
pub fn add(input: Vec<u8>) -> FnResult<Vec<u8>> {
    let (a, b) = input.split_at(8);
    Ok(work::add(number(a), number(b)).to_le_bytes().to_vec())
}

#[plugin_fn]
pub fn hash(text: String) -> FnResult<Vec<u8>> {
    Ok(work::hash(&text).to_le_bytes().to_vec())
}

#[plugin_fn]
pub fn ends(bytes: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(work::ends(&bytes).to_le_bytes().to_vec())
}

#[plugin_fn]
pub fn fill(len: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(work::fill(number(&len) as usize))
}

/// What the host has; plug-ins of this program always have it.
fn ask(value: u64) -> u64 {
    // SAFETY: the host defines it with this type.
    unsafe { callback(value) }.unwrap_or(0)
}

#[plugin_fn]
pub fn twice(value: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(work::twice(number(&value), ask).to_le_bytes().to_vec())
}

#[plugin_fn]
pub fn many(count: Vec<u8>) -> FnResult<Vec<u8>> {
    Ok(work::many(number(&count), ask).to_le_bytes().to_vec())
}
