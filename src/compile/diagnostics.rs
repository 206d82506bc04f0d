//! What cargo and rustc say in JSON: whose fault a failed build is, and on which line. Pure.

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::diagnostic::{Diagnostic as Rustc, DiagnosticLevel, DiagnosticSpan};
use cargo_metadata::{CompilerMessage, Message, PackageId, TargetKind};

/// One error of rustc in sources that we generated.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// The file, relative to the crate's folder (`src/lib.rs`).
    pub file: Utf8PathBuf,
    /// The line, from 1. Inside a macro's expansion: the line of the outermost call that stands in the file.
    pub line: usize,
    /// The trait whose derivation does not compile, if it is one's (`Eq`).
    pub derived: Option<String>,
    /// rustc's code (`E0308`).
    pub code: Option<String>,
    /// The message without its place.
    pub message: String,
    /// The whole message as rustc prints it.
    pub rendered: String,
}

/// What a build said.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// Errors in our own sources, by place.
    pub(super) own: Vec<Diagnostic>,
    /// Errors of the package itself that no line of it could be blamed for (the linker's, for instance).
    pub(super) unplaced: Vec<String>,
    /// Errors in other packages: name and version, rendered message.
    pub(super) others: Vec<(String, String)>,
    /// The wasm module, where one was made.
    pub(super) module: Option<Utf8PathBuf>,
}

/// Turns a path that rustc names into one relative to the package's folder, if the file is ours.
pub(super) type OwnFile<'f> = &'f dyn Fn(&Utf8Path) -> Option<Utf8PathBuf>;

/// Reads the standard output of `cargo --message-format=json`.
///
/// `manifest` is that of the package whose sources are ours; `own_file` knows its files.
pub(super) fn read(stdout: &[u8], manifest: &Utf8Path, own_file: OwnFile<'_>) -> Said {
    let mut said = Said::default();
    for message in Message::parse_stream(stdout).map_while(Result::ok) {
        match message {
            Message::CompilerMessage(message) if is_error(&message.message) => {
                if is_manifest(&message, manifest) {
                    own(&message.message, own_file, &mut said);
                } else {
                    said.others
                        .push((package_name(&message.package_id), rendered(&message.message)));
                }
            }
            Message::CompilerArtifact(artifact) if artifact.target.kind.contains(&TargetKind::CDyLib) => {
                let module = artifact
                    .filenames
                    .into_iter()
                    .find(|file| file.extension() == Some("wasm"));
                said.module = module.or(said.module);
            }
            _ => {}
        }
    }
    said.own.sort();
    said.own.dedup();
    said
}

fn is_error(message: &Rustc) -> bool {
    matches!(message.level, DiagnosticLevel::Error | DiagnosticLevel::Ice)
        && !message.message.starts_with("aborting due to")
}

/// Cargo's messages name the manifest; cargo_metadata keeps the target's source file, which lies beside it.
fn is_manifest(message: &CompilerMessage, manifest: &Utf8Path) -> bool {
    let folder = manifest.parent().unwrap_or(Utf8Path::new(""));
    message
        .target
        .src_path
        .strip_prefix(folder)
        .is_ok_and(|path| path.starts_with("src"))
}

fn own(message: &Rustc, own_file: OwnFile<'_>, said: &mut Said) {
    let primary = |message: &Rustc| {
        message
            .spans
            .iter()
            .filter(|span| span.is_primary)
            .cloned()
            .collect::<Vec<_>>()
    };
    let places = |spans: &[DiagnosticSpan]| {
        spans
            .iter()
            .filter_map(|span| place(span, own_file))
            .collect::<Vec<_>>()
    };
    let mut found = places(&primary(message));
    if found.is_empty() {
        // An error inside a dependency's generic code names in a note the place that instantiated it.
        found = message
            .children
            .iter()
            .flat_map(|child| places(&child.spans))
            .take(1)
            .collect();
    }
    if found.is_empty() {
        said.unplaced.push(rendered(message));
    }
    let derived = message.spans.iter().filter(|span| span.is_primary).find_map(derived);
    said.own.extend(found.into_iter().map(|(file, line)| Diagnostic {
        file,
        line,
        derived: derived.clone(),
        code: message.code.as_ref().map(|code| code.code.clone()),
        message: message.message.clone(),
        rendered: rendered(message),
    }));
}

/// The outermost place of a span, through the macros that it was expanded from, that lies in our sources.
fn place(span: &DiagnosticSpan, own_file: OwnFile<'_>) -> Option<(Utf8PathBuf, usize)> {
    let mut outermost = None;
    let mut next = Some(span);
    while let Some(span) = next {
        if let Some(file) = own_file(Utf8Path::new(&span.file_name)) {
            outermost = Some((file, span.line_start));
        }
        next = span.expansion.as_ref().map(|expansion| &expansion.span);
    }
    outermost
}

/// The trait whose derivation a span was expanded from.
fn derived(span: &DiagnosticSpan) -> Option<String> {
    let mut next = span.expansion.as_ref();
    while let Some(expansion) = next {
        let name = &expansion.macro_decl_name;
        if let Some(name) = name.strip_prefix("#[derive(").and_then(|rest| rest.strip_suffix(")]")) {
            return Some(name.to_owned());
        }
        next = expansion.span.expansion.as_ref();
    }
    None
}

fn rendered(message: &Rustc) -> String {
    message.rendered.clone().unwrap_or_else(|| message.message.clone())
}

/// `semver@1.0.28` out of Cargo's package id.
fn package_name(id: &PackageId) -> String {
    let (source, package) = id.repr.rsplit_once('#').unwrap_or(("", &id.repr));
    if package.contains('@') {
        return package.to_owned();
    }
    let name = source
        .split('?')
        .next()
        .and_then(|url| url.rsplit('/').next())
        .unwrap_or_default();
    format!("{name}@{package}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Captured from cargo 1.95 on a package that does everything wrong; see the folder's README.
    const CAPTURED: &str = include_str!("../../tests/fixtures/cargo-json/guest.json");

    fn captured() -> Said {
        let own = |path: &Utf8Path| {
            ["src/lib.rs", "src/inner.rs"]
                .contains(&path.as_str())
                .then(|| path.to_owned())
        };
        read(CAPTURED.as_bytes(), Utf8Path::new("/tmp/be/diag/Cargo.toml"), &own)
    }

    fn places(said: &Said) -> Vec<(String, Option<&str>)> {
        let place = |error: &Diagnostic| format!("{}:{}", error.file, error.line);
        said.own
            .iter()
            .map(|error| (place(error), error.code.as_deref()))
            .collect()
    }

    #[test]
    fn errors_are_found_by_file_and_line() {
        let said = captured();
        let expected = [
            ("src/inner.rs:1", "E0308"),
            ("src/lib.rs:1", "E0432"),
            ("src/lib.rs:4", "E0308"),
            ("src/lib.rs:6", "E0425"),
            ("src/lib.rs:10", "E0308"),
        ];
        assert_eq!(
            places(&said),
            expected.map(|(place, code)| (place.to_owned(), Some(code)))
        );
        assert!(said.unplaced.is_empty());
        assert!(said.own[0].rendered.starts_with("error[E0308]: mismatched types"));
    }

    #[test]
    fn errors_of_other_packages_are_kept_apart() {
        let text = CAPTURED
            .replace("path+file:///tmp/be/diag#0.0.0", "registry+https://h/index#mio@1.0.0")
            .replace("/tmp/be/diag/src", "/cargo/mio-1.0.0/src");
        let said = read(text.as_bytes(), Utf8Path::new("/tmp/be/diag/Cargo.toml"), &|path| {
            Some(path.to_owned())
        });
        assert!(said.own.is_empty());
        assert_eq!(said.others[0].0, "mio@1.0.0");
    }

    #[test]
    fn package_ids_become_names() {
        for (id, name) in [
            (
                "registry+https://github.com/rust-lang/crates.io-index#semver@1.0.28",
                "semver@1.0.28",
            ),
            ("path+file:///home/me/zip#2.2.2", "zip@2.2.2"),
            ("git+https://example.com/zip?rev=abc#2.2.2", "zip@2.2.2"),
        ] {
            assert_eq!(package_name(&PackageId { repr: id.to_owned() }), name);
        }
    }
}
