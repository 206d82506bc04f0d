//! Bindings with a mark on every function that calls into the guest.

use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, File, ImplItemFn, Item, ItemFn, ItemImpl, Type, parse_quote};

use super::MARK;

/// Marked bindings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// The source.
    pub source: String,
    /// Public paths of the functions below the crate's name, by number.
    pub functions: Vec<String>,
}

/// Marks every function and inherent method of generated bindings that `expose` can leave out.
///
/// # Errors
/// syn's words, where the text is no Rust.
pub fn mark(source: &str) -> Result<Marked, syn::Error> {
    let mut file: File = syn::parse_file(source)?;
    let mut marker = Marker::default();
    marker.visit_file_mut(&mut file);
    Ok(Marked {
        source: prettyplease::unparse(&file),
        functions: marker.functions,
    })
}

#[derive(Default)]
struct Marker {
    /// The modules around.
    path: Vec<String>,
    /// The type whose inherent methods come.
    owner: Option<Vec<String>>,
    functions: Vec<String>,
}

impl VisitMut for Marker {
    fn visit_item_mut(&mut self, item: &mut Item) {
        let Item::Mod(module) = item else {
            return visit_mut::visit_item_mut(self, item);
        };
        self.path.push(plain(&module.ident));
        visit_mut::visit_item_mod_mut(self, module);
        self.path.pop();
    }

    fn visit_item_impl_mut(&mut self, block: &mut ItemImpl) {
        // What types do by their traits stays with the types.
        if block.trait_.is_none() {
            self.owner = owner(&block.self_ty);
            visit_mut::visit_item_impl_mut(self, block);
            self.owner = None;
        }
    }

    fn visit_item_fn_mut(&mut self, function: &mut ItemFn) {
        let home = self.path.clone();
        self.function(home, plain(&function.sig.ident), &function.block, &mut function.attrs);
    }

    fn visit_impl_item_fn_mut(&mut self, method: &mut ImplItemFn) {
        if let Some(home) = self.owner.clone() {
            self.function(home, plain(&method.sig.ident), &method.block, &mut method.attrs);
        }
    }
}

impl Marker {
    fn function(&mut self, mut path: Vec<String>, name: String, body: &Block, attributes: &mut Vec<Attribute>) {
        if !calls_the_guest(body) {
            return;
        }
        path.push(name);
        let note = format!("{MARK}{}.", self.functions.len());
        // A function can be deprecated once only.
        attributes.retain(|attribute| !attribute.path().is_ident("deprecated"));
        attributes.push(parse_quote!(#[deprecated(note = #note)]));
        self.functions.push(path.join("::"));
    }
}

/// What else stands in bindings was put there by us, and no pattern means it.
fn calls_the_guest(body: &Block) -> bool {
    body.to_token_stream().to_string().contains("nb :: Call :: new")
}

/// The public path of a type, which bindings name from the crate's root.
fn owner(ty: &Type) -> Option<Vec<String>> {
    let Type::Path(path) = ty else { return None };
    let mut names = path.path.segments.iter().map(|segment| plain(&segment.ident));
    (names.next()? == "crate").then(|| names.collect())
}

/// A name as keys spell it.
fn plain(name: &syn::Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_inherent_methods_are_marked_and_nothing_else() {
        let source = "pub mod read { pub fn all() { let mut nb_call = nb::Call::new(&PROCESS); }
                pub fn ours() {} }
            impl<R> crate::read::Archive<R> { #[deprecated] pub fn r#try(self) { let mut nb_call = nb::Call::new(&PROCESS); } }
            impl Clone for crate::X { fn clone(&self) -> Self { let mut nb_call = nb::Call::new(&PROCESS); } }";
        let marked = mark(source).unwrap();
        assert_eq!(marked.functions, ["read::all", "read::Archive::try"]);
        assert_eq!(marked.source.matches("#[deprecated").count(), 2, "{}", marked.source);
        assert!(
            marked.source.contains("note = \"cargo-nanobuild trim: function 1.\""),
            "{}",
            marked.source
        );
    }
}
