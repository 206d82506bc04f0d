//! Small files over https.

use std::io::Read;
use std::time::Duration;

/// How long a server may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Why a file did not come.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No connection, no trust, or no success.
    #[error("could not get {url}")]
    Failed {
        /// The address.
        url: String,
        /// The reason.
        #[source]
        source: Box<reqwest::Error>,
    },
    /// It broke off.
    #[error("could not read all of {url}")]
    Broken {
        /// The address.
        url: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// More than was asked for.
    #[error("{url} has more than {limit} bytes")]
    TooBig {
        /// The address.
        url: String,
        /// The most that is read.
        limit: u64,
    },
}

/// Gets a file of at most `limit` bytes. Redirects lead to https only.
///
/// # Errors
/// When it does not come, whole and in time.
pub fn get(url: &str, limit: u64) -> Result<Vec<u8>, Error> {
    let failed = |source| Error::Failed {
        url: url.to_owned(),
        source: Box::new(source),
    };
    let agent = concat!("cargo-nanobuild/", env!("CARGO_PKG_VERSION"));
    let builder = reqwest::blocking::Client::builder()
        .https_only(true)
        .timeout(TIMEOUT)
        .user_agent(agent);
    let response = builder.build().and_then(|client| client.get(url).send());
    let response = response
        .and_then(reqwest::blocking::Response::error_for_status)
        .map_err(failed)?;
    let mut bytes = Vec::new();
    let read = response.take(limit + 1).read_to_end(&mut bytes);
    read.map_err(|source| Error::Broken {
        url: url.to_owned(),
        source,
    })?;
    if bytes.len() as u64 > limit {
        let url = url.to_owned();
        return Err(Error::TooBig { url, limit });
    }
    Ok(bytes)
}
