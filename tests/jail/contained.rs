//! What reaches out is refused, from a build script and from a procedural macro, whichever way the jail is closed.

use std::net::{TcpListener, UdpSocket};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::process::Command;
use std::sync::LazyLock;

use camino::{Utf8Path, Utf8PathBuf};
use cargo_nanobuild::sys::cargo;

use crate::support::{Package, Report, Way, report, variable};

const ATTACKS: &str = include_str!("../fixtures/jail/attacks.rs");

/// What a build script's author would not find at home.
const SECRET: &str = "NANOBUILD_TEST_SECRET";

/// Everything that is attacked, alive as long as it is held.
struct Victims {
    settings: String,
    _held: (
        TcpListener,
        UdpSocket,
        UnixListener,
        UnixListener,
        std::fs::File,
        Box<u64>,
    ),
}

fn victims(package: &Package, outside: bool) -> Victims {
    let root = package.root().join("victims");
    for file in [
        "home/.ssh/id_ed25519",
        "home/.cargo/credentials.toml",
        "home/.gitconfig",
        "home/other/src/main.rs",
        "project/src/main.rs",
        "project/nanobuild.lock",
        "project/README.md",
        "project/LICENSE",
        "neighbour/target/x.rlib",
        "cargo/registry/cache/x",
        "cargo/registry/src/x",
        "toolchain/lib/x",
        "temporary/x",
        "tool",
    ] {
        package.write(&format!("victims/{file}"), "secret\n");
    }
    let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let unix = UnixListener::bind(root.join("agent.sock")).unwrap();
    let name = format!("nanobuild-{}", root.as_str().replace('/', "-"));
    let hidden = UnixListener::bind_addr(&SocketAddr::from_abstract_name(&name).unwrap()).unwrap();
    // A duplicate is inherited by every program that this one starts.
    let file = std::fs::File::open(root.join("home/.ssh/id_ed25519")).unwrap();
    let inherited: std::fs::File = rustix::io::dup(&file).unwrap().into();
    let memory = Box::new(7_u64);
    let real = |path: Utf8PathBuf, instead: &str| if outside { root.join(instead) } else { path };
    let settings = [
        ("home", root.join("home").into_string()),
        ("project", root.join("project").into_string()),
        ("neighbour", root.join("neighbour").into_string()),
        ("package", package.root().join("mine").into_string()),
        ("temporary", real("/tmp".into(), "temporary").into_string()),
        ("cargo-home", real(cargo::home().unwrap(), "cargo").into_string()),
        ("toolchain", real(cargo::sysroot().unwrap(), "toolchain").into_string()),
        (
            "tool",
            real(env!("CARGO_BIN_EXE_cargo-nanobuild").into(), "tool").into_string(),
        ),
        ("pid", std::process::id().to_string()),
        ("address", (std::ptr::from_ref(&*memory) as usize).to_string()),
        ("tcp", tcp.local_addr().unwrap().to_string()),
        ("udp", udp.local_addr().unwrap().to_string()),
        ("unix", root.join("agent.sock").into_string()),
        ("abstract", name),
        ("fd", std::os::fd::AsRawFd::as_raw_fd(&inherited).to_string()),
        ("variable", if outside { SECRET.to_owned() } else { variable() }),
    ];
    Victims {
        settings: settings.map(|(name, value)| format!("{name}={value}\n")).concat(),
        _held: (tcp, udp, unix, hidden, inherited, memory),
    }
}

/// A package whose build script and whose procedural macro try everything.
fn attacker() -> Package {
    let package = Package::new(
        "[dependencies]\nmacros = { path = \"../macros\" }\n",
        &[
            (
                "build.rs",
                "include!(\"attacks.rs\");\nfn main() {\n    let folder = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    \
                 let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
                 run(&Path::new(&folder).join(\"settings\"), \"script\", Path::new(&out));\n}\n",
            ),
            ("attacks.rs", ATTACKS),
            ("src/lib.rs", "macros::attack!();\n"),
        ],
    );
    package.write(
        "macros/Cargo.toml",
        "[package]\nname = \"macros\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nproc-macro = true\n",
    );
    package.write(
        "macros/src/lib.rs",
        &format!(
            "{ATTACKS}\n#[proc_macro]\npub fn attack(_: proc_macro::TokenStream) -> proc_macro::TokenStream {{\n    \
             let folder = std::env::var(\"CARGO_MANIFEST_DIR\").unwrap();\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
             run(&Path::new(&folder).join(\"settings\"), \"macro\", Path::new(&out));\n    Default::default()\n}}\n"
        ),
    );
    package
}

/// What every attack came to, by way and carrier; and what state the victims are in.
static INSIDE: LazyLock<Vec<(String, Report)>> = LazyLock::new(|| {
    let mut reports = Vec::new();
    for way in Way::ALL {
        let package = attacker();
        let victims = victims(&package, false);
        package.write("mine/settings", &victims.settings);
        package.build(&way.jail()).unwrap();
        for carrier in ["script", "macro"] {
            let file = package.left(&format!("{carrier}.report")).expect("it ran");
            let text = std::fs::read_to_string(file).unwrap();
            reports.push((format!("{way:?} {carrier}"), report(&text)));
        }
        unharmed(package.root());
    }
    reports
});

fn unharmed(root: &Utf8Path) {
    use std::os::unix::fs::PermissionsExt;
    let read = |path: &str| std::fs::read_to_string(root.join("victims").join(path)).unwrap_or_default();
    for file in [
        "home/.ssh/id_ed25519",
        "project/src/main.rs",
        "project/nanobuild.lock",
        "project/README.md",
    ] {
        assert_eq!(read(file), "secret\n", "{file}");
    }
    let mode = std::fs::metadata(root.join("victims/home/.ssh"))
        .unwrap()
        .permissions()
        .mode();
    assert_ne!(mode & 0o777, 0o777);
}

/// The same, as a plain program outside.
static OUTSIDE: LazyLock<Report> = LazyLock::new(|| {
    let package = attacker();
    let victims = victims(&package, true);
    package.write("plain/settings", &victims.settings);
    package.write(
        "plain/src/main.rs",
        &format!(
            "{ATTACKS}\nfn main() {{\n    let mut args = std::env::args().skip(1);\n    \
             let settings = args.next().unwrap();\n    let out = args.next().unwrap();\n    \
             run(Path::new(&settings), \"plain\", Path::new(&out));\n}}\n"
        ),
    );
    let root = package.root();
    let program = root.join("plain/attack");
    let rustc = Command::new("rustc")
        .args(["--edition", "2024", "--cap-lints", "allow", "-o", program.as_str()])
        .arg(root.join("plain/src/main.rs"))
        .status()
        .unwrap();
    assert!(rustc.success());
    let status = Command::new(&program)
        .args([root.join("plain/settings"), root.join("plain")])
        .env(SECRET, "secret")
        .status()
        .unwrap();
    assert!(status.success());
    report(&std::fs::read_to_string(root.join("plain/plain.report")).unwrap())
});

/// Attacks that need rights of their own outside, which a test may lack.
const MAY_FAIL_OUTSIDE: [&str; 3] = ["new-namespace", "kernel-keys", "io-uring"];

fn is_contained(attack: &str) {
    let (done, said) = &OUTSIDE[attack];
    assert!(
        *done || MAY_FAIL_OUTSIDE.contains(&attack),
        "{attack} is no attack: {said}"
    );
    for (place, report) in INSIDE.iter() {
        let (done, said) = report
            .get(attack)
            .unwrap_or_else(|| panic!("{place}: {attack} was not tried"));
        assert!(!done, "{place}: {attack} got {said}");
    }
}

macro_rules! contained {
    ($($test:ident: $attack:literal;)*) => {
        $(#[test] fn $test() { is_contained($attack); })*

        #[test]
        fn every_attack_has_its_test() {
            let tried: Vec<&str> = OUTSIDE.keys().map(String::as_str).collect();
            let mut tested = [$($attack),*];
            tested.sort_unstable();
            assert_eq!(tried, tested);
        }
    };
}

contained! {
    a_private_key_cannot_be_read: "read-private-key";
    registry_credentials_cannot_be_read: "read-registry-credentials";
    the_git_configuration_cannot_be_read: "read-git-config";
    another_project_cannot_be_read: "read-another-project";
    the_application_cannot_be_read: "read-application";
    the_target_folder_of_another_guest_cannot_be_read: "read-another-guest";
    the_home_folder_cannot_be_listed: "list-home";
    the_environment_of_another_process_cannot_be_read: "read-environment-of-process";
    the_memory_of_another_process_cannot_be_opened: "read-memory-of-process";
    another_process_is_no_way_to_files: "read-files-of-process";
    a_private_key_cannot_be_hard_linked: "hard-link-private-key";
    a_private_key_cannot_be_read_through_a_link: "symlink-private-key";
    the_home_folder_cannot_be_written: "write-home";
    the_cache_of_cargo_cannot_be_written: "write-cargo-cache";
    registry_sources_cannot_be_written: "write-registry-sources";
    the_configuration_of_cargo_cannot_be_written: "write-cargo-config";
    the_project_cannot_be_written: "write-project";
    the_lockfile_cannot_be_written: "write-lockfile";
    the_toolchain_cannot_be_written: "write-toolchain";
    its_own_sources_cannot_be_written: "write-own-sources";
    this_tool_cannot_be_written: "write-tool";
    the_target_folder_of_another_guest_cannot_be_written: "write-another-guest";
    the_shared_temporary_folder_cannot_be_written: "write-temporary-folder";
    files_of_the_project_cannot_be_deleted: "delete-project";
    files_of_the_project_cannot_be_moved_in: "rename-project";
    modes_cannot_be_changed: "change-modes";
    times_cannot_be_changed: "change-times";
    no_tcp_connection_opens: "connect-tcp";
    no_tcp_listener_opens: "listen-tcp";
    no_datagram_leaves: "send-udp";
    no_name_server_is_asked: "ask-name-server";
    no_unix_socket_is_reached: "connect-unix";
    no_abstract_socket_is_reached: "connect-abstract";
    no_netlink_socket_opens: "netlink";
    no_ring_goes_around_the_filter: "io-uring";
    no_process_is_traced: "trace-process";
    no_process_is_signalled: "signal-process";
    no_memory_of_a_process_is_read: "process-memory";
    the_keys_of_the_kernel_stay_shut: "kernel-keys";
    no_memory_is_shared_by_name: "shared-memory";
    no_namespace_opens: "new-namespace";
    no_open_file_is_inherited: "inherited-file";
    no_variable_is_inherited: "environment";
    nothing_is_typed_into_a_terminal: "terminal";
}
