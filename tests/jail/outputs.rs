//! What third-party code leaves in its target directory is read back without being led astray, and misleads nobody else.

use std::process::Command;

use camino::Utf8Path;
use cargo_nanobuild::compile::Error;
use cargo_nanobuild::sys::jail::Task;
use cargo_nanobuild::{extract, fetch};

use crate::support::{Package, Way};

const SECRET: &str = "{\"secret\": true}";

#[test]
fn documentation_is_not_read_through_a_link() {
    // rustdoc writes after build scripts have run, so the macro-free way in is the folder.
    let package = Package::with_script("");
    let victim = package.root().join("victim");
    package.write("victim/mine.json", SECRET);
    let script = format!(
        "fn main() {{\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    \
         let target = std::path::Path::new(&out).ancestors().find(|folder| folder.ends_with(\"target\")).unwrap();\n    \
         let folder = target.join(\"{}\");\n    let _ = std::fs::create_dir_all(&folder);\n    \
         let _ = std::fs::remove_dir_all(folder.join(\"doc\"));\n    \
         std::os::unix::fs::symlink(\"{victim}\", folder.join(\"doc\")).unwrap();\n}}",
        fetch::TARGET
    );
    package.write("mine/build.rs", &script);
    for way in Way::ALL {
        let extracted = extract::extract(&way.jail(), &package.fetched(), fetch::TARGET);
        assert!(extracted.is_err(), "{way:?}");
        assert_eq!(std::fs::read_to_string(victim.join("mine.json")).unwrap(), SECRET);
    }
}

#[test]
fn a_module_of_another_place_is_not_read() {
    // What a procedural macro prints, rustc prints, and Cargo passes it on among its own messages: it can claim that
    // anything is the module.
    let package = Package::new(
        "[dependencies]\nmacros = { path = \"../macros\" }\n",
        &[("src/lib.rs", "macros::claim!();\n")],
    );
    let secret = package.root().join("elsewhere/secret.wasm");
    package.write("elsewhere/secret.wasm", "secret");
    let claim = format!(
        r#"{{"reason":"compiler-artifact","package_id":"x","manifest_path":"/x","target":{{"kind":["cdylib"],"crate_types":["cdylib"],"name":"x","src_path":"/x","edition":"2024","doc":true,"doctest":false,"test":true}},"profile":{{"opt_level":"3","debuginfo":0,"debug_assertions":false,"overflow_checks":false,"test":false}},"features":[],"filenames":["{secret}"],"executable":null,"fresh":false}}"#
    );
    package.write(
        "macros/Cargo.toml",
        "[package]\nname = \"macros\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[lib]\nproc-macro = true\n",
    );
    package.write(
        "macros/src/lib.rs",
        &format!(
            "#[proc_macro]\npub fn claim(_: proc_macro::TokenStream) -> proc_macro::TokenStream {{\n    \
             println!(\"{{}}\", r##\"{claim}\"##);\n    Default::default()\n}}\n"
        ),
    );
    package.write(
        "mine/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"macros\"\nversion = \"0.1.0\"\n\n[[package]]\nname = \"mine\"\n\
         version = \"0.1.0\"\ndependencies = [\n \"macros\",\n]\n",
    );
    for way in Way::ALL {
        let module = package.build(&way.jail()).unwrap();
        assert!(module.bytes.starts_with(b"\0asm"), "{way:?}");
        // It was claimed, in a message as good as Cargo's.
        let (home, target) = (package.root().join("mine"), package.root().join(format!("{way:?}")));
        let task = Task {
            program: "cargo".to_owned(),
            args: [
                "build",
                "--offline",
                "--locked",
                "--message-format=json",
                "--target-dir",
                target.as_str(),
            ]
            .map(str::to_owned)
            .into(),
            cwd: home.clone(),
            reads: vec![home, package.root().join("macros")],
            writes: vec![target],
            ..Task::default()
        };
        let output = way.jail().run(&task).unwrap();
        let messages = cargo_metadata::Message::parse_stream(output.stdout.as_slice()).map(Result::unwrap);
        let claimed = messages.into_iter().any(|message| match message {
            cargo_metadata::Message::CompilerArtifact(artifact) => artifact.filenames.contains(&secret),
            _ => false,
        });
        assert!(claimed, "{way:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}

#[test]
fn a_library_of_another_place_is_not_linked() {
    let package = Package::with_script("");
    let victim = package.root().join("victim");
    package.write("victim/libsecret.a", "!<arch>\n");
    package.write(
        "mine/build.rs",
        &format!(
            "fn main() {{\n    println!(\"cargo::rustc-link-search=native={victim}\");\n    \
             println!(\"cargo::rustc-link-lib=static=secret\");\n}}"
        ),
    );
    for way in Way::ALL {
        let error = package.build(&way.jail()).unwrap_err();
        assert!(matches!(error, Error::Dependency { .. }), "{way:?}: {error}");
        assert!(error.to_string().contains("secret"), "{way:?}: {error}");
    }
    // It is a library that can be linked: where the package may read, the same works.
    let own = package.root().join("mine/lib");
    package.write("mine/lib/libsecret.a", "!<arch>\n");
    package.write(
        "mine/build.rs",
        &format!(
            "fn main() {{\n    println!(\"cargo::rustc-link-search=native={own}\");\n    \
             println!(\"cargo::rustc-link-lib=static=secret\");\n}}"
        ),
    );
    package.build(&Way::Namespaces.jail()).unwrap();
}

#[test]
fn link_arguments_do_not_write_elsewhere() {
    let package = Package::new("[lib]\ncrate-type = [\"cdylib\"]\n[workspace]\n", &[]);
    let (home, map) = (package.root().join("mine"), package.root().join("victim/map"));
    package.write("victim/x", "");
    package.write(
        "mine/build.rs",
        &format!("fn main() {{ println!(\"cargo::rustc-link-arg=-Map={map}\"); }}"),
    );
    package.write(
        "mine/Cargo.lock",
        "version = 4\n\n[[package]]\nname = \"mine\"\nversion = \"0.1.0\"\n",
    );
    let build = |target: &Utf8Path| {
        [
            "build",
            "--offline",
            "--locked",
            "--target",
            fetch::TARGET,
            "--target-dir",
            target.as_str(),
        ]
        .map(str::to_owned)
    };
    for way in Way::ALL {
        let target = package.root().join(format!("{way:?}"));
        let task = Task {
            program: "cargo".to_owned(),
            args: build(&target).into(),
            cwd: home.clone(),
            reads: vec![home.clone()],
            writes: vec![target],
            ..Task::default()
        };
        let output = way.jail().run(&task).unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("victim/map"),
            "{way:?}: {said}"
        );
        assert!(!map.exists(), "{way:?}");
    }
    // Outside, the linker writes where it is told to.
    let mut plain = Command::new(env!("CARGO"));
    plain.args(build(&package.root().join("plain"))).current_dir(&home);
    assert!(plain.output().unwrap().status.success() && map.exists());
}

/// With which no module is linked.
const CONFIGURATION: &str = "[target.wasm32-wasip1]\nlinker = \"/nowhere/linker\"\n";

/// Where Cargo does follow it, above the guest's folder, nothing builds.
fn is_an_attack(package: &Package) {
    package.write("work/.cargo/config.toml", CONFIGURATION);
    package.write("mine/src/lib.rs", "pub fn last() {}\n");
    let error = package.build(&Way::Namespaces.jail()).unwrap_err().to_string();
    assert!(error.contains("/nowhere/linker"), "{error}");
}

#[test]
fn the_package_s_own_cargo_configuration_is_not_followed() {
    let package = Package::with_script("fn main() {}");
    package.write("mine/.cargo/config.toml", CONFIGURATION);
    for way in Way::ALL {
        package.build(&way.jail()).unwrap();
    }
    is_an_attack(&package);
}

#[test]
fn configuration_that_a_build_leaves_behind_is_not_followed() {
    // Its home folder and its target directory are its own, and the next build has the same ones.
    let script = r#"fn main() {
    let out = std::path::PathBuf::from(std::env::var_os("OUT_DIR").unwrap());
    let target = out.ancestors().find(|folder| folder.ends_with("target")).unwrap().to_owned();
    let home = std::path::PathBuf::from(std::env::var_os("HOME").unwrap());
    let mut left = String::new();
    for folder in [home, target.clone(), target.join("wasm32-wasip1")] {
        let folder = folder.join(".cargo");
        std::fs::create_dir_all(&folder).unwrap();
        let config = folder.join("config.toml");
        std::fs::write(&config, CONFIGURATION).unwrap();
        left.push_str(&format!("{}\n", config.display()));
    }
    std::fs::write(out.join("left"), left).unwrap();
}"#;
    let package = Package::with_script(&format!("const CONFIGURATION: &str = {CONFIGURATION:?};\n{script}"));
    for way in Way::ALL {
        package.build(&way.jail()).unwrap();
        let left = std::fs::read_to_string(package.left("left").unwrap()).unwrap();
        for config in left.lines() {
            assert_eq!(
                std::fs::read_to_string(config).unwrap(),
                CONFIGURATION,
                "{way:?}: {config}"
            );
        }
        assert_eq!(left.lines().count(), 3);
        package.write("mine/src/lib.rs", &format!("pub fn {way:?}() {{}}\n"));
        package.build(&way.jail()).unwrap();
    }
    is_an_attack(&package);
}

#[test]
fn what_an_old_graph_left_is_not_built_upon() {
    let package = Package::with_script(
        "fn main() {\n    let out = std::env::var(\"OUT_DIR\").unwrap();\n    std::fs::write(format!(\"{out}/poison\"), \"\").unwrap();\n}",
    );
    let has_poison = |allowed: &str| {
        fetch::forget_other_builds(&package.fetched(), allowed).unwrap();
        package.left("poison").is_some()
    };
    let build = || {
        fetch::forget_other_builds(&package.fetched(), "").unwrap();
        package.build(&Way::Namespaces.jail()).unwrap();
    };
    build();
    assert!(has_poison(""), "the same graph keeps it");
    assert!(!has_poison("something"), "another allowance does not");
    build();
    let manifest = std::fs::read_to_string(package.root().join("mine/Cargo.toml")).unwrap();
    package.write(
        "mine/Cargo.toml",
        &format!("{manifest}\n[dependencies]\nother = {{ path = \"../other\" }}\n"),
    );
    package.write(
        "other/Cargo.toml",
        "[package]\nname = \"other\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    );
    package.write("other/src/lib.rs", "");
    assert!(!has_poison(""), "another graph does not");
}
