//! The compiler that is there, and the target that guests are built for.

use super::cargo;

/// What guests are compiled for.
pub const GUEST_TARGET: &str = "wasm32-wasip1";

/// Oldest rustc whose rustdoc JSON (format 57) the tool reads.
const OLDEST: (u64, u64) = (1, 95);

/// A supported compiler.
#[derive(Debug, Clone)]
pub struct Toolchain {
    /// `1.95.0`.
    pub release: String,
    /// `1.95.0 (59807616e 2026-04-14)`.
    pub rustc: String,
    /// The machine's own triple.
    pub host: String,
    /// Everything that `rustc -vV` says.
    pub verbose: String,
}

/// Why guests cannot be built here.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// rustc or rustup does not answer.
    #[error(transparent)]
    Cargo(#[from] cargo::Error),
    /// Too old.
    #[error("rustc {release} is not supported: the tool reads the rustdoc JSON of rustc {}.{} and later (formats 57 to 61)", OLDEST.0, OLDEST.1)]
    Unsupported {
        /// What is there.
        release: String,
    },
    /// `rustc -vV` says something unknown.
    #[error("failed to understand what `rustc -vV` says about itself")]
    Unknown,
    /// The wasm target is missing and may not be fetched.
    #[error("the target {GUEST_TARGET} is not installed, and --offline forbids to install it")]
    Offline,
    /// The wasm target is missing and could not be fetched.
    #[error("failed to install the target {GUEST_TARGET}")]
    Install(#[source] cargo::Error),
}

impl Toolchain {
    /// Asks rustc.
    ///
    /// # Errors
    /// When it is missing or too old.
    pub fn detect() -> Result<Self, Error> {
        Self::parse(cargo::rustc_version()?)
    }

    fn parse(verbose: String) -> Result<Self, Error> {
        let field = |name| {
            verbose
                .lines()
                .find_map(|line| line.strip_prefix(name))
                .map(|value| value.trim().to_owned())
        };
        let (Some(release), Some(host)) = (field("release:"), field("host:")) else {
            return Err(Error::Unknown);
        };
        let first = verbose.lines().next().unwrap_or_default();
        let rustc = first.strip_prefix("rustc ").unwrap_or(first).trim().to_owned();
        let mut numbers = release.split(['.', '-']).map_while(|part| part.parse::<u64>().ok());
        let version = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
        if version < OLDEST {
            return Err(Error::Unsupported { release });
        }
        Ok(Self {
            release,
            rustc,
            host,
            verbose,
        })
    }
}

/// Sees to it that guests can be compiled. `on_install` is called before the network is used.
///
/// # Errors
/// When the target is missing and stays so.
pub fn require_target(offline: bool, on_install: impl FnOnce()) -> Result<(), Error> {
    if cargo::has_target(GUEST_TARGET)? {
        return Ok(());
    }
    if offline {
        return Err(Error::Offline);
    }
    on_install();
    cargo::add_target(GUEST_TARGET).map_err(Error::Install)
}

impl Error {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Cargo(_) => {
                Some("install Rust with rustup (https://rustup.rs), then run `cargo nanobuild doctor`".to_owned())
            }
            Self::Unsupported { .. } => {
                Some("run `rustup update stable`, or set a newer channel in rust-toolchain.toml".to_owned())
            }
            Self::Unknown => None,
            Self::Offline | Self::Install(_) => Some(format!("run `rustup target add {GUEST_TARGET}`")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_compilers_are_named() {
        let text =
            |release: &str| format!("rustc x\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\nrelease: {release}\n");
        assert_eq!(
            Toolchain::parse(text("1.97.0-nightly")).unwrap().host,
            "x86_64-unknown-linux-gnu"
        );
        let error = Toolchain::parse(text("1.94.1")).unwrap_err();
        assert!(error.to_string().contains("rustc 1.94.1 is not supported") && error.to_string().contains("1.95"));
        assert!(Toolchain::parse(String::new()).is_err());
    }
}
