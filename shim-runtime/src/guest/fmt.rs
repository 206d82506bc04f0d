//! Formatting under the host formatter's options.
//!
//! A formatter's options cannot be set one by one on stable Rust, so each combination that matters is a format string.

pub use crate::wire::fmt::{Align, HexCase, Spec};
use std::fmt::{Binary, Debug, Display, LowerExp, LowerHex, Octal, UpperExp, UpperHex};

/// Expands one arm per combination of `+`, `#`, `0` and precision, for one alignment.
macro_rules! combinations {
    ($value:expr, $spec:expr, $width:expr, $align:literal, $kind:literal) => {{
        let width = $width;
        match ($spec.plus, $spec.alternate, $spec.zero, $spec.precision) {
            (false, false, false, None) => format!(concat!("{:", $align, "width$", $kind, "}"), $value, width = width),
            (false, false, true, None) => format!(concat!("{:", $align, "0width$", $kind, "}"), $value, width = width),
            (false, true, false, None) => format!(concat!("{:", $align, "#width$", $kind, "}"), $value, width = width),
            (false, true, true, None) => format!(concat!("{:", $align, "#0width$", $kind, "}"), $value, width = width),
            (true, false, false, None) => format!(concat!("{:", $align, "+width$", $kind, "}"), $value, width = width),
            (true, false, true, None) => format!(concat!("{:", $align, "+0width$", $kind, "}"), $value, width = width),
            (true, true, false, None) => format!(concat!("{:", $align, "+#width$", $kind, "}"), $value, width = width),
            (true, true, true, None) => format!(concat!("{:", $align, "+#0width$", $kind, "}"), $value, width = width),
            (plus, alternate, zero, Some(precision)) => {
                let precision = precision as usize;
                match (plus, alternate, zero) {
                    (false, false, false) => format!(
                        concat!("{:", $align, "width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (false, false, true) => format!(
                        concat!("{:", $align, "0width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (false, true, false) => format!(
                        concat!("{:", $align, "#width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (false, true, true) => format!(
                        concat!("{:", $align, "#0width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (true, false, false) => format!(
                        concat!("{:", $align, "+width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (true, false, true) => format!(
                        concat!("{:", $align, "+0width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (true, true, false) => format!(
                        concat!("{:", $align, "+#width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                    (true, true, true) => format!(
                        concat!("{:", $align, "+#0width$.precision$", $kind, "}"),
                        $value,
                        width = width,
                        precision = precision
                    ),
                }
            }
        }
    }};
}

/// One formatting trait: a fast path for no options, then the combinations for each alignment.
macro_rules! traits {
    ($($(#[$doc:meta])* $visible:vis fn $name:ident($trait:ident, $kind:literal);)*) => { $(
        $(#[$doc])*
        $visible fn $name(value: &dyn $trait, spec: Spec) -> String {
            if spec == Spec::default() {
                return format!(concat!("{:", $kind, "}"), value);
            }
            padded(&spec, |spec, width| match spec.align {
                None => combinations!(value, spec, width, "", $kind),
                Some(Align::Left) => combinations!(value, spec, width, "<", $kind),
                Some(Align::Center) => combinations!(value, spec, width, "^", $kind),
                Some(Align::Right) => combinations!(value, spec, width, ">", $kind),
            })
        }
    )* };
}

traits! {
    /// Formats as `{}` does.
    pub fn display(Display, "");
    /// Formats as `{:x}` does.
    pub fn lower_hex(LowerHex, "x");
    /// Formats as `{:X}` does.
    pub fn upper_hex(UpperHex, "X");
    /// Formats as `{:b}` does.
    pub fn binary(Binary, "b");
    /// Formats as `{:o}` does.
    pub fn octal(Octal, "o");
    /// Formats as `{:e}` does.
    pub fn lower_exp(LowerExp, "e");
    /// Formats as `{:E}` does.
    pub fn upper_exp(UpperExp, "E");
    fn plain_debug(Debug, "?");
}

/// Formats as `{:?}` does.
pub fn debug(value: &dyn Debug, spec: Spec) -> String {
    let width = spec.width.unwrap_or(0) as usize;
    match (spec.hex, spec.alternate) {
        (None, _) => plain_debug(value, spec),
        (Some(HexCase::Lower), false) => format!("{value:0width$x?}"),
        (Some(HexCase::Lower), true) => format!("{value:#0width$x?}"),
        (Some(HexCase::Upper), false) => format!("{value:0width$X?}"),
        (Some(HexCase::Upper), true) => format!("{value:#0width$X?}"),
    }
}

/// Formats with another fill than a space: if a space would have been put around the whole, the fill is instead.
fn padded(spec: &Spec, format: impl Fn(&Spec, usize) -> String) -> String {
    let width = spec.width.unwrap_or(0) as usize;
    let text = format(spec, width);
    if spec.fill == ' ' || spec.zero || width == 0 {
        return text;
    }
    let bare = format(spec, 0);
    let missing = text.chars().count().saturating_sub(bare.chars().count());
    let Some(start) = text.find(&bare).filter(|_| missing > 0) else {
        return text;
    };
    let fill = |count: usize| std::iter::repeat_n(spec.fill, count).collect::<String>();
    let is_padding = |part: &str| part.bytes().all(|byte| byte == b' ');
    let (before, after) = (&text[..start], &text[start + bare.len()..]);
    if is_padding(before) && is_padding(after) {
        format!("{}{bare}{}", fill(before.len()), fill(after.len()))
    } else {
        text
    }
}
