//! Every path that a source file names, made absolute. Token by token, so that a path inside a macro counts and one
//! inside a comment, a string or generated code (`quote!`) does not.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// `["crate", "plan", "bridge", "Bridge"]`, or `["std", "fs", "read"]`.
pub(crate) type Path = Vec<String>;

/// What the rules look at in one file.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) paths: Vec<Path>,
    pub(crate) has_unsafe: bool,
}

/// Macros whose content is not code of the file.
const QUOTES: [&str; 4] = ["quote", "quote_spanned", "parse_quote", "format_ident"];

/// Collects the names in `source`, a file of the module `module`.
pub(crate) fn names(source: &str, module: &[String]) -> Names {
    let tokens: TokenStream = source.parse().expect("a source file that rustc accepts");
    let mut names = Names::default();
    collect(tokens, module, &mut names);
    names
}

/// The module of a file below `src`: `plan/mod.rs` is `plan`, `plan/types.rs` is `plan::types`.
pub(crate) fn module(file: &str) -> Vec<String> {
    let stem = file.strip_suffix(".rs").unwrap_or(file);
    let parts = stem.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main"));
    parts.map(str::to_owned).collect()
}

fn collect(tokens: TokenStream, module: &[String], names: &mut Names) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(word) if QUOTES.iter().any(|quote| word == quote) && is_punct(&tokens, at + 1, '!') => {
                at += 3;
            }
            TokenTree::Ident(word) if word == "mod" => at = inline_module(&tokens, at, module, names),
            TokenTree::Ident(word) => {
                names.has_unsafe |= word == "unsafe";
                at = path(&tokens, at, &[], module, names);
            }
            TokenTree::Group(group) => {
                collect(group.stream(), module, names);
                at += 1;
            }
            _ => at += 1,
        }
    }
}

/// `mod name { … }`: its content sees another `super`. Unit tests may name anything.
fn inline_module(tokens: &[TokenTree], at: usize, module: &[String], names: &mut Names) -> usize {
    if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) = (tokens.get(at + 1), tokens.get(at + 2)) {
        let inner: Vec<String> = module.iter().cloned().chain([name.to_string()]).collect();
        if name != "tests" {
            collect(body.stream(), &inner, names);
        }
        return at + 3;
    }
    at + 1
}

/// Reads the path that begins at `at`, behind `prefix`; gives the place after it.
fn path(tokens: &[TokenTree], mut at: usize, prefix: &[String], module: &[String], names: &mut Names) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
            Some(TokenTree::Punct(star)) if star.as_char() == '*' && !path.is_empty() => path.push("*".to_owned()),
            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace && !path.is_empty() => {
                branches(group.stream(), &path, module, names);
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        if !(is_punct(tokens, at, ':') && is_punct(tokens, at + 1, ':')) {
            break;
        }
        at += 2;
    }
    if path.len() > 1 {
        names.paths.push(absolute(path, module));
    }
    at.max(1)
}

/// The branches of `use a::{b, c::{d, e}}`.
fn branches(tokens: TokenStream, prefix: &[String], module: &[String], names: &mut Names) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        let end = path(&tokens, at, prefix, module, names);
        at = (end..tokens.len())
            .find(|at| is_punct(&tokens, *at, ','))
            .map_or(tokens.len(), |comma| comma + 1);
    }
}

/// Replaces leading `self` and `super`.
fn absolute(path: Path, module: &[String]) -> Path {
    let ups = path
        .iter()
        .take_while(|word| *word == "super" || *word == "self")
        .count();
    if ups == 0 {
        return path;
    }
    let supers = path[..ups].iter().filter(|word| *word == "super").count();
    let kept = module.len().saturating_sub(supers);
    let root = std::iter::once("crate".to_owned());
    root.chain(module[..kept].iter().cloned())
        .chain(path[ups..].iter().cloned())
        .collect()
}

fn is_punct(tokens: &[TokenTree], at: usize, c: char) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c)
}

#[test]
fn paths_are_found_wherever_they_stand() {
    let source = "use crate::{plan, extract::{api::Api, self}}; mod inner { use super::super::cli; } mod tests { use crate::ui; }
        fn f() { let x = format!(\"{}\", super::fetch::y()); quote! { std::fs::write(wasmtime::Z) } // crate::ui
        } use std::fs as files;";
    let names = names(source, &module("aot/mod.rs"));
    let found: Vec<String> = names.paths.iter().map(|path| path.join("::")).collect();
    let expected = [
        "crate::plan",
        "crate::extract::api::Api",
        "crate::extract::self",
        "crate::cli",
        "crate::fetch::y",
        "std::fs",
    ];
    assert_eq!(found, expected);
    assert!(!names.has_unsafe);
}
