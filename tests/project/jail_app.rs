//! `build --jail-app`: the application's own build scripts and macros behind walls.

use std::net::TcpListener;
use std::process::Command;

use camino::Utf8Path;

use crate::support::{App, package};

/// A build script that looks for a secret, a network and the project's decisions; what it got ends up in the program.
fn script(secret: &Utf8Path, port: u16, victim: &Utf8Path) -> String {
    format!(
        "fn main() {{
    let word = |done: bool| if done {{ \"yes\" }} else {{ \"no\" }};
    let read = word(std::fs::read({secret:?}).is_ok());
    let connected = word(std::net::TcpStream::connect((\"127.0.0.1\", {port})).is_ok());
    let written = word(std::fs::write({victim:?}, \"\").is_ok());
    let variable = word(std::env::var_os(\"NANOBUILD_TEST_SECRET\").is_some());
    println!(\"cargo::rustc-env=GOT=read {{read}}, connected {{connected}}, written {{written}}, variable {{variable}}\");
    println!(\"cargo::rerun-if-changed=always\");
}}"
    )
}

#[test]
fn the_application_s_own_build_is_kept_in() {
    let app = App::new(&[
        ("Cargo.toml", &package("app", "")),
        ("src/main.rs", "fn main() { println!(\"{}\", env!(\"GOT\")); }"),
    ]);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (secret, victim) = (app.outside("secret"), app.path("notes.txt"));
    std::fs::write(&secret, "key").unwrap();
    app.write(
        "build.rs",
        &script(&secret, listener.local_addr().unwrap().port(), &victim),
    );
    app.cargo_ok(&["generate-lockfile"]);
    let got = |program: &Utf8Path| {
        let output = Command::new(program).output().unwrap();
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    };

    app.ok(&["build", "--jail-app"]);
    assert_eq!(
        got(&app.path("target/debug/app")),
        "read no, connected no, written no, variable no"
    );
    assert!(!victim.exists());

    // The same script finds all of it where nothing stops it.
    let mut plain = Command::new(env!("CARGO"));
    plain
        .args(["build", "--quiet", "--target-dir", app.outside("plain").as_str()])
        .current_dir(app.root())
        .env("NANOBUILD_TEST_SECRET", "1");
    assert!(plain.status().unwrap().success());
    assert_eq!(
        got(&app.outside("plain/debug/app")),
        "read yes, connected yes, written yes, variable yes"
    );
    drop(listener);

    let failed = app.run(&["run", "--jail-app"]).expect_err("what runs needs the world");
    assert_eq!(failed.code, 2, "{}", failed.message);
}
