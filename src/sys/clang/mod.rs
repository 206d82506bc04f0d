//! A C compiler for guests: clang with a WASI system root, from the WASI SDK or from a distribution's packages.

use camino::{Utf8Path, Utf8PathBuf};

use super::files;

/// Where distributions put the headers of WASI's C library, and the system root that this means.
const SYSTEM_ROOTS: [(&str, &str); 3] = [
    ("/usr/include/wasm32-wasi", "/usr"),
    ("/usr/share/wasi-sysroot/include", "/usr/share/wasi-sysroot"),
    ("/usr/wasm32-wasi/include", "/usr/wasm32-wasi"),
];

/// How Cargo's build scripts spell the guests' target in variables.
const TARGET: &str = "wasm32_wasip1";

/// Headers that system roots without threads lack. A guest has one thread, so that much of C can be served.
const SUBSTITUTES: [(&str, &str); 2] = [
    ("pthread.h", include_str!("include/pthread.h")),
    ("signal.h", include_str!("include/signal.h")),
];

/// How clang is told to ignore `-pthread`, which would need a memory that threads share.
const SINGLE_THREADED: (&str, &str) = ("CCC_OVERRIDE_OPTIONS", "#x-pthread");

/// What is needed, where it is not the WASI SDK.
pub const REMEDY: &str = "only for crates with C code: install clang, lld, llvm and wasi-libc (Debian and Ubuntu: `apt install clang \
                          lld llvm wasi-libc libclang-rt-14-dev-wasm32`, in clang's version), or the WASI SDK and set WASI_SDK_PATH";

/// A compiler that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WasmC {
    /// clang.
    pub clang: Utf8PathBuf,
    /// The archiver.
    ar: Utf8PathBuf,
    /// WASI's headers and libraries.
    system_root: Utf8PathBuf,
    /// The headers of WASI's C library.
    headers: Utf8PathBuf,
    /// Folders that are not among the system's: the SDK's, and that of our headers.
    pub folders: Vec<Utf8PathBuf>,
    /// Where our headers lie, if they are needed.
    substitutes: Option<Utf8PathBuf>,
}

impl WasmC {
    /// Looks for one. Nothing is run.
    #[must_use]
    pub fn find() -> Option<Self> {
        let sdk = std::env::var("WASI_SDK_PATH").ok().map(Utf8PathBuf::from);
        sdk.and_then(Self::of_sdk).or_else(Self::of_system)
    }

    fn of_sdk(folder: Utf8PathBuf) -> Option<Self> {
        let clang = folder.join("bin/clang");
        clang.is_file().then(|| Self {
            clang,
            ar: folder.join("bin/llvm-ar"),
            system_root: folder.join("share/wasi-sysroot"),
            headers: folder.join("share/wasi-sysroot/include"),
            folders: vec![folder],
            substitutes: None,
        })
    }

    fn of_system() -> Option<Self> {
        let (headers, root) = SYSTEM_ROOTS
            .iter()
            .find(|(headers, _)| Utf8Path::new(headers).is_dir())?;
        Some(Self {
            clang: program("clang")?,
            ar: program("llvm-ar")?,
            system_root: Utf8PathBuf::from(root),
            headers: Utf8PathBuf::from(headers),
            folders: Vec::new(),
            substitutes: None,
        })
    }

    /// The same compiler with the headers that it lacks, which are written below `home`. A home that cannot be
    /// written leaves it as it is: few crates ask for them, and say so.
    #[must_use]
    pub fn completed(mut self, home: &Utf8Path) -> Self {
        let below = ["", "wasm32-wasi", "wasm32-wasip1"].map(|folder| self.headers.join(folder).join("pthread.h"));
        if below.iter().any(|header| header.exists()) {
            return self;
        }
        // By their content: another version of this tool must not find them changed under it.
        let all = SUBSTITUTES.map(|(_, text)| text).concat();
        let folder = home.join("c").join(files::digest(all.as_bytes()));
        let written = SUBSTITUTES
            .iter()
            .try_for_each(|(name, text)| files::replace(&folder.join(name), text.as_bytes()).map(drop));
        if written.is_ok() {
            self.folders.push(folder.clone());
            self.substitutes = Some(folder);
        }
        self
    }

    /// The variables by which the `cc` crate and its like find it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let substitutes = self.substitutes.iter().map(|folder| format!(" -isystem {folder}"));
        let flags = format!("--target=wasm32-wasi --sysroot={}", self.system_root) + &substitutes.collect::<String>();
        let set = |name: &str, value: &str| (format!("{name}_{TARGET}"), value.to_owned());
        vec![
            set("CC", self.clang.as_str()),
            set("CXX", self.clang.as_str()),
            set("AR", self.ar.as_str()),
            set("CFLAGS", &flags),
            set("CXXFLAGS", &flags),
            (SINGLE_THREADED.0.to_owned(), SINGLE_THREADED.1.to_owned()),
        ]
    }
}

/// A program of the system, which the jail can read.
fn program(name: &str) -> Option<Utf8PathBuf> {
    ["/usr/bin", "/usr/local/bin"]
        .iter()
        .map(|folder| Utf8Path::new(folder).join(name))
        .find(|file| file.is_file())
}
