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
/// side (WASI counts differently), so it crosses as its kind and what it says. An error of the host that goes into a guest
/// leaves its number there: when it comes out again, it is the very same error, with its source.
impl<M> Put<M> for Error {
    fn put(self, w: &mut Writer) {
        said::<M>(&self, w);
        w.parked(self);
    }

    fn lend(&self, w: &mut Writer) {
        said::<M>(self, w);
        w.parked_before(self);
    }
}

fn said<M>(error: &Error, w: &mut Writer) {
    <ErrorKind as Put<M>>::lend(&error.kind(), w);
    <Option<String> as Put<M>>::put(is_more_than_kind(error).then(|| error.to_string()), w);
}

/// Whether an error carries more than its kind.
pub(crate) fn is_more_than_kind(error: &Error) -> bool {
    error.get_ref().is_some() || error.to_string() != Error::from(error.kind()).to_string()
}

impl<'r, M> Get<'r, M> for Error {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let kind = <ErrorKind as Get<'r, M>>::get(r)?;
        let message = <Option<String> as Get<'r, M>>::get(r)?;
        let number = r.u32()?;
        Ok(match (r.parked(number, message.as_deref(), kind), message) {
            (Some(error), _) => error,
            (None, Some(message)) => Error::new(kind, message),
            (None, None) => Error::from(kind),
        })
    }
}
