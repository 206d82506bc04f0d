//! What is known of std's traits: how each is forwarded, and what an impl cannot do without.

/// How a trait of std is forwarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Treatment {
    /// No members: repeated on the host.
    Marker,
    /// `fmt`, under the caller's formatting options.
    Format,
    /// By replaying what the guest's value writes.
    Hash,
    /// `Error`.
    Error,
    /// Each of its methods by itself.
    Methods,
    /// Left to the host's own definition of the type.
    Ignore,
}

/// Traits that need more than forwarding their methods, sorted.
const SPECIAL: &[(&str, Treatment)] = &[
    ("std::cmp::Eq", Treatment::Marker),
    ("std::error::Error", Treatment::Error),
    ("std::fmt::Binary", Treatment::Format),
    ("std::fmt::Debug", Treatment::Format),
    ("std::fmt::Display", Treatment::Format),
    ("std::fmt::LowerExp", Treatment::Format),
    ("std::fmt::LowerHex", Treatment::Format),
    ("std::fmt::Octal", Treatment::Format),
    ("std::fmt::UpperExp", Treatment::Format),
    ("std::fmt::UpperHex", Treatment::Format),
    ("std::hash::Hash", Treatment::Hash),
    ("std::iter::ExactSizeIterator", Treatment::Marker),
    ("std::iter::FusedIterator", Treatment::Marker),
    ("std::marker::Copy", Treatment::Marker),
    ("std::marker::Freeze", Treatment::Ignore),
    ("std::marker::Send", Treatment::Ignore),
    ("std::marker::StructuralPartialEq", Treatment::Ignore),
    ("std::marker::Sync", Treatment::Ignore),
    ("std::marker::Unpin", Treatment::Ignore),
    ("std::marker::UnsafeUnpin", Treatment::Ignore),
    ("std::ops::Drop", Treatment::Ignore),
    ("std::panic::RefUnwindSafe", Treatment::Ignore),
    ("std::panic::UnwindSafe", Treatment::Ignore),
];

/// Provided methods of std's traits: an impl that overrides one does without it if it does not cross. Sorted.
const PROVIDED: &[&str] = &[
    "advance_by",
    "backtrace",
    "cause",
    "chain",
    "clamp",
    "clone_from",
    "cmp",
    "cmp_by",
    "cloned",
    "collect",
    "copied",
    "count",
    "description",
    "eq_by",
    "extend_one",
    "extend_reserve",
    "flush_all",
    "fold",
    "ge",
    "gt",
    "is_empty",
    "is_sorted",
    "last",
    "le",
    "lt",
    "max",
    "min",
    "ne",
    "next_chunk",
    "nth",
    "nth_back",
    "provide",
    "rfold",
    "size_hint",
    "sum",
    "try_fold",
    "try_rfold",
];

/// How std's trait `path` is forwarded.
#[must_use]
pub(super) fn treatment(path: &str) -> Treatment {
    SPECIAL
        .binary_search_by_key(&path, |(known, _)| known)
        .map_or(Treatment::Methods, |found| SPECIAL[found].1)
}

/// Whether std's trait `path` provides a body for `method`.
#[must_use]
pub(super) fn is_provided(path: &str, method: &str) -> bool {
    let required_here = path == "std::cmp::Ord" && method == "cmp";
    !required_here && PROVIDED.contains(&method)
}

#[cfg(test)]
mod tests {
    use super::SPECIAL;

    #[test]
    fn special_traits_are_sorted_and_unique() {
        assert!(SPECIAL.is_sorted_by(|a, b| a.0 < b.0));
    }
}
