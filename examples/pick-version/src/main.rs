//! Picks the best published version for a requirement, from a file that lists the published ones.
//!
//!     pick-version [REQUIREMENT] [FILE]
//!
//! The best version is the highest one that matches and was not yanked.

use std::process::ExitCode;
use std::{env, fmt, fs};

use semver::{Version, VersionReq};

/// What is looked for when nothing is named.
const REQUIREMENT: &str = "^1.1";
/// The list that lies beside this program's manifest.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/versions.txt");

/// A line of the file.
struct Published {
    version: Version,
    yanked: bool,
}

/// Why there is no answer.
enum Error {
    Usage,
    Requirement {
        text: String,
        source: semver::Error,
    },
    File {
        path: String,
        source: std::io::Error,
    },
    Line {
        path: String,
        number: usize,
        text: String,
        source: semver::Error,
    },
    NoMatch {
        requirement: VersionReq,
        highest: Option<Version>,
    },
}

fn main() -> ExitCode {
    match run(env::args().skip(1)) {
        Ok(answer) => {
            println!("{answer}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: impl Iterator<Item = String>) -> Result<String, Error> {
    let text = args.next().unwrap_or_else(|| REQUIREMENT.to_owned());
    let path = args.next().unwrap_or_else(|| FILE.to_owned());
    if args.next().is_some() {
        return Err(Error::Usage);
    }
    let requirement = VersionReq::parse(&text).map_err(|source| Error::Requirement { text, source })?;
    let content = fs::read_to_string(&path).map_err(|source| Error::File {
        path: path.clone(),
        source,
    })?;
    let published = read(&path, &content)?;
    let best = pick(&requirement, &published)?;
    Ok(format!(
        "{best} is the best of {} published versions for {requirement}",
        published.len()
    ))
}

/// Reads the list: a version a line, perhaps followed by `yanked`; `#` begins a comment.
fn read(path: &str, content: &str) -> Result<Vec<Published>, Error> {
    let mut published = Vec::new();
    for (index, line) in content.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let (version, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let version = Version::parse(version).map_err(|source| Error::Line {
            path: path.to_owned(),
            number: index + 1,
            text: version.to_owned(),
            source,
        })?;
        published.push(Published {
            version,
            yanked: rest.trim() == "yanked",
        });
    }
    Ok(published)
}

fn pick<'p>(requirement: &VersionReq, published: &'p [Published]) -> Result<&'p Version, Error> {
    let usable = || {
        published
            .iter()
            .filter(|published| !published.yanked)
            .map(|published| &published.version)
    };
    usable()
        .filter(|version| requirement.matches(version))
        .max()
        .ok_or_else(|| Error::NoMatch {
            requirement: requirement.clone(),
            highest: usable().max().cloned(),
        })
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage => write!(f, "usage: pick-version [REQUIREMENT] [FILE]"),
            Self::Requirement { text, source } => write!(f, "`{text}` is not a version requirement: {source}"),
            Self::File { path, source } => write!(f, "failed to read {path}: {source}"),
            Self::Line {
                path,
                number,
                text,
                source,
            } => {
                write!(f, "{path}:{number}: `{text}` is not a version: {source}")
            }
            Self::NoMatch { requirement, highest } => {
                write!(f, "no published version matches {requirement}")?;
                match highest {
                    Some(highest) => write!(f, "; the highest is {highest}"),
                    None => write!(f, "; none is published"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, pick, read};
    use semver::VersionReq;

    fn best(requirement: &str, list: &str) -> Option<String> {
        let requirement = VersionReq::parse(requirement).expect("a requirement");
        let published = read("list", list).ok().expect("a list");
        pick(&requirement, &published).ok().map(ToString::to_string)
    }

    #[test]
    fn the_highest_match_that_was_not_yanked() {
        assert_eq!(best("^1", "1.0.0\n1.10.0\n1.9.0\n2.0.0\n").as_deref(), Some("1.10.0"));
        assert_eq!(best("^1", "1.0.0\n1.1.0 yanked\n").as_deref(), Some("1.0.0"));
        assert_eq!(best("^3", "1.0.0\n2.0.0\n"), None);
        assert_eq!(
            best("^1.2.0-beta", "1.2.0-beta.2 # a first try\n").as_deref(),
            Some("1.2.0-beta.2")
        );
    }

    #[test]
    fn a_bad_line_is_named() {
        let error = read("list", "1.0.0\n\n1.0\n").err();
        assert!(matches!(error, Some(Error::Line { number: 3, .. })));
    }
}
