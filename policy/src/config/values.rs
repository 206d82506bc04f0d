//! Values with a unit or a form of their own, read and printed.

use std::time::Duration;

use super::mistake::Problem;

/// The least memory that a module can have.
pub(super) const PAGE: u64 = 64 << 10;

/// The most that 32-bit addresses reach.
pub(super) const ADDRESSABLE: u64 = 4 << 30;

const SIZES: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

const TIMES: [(&str, u64); 3] = [("min", 60_000), ("s", 1_000), ("ms", 1)];

/// `64MiB` in bytes.
pub(super) fn bytes(text: &str) -> Option<u64> {
    with_unit(text, &SIZES)
}

/// `500ms`, `2s`, `1min`; never nothing.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let milliseconds = with_unit(text, &TIMES)?;
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}

/// `90 days`.
pub(super) fn days(text: &str) -> Option<u32> {
    let (number, unit) = text.split_once(' ')?;
    let number = number.parse().ok().filter(|days| (1..=36_500).contains(days))?;
    matches!((unit, number), ("days", _) | ("day", 1)).then_some(number)
}

fn with_unit(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let digits = text.find(|letter: char| !letter.is_ascii_digit())?;
    let (number, unit) = text.split_at(digits);
    let unit = units.iter().find(|(name, _)| *name == unit.trim_start())?;
    number.parse::<u64>().ok()?.checked_mul(unit.1)
}

/// A size as short as it goes.
pub(super) fn print_bytes(bytes: u64) -> String {
    print(bytes, &SIZES).unwrap_or_else(|| format!("{bytes} bytes"))
}

/// A number of milliseconds as short as it goes.
pub(super) fn print_milliseconds(milliseconds: u64) -> String {
    print(milliseconds, &TIMES).unwrap_or_default()
}

fn print(number: u64, units: &[(&str, u64)]) -> Option<String> {
    let (name, unit) = units
        .iter()
        .find(|(_, unit)| number.is_multiple_of(*unit) && number > 0)?;
    Some(format!("{}{name}", number / unit))
}

/// A relative path that stays where it starts.
pub(super) fn inner_path(text: &str) -> Result<String, Problem> {
    if is_absolute(text) {
        return Err(Problem::Absolute(text.to_owned()));
    }
    path(text)
}

/// A path, absolute or not, that never goes up.
pub(super) fn path(text: &str) -> Result<String, Problem> {
    let inner = text.strip_prefix('/').unwrap_or(text).trim_end_matches('/');
    let mut parts = inner.split('/');
    if parts.clone().any(|part| part == "..") {
        return Err(Problem::Leaves(text.to_owned()));
    }
    let wrong = |part: &str| part.is_empty() || part.contains(['\\', '\0']) || (part == "." && inner != ".");
    if parts.any(wrong) || text.chars().any(char::is_control) {
        return Err(Problem::Path(text.to_owned()));
    }
    Ok(if text.len() > 1 {
        text.trim_end_matches('/')
    } else {
        text
    }
    .to_owned())
}

/// On any system: the file is the same on all of them.
fn is_absolute(text: &str) -> bool {
    let drive = text.len() > 1 && text.as_bytes()[1] == b':' && text.as_bytes()[0].is_ascii_alphabetic();
    text.starts_with(['/', '\\', '~']) || drive
}

/// The name of an environment variable.
pub(super) fn variable(text: &str) -> Option<String> {
    let legal = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let valid = !text.is_empty() && text.chars().all(legal) && !text.starts_with(|first: char| first.is_ascii_digit());
    valid.then(|| text.to_owned())
}

/// A SHA-256 in hex.
pub(super) fn sha256(text: &str) -> Option<String> {
    let hex = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
    (text.len() == 64 && text.chars().all(hex)).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_read_and_print() {
        for (text, number) in [("64KiB", 64 << 10), ("1GiB", 1 << 30), ("1536MiB", 1536 << 20)] {
            assert_eq!(bytes(text), Some(number));
            assert_eq!(print_bytes(number), text);
        }
        for text in ["500ms", "2s", "3min", "90s"] {
            let read = duration(text).unwrap();
            assert_eq!(print_milliseconds(u64::try_from(read.as_millis()).unwrap()), text);
        }
        for wrong in [
            "",
            "64",
            "MiB",
            "1 TiB",
            "99999999999999999999KiB",
            "18446744073709551615KiB",
        ] {
            assert_eq!(bytes(wrong), None, "{wrong}");
        }
        assert_eq!(duration("0s"), None);
        assert_eq!(
            (days("90 days"), days("1 day"), days("0 days"), days("2 day")),
            (Some(90), Some(1), None, None)
        );
    }

    #[test]
    fn paths_stay_inside() {
        for fine in ["uploads", "a/b", ".", "a.b/..c"] {
            assert_eq!(inner_path(fine).as_deref(), Ok(fine));
        }
        assert_eq!(inner_path("uploads/").as_deref(), Ok("uploads"));
        assert_eq!(path("/usr/include").as_deref(), Ok("/usr/include"));
        for wrong in [
            "/etc",
            "C:/x",
            "C:\\x",
            "~/.ssh",
            "../up",
            "a/../../b",
            "",
            "a//b",
            "a\\b",
            "./a",
            "a\nb",
        ] {
            assert!(inner_path(wrong).is_err(), "{wrong}");
        }
    }
}
