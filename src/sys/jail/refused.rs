//! What a build that failed may have wanted of what the jail keeps from it, as far as its words tell. Pure.

use std::fmt;

/// Something outside of the jail that third-party code wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// A file or folder; its path, if it was named.
    File(Option<String>),
    /// An environment variable; its name, if it was named.
    Variable(Option<String>),
    /// A program.
    Tool(String),
    /// A connection of any kind.
    Network,
    /// A right that no allowance gives: to write elsewhere, to reach another process.
    Other,
}

impl Refused {
    /// Reads it off what cargo, a build script or a procedural macro printed.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        text.lines().find_map(of_line)
    }

    /// How a person allows it, narrowly, for the sandboxed dependency `name`.
    #[must_use]
    pub fn advice(&self, name: &str) -> String {
        let entry = |key: &str, value: &str| {
            format!(
                "if you trust it with that, write under [nanoprocess.{name}.build] in nanobuild.toml: {key} = [\"{value}\"]"
            )
        };
        match self {
            Self::File(path) => entry("read", path.as_deref().unwrap_or("PATH")),
            Self::Variable(variable) => entry("env", variable.as_deref().unwrap_or("NAME")),
            Self::Tool(tool) => entry("tools", tool),
            Self::Network => {
                "there is no network in the build jail: switch off the feature that downloads, or fetch the file yourself \
                 and let the build read it"
                    .to_owned()
            }
            Self::Other => "nothing can allow that: build code writes its own target directory only".to_owned(),
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(Some(path)) => write!(f, "to read `{path}`"),
            Self::File(None) => f.write_str("to read a file"),
            Self::Variable(Some(name)) => write!(f, "to read the environment variable {name}"),
            Self::Variable(None) => f.write_str("to read an environment variable"),
            Self::Tool(tool) => write!(f, "to run `{tool}`"),
            Self::Network => f.write_str("to use the network"),
            Self::Other => f.write_str("to write elsewhere or to reach into the system"),
        }
    }
}

fn of_line(line: &str) -> Option<Refused> {
    let has = |words: &[&str]| words.iter().any(|word| line.contains(word));
    if has(&[
        "NotPresent",
        "environment variable not found",
        "environment variable `",
        "not defined at compile time",
    ]) {
        return Some(Refused::Variable(capitals(line)));
    }
    let missing = has(&["os error 2)", "code: 2,", "No such file or directory"]);
    let denied = has(&["os error 13)", "code: 13,", "Permission denied"]);
    let forbidden = has(&[
        "os error 1)",
        "code: 1,",
        "Operation not permitted",
        "os error 30)",
        "Read-only file system",
    ]);
    if has(&[
        "os error 101)",
        "Network is unreachable",
        "failed to lookup address",
        "Could not resolve host",
    ]) {
        return Some(Refused::Network);
    }
    if (missing || denied || forbidden) && has(&["connect", "download", "socket", "http://", "https://"]) {
        return Some(Refused::Network);
    }
    if has(&[
        "failed to execute",
        "not installed",
        "command not found",
        "failed to find tool",
        "failed to spawn",
    ]) {
        // Where the name stands in another line, that one is the telling one.
        return quoted(line).filter(|tool| !tool.contains('/')).map(Refused::Tool);
    }
    if missing || denied {
        return Some(Refused::File(path(line)));
    }
    forbidden.then_some(Refused::Other)
}

/// The first absolute path.
fn path(line: &str) -> Option<String> {
    let ends = |letter: char| letter.is_whitespace() || "\"'`,;()".contains(letter);
    let mut words = line.split(ends);
    let found = words.find(|word| word.len() > 1 && word.starts_with('/'))?;
    Some(found.trim_end_matches(':').to_owned())
}

/// The first word in quotes.
fn quoted(line: &str) -> Option<String> {
    let start = line.find(['`', '"', '\''])?;
    let rest = &line[start + 1..];
    let end = rest.find(['`', '"', '\''])?;
    let word = rest[..end].split_whitespace().next()?;
    Some(word.to_owned())
}

/// The first word that looks like a variable's name.
fn capitals(line: &str) -> Option<String> {
    let letter = |letter: char| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == '_';
    let mut words = line.split(|other: char| !(other.is_ascii_alphanumeric() || other == '_'));
    let found = words
        .find(|word| word.len() > 2 && word.chars().all(letter) && !word.starts_with(|c: char| c.is_ascii_digit()));
    found.map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_failing_builds_are_understood() {
        let path = |path: &str| Some(Refused::File(Some(path.to_owned())));
        for (text, refused) in [
            (
                "thread 'main' panicked at build.rs:3:5:\nread /home/me/schema.proto: Os { code: 13, kind: PermissionDenied, message: \"Permission denied\" }",
                path("/home/me/schema.proto"),
            ),
            (
                "cannot open `/opt/x/y.h`: No such file or directory (os error 2)",
                path("/opt/x/y.h"),
            ),
            (
                "called `Result::unwrap()` on an `Err` value: NotPresent",
                Some(Refused::Variable(None)),
            ),
            (
                "DATABASE_URL must be set: NotPresent",
                Some(Refused::Variable(Some("DATABASE_URL".to_owned()))),
            ),
            (
                "failed to execute command: No such file or directory (os error 2)\nis `cmake` not installed?",
                Some(Refused::Tool("cmake".to_owned())),
            ),
            ("is `cmake` not installed?", Some(Refused::Tool("cmake".to_owned()))),
            (
                "failed to connect: Operation not permitted (os error 1)",
                Some(Refused::Network),
            ),
            ("write: Read-only file system (os error 30)", Some(Refused::Other)),
            ("error[E0308]: mismatched types", None),
        ] {
            assert_eq!(Refused::read(text), refused, "{text}");
        }
    }

    #[test]
    fn advice_is_narrow() {
        let advice = Refused::Tool("protoc".to_owned()).advice("prost");
        assert!(
            advice.ends_with("[nanoprocess.prost.build] in nanobuild.toml: tools = [\"protoc\"]"),
            "{advice}"
        );
    }
}
