//! Files, replaced atomically: a reader sees the old bytes or the new ones, never a part.

use std::io::{self, Read, Write};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};

/// Why a file could not be read or written. The path is in the message, the system's words are the cause.
#[derive(Debug, thiserror::Error)]
#[error("failed to {action} `{path}`")]
pub struct Error {
    /// What was tried (`read`, `write`).
    pub action: &'static str,
    /// On which file.
    pub path: Utf8PathBuf,
    /// The system's words.
    #[source]
    pub source: io::Error,
}

impl Error {
    /// Makes `map_err` arguments short.
    pub fn at(action: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self { action, path, source }
    }
}

/// What to do about an error that the state of a disk is the cause of.
#[must_use]
pub fn help(error: &dyn std::error::Error) -> Option<String> {
    let mut causes = std::iter::successors(error.source(), |cause| cause.source());
    let remedy = match causes.find_map(|cause| cause.downcast_ref::<io::Error>())?.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room on the disk",
        io::ErrorKind::ReadOnlyFilesystem => "make it writable",
        io::ErrorKind::PermissionDenied => "change its permissions",
        _ => return None,
    };
    Some(format!("{remedy} and run the command again; the project is as it was"))
}

/// Reads a file; `None` if there is none.
///
/// # Errors
/// When it exists and cannot be read.
pub fn read(path: &Utf8Path) -> Result<Option<Vec<u8>>, Error> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(error) => Err(Error::at("read", path)(error)),
    }
}

/// Reads a text file; `None` if there is none.
///
/// # Errors
/// When it exists and cannot be read, or is not UTF-8.
pub fn read_text(path: &Utf8Path) -> Result<Option<String>, Error> {
    let Some(bytes) = read(path)? else { return Ok(None) };
    String::from_utf8(bytes)
        .map(Some)
        .map_err(|error| Error::at("read", path)(io::Error::new(io::ErrorKind::InvalidData, error)))
}

/// Bytes of a file that third-party code made which are read at most.
const MOST: u64 = 1 << 30;

/// Reads a file that third-party code may have put below `root`: no symbolic link on the way is followed, only a regular
/// file is opened, and it has a limit. `None` if there is none.
///
/// # Errors
/// When it is something else, or cannot be read.
pub fn read_beneath(root: &Utf8Path, path: &Utf8Path) -> Result<Option<Vec<u8>>, Error> {
    let read = || -> io::Result<Vec<u8>> {
        let file = open_beneath(root, path)?;
        let metadata = file.metadata()?;
        if !metadata.is_file() || metadata.len() > MOST {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a regular file of sensible size",
            ));
        }
        let mut bytes = Vec::new();
        file.take(MOST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some).map_err(Error::at("read", &root.join(path))),
    }
}

#[cfg(unix)]
fn open_beneath(root: &Utf8Path, path: &Utf8Path) -> io::Result<std::fs::File> {
    use rustix::fs::{Mode, OFlags, open, openat};
    // A pipe would keep us waiting without NONBLOCK.
    let common = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mut place = open(root.as_std_path(), common | OFlags::DIRECTORY, Mode::empty())?;
    let mut steps = path.components().peekable();
    while let Some(step) = steps.next() {
        let camino::Utf8Component::Normal(name) = step else {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "not a path inside of the folder",
            ));
        };
        let kind = if steps.peek().is_some() {
            OFlags::DIRECTORY
        } else {
            OFlags::empty()
        };
        place = openat(&place, name, common | kind, Mode::empty())?;
    }
    Ok(place.into())
}

#[cfg(not(unix))]
fn open_beneath(root: &Utf8Path, path: &Utf8Path) -> io::Result<std::fs::File> {
    let steps = root.join(path);
    let inside = steps.ancestors().take_while(|step| *step != root);
    for step in inside {
        if std::fs::symlink_metadata(step)?.is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a link"));
        }
    }
    std::fs::File::open(steps)
}

/// Replaces a file by way of a temporary one beside it, keeping its permissions; does nothing if it holds these bytes.
///
/// # Errors
/// When the folder cannot be made or the file not be written; the old file is then untouched.
pub fn replace(path: &Utf8Path, bytes: &[u8]) -> Result<bool, Error> {
    if read(path)?.as_deref() == Some(bytes) {
        return Ok(false);
    }
    let parent = path
        .parent()
        .filter(|parent| !parent.as_str().is_empty())
        .unwrap_or(Utf8Path::new("."));
    make_dir(parent)?;
    let write = || -> io::Result<()> {
        let mut builder = tempfile::Builder::new();
        let permissions = std::fs::metadata(path).ok().map(|metadata| metadata.permissions());
        #[cfg(unix)]
        let permissions = permissions.or_else(|| Some(std::os::unix::fs::PermissionsExt::from_mode(0o666)));
        if let Some(permissions) = permissions {
            builder.permissions(permissions);
        }
        let mut file = builder.prefix(".nanobuild-").tempfile_in(parent)?;
        file.write_all(bytes)?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(Error::at("write", path))?;
    Ok(true)
}

/// Adds to a file that another program collects.
///
/// # Errors
/// When it cannot be written.
pub fn append(path: &Utf8Path, text: &str) -> Result<(), Error> {
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(Error::at("write", path))
}

/// The file that a link stands for: the link stays, and its file is replaced.
#[must_use]
pub fn behind_links(path: &Utf8Path) -> Utf8PathBuf {
    path.canonicalize_utf8().unwrap_or_else(|_| path.to_owned())
}

/// Makes a folder and those above it.
///
/// # Errors
/// When the system refuses.
pub fn make_dir(path: &Utf8Path) -> Result<(), Error> {
    std::fs::create_dir_all(path).map_err(Error::at("create folder", path))
}

/// Removes a file or a whole folder; one that is not there is fine.
///
/// # Errors
/// When the system refuses.
pub fn remove(path: &Utf8Path) -> Result<(), Error> {
    let result = match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(error) => Err(error),
    };
    match result {
        Err(error) if !matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            Err(Error::at("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Whether files can be made in a folder.
///
/// # Errors
/// When they cannot.
pub fn probe(folder: &Utf8Path) -> Result<(), Error> {
    tempfile::tempfile_in(folder)
        .map(drop)
        .map_err(Error::at("write", folder))
}

/// Whether there is room where another program failed to write. Compilers and linkers run out of it in many words, or in
/// none.
///
/// # Errors
/// When the disk is as good as full.
pub fn room(folder: &Utf8Path) -> Result<(), Error> {
    #[cfg(unix)]
    if let Ok(disk) = rustix::fs::statvfs(folder.as_std_path()) {
        const LEAST: u64 = 4 << 20;
        let no_bytes = disk.f_bavail.saturating_mul(disk.f_frsize) < LEAST;
        let no_files = disk.f_files > 0 && disk.f_favail == 0;
        if no_bytes || no_files {
            let full = io::Error::from(io::ErrorKind::StorageFull);
            return Err(Error::at("write to", folder)(full));
        }
    }
    Ok(())
}

/// Renames a file or folder.
///
/// # Errors
/// When the system refuses.
pub fn rename(from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
    std::fs::rename(from, to).map_err(Error::at("write", to))
}

/// Copies a folder's files and folders; links are not followed but refused.
///
/// # Errors
/// When something cannot be read or written.
pub fn copy_dir(from: &Utf8Path, to: &Utf8Path) -> Result<(), Error> {
    make_dir(to)?;
    for file in list(from)? {
        let target = to.join(&file);
        if let Some(parent) = target.parent() {
            make_dir(parent)?;
        }
        std::fs::copy(from.join(&file), &target).map_err(Error::at("write", &target))?;
    }
    Ok(())
}

/// Names of the folders in a folder, sorted; nothing if it is missing.
///
/// # Errors
/// When it cannot be read.
pub fn folders(folder: &Utf8Path) -> Result<Vec<String>, Error> {
    let entries = match folder.read_dir_utf8() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other.map_err(Error::at("read folder", folder))?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry.map_err(Error::at("read folder", folder))?;
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.push(entry.file_name().to_owned());
        }
    }
    found.sort();
    Ok(found)
}

/// Every file below `folder`, relative to it, sorted; nothing if the folder is missing.
///
/// # Errors
/// When a folder cannot be read, or holds something that is neither file nor folder.
pub fn list(folder: &Utf8Path) -> Result<Vec<Utf8PathBuf>, Error> {
    let mut found = Vec::new();
    let mut open = vec![Utf8PathBuf::new()];
    while let Some(relative) = open.pop() {
        let here = folder.join(&relative);
        let entries = match here.read_dir_utf8() {
            Err(error) if error.kind() == io::ErrorKind::NotFound && relative.as_str().is_empty() => return Ok(found),
            other => other.map_err(Error::at("read folder", &here))?,
        };
        for entry in entries {
            let entry = entry.map_err(Error::at("read folder", &here))?;
            let kind = entry.file_type().map_err(Error::at("read", entry.path()))?;
            let path = relative.join(entry.file_name());
            if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                found.push(path);
            } else {
                let refused = io::Error::new(io::ErrorKind::InvalidInput, "neither a file nor a folder");
                return Err(Error::at("read", entry.path())(refused));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Removes the files below a folder that are not `wanted`, by their paths below it: what an older version left behind.
///
/// # Errors
/// When a folder cannot be read or a file not be removed, and for anything that is neither a file nor a folder.
pub fn retain(folder: &Utf8Path, wanted: impl Fn(&Utf8Path) -> bool) -> Result<(), Error> {
    let mut stale = list(folder)?.into_iter().filter(|path| !wanted(path));
    stale.try_for_each(|path| remove(&folder.join(path)))
}

/// SHA-256 of some bytes, in hex.
#[must_use]
pub fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
