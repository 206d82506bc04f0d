//! `io::Error` and its kinds.

use super::{Get, Malformed, Put, Reader, Writer};
use std::io::{Error, ErrorKind};

/// Every kind that is stable. The order is the wire format of one build of the tool, nothing more.
const KINDS: &[ErrorKind] = &[
    ErrorKind::Other,
    ErrorKind::NotFound,
    ErrorKind::PermissionDenied,
    ErrorKind::ConnectionRefused,
    ErrorKind::ConnectionReset,
    ErrorKind::HostUnreachable,
    ErrorKind::NetworkUnreachable,
    ErrorKind::ConnectionAborted,
    ErrorKind::NotConnected,
    ErrorKind::AddrInUse,
    ErrorKind::AddrNotAvailable,
    ErrorKind::NetworkDown,
    ErrorKind::BrokenPipe,
    ErrorKind::AlreadyExists,
    ErrorKind::WouldBlock,
    ErrorKind::NotADirectory,
    ErrorKind::IsADirectory,
    ErrorKind::DirectoryNotEmpty,
    ErrorKind::ReadOnlyFilesystem,
    ErrorKind::StaleNetworkFileHandle,
    ErrorKind::InvalidInput,
    ErrorKind::InvalidData,
    ErrorKind::TimedOut,
    ErrorKind::WriteZero,
    ErrorKind::StorageFull,
    ErrorKind::NotSeekable,
    ErrorKind::QuotaExceeded,
    ErrorKind::FileTooLarge,
    ErrorKind::ResourceBusy,
    ErrorKind::ExecutableFileBusy,
    ErrorKind::Deadlock,
    ErrorKind::CrossesDevices,
    ErrorKind::TooManyLinks,
    ErrorKind::InvalidFilename,
    ErrorKind::ArgumentListTooLong,
    ErrorKind::Interrupted,
    ErrorKind::Unsupported,
    ErrorKind::UnexpectedEof,
    ErrorKind::OutOfMemory,
];

impl<M> Put<M> for ErrorKind {
    fn lend(&self, w: &mut Writer) {
        let tag = KINDS.iter().position(|kind| kind == self).unwrap_or(0);
        w.u8(tag as u8);
    }
}

impl<'r, M> Get<'r, M> for ErrorKind {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        KINDS
            .get(usize::from(r.u8()?))
            .copied()
            .ok_or(Malformed("not an ErrorKind"))
    }
}

/// An error is a bare kind, or a kind with a message. An operating system's number means another error on the other
/// side (WASI counts differently), so it crosses as its kind and what it says.
impl<M> Put<M> for Error {
    fn lend(&self, w: &mut Writer) {
        <ErrorKind as Put<M>>::lend(&self.kind(), w);
        let bare = Error::from(self.kind());
        let message = (self.get_ref().is_some() || self.to_string() != bare.to_string()).then(|| self.to_string());
        <Option<String> as Put<M>>::put(message, w);
    }
}

impl<'r, M> Get<'r, M> for Error {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let kind = <ErrorKind as Get<'r, M>>::get(r)?;
        Ok(match <Option<String> as Get<'r, M>>::get(r)? {
            Some(message) => Error::new(kind, message),
            None => Error::from(kind),
        })
    }
}
