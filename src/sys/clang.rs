//! A C compiler for guests: clang with a WASI system root, from the WASI SDK or from a distribution's packages.

use camino::{Utf8Path, Utf8PathBuf};

/// Where distributions put the headers of WASI's C library, and the system root that this means.
const SYSTEM_ROOTS: [(&str, &str); 3] = [
    ("/usr/include/wasm32-wasi", "/usr"),
    ("/usr/share/wasi-sysroot/include", "/usr/share/wasi-sysroot"),
    ("/usr/wasm32-wasi/include", "/usr/wasm32-wasi"),
];

/// How Cargo's build scripts spell the guests' target in variables.
const TARGET: &str = "wasm32_wasip1";

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
    /// The SDK's folder, which is not among the system's.
    pub folder: Option<Utf8PathBuf>,
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
            folder: Some(folder),
        })
    }

    fn of_system() -> Option<Self> {
        let (_, root) = SYSTEM_ROOTS
            .iter()
            .find(|(headers, _)| Utf8Path::new(headers).is_dir())?;
        Some(Self {
            clang: program("clang")?,
            ar: program("llvm-ar")?,
            system_root: Utf8PathBuf::from(root),
            folder: None,
        })
    }

    /// The variables by which the `cc` crate and its like find it.
    pub fn environment(&self) -> Vec<(String, String)> {
        let flags = format!("--target=wasm32-wasi --sysroot={}", self.system_root);
        let set = |name: &str, value: &str| (format!("{name}_{TARGET}"), value.to_owned());
        vec![
            set("CC", self.clang.as_str()),
            set("CXX", self.clang.as_str()),
            set("AR", self.ar.as_str()),
            set("CFLAGS", &flags),
            set("CXXFLAGS", &flags),
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
