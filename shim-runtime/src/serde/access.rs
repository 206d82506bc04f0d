//! Sequences, maps and enums of the other side's, for a visitor of this one.

use super::Peer;
use super::api::de::{DeserializeSeed, EnumAccess, MapAccess, SeqAccess, VariantAccess, Visitor};
use super::error::Error;
use super::names;
use super::outcome;
use super::remote;
use super::tags::Op;
use crate::wire::{Get, Malformed, Reader, Writer};
use std::marker::PhantomData;

/// How much a visitor may reserve because the other side says so.
const MOST_HINT: usize = 1 << 16;

/// Declares what a visitor gets.
macro_rules! remotes {
    ($($(#[$doc:meta])* $name:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug)]
            pub(super) struct $name<'de> {
                peer: Peer,
                id: u32,
                input: PhantomData<&'de ()>,
            }

            impl $name<'_> {
                pub(super) fn new(peer: Peer, id: u32) -> Self {
                    $name { peer, id, input: PhantomData }
                }
            }
        )*
    };
}

remotes! {
    /// A sequence.
    RemoteSeq;
    /// A map.
    RemoteMap;
    /// An enum, and its variant once that is known.
    RemoteEnum;
}

/// Asks how many parts there are.
fn hint(peer: Peer, id: u32) -> Option<usize> {
    let hint = peer.ask(
        id,
        &mut |_, _| Err(Malformed("nothing was lent")),
        |_, w| w.u8(Op::Hint as u8),
        told_hint,
    );
    hint.map(|hint| usize::try_from(hint).unwrap_or(usize::MAX).min(MOST_HINT))
}

fn told_hint(r: &mut Reader<'_>) -> Result<Option<u64>, Malformed> {
    Get::<()>::get(r)
}

fn op(op: Op) -> impl FnOnce(&mut Writer) {
    move |w| w.u8(op as u8)
}

/// There is always one.
fn one(_: &mut Reader<'_>) -> Result<bool, Malformed> {
    Ok(true)
}

/// Whether there is another one.
fn another(r: &mut Reader<'_>) -> Result<bool, Malformed> {
    <bool as Get<'_, ()>>::get(r)
}

fn there<T>(value: Option<T>) -> Result<T, Error> {
    value.ok_or_else(|| super::api::de::Error::custom("a part of a value is missing"))
}

impl<'de> SeqAccess<'de> for RemoteSeq<'de> {
    type Error = Error;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        remote::ask_seed(self.peer, self.id, op(Op::Element), seed, another)
    }

    fn size_hint(&self) -> Option<usize> {
        hint(self.peer, self.id)
    }
}

impl<'de> MapAccess<'de> for RemoteMap<'de> {
    type Error = Error;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Error> {
        remote::ask_seed(self.peer, self.id, op(Op::Key), seed, another)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Error> {
        there(remote::ask_seed(self.peer, self.id, op(Op::Value), seed, one)?)
    }

    fn size_hint(&self) -> Option<usize> {
        hint(self.peer, self.id)
    }
}

impl<'de> EnumAccess<'de> for RemoteEnum<'de> {
    type Error = Error;
    type Variant = Self;

    fn variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<(S::Value, Self), Error> {
        let variant = remote::ask_seed(self.peer, self.id, op(Op::Variant), seed, one)?;
        Ok((there(variant)?, self))
    }
}

impl<'de> VariantAccess<'de> for RemoteEnum<'de> {
    type Error = Error;

    fn unit_variant(self) -> Result<(), Error> {
        self.peer.ask(
            self.id,
            &mut |_, _| Err(Malformed("nothing was lent")),
            |_, w| w.u8(Op::Unit as u8),
            |r| outcome::read_theirs(r, self.id, |_| Ok(())),
        )
    }

    fn newtype_variant_seed<S: DeserializeSeed<'de>>(self, seed: S) -> Result<S::Value, Error> {
        there(remote::ask_seed(self.peer, self.id, op(Op::Newtype), seed, one)?)
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Error> {
        let write = |w: &mut Writer| {
            w.u8(Op::Tuple as u8);
            w.len(len);
        };
        remote::ask(self.peer, self.id, write, visitor)
    }

    fn struct_variant<V: Visitor<'de>>(self, fields: &'static [&'static str], visitor: V) -> Result<V::Value, Error> {
        let write = |w: &mut Writer| {
            w.u8(Op::Struct as u8);
            names::write_list(fields, w);
        };
        remote::ask(self.peer, self.id, write, visitor)
    }
}
