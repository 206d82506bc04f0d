//! What may be done with a descriptor.

/// A set of WASI's rights.
pub(super) type Rights = u64;

pub(super) const FD_DATASYNC: Rights = 1 << 0;
pub(super) const FD_READ: Rights = 1 << 1;
pub(super) const FD_SEEK: Rights = 1 << 2;
pub(super) const FD_SET_FLAGS: Rights = 1 << 3;
pub(super) const FD_SYNC: Rights = 1 << 4;
pub(super) const FD_TELL: Rights = 1 << 5;
pub(super) const FD_WRITE: Rights = 1 << 6;
pub(super) const FD_ADVISE: Rights = 1 << 7;
pub(super) const FD_ALLOCATE: Rights = 1 << 8;
pub(super) const PATH_CREATE_DIRECTORY: Rights = 1 << 9;
pub(super) const PATH_CREATE_FILE: Rights = 1 << 10;
pub(super) const PATH_LINK_SOURCE: Rights = 1 << 11;
pub(super) const PATH_LINK_TARGET: Rights = 1 << 12;
pub(super) const PATH_OPEN: Rights = 1 << 13;
pub(super) const FD_READDIR: Rights = 1 << 14;
pub(super) const PATH_READLINK: Rights = 1 << 15;
pub(super) const PATH_RENAME_SOURCE: Rights = 1 << 16;
pub(super) const PATH_RENAME_TARGET: Rights = 1 << 17;
pub(super) const PATH_FILESTAT_GET: Rights = 1 << 18;
pub(super) const PATH_SET_TIMES: Rights = 1 << 20;
pub(super) const FD_FILESTAT_GET: Rights = 1 << 21;
pub(super) const FD_SET_SIZE: Rights = 1 << 22;
pub(super) const FD_SET_TIMES: Rights = 1 << 23;
pub(super) const PATH_SYMLINK: Rights = 1 << 24;
pub(super) const PATH_REMOVE_DIRECTORY: Rights = 1 << 25;
pub(super) const PATH_UNLINK_FILE: Rights = 1 << 26;
pub(super) const POLL: Rights = 1 << 27;

/// What is done with a stream.
pub(super) const STREAM: Rights = FD_SET_FLAGS | FD_FILESTAT_GET | POLL;

/// What reading a file takes.
pub(super) const FILE_READ: Rights =
    FD_READ | FD_SEEK | FD_SET_FLAGS | FD_SYNC | FD_TELL | FD_ADVISE | FD_FILESTAT_GET | POLL;

/// What changing a file takes beyond that.
pub(super) const FILE_WRITE: Rights = FD_DATASYNC | FD_WRITE | FD_ALLOCATE | FD_SET_SIZE | FD_SET_TIMES;

/// What looking at a directory takes.
pub(super) const DIRECTORY_READ: Rights = PATH_OPEN | FD_READDIR | PATH_READLINK | PATH_FILESTAT_GET | FD_FILESTAT_GET;

/// What changing a directory takes beyond that.
pub(super) const DIRECTORY_WRITE: Rights = PATH_CREATE_DIRECTORY
    | PATH_CREATE_FILE
    | PATH_LINK_SOURCE
    | PATH_LINK_TARGET
    | PATH_RENAME_SOURCE
    | PATH_RENAME_TARGET
    | PATH_SYMLINK
    | PATH_REMOVE_DIRECTORY
    | PATH_UNLINK_FILE
    | PATH_SET_TIMES
    | FD_SET_TIMES;
