//! Files as they are in another revision.

use std::process::Command;

use camino::Utf8Path;

use super::process;

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not installed.
    #[error(transparent)]
    Start(#[from] process::Error),
    /// No such revision, or no repository.
    #[error("`{revision}` is no revision that git knows here: {said}")]
    Revision {
        /// As written.
        revision: String,
        /// Git's words.
        said: String,
    },
    /// It could not read a file that is there.
    #[error("git could not read {file} at `{revision}`: {said}")]
    File {
        /// The file.
        file: String,
        /// The revision.
        revision: String,
        /// Git's words.
        said: String,
    },
}

/// The commit that a person means.
///
/// # Errors
/// When git knows no such commit.
pub fn commit(folder: &Utf8Path, revision: &str) -> Result<String, Error> {
    let meant = format!("{revision}^{{commit}}");
    let args = ["rev-parse", "--verify", "--quiet", "--end-of-options", &meant];
    match ask(folder, &args)? {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).trim().to_owned()),
        Err(said) => Err(Error::Revision {
            revision: revision.to_owned(),
            said: if said.is_empty() {
                "it is not in this clone".to_owned()
            } else {
                said
            },
        }),
    }
}

/// A file of a folder at a commit; none if it is not there.
///
/// # Errors
/// When git cannot tell.
pub fn file(folder: &Utf8Path, commit: &str, file: &str) -> Result<Option<Vec<u8>>, Error> {
    let failed = |said| Error::File {
        file: file.to_owned(),
        revision: commit.to_owned(),
        said,
    };
    let listed = ask(folder, &["ls-tree", "-z", commit, "--", file])?.map_err(failed)?;
    let line = String::from_utf8_lossy(&listed);
    // `100644 blob OBJECT<tab>PATH`; a link or a folder of that name is no file.
    let mut words = line.split([' ', '\t']);
    let (mode, object) = (words.next().unwrap_or_default(), words.nth(1));
    match object.filter(|_| mode.starts_with("100")) {
        Some(object) => ask(folder, &["cat-file", "blob", object])?.map(Some).map_err(failed),
        None => Ok(None),
    }
}

/// A folder's path in its repository, with a `/` at its end; empty at the top, and where there is no repository.
#[must_use]
pub fn prefix(folder: &Utf8Path) -> String {
    let said = ask(folder, &["rev-parse", "--show-prefix"]);
    let bytes = said.ok().and_then(Result::ok).unwrap_or_default();
    String::from_utf8_lossy(&bytes).trim().to_owned()
}

fn ask(folder: &Utf8Path, args: &[&str]) -> Result<Result<Vec<u8>, String>, Error> {
    let mut command = Command::new("git");
    command.args(["-C", folder.as_str(), "--no-pager"]).args(args);
    let output = process::capture(&mut command)?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok(if output.status.success() {
        Ok(output.stdout)
    } else {
        Err(said)
    })
}
