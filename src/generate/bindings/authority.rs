//! What a nanoprocess may have and use at most, as the bindings say it to the runtime.

use std::collections::BTreeSet;

use nanobuild_policy::Capability;
use nanobuild_policy::grant::{Access, Grants, Limits, Stream};
use proc_macro2::TokenStream;
use quote::quote;

/// The families of WASI functions that granted capabilities take: features of the runtime, so that an application
/// links no others.
#[must_use]
pub fn families(capabilities: &BTreeSet<Capability>) -> BTreeSet<&'static str> {
    capabilities
        .iter()
        .filter_map(|capability| family(*capability))
        .collect()
}

fn family(capability: Capability) -> Option<&'static str> {
    Some(match capability {
        Capability::FsRead | Capability::FsWrite => "files",
        Capability::NetConnect | Capability::NetListen | Capability::NetUdp => "sockets",
        Capability::EnvRead | Capability::Args => "environment",
        Capability::ClockWall | Capability::ClockMonotonic => "clocks",
        Capability::Sleep => "polling",
        Capability::Random => "random",
        Capability::StdioIn | Capability::StdioOut | Capability::StdioErr => "stdio",
        Capability::NetResolve
        | Capability::ProcessSpawn
        | Capability::ProcessExit
        | Capability::EnvWrite
        | Capability::ThreadSpawn
        | Capability::BuildScript
        | Capability::BuildProcMacro
        | Capability::BuildNative => return None,
    })
}

/// The runtime's `Grants`.
pub(super) fn grants(grants: &Grants) -> TokenStream {
    let has = |capability| grants.capabilities.contains(&capability);
    let (read, write) = (has(Capability::FsRead), has(Capability::FsWrite));
    let directories = grants.scope.directories.iter().map(|(path, access)| {
        // Both bounds hold: the capability's and the directory's.
        let read = read && *access != Access::Write;
        let write = write && *access != Access::Read;
        quote!(nanobuild_runtime::Directory { name: #path, path: Some(#path), read: #read, write: #write })
    });
    let directories: Vec<_> = if read || write {
        directories.collect()
    } else {
        Vec::new()
    };
    let environment = has(Capability::EnvRead);
    let variables: Vec<_> = if environment {
        grants.scope.env.iter().collect()
    } else {
        Vec::new()
    };
    let args = has(Capability::Args);
    let stdio = grants.scope.stdio;
    let stdin = stream(has(Capability::StdioIn), stdio.input);
    let stdout = stream(has(Capability::StdioOut), stdio.output);
    let stderr = stream(has(Capability::StdioErr), stdio.error);
    quote! {
        nanobuild_runtime::Grants {
            read: #read,
            write: #write,
            environment: #environment,
            directories: &[#(#directories),*],
            variables: &[#(#variables),*],
            args: #args,
            stdin: #stdin,
            stdout: #stdout,
            stderr: #stderr,
        }
    }
}

fn stream(granted: bool, stream: Stream) -> TokenStream {
    match stream {
        Stream::Pass if granted => quote!(nanobuild_runtime::Stream::Own),
        Stream::Capture if granted => quote!(nanobuild_runtime::Stream::Captured),
        _ => quote!(nanobuild_runtime::Stream::None),
    }
}

/// The runtime's `Limits`.
pub(super) fn limits(limits: &Limits) -> TokenStream {
    let default = quote!(nanobuild_runtime::Limits::DEFAULT);
    let or_default = |given: Option<u64>, name: TokenStream| match given {
        Some(given) => quote!(#given),
        None => quote!(#default.#name),
    };
    let memory = or_default(limits.memory, quote!(memory));
    let stack = or_default(limits.stack, quote!(stack));
    let handles = or_default(limits.handles, quote!(handles));
    let buffers = or_default(limits.buffers, quote!(buffers));
    let milliseconds = limits
        .time
        .map_or(0, |time| u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1));
    quote! {
        nanobuild_runtime::Limits {
            memory: #memory,
            milliseconds: #milliseconds,
            stack: #stack,
            handles: #handles,
            buffers: #buffers,
        }
    }
}
