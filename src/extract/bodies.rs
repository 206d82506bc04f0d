//! Bodies of short `const fn`s, from the package's sources, which rustdoc does not show.
//!
//! Only what is short and shallow is handed on to be parsed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::api::{Api, AssocItem, AssocKind, Function, InherentImpl, ItemKind, Meta};
use super::sources::Sources;
use crate::sys::files;

/// Groups in groups of modules and impls that are still read.
const DEEPEST_MODULE: usize = 16;
/// Groups in groups of a body that is handed on.
const DEEPEST: usize = 8;
/// How many tokens such a body has at most.
const LONGEST: usize = 256;

/// Adds the bodies of short `const fn`s to `api`, from the sources of its package.
///
/// # Errors
/// When a file cannot be read.
pub(super) fn attach(api: &mut Api, sources: &mut Sources<'_>) -> Result<(), files::Error> {
    for item in api.items.values_mut() {
        match &mut item.kind {
            ItemKind::Function(function) => attach_to(function, &item.name, &item.meta, sources)?,
            ItemKind::Struct(definition) => attach_to_all(&mut definition.facts.inherent, sources)?,
            ItemKind::Enum(definition) => attach_to_all(&mut definition.facts.inherent, sources)?,
            _ => {}
        }
    }
    Ok(())
}

fn attach_to_all(blocks: &mut [InherentImpl], sources: &mut Sources<'_>) -> Result<(), files::Error> {
    for AssocItem { name, meta, kind } in blocks.iter_mut().flat_map(|block| &mut block.items) {
        if let AssocKind::Function(function) = kind {
            attach_to(function, name, meta, sources)?;
        }
    }
    Ok(())
}

fn attach_to(function: &mut Function, name: &str, meta: &Meta, sources: &mut Sources<'_>) -> Result<(), files::Error> {
    if let Some((file, line)) = meta.span.as_ref().filter(|_| function.is_const) {
        let line = usize::try_from(*line).unwrap_or_default();
        function.body = find(sources.tokens(file)?, name, line, 0);
    }
    Ok(())
}

/// The body of the function of that name that is defined at that line, in this file or a module or impl written in it.
fn find(source: &TokenStream, name: &str, line: usize, depth: usize) -> Option<String> {
    let tokens: Vec<TokenTree> = source.clone().into_iter().collect();
    let is_it = |pair: &[TokenTree]| match pair {
        [TokenTree::Ident(keyword), TokenTree::Ident(own)] => {
            keyword == "fn" && own == name && keyword.span().start().line == line
        }
        _ => false,
    };
    if let Some(at) = tokens.windows(2).position(is_it) {
        return tokens[at..].iter().find_map(braced).and_then(|body| {
            let mut left = LONGEST;
            is_short(&body, &mut left, DEEPEST).then(|| body.to_string())
        });
    }
    let mut inner = tokens.iter().filter_map(braced).filter(|_| depth < DEEPEST_MODULE);
    inner.find_map(|inner| find(&inner, name, line, depth + 1))
}

fn braced(token: &TokenTree) -> Option<TokenStream> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => Some(group.stream()),
        _ => None,
    }
}

fn is_short(tokens: &TokenStream, left: &mut usize, levels: usize) -> bool {
    tokens.clone().into_iter().all(|token| {
        let Some(fewer) = left.checked_sub(1) else {
            return false;
        };
        *left = fewer;
        match token {
            TokenTree::Group(group) => levels > 0 && is_short(&group.stream(), left, levels - 1),
            _ => true,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::find;

    const SOURCE: &str = "
impl First {
    pub const fn new() -> Self { First(1) }
}
mod inner {
    impl Second {
        pub const fn new() -> Self where Self: Sized { Second { value: 2 } }
    }
}
";

    fn found(name: &str, line: usize) -> Option<String> {
        find(&SOURCE.parse().unwrap(), name, line, 0)
    }

    #[test]
    fn bodies_are_found_by_name_and_line() {
        assert_eq!(found("new", 3).as_deref(), Some("First (1)"));
        assert_eq!(found("new", 7).as_deref(), Some("Second { value : 2 }"));
        assert_eq!(found("new", 4), None);
    }

    #[test]
    fn what_is_long_or_deep_is_left_alone() {
        let at = |body: &str| find(&format!("const fn f() {{ {body} }}").parse().unwrap(), "f", 1, 0);
        assert!(at("((1))").is_some());
        assert_eq!(at(&format!("{}1{}", "(".repeat(100_000), ")".repeat(100_000))), None);
        assert_eq!(at(&"1 + ".repeat(1000)), None);
    }
}
