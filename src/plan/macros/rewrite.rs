//! Checks what a transcriber says, and writes it again so that nothing in it means anything but what was checked.
//!
//! The text is the crate's and is compiled into the application. So every identifier in it is one of these:
//! a word of [`tables`], an alias of an item of the bindings, the name of a method or associated function of the crate, or
//! something that only has to be the same everywhere in the macros (a variable, a word by which arms are told apart) and is
//! renamed, so that it cannot be the name of anything of the application's. What is handed on to another macro of the crate can
//! be taken apart and put together in another way there; nothing but keywords, names of the prelude, aliases and
//! renamed words may be in it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Group, Ident, Literal, Punct, Spacing, Span, TokenStream, TokenTree};

use super::items::Items;
use super::rules::{is_call_of_macro, is_keyword, is_path_separator, is_punct};
use super::tables;

/// Where a piece of a transcriber stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It is what the application compiles, as it stands.
    Code,
    /// It is handed on to a macro of the crate.
    Argument,
}

/// What all macros of a crate share.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Names under which the bindings' root has items, by their paths.
    pub(super) aliases: BTreeMap<Vec<String>, String>,
    /// Words that transcribers hand on.
    pub(super) words: BTreeSet<String>,
}

impl Shared {
    pub(super) fn alias(&mut self, path: Vec<String>) -> Ident {
        let number = self.aliases.len();
        let name = self.aliases.entry(path).or_insert_with(|| format!("nb_i{number}"));
        Ident::new(name, Span::call_site())
    }
}

/// How a word is called where it is renamed. Underscores in front stay there.
pub(super) fn renamed(word: &str) -> String {
    let bare = word.trim_start_matches('_');
    format!("{}nb_w_{bare}", &word[..word.len() - bare.len()])
}

/// Rewrites the transcriber of one arm.
pub(super) struct Rewriter<'r> {
    pub(super) items: &'r Items<'r>,
    /// Macros of the crate that are carried over.
    pub(super) carried: &'r BTreeSet<String>,
    /// Words that arms of these match literally.
    pub(super) literals: &'r BTreeSet<String>,
    /// Names of the arm's arguments.
    pub(super) arguments: BTreeSet<String>,
    /// Names that the transcriber binds.
    pub(super) bound: BTreeSet<String>,
    /// Macros without a path are the crate's.
    pub(super) inner: bool,
    pub(super) shared: &'r mut Shared,
}

/// What was written, or why it is refused.
pub(super) type Written<T = TokenStream> = Result<T, String>;

impl Rewriter<'_> {
    /// Rewrites a transcriber.
    ///
    /// # Errors
    /// What it says that it may not.
    pub(super) fn transcriber(&mut self, tokens: TokenStream) -> Written {
        self.all(tokens, Role::Code)
    }

    fn all(&mut self, tokens: TokenStream, role: Role) -> Written {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let (mut out, mut at) = (TokenStream::new(), 0);
        while at < tokens.len() {
            at = self.one(&tokens, at, role, &mut out)?;
        }
        Ok(out)
    }

    /// Writes what stands at `at`, and says where the next piece begins.
    fn one(&mut self, tokens: &[TokenTree], at: usize, role: Role, out: &mut TokenStream) -> Written<usize> {
        match &tokens[at] {
            TokenTree::Group(group) => {
                out.extend([self.group(group, role)?]);
                Ok(at + 1)
            }
            TokenTree::Literal(literal) => {
                text(literal)?;
                out.extend([tokens[at].clone()]);
                Ok(at + 1)
            }
            TokenTree::Punct(punct) => self.punct(punct, tokens, at, role, out),
            TokenTree::Ident(ident) => self.ident(&ident.to_string(), tokens, at, role, out),
        }
    }

    pub(super) fn group(&mut self, group: &Group, role: Role) -> Written<TokenTree> {
        if group.delimiter() == Delimiter::None {
            return Err("its definition cannot be read".to_owned());
        }
        Ok(Group::new(group.delimiter(), self.all(group.stream(), role)?).into())
    }

    pub(super) fn punct(
        &mut self,
        punct: &Punct,
        tokens: &[TokenTree],
        at: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        let next = tokens.get(at + 1);
        match (punct.as_char(), next) {
            ('$', Some(TokenTree::Ident(name))) if name == "crate" => self.own_path(tokens, at + 2, role, out),
            ('$', Some(TokenTree::Ident(name))) if self.arguments.contains(&name.to_string()) => {
                out.extend([tokens[at].clone(), tokens[at + 1].clone()]);
                Ok(at + 2)
            }
            ('$', Some(TokenTree::Group(_))) => self.repetition(tokens, at, role, out),
            ('$', _) => Err("uses `$` for something that is no argument".to_owned()),
            ('?', _) => Err("uses `?`, which leaves the function around the call".to_owned()),
            ('#', Some(TokenTree::Group(attribute))) if role == Role::Code => {
                attribute_of(attribute)?;
                out.extend([tokens[at].clone(), tokens[at + 1].clone()]);
                Ok(at + 2)
            }
            ('#', _) => Err("has an attribute".to_owned()),
            ('\'', Some(TokenTree::Ident(name))) if name != "static" && name != "_" => {
                Err(format!("names the lifetime or label `'{name}`"))
            }
            ('\'', Some(TokenTree::Ident(_))) => {
                out.extend([tokens[at].clone(), tokens[at + 1].clone()]);
                Ok(at + 2)
            }
            ('*', Some(TokenTree::Ident(word))) if word == "const" || word == "mut" => {
                Err("names a raw pointer".to_owned())
            }
            _ => {
                out.extend([tokens[at].clone()]);
                Ok(at + 1)
            }
        }
    }

    /// `$( … ) separator op`
    fn repetition(&mut self, tokens: &[TokenTree], at: usize, role: Role, out: &mut TokenStream) -> Written<usize> {
        let TokenTree::Group(group) = &tokens[at + 1] else {
            return Ok(at + 1);
        };
        out.extend([tokens[at].clone(), self.group(group, role)?]);
        let mut next = at + 2;
        let is_op = |token: &TokenTree| ['*', '+', '?'].iter().any(|op| is_punct(token, *op));
        while let Some(token @ TokenTree::Punct(punct)) = tokens.get(next) {
            out.extend([token.clone()]);
            next += 1;
            if is_op(token) {
                return Ok(next);
            }
            if punct.as_char() == '$' {
                break;
            }
        }
        Err("repeats something in a way that is not known".to_owned())
    }

    fn ident(
        &mut self,
        word: &str,
        tokens: &[TokenTree],
        at: usize,
        role: Role,
        out: &mut TokenStream,
    ) -> Written<usize> {
        let after_dot = at > 0 && is_punct(&tokens[at - 1], '.') && !(at > 1 && is_joint_dot(&tokens[at - 2]));
        let after_path = at > 1 && is_path_separator(tokens, at - 2);
        let is_member = after_dot || after_path && owns(tokens, at - 2);
        if word.starts_with("r#") {
            return Err(format!("names `{word}`"));
        }
        if is_call_of_macro(tokens, at + 1) && !after_dot && !is_keyword(word) {
            return self.call_of_macro(word, tokens, at, role, out);
        }
        if is_keyword(word) {
            keyword(word, tokens.get(at + 1), role)?;
        } else if is_member {
            self.member(word, role)?;
        } else if is_path_separator(tokens, at + 1) || after_path {
            return self.path(tokens, at, role, out);
        } else if !tables::has(tables::PRELUDE, word) {
            out.extend([TokenTree::from(self.word(word, tokens.get(at + 1), role)?)]);
            return Ok(at + 1);
        }
        out.extend([tokens[at].clone()]);
        Ok(at + 1)
    }

    /// What follows a dot, or `::` after something that is no path of names.
    fn member(&self, name: &str, role: Role) -> Written<()> {
        if role == Role::Argument {
            return Err(format!(
                "hands `.{name}` on to a macro, where it could be the name of something else"
            ));
        }
        if tables::has(tables::METHODS, name) {
            return Ok(());
        }
        match self.items.is_member(name) {
            true if tables::has(tables::EFFECTS, name) => {
                Err(format!("calls `{name}`, which could be std's method of that name"))
            }
            true => Ok(()),
            false => Err(format!(
                "names `.{name}`, which is neither the crate's nor known to be harmless"
            )),
        }
    }

    /// A name that is renamed: a variable, or a word by which arms are told apart.
    pub(super) fn word(&mut self, word: &str, next: Option<&TokenTree>, role: Role) -> Written<Ident> {
        if role == Role::Argument && self.literals.contains(word) {
            self.shared.words.insert(word.to_owned());
        } else if !self.bound.contains(word) {
            let is_call = matches!(next, Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
            return Err(match (role, is_call) {
                (Role::Argument, _) => format!("hands `{word}` on to a macro, where it could be the name of something"),
                (Role::Code, true) => format!("calls `{word}`, whatever that is where the macro is used"),
                (Role::Code, false) => format!("names `{word}`, whatever that is where the macro is used"),
            });
        }
        Ok(Ident::new(&renamed(word), Span::call_site()))
    }
}

/// Whether a keyword may stand there. A constant is an item: of a name that is not renamed, it would be meant by what the
/// application hands over, too.
fn keyword(word: &str, next: Option<&TokenTree>, role: Role) -> Written<()> {
    let is_const = word == "const";
    let shadows = next.is_some_and(|next| tables::has(tables::PRELUDE, &next.to_string()));
    match tables::has(tables::KEYWORDS, word) && !(is_const && (role == Role::Argument || shadows)) {
        true => Ok(()),
        false if is_const && shadows => Err(format!(
            "defines a constant of the name `{}`",
            next.map(ToString::to_string).unwrap_or_default()
        )),
        false => Err(format!("uses `{word}`")),
    }
}

/// Whether what stands before the `::` at `at` is a type in angle brackets or an argument, and no name.
fn owns(tokens: &[TokenTree], at: usize) -> bool {
    let before = |distance: usize| at.checked_sub(distance).map(|at| &tokens[at]);
    let is_arrow = before(2).is_some_and(|token| is_punct(token, '=') || is_punct(token, '-'));
    before(1).is_some_and(|token| is_punct(token, '>') && !is_arrow)
        || before(2).is_some_and(|token| is_punct(token, '$'))
}

fn is_joint_dot(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(dot) if dot.as_char() == '.' && dot.spacing() == Spacing::Joint)
}

/// `#[allow(…)]`, `#[doc = "…"]`
fn attribute_of(attribute: &Group) -> Written<()> {
    let refused = || Err(format!("has the attribute `{attribute}`"));
    for token in attribute.stream() {
        match token {
            TokenTree::Ident(word) if tables::has(tables::ATTRIBUTES, &word.to_string()) => {}
            TokenTree::Ident(_) => return refused(),
            TokenTree::Group(inner) => attribute_of(&inner).or_else(|_| refused())?,
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => return refused(),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    Ok(())
}

/// Text may become a format string, and those can name whatever there is where the macro is used.
fn text(literal: &Literal) -> Written<()> {
    let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string()) else {
        return Ok(());
    };
    let text = text.value().replace("{{", "").replace("}}", "");
    for place in text.split('{').skip(1) {
        let inside = place.split('}').next().unwrap_or_default();
        let (argument, style) = inside.split_once(':').unwrap_or((inside, ""));
        let is_plain = style
            .chars()
            .all(|letter| letter.is_ascii_digit() || " <>^+-#.?xXbeEo".contains(letter));
        if !argument.trim().bytes().all(|byte| byte.is_ascii_digit()) || !is_plain {
            return Err(format!(
                "has a text that names something, were it a format: `{{{inside}}}`"
            ));
        }
    }
    Ok(())
}
