//! What a stand-in asks of the value that it stands for, as numbers.

/// Declares the questions, each with the number that it has on the wire: its place in this list.
macro_rules! asks {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        /// What a stand-in asks of the value that it stands for.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[cfg_attr(target_family = "wasm", allow(dead_code, reason = "some are asked only with serde"))]
        #[repr(u8)]
        pub(crate) enum Ask { $($(#[$doc])* $name,)* }

        impl Ask {
            /// The question with that number.
            #[cfg(not(target_family = "wasm"))]
            pub(crate) fn of(number: u8) -> Option<Ask> {
                const ALL: &[Ask] = &[$(Ask::$name,)*];
                ALL.get(usize::from(number)).copied()
            }
        }
    };
}

asks! {
    /// `Read::read`, up to a length.
    Read,
    /// `BufRead::fill_buf`.
    Fill,
    /// `BufRead::consume`, an amount.
    Consume,
    /// `Seek::seek`, to a position.
    Seek,
    /// `io::Write::write`, some bytes.
    Write,
    /// `io::Write::flush`.
    Flush,
    /// `fmt::Write::write_str`, some text.
    Text,
    /// `Debug::fmt`, pretty or not.
    Debug,
    /// `Display::fmt`, alternate or not.
    Display,
    /// `AsRef::<[u8]>::as_ref`.
    AsBytes,
    /// `AsRef::<str>::as_ref`.
    AsText,
    /// `Serialize::serialize`, for people or not.
    Serialize,
    /// `Deserialize::deserialize`, of a new value, from a deserializer that is lent.
    Make,
    /// Whatever generated code reads and answers: a closure's call, the methods of a trait of the crate.
    Own,
}

/// In the slot of a value, beside its number: nobody notices when it is dropped, so that nobody need be told.
pub(crate) const QUIET: u64 = 1 << 32;

/// What a guest gives back where it has no value of the application's: the numbers of values are larger.
pub(crate) mod ticket {
    /// Something that it made itself.
    pub(crate) const INSIDE: u32 = 0;
    /// A type of std around a value, with something in its buffer.
    pub(crate) const BUFFERED: u32 = 1;
}

/// What a question over scalars carries: as many slots as it may have, unused ones last.
pub(crate) type Scalars = [u64; 3];

/// The most bytes that one answer to [`Ask::Read`] or [`Ask::Fill`] carries.
pub(crate) const MOST: usize = 64 << 10;
