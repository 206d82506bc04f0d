//! Standard input, output and error: the application's own, captured, or none.

use super::Errno;
use std::io::{self, IsTerminal, Read, Write};
use std::sync::{Arc, Mutex, PoisonError};

const UNKNOWN: u8 = 0;
const CHARACTER_DEVICE: u8 = 2;

/// The most bytes that one transfer moves; less than was asked for is always right.
const CHUNK: usize = 1 << 20;

/// Where a guest's input comes from.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Input {
    /// From nowhere: it ends at once.
    #[default]
    Empty,
    /// From the application's own.
    Inherited,
}

/// Where a guest's output goes.
#[derive(Debug, Clone, Default)]
pub(crate) enum Output {
    /// Nowhere.
    #[default]
    Dropped,
    /// To the application's standard output.
    Standard,
    /// To the application's standard error.
    Error,
    /// Into memory, up to a length; what is beyond it is dropped.
    Captured(Arc<Mutex<Vec<u8>>>, usize),
}

impl Input {
    pub(super) fn read(self, buffer: &mut [u8]) -> Result<usize, Errno> {
        match self {
            Input::Empty => Ok(0),
            Input::Inherited => {
                let len = buffer.len().min(CHUNK);
                Ok(io::stdin().read(&mut buffer[..len])?)
            }
        }
    }

    pub(super) fn file_type(self) -> u8 {
        match self {
            Input::Inherited if io::stdin().is_terminal() => CHARACTER_DEVICE,
            _ => UNKNOWN,
        }
    }
}

impl Output {
    pub(super) fn write(&self, bytes: &[u8]) -> Result<usize, Errno> {
        let bytes = &bytes[..bytes.len().min(CHUNK)];
        match self {
            Output::Dropped => Ok(bytes.len()),
            Output::Standard => {
                let mut output = io::stdout().lock();
                let written = output.write(bytes)?;
                // The guest buffers for itself; what it has written out is to be seen.
                output.flush()?;
                Ok(written)
            }
            Output::Error => Ok(io::stderr().write(bytes)?),
            Output::Captured(buffer, limit) => {
                let mut buffer = buffer.lock().unwrap_or_else(PoisonError::into_inner);
                let room = limit.saturating_sub(buffer.len());
                buffer.extend_from_slice(&bytes[..bytes.len().min(room)]);
                Ok(bytes.len())
            }
        }
    }

    pub(super) fn file_type(&self) -> u8 {
        match self {
            Output::Standard if io::stdout().is_terminal() => CHARACTER_DEVICE,
            Output::Error if io::stderr().is_terminal() => CHARACTER_DEVICE,
            _ => UNKNOWN,
        }
    }
}
