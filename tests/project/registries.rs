//! Registries other than the default one, made here: no network.

use std::net::TcpListener;
use std::process::Command;

use camino::Utf8PathBuf;

use crate::program::{be_the_tool, printed, program};
use crate::support::{App, package};

/// Packs a library for a registry, and returns its `.crate` file.
fn pack(app: &App, name: &str) -> Utf8PathBuf {
    let (folder, target) = (app.outside(name), app.outside("packed"));
    std::fs::create_dir_all(folder.join("src")).unwrap();
    let manifest = package(name, "").replace("edition", "description = \"x\"\nlicense = \"MIT\"\nedition");
    std::fs::write(folder.join("Cargo.toml"), manifest).unwrap();
    std::fs::write(folder.join("src/lib.rs"), "").unwrap();
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["package", "--no-verify", "--offline", "--target-dir", target.as_str()]);
    let output = cargo.current_dir(&folder).output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    target.join(format!("package/{name}-0.1.0.crate"))
}

/// A registry whose index is a git repository; returns the index's address.
fn registry(app: &App, name: &str) -> String {
    let packed = pack(app, name);
    let checksum = cargo_nanobuild::sys::files::digest(&std::fs::read(&packed).unwrap());
    let index = app.outside("index");
    let entry = index.join(format!("{}/{}/{name}", &name[..2], &name[2..4]));
    std::fs::create_dir_all(entry.parent().unwrap()).unwrap();
    let row = serde_json::json!({ "name": name, "vers": "0.1.0", "deps": [], "cksum": checksum, "features": {}, "yanked": false });
    std::fs::write(entry, format!("{row}\n")).unwrap();
    let files = packed.with_file_name("{crate}-{version}.crate");
    let config = serde_json::json!({ "dl": format!("file://{files}") });
    std::fs::write(index.join("config.json"), config.to_string()).unwrap();
    for words in [
        "init -q",
        "add .",
        "-c user.name=t -c user.email=t@example.org commit -qm first",
    ] {
        let mut git = Command::new("git");
        let output = git.args(words.split(' ')).current_dir(&index).output().unwrap();
        assert!(output.status.success(), "git {words}: {}", printed(&output));
    }
    format!("file://{index}")
}

/// Runs the tool with a home for Cargo of its own, and the project's own target folder elsewhere.
fn run(app: &App, test: &str, words: &str) -> String {
    let mut tool = program(test, app, words);
    let output = tool.env("CARGO_HOME", app.outside("home")).output().unwrap();
    let said = printed(&output);
    assert!(output.status.success(), "{words}: {said}");
    said
}

#[test]
fn a_registry_with_a_name() {
    be_the_tool();
    let test = "registries::a_registry_with_a_name";
    let app = App::with("ours-only = { version = \"0.1\", registry = \"ours\" }");
    let index = registry(&app, "ours-only");
    app.write(
        ".cargo/config.toml",
        &format!("[registries.ours]\nindex = \"{index}\"\ntoken = \"secret\"\n"),
    );
    let before = app.snapshot();
    run(&app, test, "add ours-only");
    let manifest = app.read("Cargo.toml");
    let entry = "ours-only = { version = \"0.1\", registry = \"ours\", path = \".nanobuild/ours-only\" }";
    assert!(manifest.contains(entry), "{manifest}");
    let patch = format!("[patch.\"{index}\"]\nours-only = {{ path = \".nanobuild/ours-only\" }}");
    assert!(manifest.contains(&patch), "{manifest}");
    assert!(app.read("nanobuild.lock").contains("source = \"registry+ours\""));
    // Guests are built elsewhere, and find the registry there.
    let lent = std::fs::read_to_string(app.outside("target/nanobuild/.cargo/config.toml")).unwrap();
    assert_eq!(lent, format!("[registries]\nours = {{ index = \"{index}\" }}\n"));
    run(&app, test, "build --locked");
    run(&app, test, "remove ours-only");
    let mut after = app.snapshot();
    after.remove(camino::Utf8Path::new("Cargo.lock"));
    assert_eq!(after, before);
}

/// An application with a dependency from a folder that stands for the default registry, sandboxed.
fn with_vendored(test: &str) -> App {
    let app = App::with("vendored = \"0.1\"");
    let packed = pack(&app, "vendored");
    let folder = app.path("vendor/vendored");
    std::fs::create_dir_all(&folder).unwrap();
    let mut tar = Command::new("tar");
    tar.args(["-xzf", packed.as_str(), "--strip-components=1", "-C", folder.as_str()]);
    assert!(tar.status().unwrap().success());
    let checksum = cargo_nanobuild::sys::files::digest(&std::fs::read(&packed).unwrap());
    let sums = serde_json::json!({ "files": {}, "package": checksum });
    app.write("vendor/vendored/.cargo-checksum.json", &sums.to_string());
    app.write(
        ".cargo/config.toml",
        "[source.crates-io]\nreplace-with = \"near\"\n[source.near]\ndirectory = \"vendor\"\n",
    );
    run(&app, test, "add vendored");
    app
}

#[test]
fn a_folder_in_place_of_the_default_registry() {
    be_the_tool();
    let test = "registries::a_folder_in_place_of_the_default_registry";
    let app = with_vendored(test);
    assert!(app.read("nanobuild.lock").contains("source = \"registry\""));
    let lent = std::fs::read_to_string(app.outside("target/nanobuild/.cargo/config.toml")).unwrap();
    assert!(
        lent.contains(&format!("directory = \"{}\"", app.path("vendor"))),
        "{lent}"
    );
    run(&app, test, "build --locked");
}

/// What an update says when the default registry is at this address, and that it changes nothing.
fn update_from(test: &str, address: &str) -> String {
    let app = with_vendored(test);
    app.write(
        ".cargo/config.toml",
        &format!(
            "[source.crates-io]\nreplace-with = \"far\"\n[source.far]\nregistry = \"sparse+http://{address}/index/\"\n\
             [http]\ntimeout = 1\nproxy = \"\"\n[net]\nretry = 0\n"
        ),
    );
    let before = app.snapshot();
    let mut tool = program(test, &app, "update vendored");
    let output = tool.env("CARGO_HOME", app.outside("home")).output().unwrap();
    let said = printed(&output);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert_eq!(app.snapshot(), before, "{said}");
    // What is there goes on working without the registry.
    run(&app, test, "build --locked");
    said
}

#[test]
fn a_registry_that_is_down() {
    be_the_tool();
    // A port that was free a moment ago; nobody listens there now.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let said = update_from("registries::a_registry_that_is_down", &closed.to_string());
    assert!(said.contains("could not ask for the versions of `vendored`"), "{said}");
    assert!(said.contains("--offline"), "{said}");
}

#[test]
fn a_registry_that_never_answers() {
    be_the_tool();
    // Connections are taken by the system, and nobody reads what is asked.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    let said = update_from("registries::a_registry_that_never_answers", &address);
    assert!(said.contains("could not ask for the versions of `vendored`"), "{said}");
    // Cargo's own limit, as the project has set it, held in the folder where the tool asks.
    assert!(said.contains("transferred the last 1 seconds"), "{said}");
}
