//! Definitions of exported macros, from the package's sources: rustdoc shows no more than what they match.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::api::{Api, Definition, ItemKind};
use super::sources::Sources;
use crate::sys::files;

/// Groups in groups of modules and macros that are still read.
const DEEPEST: usize = 64;

/// Finds the definitions of `api`'s macros in the sources of its package.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn attach(api: &mut Api, sources: &mut Sources<'_>) -> Result<(), files::Error> {
    for item in api.items.values_mut() {
        let (ItemKind::Macro(found), Some((file, line))) = (&mut item.kind, &item.meta.span) else {
            continue;
        };
        let place = usize::try_from(*line).unwrap_or_default();
        found.definition = find(sources.tokens(file)?, &item.name, place, 0);
    }
    Ok(())
}

/// The macro of that name that is defined at that line, in this file or a module written in it; not one that another macro makes.
pub(super) fn find(source: &TokenStream, name: &str, line: usize, depth: usize) -> Option<Definition> {
    let tokens: Vec<TokenTree> = source.clone().into_iter().collect();
    (0..tokens.len()).find_map(|at| match &tokens[at..] {
        [
            TokenTree::Ident(keyword),
            TokenTree::Ident(_),
            TokenTree::Group(module),
            ..,
        ] if keyword == "mod" && module.delimiter() == Delimiter::Brace && depth < DEEPEST => {
            find(&module.stream(), name, line, depth + 1)
        }
        [
            TokenTree::Ident(keyword),
            TokenTree::Punct(bang),
            TokenTree::Ident(own),
            TokenTree::Group(body),
            ..,
        ] if keyword == "macro_rules"
            && bang.as_char() == '!'
            && own == name
            && keyword.span().start().line == line =>
        {
            is_shallow(&body.stream(), DEEPEST).then(|| Definition {
                body: body.stream().to_string(),
                inner: exports_inner(&tokens[..at]),
            })
        }
        _ => None,
    })
}

fn is_shallow(tokens: &TokenStream, levels: usize) -> bool {
    tokens.clone().into_iter().all(|token| match token {
        TokenTree::Group(group) => levels > 0 && is_shallow(&group.stream(), levels - 1),
        _ => true,
    })
}

/// Whether the attributes that `before` ends in say `#[macro_export(local_inner_macros)]`.
fn exports_inner(before: &[TokenTree]) -> bool {
    let mut rest = before;
    while let [start @ .., TokenTree::Punct(hash), TokenTree::Group(attribute)] = rest {
        if hash.as_char() != '#' {
            return false;
        }
        if attribute.stream().to_string().contains("local_inner_macros") {
            return true;
        }
        rest = start;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "
#[macro_export]
macro_rules! first { () => { 1 }; }
mod inner {
    #[doc = \"text\"]
    #[macro_export(local_inner_macros)]
    #[doc(hidden)]
    macro_rules! second { ($x:expr) => { first!() }; }
}
make! {
    macro_rules! third { () => { 3 }; }
}
";

    fn found(name: &str, line: usize) -> Option<Definition> {
        find(&SOURCE.parse().unwrap(), name, line, 0)
    }

    #[test]
    fn definitions_are_found_by_name_and_line() {
        assert!(!found("first", 3).unwrap().inner);
        assert!(found("first", 2).is_none());
        let second = found("second", 8).unwrap();
        assert!(second.inner && second.body.contains("first"));
    }

    #[test]
    fn what_other_macros_make_is_not_a_definition() {
        assert!(found("third", 11).is_none());
    }

    #[test]
    fn deep_nesting_is_no_definition() {
        let deep = |levels: usize| {
            format!(
                "macro_rules! deep {{ () => {{ {}{} }} }}",
                "(".repeat(levels),
                ")".repeat(levels)
            )
        };
        assert!(find(&deep(20).parse().unwrap(), "deep", 1, 0).is_some());
        assert!(find(&deep(100_000).parse().unwrap(), "deep", 1, 0).is_none());
    }
}
