//! Serde's traits across the boundary, the same code on both sides.
//!
//! A value that is serialized is written down as events ([`record`]), which the other side plays back into the real
//! serializer ([`replay`]). Deserializing is a conversation, since the type says what it expects: the side that has the
//! type gets a [`Remote`] deserializer, whose questions the side with the real one answers ([`lent`]) by handing it a
//! visitor that asks in turn ([`asking`]). Each question lends at most one closure, for as long as it is open.
#![allow(
    clippy::redundant_closure,
    reason = "the named function would fix a lifetime that the closure leaves open"
)]

#[cfg(not(feature = "serde_core"))]
pub(crate) use ::serde as api;
#[cfg(feature = "serde_core")]
pub(crate) use ::serde_core as api;

mod access;
mod asking;
mod capture;
mod entered;
mod error;
mod lent;
mod names;
mod outcome;
mod recall;
mod record;
mod remote;
mod replay;
mod skip;
mod tags;
mod tape;

pub use error::Error;
pub use lent::Lent;
pub use outcome::Answered;
pub use record::Record;
pub use remote::Remote;
pub use tape::Tape;

#[cfg(target_family = "wasm")]
pub(crate) use lent::lend;
#[cfg(not(target_family = "wasm"))]
pub(crate) use names::owner;
#[cfg(target_family = "wasm")]
pub(crate) use outcome::write;
#[cfg(not(target_family = "wasm"))]
pub(crate) use remote::make;
pub(crate) use replay::Replay;

#[cfg(target_family = "wasm")]
pub(crate) use crate::guest::lending::Peer;
#[cfg(not(target_family = "wasm"))]
pub(crate) use crate::host::Peer;
