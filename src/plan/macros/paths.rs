//! What paths and calls of macros in a transcriber lead to, and how they are written again.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};

use super::items::Lead;
use super::rewrite::{Rewriter, Role, Written};
use super::rules::{is_call_of_macro, is_path_separator, is_punct, path_separator};
use super::tables;

impl Rewriter<'_> {
    /// A path that begins with a name.
    pub(super) fn path(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        let (segments, end) = segments(tokens, at);
        let shown = segments.join("::");
        let (root, rest) = (segments[0].as_str(), &segments[1..]);
        let is_absolute = at > 1 && is_path_separator(tokens, at - 2);
        if role == Role::Argument && !is_absolute && segments.iter().all(|name| self.literals.contains(name)) {
            for (number, name) in segments.iter().enumerate() {
                out.extend((number > 0).then(path_separator).into_iter().flatten());
                out.extend([TokenTree::from(self.word(name, None, role)?)]);
            }
            return Ok(end);
        }
        if role == Role::Argument {
            return Err(format!("hands `{shown}` on to a macro, which could take it apart"));
        }
        if matches!(root, "std" | "core" | "alloc") {
            if is_call_of_macro(tokens, end) {
                return self.macro_of_std(rest, is_absolute, tokens, end, out);
            }
            let constants = format!("std::{}::*", rest.join("::"));
            let to_argument =
                is_path_separator(tokens, end) && tokens.get(end + 2).is_some_and(|next| is_punct(next, '$'));
            let is_known = match to_argument {
                true => tables::has(tables::PATHS, &constants),
                false => is_harmless(rest),
            };
            if !is_known {
                return Err(format!("names `{shown}`"));
            }
            if !is_absolute {
                out.extend(path_separator());
            }
            write_path(["std"].into_iter().chain(rest.iter().map(String::as_str)), out);
            if to_argument {
                out.extend(tokens[end..end + 2].iter().cloned());
                return self.punct_at(tokens, end + 2, role, out);
            }
            return Ok(end);
        }
        let members_are_known = rest.iter().all(|name| tables::has(tables::METHODS, name));
        if is_absolute || !tables::has(tables::PRELUDE, root) || !members_are_known || rest.len() > 1 {
            return Err(format!("names `{shown}`"));
        }
        write_path(segments.iter().map(String::as_str), out);
        Ok(end)
    }

    /// `::std::format!(…)`; `end` is behind the path.
    fn macro_of_std(
        &mut self,
        path: &[String],
        is_absolute: bool,
        tokens: &[TokenTree],
        end: usize,
        out: &mut TokenStream,
    ) -> Written<usize> {
        match path {
            [name] if tables::has(tables::MACROS, name) => {
                if !is_absolute {
                    out.extend(path_separator());
                }
                write_path(["std", name], out);
                self.given(tokens, end, Role::Code, out)
            }
            _ => Err(format!("calls `std::{}!`", path.join("::"))),
        }
    }

    pub(super) fn punct_at(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        match &tokens[at] {
            TokenTree::Punct(punct) => self.punct(punct, tokens, at, role, out),
            _ => Ok(at),
        }
    }

    /// `$crate::…`; `at` is behind `$crate`.
    pub(super) fn own_path(
        &mut self,
        tokens: &[TokenTree],
        at: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        let is_path = is_path_separator(tokens, at) && matches!(tokens.get(at + 2), Some(TokenTree::Ident(_)));
        if !is_path {
            return Err("uses `$crate` for something that is no path".to_owned());
        }
        let (segments, end) = segments(tokens, at + 2);
        let shown = segments.join("::");
        let is_macro = is_call_of_macro(tokens, end);
        match self.items.lead(&segments, is_macro) {
            Lead::Macro(name) if self.carried.contains(&name) => self.own_macro(name, tokens, end, out),
            Lead::Macro(name) => Err(format!("needs the macro `{name}`, which does not cross")),
            Lead::Item(path) => {
                self.write_alias(path, out);
                Ok(end)
            }
            Lead::Member(path, name) => {
                if role == Role::Argument {
                    return Err(format!(
                        "hands `$crate::{shown}` on to a macro, which could take it apart"
                    ));
                }
                self.write_alias(path, out);
                out.extend(path_separator());
                out.extend([TokenTree::from(Ident::new(&name, Span::call_site()))]);
                Ok(end)
            }
            Lead::Std(path) => self.std_item(&path, is_macro, role, tokens, end, out),
            Lead::Foreign(path) => Err(format!("names `{}` of another crate", path.join("::"))),
            Lead::Nothing => Err(format!("names `$crate::{shown}`, which the bindings do not have")),
        }
    }

    /// An item of std under a name of the crate's.
    pub(super) fn std_item(
        &mut self,
        path: &[String],
        is_macro: bool,
        role: Role,
        tokens: &[TokenTree],
        end: usize,
        out: &mut TokenStream,
    ) -> Written<usize> {
        let is_harmless = match (is_macro, &path[1..]) {
            (true, [name]) => tables::has(tables::MACROS, name),
            (true, _) => false,
            (false, rest) => is_harmless(rest),
        };
        if !is_harmless {
            return Err(format!("names `{}`", path.join("::")));
        }
        if role == Role::Argument {
            return Err(format!(
                "hands `{}` on to a macro, which could take it apart",
                path.join("::")
            ));
        }
        out.extend(path_separator());
        write_path(path.iter().map(String::as_str), out);
        match is_macro {
            true => self.given(tokens, end, role, out),
            false => Ok(end),
        }
    }

    /// A call of a macro by its name alone.
    pub(super) fn call_of_macro(
        &mut self,
        name: &str,
        tokens: &[TokenTree],
        at: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        if self.inner && self.carried.contains(name) {
            return self.own_macro(name.to_owned(), tokens, at + 1, out);
        }
        let is_path = at > 1 && is_path_separator(tokens, at - 2);
        if is_path || !tables::has(tables::MACROS, name) {
            return Err(format!("calls `{name}!`"));
        }
        if role == Role::Argument {
            return Err(format!("hands `{name}!` on to a macro, which could take it apart"));
        }
        if self.inner {
            // With `local_inner_macros` the name alone would be the crate's.
            out.extend(path_separator());
            write_path(["std", name], out);
        } else {
            out.extend([tokens[at].clone()]);
        }
        self.given(tokens, at + 1, role, out)
    }

    pub(super) fn own_macro(
        &mut self,
        name: String,
        tokens: &[TokenTree],
        bang: usize,
        out: &mut TokenStream,
    ) -> Written<usize> {
        self.write_alias(vec![name], out);
        self.given(tokens, bang, Role::Argument, out)
    }

    /// `!` and what a macro is given.
    pub(super) fn given(
        &mut self,
        tokens: &[TokenTree],
        bang: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        let TokenTree::Group(group) = &tokens[bang + 1] else {
            return Ok(bang);
        };
        out.extend([
            TokenTree::from(Punct::new('!', Spacing::Alone)),
            self.group(group, role)?,
        ]);
        Ok(bang + 2)
    }

    pub(super) fn write_alias(&mut self, path: Vec<String>, out: &mut TokenStream) {
        let name = self.shared.alias(path);
        out.extend([
            TokenTree::from(Punct::new('$', Spacing::Alone)),
            Ident::new("crate", Span::call_site()).into(),
        ]);
        out.extend(path_separator());
        out.extend([TokenTree::from(name)]);
    }
}

/// Whether an item of std, by its path behind `std`, is in the table, or belongs to a type there by a name that is known.
fn is_harmless(rest: &[String]) -> bool {
    let path = |names: &[String]| format!("std::{}", names.join("::"));
    let belongs = |(name, of): (&String, &[String])| tables::has_path(&path(of)) && tables::has(tables::METHODS, name);
    tables::has_path(&path(rest)) || rest.split_last().is_some_and(belongs)
}

/// The names of a path that begins at `at`, and where it ends.
fn segments(tokens: &[TokenTree], at: usize) -> (Vec<String>, usize) {
    let (mut names, mut end) = (vec![tokens[at].to_string()], at + 1);
    while let (true, Some(TokenTree::Ident(name))) = (is_path_separator(tokens, end), tokens.get(end + 2)) {
        names.push(name.to_string());
        end += 3;
    }
    (names, end)
}

fn write_path<'n>(names: impl IntoIterator<Item = &'n str>, out: &mut TokenStream) {
    for (number, name) in names.into_iter().enumerate() {
        if number > 0 {
            out.extend(path_separator());
        }
        out.extend([TokenTree::from(Ident::new(name, Span::call_site()))]);
    }
}
