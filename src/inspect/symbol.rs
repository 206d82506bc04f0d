//! Symbols to the paths of definitions, as the table of std's entry points has them. Both manglings.

/// The paths that a symbol stands for, most telling first: of the type or the function; of the trait whose method it is.
pub(super) fn paths(symbol: &str) -> Vec<String> {
    let text = readable(symbol);
    let Some((inner, rest)) = text.strip_prefix('<').and_then(split_angle) else {
        return vec![plain(&text)];
    };
    let (ty, of_trait) = match split_as(inner) {
        Some((ty, of_trait)) => (ty, Some(of_trait)),
        None => (inner, None),
    };
    std::iter::once(ty)
        .chain(of_trait)
        .map(|home| plain(&format!("{}{rest}", bare(home))))
        .collect()
}

/// A symbol for people: without hashes.
pub(super) fn readable(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

/// Splits `A>rest` at the bracket that closes what was opened before.
fn split_angle(text: &str) -> Option<(&str, &str)> {
    let mut depth = 1;
    let mut last = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '<' => depth += 1,
            // Not the arrow of a function's type.
            '>' if last != '-' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some((&text[..at], &text[at + 1..]));
        }
        last = letter;
    }
    None
}

/// Splits `Type as Trait` outside of brackets.
fn split_as(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    let mut last = ' ';
    for (at, letter) in text.char_indices() {
        match letter {
            '<' | '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            '>' if last != '-' => depth -= 1,
            ' ' if depth == 0 && text[at..].starts_with(" as ") => return Some((&text[..at], &text[at + 4..])),
            _ => {}
        }
        last = letter;
    }
    None
}

/// A type without references and pointers around it.
fn bare(ty: &str) -> &str {
    let mut ty = ty.trim();
    while let Some(inner) = ["&", "*const ", "*mut ", "mut ", "dyn ", "<"]
        .iter()
        .find_map(|prefix| ty.strip_prefix(prefix))
    {
        ty = inner.trim_start();
    }
    ty
}

/// A path without generic arguments.
fn plain(path: &str) -> String {
    let mut out = String::new();
    let (mut depth, mut last) = (0_i32, ' ');
    for letter in path.chars() {
        match letter {
            '<' => depth += 1,
            '>' if last != '-' => depth = (depth - 1).max(0),
            _ if depth == 0 => out.push(letter),
            _ => {}
        }
        last = letter;
    }
    // `read::<&str>` leaves `read::`, `Vec::<u8>::new` leaves `Vec::::new`.
    let words: Vec<&str> = out.split("::").map(str::trim).filter(|word| !word.is_empty()).collect();
    words.join("::")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_manglings_end_in_definitions() {
        for (symbol, expected) in [
            (
                "_ZN3std3net3tcp9TcpStream7connect17h0123456789abcdefE",
                "std::net::tcp::TcpStream::connect",
            ),
            ("_RNvNvNtCs5MVq0TB3XQB_3std2fs4read5inner", "std::fs::read::inner"),
            (
                "_ZN47_$LT$std..fs..File$u20$as$u20$std..io..Read$GT$4read17h0123456789abcdefE",
                "std::fs::File::read",
            ),
            (
                "_ZN51_$LT$$RF$std..fs..File$u20$as$u20$std..io..Read$GT$4read17h0123456789abcdefE",
                "std::fs::File::read",
            ),
            ("getenv", "getenv"),
        ] {
            assert_eq!(paths(symbol)[0], expected, "{symbol}");
        }
    }

    #[test]
    fn trait_methods_stand_for_the_trait_too() {
        let symbol = "_ZN78_$LT$alloc..string..String$u20$as$u20$std..net..socket_addr..ToSocketAddrs$GT$15to_socket_addrs17h0123456789abcdefE";
        assert_eq!(
            paths(symbol),
            [
                "alloc::string::String::to_socket_addrs",
                "std::net::socket_addr::ToSocketAddrs::to_socket_addrs"
            ]
        );
    }

    #[test]
    fn generic_arguments_and_closures_do_not_hide_a_path() {
        assert_eq!(plain("std::fs::read::<&str>"), "std::fs::read");
        assert_eq!(
            plain("std::vec::Vec::<fn() -> u8>::new::{closure#0}"),
            "std::vec::Vec::new::{closure#0}"
        );
        assert_eq!(bare("&mut dyn std::io::Read"), "std::io::Read");
    }
}
