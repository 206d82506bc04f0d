//! `macro_rules!` by its arms.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Group, Ident, Punct, Spacing, TokenStream, TokenTree};

use super::tables;

/// One arm: what it matches, and what comes of it.
#[derive(Debug, Clone)]
pub(super) struct Arm {
    pub(super) matcher: Group,
    pub(super) transcriber: Group,
}

impl Arm {
    /// The names of its arguments, without the dollar.
    pub(super) fn arguments(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        walk(&self.matcher.stream(), &mut |name, is_argument| {
            if is_argument {
                names.insert(name.to_string());
            }
        });
        names
    }

    /// The words that it matches literally, keywords apart.
    pub(super) fn words(&self) -> BTreeSet<String> {
        let mut words = BTreeSet::new();
        walk(&self.matcher.stream(), &mut |name, is_argument| {
            if !is_argument && !is_keyword(&name.to_string()) {
                words.insert(name.to_string());
            }
        });
        words
    }
}

/// Whether a word is reserved by the language.
pub(super) fn is_keyword(word: &str) -> bool {
    tables::has(tables::KEYWORDS, word) || tables::has(tables::REFUSED, word)
}

/// The arms of a definition.
///
/// # Errors
/// When the text is no definition, in words.
pub(super) fn parse(body: &str) -> Result<Vec<Arm>, String> {
    let strange = || "its definition cannot be read".to_owned();
    let tokens: TokenStream = body.parse().map_err(|_| strange())?;
    let mut tokens = tokens.into_iter().peekable();
    let mut arms = Vec::new();
    while let Some(first) = tokens.next() {
        let (TokenTree::Group(matcher), Some(equals), Some(greater), Some(TokenTree::Group(transcriber))) =
            (first, tokens.next(), tokens.next(), tokens.next())
        else {
            return Err(strange());
        };
        if !is_punct(&equals, '=') || !is_punct(&greater, '>') {
            return Err(strange());
        }
        arms.push(Arm { matcher, transcriber });
        tokens.next_if(|token| is_punct(token, ';'));
    }
    Ok(arms)
}

/// Calls `seen` with each identifier of a matcher: names of arguments, and words; kinds of arguments are left out.
fn walk(matcher: &TokenStream, seen: &mut dyn FnMut(&Ident, bool)) {
    let mut tokens = matcher.clone().into_iter().peekable();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Punct(dollar) if dollar.as_char() == '$' => {
                if let Some(TokenTree::Ident(name)) = tokens.next_if(|next| matches!(next, TokenTree::Ident(_))) {
                    seen(&name, true);
                    tokens.next_if(|next| is_punct(next, ':'));
                    tokens.next_if(|next| matches!(next, TokenTree::Ident(_)));
                }
            }
            TokenTree::Ident(word) => seen(&word, false),
            TokenTree::Group(group) => walk(&group.stream(), seen),
            _ => {}
        }
    }
}

/// `matcher` once for each way of writing those of `words` that are in it: as they are, and as `rename` says.
pub(super) fn spellings(matcher: &Group, words: &BTreeSet<String>, rename: fn(&str) -> String) -> Vec<Group> {
    let mut spelled = vec![matcher.clone()];
    for word in words {
        let renamed = spelled.iter().map(|one| {
            let stream = respell(one.stream(), word, &rename(word));
            Group::new(one.delimiter(), stream)
        });
        let renamed: Vec<Group> = renamed.collect();
        spelled.extend(renamed);
    }
    spelled
}

fn respell(tokens: TokenStream, word: &str, other: &str) -> TokenStream {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_dollar = |at: usize| at.checked_sub(1).is_some_and(|before| is_punct(&tokens[before], '$'));
    // `$word` is an argument, and in `$x:word` it is the kind of one.
    let is_kind = |at: usize| at >= 3 && is_punct(&tokens[at - 1], ':') && is_dollar(at - 2);
    let each = tokens.iter().enumerate().map(|(at, token)| match token {
        TokenTree::Group(group) => Group::new(group.delimiter(), respell(group.stream(), word, other)).into(),
        TokenTree::Ident(own) if own == word && !is_dollar(at) && !is_kind(at) => Ident::new(other, own.span()).into(),
        token => token.clone(),
    });
    each.collect()
}

/// Whether `token` is that mark.
pub(super) fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// Whether `::` begins at `at`.
pub(super) fn is_path_separator(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(first)) if first.as_char() == ':' && first.spacing() == Spacing::Joint)
        && tokens.get(at + 1).is_some_and(|second| is_punct(second, ':'))
}

/// Whether a macro is called at `at`: `!` and what it is given.
pub(super) fn is_call_of_macro(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at), Some(TokenTree::Punct(bang)) if bang.as_char() == '!')
        && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)))
}

/// `::`
pub(super) fn path_separator() -> [TokenTree; 2] {
    [
        Punct::new(':', Spacing::Joint).into(),
        Punct::new(':', Spacing::Alone).into(),
    ]
}

/// The names that a transcriber binds, as far as one can tell: what `let`, `const`, closures and arms of `match` introduce.
pub(super) fn bound(tokens: &TokenStream, names: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let mut pattern = 0;
    for (at, token) in tokens.iter().enumerate() {
        let rest = &tokens[at + 1..];
        match token {
            TokenTree::Ident(word) if word == "let" || word == "const" => {
                let end = rest
                    .iter()
                    .position(|token| ['=', ';', ':'].iter().any(|mark| is_punct(token, *mark)));
                collect(&rest[..end.unwrap_or(rest.len())], names);
            }
            TokenTree::Punct(bar) if bar.as_char() == '|' => {
                if let Some(end) = rest.iter().position(|token| is_punct(token, '|')) {
                    collect(&rest[..end], names);
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == '>' && at > 0 && is_punct(&tokens[at - 1], '=') => {
                collect(&tokens[pattern..at - 1], names);
                pattern = at + 1;
            }
            TokenTree::Punct(mark) if mark.as_char() == ',' => pattern = at + 1,
            TokenTree::Group(group) => {
                bound(&group.stream(), names);
                if group.delimiter() == Delimiter::Brace {
                    pattern = at + 1;
                }
            }
            _ => {}
        }
    }
}

fn collect(pattern: &[TokenTree], names: &mut BTreeSet<String>) {
    for token in pattern {
        match token {
            TokenTree::Ident(name) if !is_keyword(&name.to_string()) => {
                names.insert(name.to_string());
            }
            TokenTree::Group(group) => collect(&group.stream().into_iter().collect::<Vec<_>>(), names),
            _ => {}
        }
    }
}
