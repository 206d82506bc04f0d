//! The bindings crate: the real crate's name and API, each call forwarded to the guest.

mod anchors;
mod asked;
pub mod authority;
mod choices;
mod constants;
mod conversions;
mod docs;
mod forms;
mod functions;
mod hosted;
mod impls;
mod items;
mod macros;
mod recipes;
mod types;

use std::collections::BTreeMap;

use nanobuild_policy::config::{Instances, OnPanic};
use nanobuild_policy::grant::Grants;
use proc_macro2::TokenStream;
use quote::quote;

use crate::extract::Skipped;
use crate::generate::print::{Printer, Side, ident};
use crate::generate::source::{Source, Unit};
use crate::plan::bridge::{Bridge, Constant, ImplBody, ModulePlan, Place};
use crate::plan::carried_key;

/// What only the built guest can tell.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Results of layout and scalar exports, by export.
    pub slots: BTreeMap<u32, u64>,
    /// What spans of constants hold, by export.
    pub bytes: BTreeMap<u32, Vec<u8>>,
}

/// What the bindings embed.
#[derive(Debug, Clone, Copy)]
pub struct Embedded<'a> {
    /// Checked against the guest's when the module is loaded.
    pub fingerprint: u64,
    /// Whether an instance can be made as new, as its module's code says.
    pub renewable: bool,
    /// What the guest told; while wrappers are only checked, empty.
    pub told: &'a Told,
    /// What the bindings do not offer.
    pub skipped: &'a [Skipped],
    /// What the nanoprocess may have and use.
    pub grants: &'a Grants,
    /// How many instances there are.
    pub instances: Instances,
    /// What a panic means for an instance.
    pub on_panic: OnPanic,
}

/// Prints the bindings' `lib.rs`.
///
/// # Errors
/// The key of a unit that does not parse, with the reason.
pub fn source(bridge: &Bridge, embedded: Embedded<'_>) -> Result<Source, (String, String)> {
    let printer = Printer {
        side: Side::Host,
        paths: &bridge.paths,
    };
    let mut units = units(printer, bridge, embedded);
    let mut source = Source::default();
    // An unsafe function has to be allowed by name; there are no unsafe blocks in either case.
    source.push(if has_unsafe(bridge) {
        "#![deny(unsafe_code, unsafe_op_in_unsafe_fn)]\n"
    } else {
        "#![forbid(unsafe_code)]\n"
    });
    source.push("#![allow(warnings, clippy::all, rustdoc::all, reason = \"generated code\")]\n");
    source.push(&docs::crate_docs(bridge, embedded.skipped));
    source.push("use nanobuild_runtime as nb;\n");
    source.push("use crate::nanobuild_glue::{Here, PROCESS};\n\n");
    source.unit(Unit::new("", glue(bridge, embedded)))?;
    module(bridge, &[], &mut units, &mut source)?;
    Ok(source)
}

fn has_unsafe(bridge: &Bridge) -> bool {
    let of_impls = bridge.impls.iter().flat_map(|plan| match &plan.body {
        ImplBody::Methods(methods) => methods.as_slice(),
        _ => &[],
    });
    let mut functions = bridge.functions.iter().chain(of_impls);
    functions.any(|plan| plan.is_unsafe)
}

/// Units by module.
type Units = BTreeMap<Vec<String>, Vec<Unit>>;

fn units(printer: Printer<'_>, bridge: &Bridge, embedded: Embedded<'_>) -> Units {
    let mut units = Units::new();
    let mut add = |module: &[String], key: &str, tokens: TokenStream| {
        units.entry(module.to_vec()).or_default().push(Unit::new(key, tokens));
    };
    for plan in bridge.types.values() {
        add(
            &plan.module,
            &plan.key,
            types::definition(printer, bridge, plan, embedded.told),
        );
    }
    for plan in bridge.aliases.values() {
        add(&plan.module, &plan.key, items::alias(printer, plan));
    }
    for plan in &bridge.traits {
        add(&plan.module, &plan.key, items::definition(printer, plan));
    }
    for plan in &bridge.functions {
        let tokens = functions::placed(printer, plan);
        let key = match plan.constant {
            Some(Constant::Carried(_)) => &carried_key(&plan.key),
            _ => &plan.key,
        };
        add(home(&plan.place), key, tokens);
    }
    for plan in &bridge.consts {
        add(
            home(&plan.place),
            &plan.key,
            items::constant(printer, bridge, plan, embedded.told),
        );
    }
    for plan in &bridge.impls {
        add(&plan.module, &plan.key, impls::implementation(printer, bridge, plan));
    }
    for plan in &bridge.macros {
        add(&[], &plan.key, macros::definition(plan));
    }
    for (key, tokens) in macros::items(bridge) {
        add(&[], key, tokens);
    }
    units
}

fn home(place: &Place) -> &[String] {
    match place {
        Place::Module(path) => path,
        Place::Inherent { .. } | Place::Impl => &[],
    }
}

fn module(bridge: &Bridge, path: &[String], units: &mut Units, source: &mut Source) -> Result<(), (String, String)> {
    for unit in units.remove(path).unwrap_or_default() {
        source.unit(unit)?;
    }
    for plan in &bridge.modules {
        if plan.path == path {
            source.unit(Unit::new("", reexports(plan)))?;
        }
        let Some((name, parent)) = plan.path.split_last() else {
            continue;
        };
        if parent != path {
            continue;
        }
        let name = ident(name);
        let attributes = docs::attributes(&plan.meta);
        source.opening(quote!(#attributes pub mod #name {}));
        source.push("use nanobuild_runtime as nb;\nuse crate::nanobuild_glue::{Here, PROCESS};\n");
        module(bridge, &plan.path, units, source)?;
        source.push("}\n");
    }
    Ok(())
}

fn reexports(plan: &ModulePlan) -> TokenStream {
    let local = plan.reexports.iter().map(|(path, name)| {
        let (last, path) = (
            path.last().cloned().unwrap_or_default(),
            path.iter().map(|name| ident(name)),
        );
        let rename = (last != *name).then(|| ident(name)).map(|name| quote!(as #name));
        quote!(pub use crate #(:: #path)* #rename;)
    });
    let foreign = plan.foreign.iter().map(|(path, name)| {
        let (last, path) = (
            path.last().cloned().unwrap_or_default(),
            path.iter().map(|name| ident(name)),
        );
        let rename = (last != *name).then(|| ident(name)).map(|name| quote!(as #name));
        quote!(pub use #(:: #path)* #rename;)
    });
    quote!(#(#local)* #(#foreign)*)
}

/// The nanoprocess that all calls of this crate go to, and its mark on the wire traits.
fn glue(bridge: &Bridge, embedded: Embedded<'_>) -> TokenStream {
    let (name, exports, fingerprint) = (&bridge.krate, bridge.exports, embedded.fingerprint);
    let (grants, limits) = (
        authority::grants(embedded.grants),
        authority::limits(&embedded.grants.limits),
    );
    let instances = authority::instances(embedded.instances);
    let restart_on_panic = embedded.on_panic == OnPanic::Restart;
    let renewable = embedded.renewable;
    // A module of the crate's own goes first; then the application cannot narrow what was granted.
    let is_taken = bridge
        .modules
        .iter()
        .any(|module| module.path.first().is_some_and(|name| name == "nanobuild"));
    let configure = (!is_taken).then(configure);
    let answer = bridge.answer.map(|answer| quote!(answer: #answer,));
    quote! {
        #configure

        #[doc(hidden)]
        pub(crate) mod nanobuild_glue {
            pub struct Here;

            pub static PROCESS: nanobuild_runtime::Nanoprocess =
                nanobuild_runtime::Nanoprocess::new(nanobuild_runtime::Spec {
                    name: #name,
                    artifact: include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/artifact.cwasm")),
                    fingerprint: #fingerprint,
                    renewable: #renewable,
                    exports: #exports,
                    #answer
                    grants: #grants,
                    limits: #limits,
                    instances: #instances,
                    restart_on_panic: #restart_on_panic,
                    ..nanobuild_runtime::Spec::DEFAULT
                });
        }
    }
}

/// The one addition to the crate's API.
fn configure() -> TokenStream {
    quote! {
        /// Added by cargo-nanobuild: what the application decides at run time about the nanoprocess that this crate runs in.
        pub mod nanobuild {
            pub use nanobuild_runtime::{Captured, Configuration, ConfigurationError, Fault, FaultKind, catch};

            /// Decides, before the first call, what of the grants in `nanobuild.toml` the nanoprocess gets, and where.
            /// It can narrow and place them, and never widen.
            pub fn configure(
                f: impl FnOnce(&mut Configuration) -> Result<(), ConfigurationError>,
            ) -> Result<(), ConfigurationError> {
                crate::nanobuild_glue::PROCESS.configure(f)
            }

            /// Makes the next call as fast as those after it: loads the code and starts the nanoprocess. Servers do so before
            /// their first request.
            pub fn warm_up() -> Result<(), Fault> {
                crate::nanobuild_glue::PROCESS.warm_up()
            }

            /// Makes all calls of `f` on this thread go to a fresh nanoprocess, which ends with it: one request, one
            /// nanoprocess. Objects do not cross this border in either direction: using one that was made on the other
            /// side is a fault.
            #[track_caller]
            pub fn fresh<R>(f: impl FnOnce() -> R) -> R {
                crate::nanobuild_glue::PROCESS.fresh(f)
            }
        }
    }
}
