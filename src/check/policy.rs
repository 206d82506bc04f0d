//! The policy of a project with everything that it extends: files beside it, and pinned addresses.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use nanobuild_policy::config::{self, Invalid, MAX_BYTES};
use nanobuild_policy::effective::Layer;
use nanobuild_policy::rules::{Place, Policy};

use crate::sys::{files, http};

/// Why a policy cannot be put together. Then nothing is checked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file.
    #[error(transparent)]
    File(#[from] files::Error),
    /// A file that is not what it should be.
    #[error("failed to read the policy")]
    Invalid(#[from] Invalid),
    /// There is no such file.
    #[error("{by} extends `{file}`, which is not there")]
    Missing {
        /// The file.
        file: String,
        /// Who extends it.
        by: String,
    },
    /// Round and round.
    #[error("policies extend each other in a circle: {}", .0.join(" -> "))]
    Cycle(Vec<String>),
    /// More levels than anybody overlooks.
    #[error("policies extend each other over more than {MAX_LEVELS} levels: {}", .0.join(" -> "))]
    TooDeep(Vec<String>),
    /// Other bytes than were pinned.
    #[error("`{place}` is not the policy that {by} pins: its SHA-256 is {found}, not {expected}")]
    Digest {
        /// The file or address.
        place: String,
        /// Who extends it.
        by: String,
        /// The digest that is pinned.
        expected: String,
        /// The digest of what came.
        found: String,
    },
    /// A server that is down, with nothing in the cache.
    #[error("the policy at `{url}` cannot be had, and it is not in the cache")]
    Unreachable {
        /// The address.
        url: String,
        /// Why.
        #[source]
        source: http::Error,
    },
    /// The network may not be used.
    #[error("the policy at `{url}` is not in the cache, and --offline was passed")]
    Offline {
        /// The address.
        url: String,
    },
    /// A file on a server that extends one beside it.
    #[error("`{by}` comes from an address and extends the file `{file}`; there it can extend addresses only")]
    FileOfAddress {
        /// The file.
        file: String,
        /// The address.
        by: String,
    },
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::File(_) => return None,
            Self::Invalid(_) => "mend these lines; `docs/policy.md` has every key".to_owned(),
            Self::Missing { .. } => "correct `extends`; paths are relative to the file that has it".to_owned(),
            Self::Cycle(_) | Self::TooDeep(_) => "take one of them out of `extends`".to_owned(),
            Self::Digest { found, .. } => {
                format!("look at what changed; if it is meant, pin it: sha256 = \"{found}\"")
            }
            Self::Unreachable { .. } | Self::Offline { .. } => {
                "run it once with the network, or keep `target/nanobuild/policy` in the cache of continuous integration"
                    .to_owned()
            }
            Self::FileOfAddress { .. } => "give that file an address and its sha256".to_owned(),
        })
    }
}

/// The most levels of `extends`.
const MAX_LEVELS: usize = 8;

/// How a policy is had from an address.
pub type Get = fn(&str, u64) -> Result<Vec<u8>, http::Error>;

/// Reads policies.
#[derive(Debug)]
pub struct Loader {
    /// The workspace's folder.
    pub root: Utf8PathBuf,
    /// Where policies from addresses are kept.
    pub cache: Utf8PathBuf,
    /// No network.
    pub offline: bool,
    /// How it is used.
    pub get: Get,
    /// Texts of all files that were read, by name.
    pub texts: BTreeMap<String, String>,
}

/// Where a layer was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum At {
    File(Utf8PathBuf),
    Url(String),
}

impl Loader {
    /// The project's own rules on top of all that they extend.
    ///
    /// # Errors
    /// When one of them cannot be had: then none holds.
    pub fn load(&mut self, policy: &Policy) -> Result<Layer, Error> {
        let at = At::File(self.root.join(config::FILE));
        self.layer(policy.clone(), &mut vec![(at, config::FILE.to_owned())])
    }

    fn layer(&mut self, policy: Policy, path: &mut Vec<(At, String)>) -> Result<Layer, Error> {
        let (at, name) = path
            .last()
            .cloned()
            .unwrap_or_else(|| unreachable!("it starts with one"));
        let mut parents = Vec::new();
        for extends in &policy.extends {
            let (parent, shown, bytes) = self.fetch(&extends.place, &at, &name)?;
            let names = || {
                path.iter()
                    .map(|(_, name)| name.clone())
                    .chain([shown.clone()])
                    .collect()
            };
            if path.iter().any(|(known, _)| *known == parent) {
                return Err(Error::Cycle(names()));
            }
            if path.len() > MAX_LEVELS {
                return Err(Error::TooDeep(names()));
            }
            let text = config::decode(&shown, &bytes)?;
            let rules = Policy::parse(&shown, text)?;
            self.texts.insert(shown.clone(), text.to_owned());
            path.push((parent, shown));
            parents.push(self.layer(rules, path)?);
            path.pop();
        }
        Ok(Layer { name, policy, parents })
    }

    fn fetch(&self, place: &Place, from: &At, by: &str) -> Result<(At, String, Vec<u8>), Error> {
        match (place, from) {
            (Place::Url { url, sha256 }, _) => Ok((At::Url(url.clone()), url.clone(), self.address(url, sha256, by)?)),
            (Place::File { path, .. }, At::Url(_)) => Err(Error::FileOfAddress {
                file: path.clone(),
                by: by.to_owned(),
            }),
            (Place::File { path, sha256 }, At::File(file)) => self.file(path, sha256.as_deref(), file, by),
        }
    }

    fn file(&self, path: &str, pin: Option<&str>, from: &Utf8Path, by: &str) -> Result<(At, String, Vec<u8>), Error> {
        let joined = from.parent().unwrap_or(&self.root).join(path);
        let missing = || Error::Missing {
            file: path.to_owned(),
            by: by.to_owned(),
        };
        let bytes = read_small(&joined, path)?.ok_or_else(missing)?;
        let real = joined.canonicalize_utf8().map_err(|_| missing())?;
        let root = self.root.canonicalize_utf8().unwrap_or_else(|_| self.root.clone());
        let shown = pathdiff::diff_utf8_paths(&real, root).unwrap_or_else(|| real.clone());
        let shown = shown.as_str().replace('\\', "/");
        if let Some(expected) = pin {
            pinned(&bytes, expected, &shown, by)?;
        }
        Ok((At::File(real), shown, bytes))
    }

    /// What is pinned never changes, so the cache comes first.
    fn address(&self, url: &str, expected: &str, by: &str) -> Result<Vec<u8>, Error> {
        let cached = self.cache.join(expected);
        if let Some(bytes) = files::read(&cached)?.filter(|bytes| files::digest(bytes) == expected) {
            return Ok(bytes);
        }
        if self.offline {
            return Err(Error::Offline { url: url.to_owned() });
        }
        let bytes = (self.get)(url, MAX_BYTES).map_err(|source| Error::Unreachable {
            url: url.to_owned(),
            source,
        })?;
        pinned(&bytes, expected, url, by)?;
        files::replace(&cached, &bytes)?;
        Ok(bytes)
    }
}

fn pinned(bytes: &[u8], expected: &str, place: &str, by: &str) -> Result<(), Error> {
    let found = files::digest(bytes);
    if found == expected {
        return Ok(());
    }
    Err(Error::Digest {
        place: place.to_owned(),
        by: by.to_owned(),
        expected: expected.to_owned(),
        found,
    })
}

/// A file that people write; one that nobody would write by hand is not even read.
///
/// # Errors
/// When it cannot be read, or is too big.
pub(crate) fn read_small(path: &Utf8Path, shown: &str) -> Result<Option<Vec<u8>>, Error> {
    let size = path.metadata().map(|metadata| metadata.len()).unwrap_or_default();
    if size > MAX_BYTES {
        return Err(config::too_big(shown, size).into());
    }
    Ok(files::read(path)?)
}
