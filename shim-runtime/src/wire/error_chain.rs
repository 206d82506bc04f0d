//! Errors of unknown types: what they and their sources say.

use super::{Get, Malformed, Put, Reader, Writer};
use std::error::Error;
use std::fmt;

/// The most sources that are followed: a chain may be a ring.
const MAX_SOURCES: usize = 32;

/// What an error says, and what its sources say. It stands for an error whose type does not cross.
#[derive(Clone)]
pub struct ErrorChain {
    display: String,
    debug: String,
    source: Option<Box<ErrorChain>>,
}

impl ErrorChain {
    /// Records an error and its sources.
    pub fn of(error: &dyn Error) -> Self {
        let sources = std::iter::successors(error.source(), |&error| error.source());
        let said = |error: &dyn Error| (error.to_string(), format!("{error:?}"));
        let said = std::iter::once(said(error))
            .chain(sources.take(MAX_SOURCES - 1).map(said))
            .collect();
        Self::build(said).unwrap_or(ErrorChain {
            display: String::new(),
            debug: String::new(),
            source: None,
        })
    }

    fn build(said: Vec<(String, String)>) -> Option<Self> {
        let link = |source: Option<Self>, (display, debug)| {
            Some(ErrorChain {
                display,
                debug,
                source: source.map(Box::new),
            })
        };
        said.into_iter().rev().fold(None, link)
    }
}

impl fmt::Display for ErrorChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display)
    }
}

impl fmt::Debug for ErrorChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.debug)
    }
}

impl Error for ErrorChain {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl<M> Put<M> for ErrorChain {
    fn lend(&self, w: &mut Writer) {
        let links: Vec<_> = std::iter::successors(Some(self), |link| link.source.as_deref()).collect();
        w.len(links.len());
        for link in links {
            Put::<M>::lend(&link.display, w);
            Put::<M>::lend(&link.debug, w);
        }
    }
}

impl<'r, M> Get<'r, M> for ErrorChain {
    fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
        let count = r.length()?;
        if count > MAX_SOURCES {
            return Err(Malformed("an error has too many sources"));
        }
        let mut said = Vec::new();
        for _ in 0..count {
            said.push((<String as Get<'r, M>>::get(r)?, <String as Get<'r, M>>::get(r)?));
        }
        ErrorChain::build(said).ok_or(Malformed("an error says nothing"))
    }
}

/// Boxed errors of any type cross as what they say.
macro_rules! boxed {
    ($($error:ty),*) => { $(
        impl<M> Put<M> for Box<$error> {
            fn lend(&self, w: &mut Writer) {
                Put::<M>::lend(&ErrorChain::of(&**self), w);
            }
        }

        impl<'r, M> Get<'r, M> for Box<$error> {
            fn get(r: &mut Reader<'r>) -> Result<Self, Malformed> {
                Ok(Box::new(<ErrorChain as Get<'r, M>>::get(r)?))
            }
        }
    )* };
}

boxed!(dyn Error, dyn Error + Send, dyn Error + Send + Sync);
