//! What stands on the wire, as numbers: events of a tape, questions to deserializers, what visitors are told.

/// Declares numbers, each a place in the list.
macro_rules! tags {
    ($(#[$outer:meta])* $kind:ident { $($name:ident,)* }) => {
        $(#[$outer])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(u8)]
        pub(super) enum $kind { $($name,)* }

        impl $kind {
            pub(super) fn of(number: u8) -> Result<$kind, crate::wire::Malformed> {
                const ALL: &[$kind] = &[$($kind::$name,)*];
                ALL.get(usize::from(number)).copied().ok_or(crate::wire::Malformed("a number that means nothing"))
            }
        }
    };
}

tags! {
    /// An event of a value that is serialized. Containers go on until `End`.
    Event {
        End, Failed, Bool, I8, I16, I32, I64, I128, U8, U16, U32, U64, U128, F32, F64, Char, Str, Collected, Bytes,
        None, Some, Unit, UnitStruct, UnitVariant, NewtypeStruct, NewtypeVariant, Seq, Tuple, TupleStruct, TupleVariant,
        Map, Struct, StructVariant, Key, Value, Field, Skipped,
    }
}

tags! {
    /// What a deserializer is asked for.
    Method {
        Any, Bool, I8, I16, I32, I64, I128, U8, U16, U32, U64, U128, F32, F64, Char, Str, String, Bytes, ByteBuf, Option,
        Unit, UnitStruct, NewtypeStruct, Seq, Tuple, TupleStruct, Map, Struct, Enum, Identifier, IgnoredAny, Capture,
    }
}

tags! {
    /// What a visitor is told.
    Visit {
        Expecting, Bool, I8, I16, I32, I64, I128, U8, U16, U32, U64, U128, F32, F64, Char, Str, String, Bytes, ByteBuf,
        None, Some, Unit, NewtypeStruct, Seq, Map, Enum,
    }
}

tags! {
    /// What a sequence, a map or an enum is asked for.
    Op {
        Hint, Element, Key, Value, Variant, Unit, Newtype, Tuple, Struct,
    }
}
