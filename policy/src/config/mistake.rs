//! What can be wrong with a `nanobuild.toml`, and where.

use std::fmt;
use std::ops::Range;

use crate::capability::UnknownCapability;
use crate::nearest;

/// Everything that is wrong with a file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// One or more.
    pub mistakes: Vec<Mistake>,
}

impl std::error::Error for Invalid {}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, mistake) in self.mistakes.iter().enumerate() {
            let gap = if position == 0 { "" } else { "\n\n" };
            write!(f, "{gap}{mistake}")?;
        }
        Ok(())
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// The file, as people know it.
    pub file: String,
    /// Where in it.
    pub spot: Spot,
    /// What is wrong there.
    pub problem: Problem,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, spot, problem } = self;
        // What is said may quote the file.
        let problem: String = problem.to_string().chars().map(visible).collect();
        write!(f, "line {} of {file}: {problem}\n{spot}", spot.line)
    }
}

/// A part of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spot {
    /// The line, from 1.
    pub line: usize,
    /// The column of its first letter, from 1, in letters.
    pub column: usize,
    /// How many letters of that line it is long.
    pub length: usize,
    /// The line's text.
    pub text: String,
}

/// More of a line than this is not shown.
const SHOWN: usize = 160;

impl Spot {
    /// The spot of a range of bytes; of its first line, if it has several.
    #[must_use]
    pub fn of(text: &str, range: &Range<usize>) -> Self {
        let start = floor(text, range.start);
        let end = floor(text, range.end).max(start);
        let before = &text[..start];
        let head = before.rfind('\n').map_or(0, |newline| newline + 1);
        let tail = text[start..].find('\n').map_or(text.len(), |newline| start + newline);
        let line = text[head..tail].trim_end_matches('\r');
        Self {
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: text[head..start].chars().count() + 1,
            length: text[start..end.min(tail)].trim_end().chars().count().max(1),
            text: line.chars().take(SHOWN).map(visible).collect(),
        }
    }
}

/// Three lines: nothing, the text, and a caret below it.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let carets = self.length.min((SHOWN + 1).saturating_sub(self.column)).max(1);
        write!(
            f,
            "{margin} |\n{number} | {}\n{margin} | {}{}",
            self.text,
            " ".repeat(self.column.min(SHOWN + 1) - 1),
            "^".repeat(carets)
        )
    }
}

/// The nearest position that is no inside of a letter.
fn floor(text: &str, position: usize) -> usize {
    let position = position.min(text.len());
    (0..=position).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// One column a letter, and nothing that moves a terminal's cursor.
fn visible(letter: char) -> char {
    match letter {
        '\t' => ' ',
        other if other.is_control() => '\u{fffd}',
        other => other,
    }
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Not TOML.
    #[error("{0}")]
    Syntax(String),
    /// Not text.
    #[error("this is not UTF-8")]
    Encoding,
    /// More than anybody writes.
    #[error("the file has {bytes} bytes; more than {limit} are not read")]
    Size {
        /// Its size.
        bytes: u64,
        /// The most that is read.
        limit: u64,
    },
    /// A key that means nothing here.
    #[error("unknown key `{key}`{}", known(.key, .nearest.as_deref(), .keys))]
    Key {
        /// The key.
        key: String,
        /// The known key that is nearest.
        nearest: Option<String>,
        /// What is known here.
        keys: Vec<&'static str>,
    },
    /// A key that has to be there.
    #[error("`{0}` is missing here")]
    Missing(&'static str),
    /// A dependency's name that cannot be one.
    #[error("`{0}` is neither a package name nor `name@version`")]
    Name(String),
    /// Not what stands in that place.
    #[error("`{key}` has to be {expected}")]
    Kind {
        /// The key.
        key: String,
        /// What it has to be.
        expected: String,
    },
    /// A word that is none of some.
    #[error("`{word}` is not one of {}{}", .words.join(", "), nearest::hint(.nearest.as_deref()))]
    Word {
        /// The word.
        word: String,
        /// Which there are.
        words: Vec<&'static str>,
        /// The nearest of them.
        nearest: Option<String>,
    },
    /// A capability that is none.
    #[error(transparent)]
    Capability(#[from] UnknownCapability),
    /// A path that means something else on another machine.
    #[error(
        "`{0}` is an absolute path, which is another folder on every machine; name a folder relative to where the \
         application is started, or let the application hand it over at run time"
    )]
    Absolute(String),
    /// A policy's path that means something else on another machine.
    #[error(
        "`{0}` is an absolute path, which is another file on every machine; name it relative to this file, or give its `url` and `sha256`"
    )]
    AbsolutePolicy(String),
    /// A path that leaves the folder that it starts from.
    #[error("`{0}` leaves the folder that it starts from; `..` is not allowed")]
    Leaves(String),
    /// A path that is none.
    #[error("`{0}` is not a path with `/` between its parts")]
    Path(String),
    /// A pattern that is none.
    #[error("`{0}` is not a pattern over packages, such as `zip`, `serde*`, `zip@2`, `git:*` or `*`")]
    Pattern(String),
    /// Something that only the file that it is written for may decide.
    #[error(
        "a policy that others extend may only have `[policy]`, not `{0}`: what is granted is decided in each project"
    )]
    Shared(String),
    /// An address without its digest.
    #[error("an address needs `sha256`, so that nobody can change the policy unseen")]
    Unpinned,
    /// A transport that anybody on the way can read or change.
    #[error("`{0}` is not an https address")]
    Insecure(String),
}

fn known(key: &str, nearest: Option<&str>, keys: &[&str]) -> String {
    match nearest {
        Some(_) => nearest::hint(nearest),
        // A table that takes any name has no list.
        None if keys.is_empty() || key.is_empty() => String::new(),
        None => format!("; known here are {}", keys.join(", ")),
    }
}
