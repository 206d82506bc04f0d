//! WASI's error numbers.

/// An error number, as far as they occur here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(feature = "files"), expect(dead_code, reason = "most of them are about files"))]
pub(crate) enum Errno {
    Success = 0,
    TooBig = 1,
    Access = 2,
    Again = 6,
    BadDescriptor = 8,
    Busy = 10,
    Deadlock = 16,
    CrossDevice = 75,
    Quota = 19,
    Exists = 20,
    Fault = 21,
    FileTooBig = 22,
    IllegalBytes = 25,
    Interrupted = 27,
    Invalid = 28,
    Io = 29,
    IsDirectory = 31,
    Loop = 32,
    TooManyFiles = 33,
    TooManyLinks = 34,
    NameTooLong = 37,
    TooManyFilesInSystem = 41,
    NoDevice = 43,
    NotFound = 44,
    NoMemory = 48,
    NoSpace = 51,
    NotDirectory = 54,
    NotEmpty = 55,
    NotSocket = 57,
    NotSupported = 58,
    NotTerminal = 59,
    NoAddress = 60,
    Overflow = 61,
    NotPermitted = 63,
    BrokenPipe = 64,
    ReadOnlySystem = 69,
    IllegalSeek = 70,
    Stale = 72,
    TextBusy = 74,
    NotCapable = 76,
}

impl From<std::io::Error> for Errno {
    fn from(error: std::io::Error) -> Errno {
        system(&error).unwrap_or_else(|| by_kind(&error))
    }
}

/// What std says of an error; also what cap-std makes up for a path that leads out of its directory.
fn by_kind(error: &std::io::Error) -> Errno {
    use std::io::ErrorKind;
    match error.kind() {
        ErrorKind::NotFound => Errno::NotFound,
        ErrorKind::PermissionDenied => Errno::NotPermitted,
        ErrorKind::AlreadyExists => Errno::Exists,
        ErrorKind::WouldBlock => Errno::Again,
        ErrorKind::NotADirectory => Errno::NotDirectory,
        ErrorKind::IsADirectory => Errno::IsDirectory,
        ErrorKind::DirectoryNotEmpty => Errno::NotEmpty,
        ErrorKind::ReadOnlyFilesystem => Errno::ReadOnlySystem,
        ErrorKind::InvalidInput => Errno::Invalid,
        ErrorKind::BrokenPipe => Errno::BrokenPipe,
        ErrorKind::StorageFull => Errno::NoSpace,
        ErrorKind::QuotaExceeded => Errno::Quota,
        ErrorKind::FileTooLarge => Errno::FileTooBig,
        ErrorKind::ResourceBusy => Errno::Busy,
        ErrorKind::CrossesDevices => Errno::CrossDevice,
        ErrorKind::TooManyLinks => Errno::TooManyLinks,
        ErrorKind::Interrupted => Errno::Interrupted,
        ErrorKind::Unsupported => Errno::NotSupported,
        ErrorKind::OutOfMemory => Errno::NoMemory,
        ErrorKind::NotSeekable => Errno::IllegalSeek,
        _ => Errno::Io,
    }
}

#[cfg(all(unix, feature = "files"))]
fn system(error: &std::io::Error) -> Option<Errno> {
    use rustix::io::Errno as Host;
    let pairs = [
        (Host::TOOBIG, Errno::TooBig),
        (Host::ACCESS, Errno::Access),
        (Host::AGAIN, Errno::Again),
        (Host::BADF, Errno::BadDescriptor),
        (Host::BUSY, Errno::Busy),
        (Host::DEADLK, Errno::Deadlock),
        (Host::DQUOT, Errno::Quota),
        (Host::EXIST, Errno::Exists),
        (Host::FBIG, Errno::FileTooBig),
        (Host::ILSEQ, Errno::IllegalBytes),
        (Host::INTR, Errno::Interrupted),
        (Host::INVAL, Errno::Invalid),
        (Host::IO, Errno::Io),
        (Host::ISDIR, Errno::IsDirectory),
        (Host::LOOP, Errno::Loop),
        (Host::MFILE, Errno::TooManyFiles),
        (Host::MLINK, Errno::TooManyLinks),
        (Host::NAMETOOLONG, Errno::NameTooLong),
        (Host::NFILE, Errno::TooManyFilesInSystem),
        (Host::NODEV, Errno::NoDevice),
        (Host::NOENT, Errno::NotFound),
        (Host::NOMEM, Errno::NoMemory),
        (Host::NOSPC, Errno::NoSpace),
        (Host::NOTDIR, Errno::NotDirectory),
        (Host::NOTEMPTY, Errno::NotEmpty),
        (Host::NOTSUP, Errno::NotSupported),
        (Host::OPNOTSUPP, Errno::NotSupported),
        (Host::NOTTY, Errno::NotTerminal),
        (Host::NXIO, Errno::NoAddress),
        (Host::OVERFLOW, Errno::Overflow),
        (Host::PERM, Errno::NotPermitted),
        (Host::PIPE, Errno::BrokenPipe),
        (Host::ROFS, Errno::ReadOnlySystem),
        (Host::SPIPE, Errno::IllegalSeek),
        (Host::STALE, Errno::Stale),
        (Host::TXTBSY, Errno::TextBusy),
        // Whatever leads to another file system leads out of what was granted.
        (Host::XDEV, Errno::CrossDevice),
    ];
    let host = Host::from_io_error(error)?;
    let pair = pairs.into_iter().find(|(theirs, _)| *theirs == host);
    Some(pair.map_or(Errno::Io, |(_, ours)| ours))
}

#[cfg(not(all(unix, feature = "files")))]
fn system(_: &std::io::Error) -> Option<Errno> {
    None
}
