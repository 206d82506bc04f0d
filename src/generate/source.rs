//! Generated source text that remembers which lines belong to which unit, so that a diagnostic finds its unit.

use proc_macro2::TokenStream;

/// A piece of generated code that can be left out by itself.
#[derive(Debug, Clone)]
pub struct Unit {
    /// The key by which the planner knows it.
    pub key: String,
    /// Its items.
    pub tokens: TokenStream,
}

impl Unit {
    /// A unit of code.
    pub fn new(key: &str, tokens: TokenStream) -> Self {
        Self {
            key: key.to_owned(),
            tokens,
        }
    }
}

/// One source file with the extent of its units.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// The text.
    pub text: String,
    /// First and last line (from 1) of each unit, and its key.
    extents: Vec<(usize, usize, String)>,
    line: usize,
}

impl Source {
    /// Appends text that belongs to no unit.
    pub fn push(&mut self, text: &str) {
        self.text.push_str(text);
        self.line += text.matches('\n').count();
    }

    /// Appends a unit. Code that does not parse is reported as such.
    ///
    /// # Errors
    /// syn's words, if the tokens are not items.
    pub fn unit(&mut self, unit: Unit) -> Result<(), (String, String)> {
        let file = match syn::parse2::<syn::File>(unit.tokens) {
            Ok(file) => file,
            Err(error) => return Err((unit.key, format!("the generated code does not parse: {error}"))),
        };
        let first = self.line + 1;
        self.push(&prettyplease::unparse(&file));
        self.extents.push((first, self.line.max(first), unit.key));
        Ok(())
    }

    /// Appends the opening of a module: `tokens` is the module, empty.
    pub fn opening(&mut self, tokens: TokenStream) {
        let file = syn::parse2::<syn::File>(tokens);
        let text = file.map(|file| prettyplease::unparse(&file)).unwrap_or_default();
        self.push(text.trim_end().trim_end_matches('}'));
        self.push("\n");
    }

    /// The unit that `line` belongs to.
    #[must_use]
    pub fn unit_at(&self, line: usize) -> Option<&str> {
        self.extents
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&line))
            .map(|(_, _, key)| key.as_str())
    }
}
