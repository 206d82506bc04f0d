//! Sequences, maps and enums of the real deserializer: what the other side's visitor asks of them.

use super::Peer;
use super::api::de::{DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, VariantAccess};
use super::asking::Asking;
use super::lent::{SPENT, lend};
use super::names;
use super::outcome;
use super::tags::Op;
use crate::wire::{Malformed, Put, Reader, Writer};

/// A seed on the other side.
#[derive(Debug, Clone, Copy)]
struct AskingSeed(Peer, u32);

impl AskingSeed {
    fn read(peer: Peer, r: &mut Reader<'_>) -> Result<Self, Malformed> {
        r.u32().map(|id| AskingSeed(peer, id))
    }
}

impl<'de> DeserializeSeed<'de> for AskingSeed {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        lend(self.0, self.1, deserializer, |_| (), |_| Ok(()))
    }
}

const ELSE: Malformed = Malformed("it asks a value for what that has not");

/// Answers for a sequence.
pub(super) fn sequence<'de, A: SeqAccess<'de>>(
    peer: Peer,
    access: &mut A,
    kept: &mut Option<A::Error>,
    r: &mut Reader<'_>,
    w: &mut Writer,
) -> Result<(), Malformed> {
    match Op::of(r.u8()?)? {
        Op::Hint => Put::<()>::put(hint(access.size_hint()), w),
        Op::Element => {
            let element = access.next_element_seed(AskingSeed::read(peer, r)?);
            if let Some(element) = outcome::write_ours(element, kept, w) {
                Put::<()>::put(element.is_some(), w);
            }
        }
        _ => return Err(ELSE),
    }
    Ok(())
}

/// Answers for a map.
pub(super) fn map<'de, A: MapAccess<'de>>(
    peer: Peer,
    access: &mut A,
    kept: &mut Option<A::Error>,
    r: &mut Reader<'_>,
    w: &mut Writer,
) -> Result<(), Malformed> {
    match Op::of(r.u8()?)? {
        Op::Hint => Put::<()>::put(hint(access.size_hint()), w),
        Op::Key => {
            let key = access.next_key_seed(AskingSeed::read(peer, r)?);
            if let Some(key) = outcome::write_ours(key, kept, w) {
                Put::<()>::put(key.is_some(), w);
            }
        }
        Op::Value => {
            let value = access.next_value_seed(AskingSeed::read(peer, r)?);
            outcome::write_ours(value, kept, w);
        }
        _ => return Err(ELSE),
    }
    Ok(())
}

fn hint(hint: Option<usize>) -> Option<u64> {
    hint.map(|hint| hint as u64)
}

/// An enum: first its variant is asked for, then what that holds.
pub(super) enum Choice<'de, A: EnumAccess<'de>> {
    Open(A),
    Chosen(A::Variant),
    Spent,
}

/// Answers for an enum.
pub(super) fn choice<'de, A: EnumAccess<'de>>(
    peer: Peer,
    choice: &mut Choice<'de, A>,
    kept: &mut Option<A::Error>,
    r: &mut Reader<'_>,
    w: &mut Writer,
) -> Result<(), Malformed> {
    match (Op::of(r.u8()?)?, std::mem::replace(choice, Choice::Spent)) {
        (Op::Variant, Choice::Open(access)) => {
            let variant = access.variant_seed(AskingSeed::read(peer, r)?);
            if let Some(((), variant)) = outcome::write_ours(variant, kept, w) {
                *choice = Choice::Chosen(variant);
            }
        }
        (op, Choice::Chosen(variant)) => {
            let outcome = contents(peer, op, variant, r)?;
            outcome::write_ours(outcome, kept, w);
        }
        _ => return Err(SPENT),
    }
    Ok(())
}

fn contents<'de, V: VariantAccess<'de>>(
    peer: Peer,
    op: Op,
    variant: V,
    r: &mut Reader<'_>,
) -> Result<Result<(), V::Error>, Malformed> {
    Ok(match op {
        Op::Unit => variant.unit_variant(),
        Op::Newtype => variant.newtype_variant_seed(AskingSeed::read(peer, r)?),
        Op::Tuple => variant.tuple_variant(r.length()?, Asking::read(peer, r)?),
        Op::Struct => variant.struct_variant(names::read_list(r)?, Asking::read(peer, r)?),
        _ => return Err(ELSE),
    })
}
