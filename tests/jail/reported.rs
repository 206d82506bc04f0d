//! A build that is refused something says what, and a person can allow exactly that.

use cargo_nanobuild::compile::Error;
use cargo_nanobuild::sys::jail::{Allowance, Refused};

use crate::support::{Package, Way};

#[test]
fn a_file_is_named_and_can_be_allowed() {
    for way in Way::ALL {
        let package = Package::with_script("");
        package.write("elsewhere/schema", "schema");
        let schema = package.root().join("elsewhere/schema");
        let script = format!(
            "fn main() {{ std::fs::read(\"{schema}\").map_err(|error| format!(\"read {schema}: {{error}}\")).unwrap(); }}"
        );
        package.write("mine/build.rs", &script);
        let Err(Error::Dependency {
            package: blamed,
            message,
        }) = package.build(&way.jail())
        else {
            panic!("{way:?}: not refused")
        };
        assert_eq!(blamed, "mine@0.1.0");
        let refused = Refused::read(&message).expect("it says so");
        assert_eq!(refused, Refused::File(Some(schema.to_string())), "{way:?}: {message}");
        let allowance = Allowance {
            reads: vec![schema.clone()],
            ..Allowance::default()
        };
        package.build(&way.jail().with_allowance(allowance)).unwrap();
    }
}

#[test]
fn a_variable_is_recognised() {
    let package =
        Package::with_script("fn main() { std::env::var(\"NANOBUILD_UNSET\").expect(\"NANOBUILD_UNSET is needed\"); }");
    let Err(Error::Dependency { message, .. }) = package.build(&Way::Namespaces.jail()) else {
        panic!("not refused")
    };
    assert_eq!(
        Refused::read(&message),
        Some(Refused::Variable(Some("NANOBUILD_UNSET".to_owned()))),
        "{message}"
    );
}

/// Rustup's program lies outside of the system's folders, and is on the path of whoever runs this.
#[test]
fn a_program_and_a_variable_can_be_allowed() {
    let variable = crate::support::variable();
    for way in Way::ALL {
        for (script, expected, allowance) in [
            (
                "std::process::Command::new(\"rustup\").output().expect(\"failed to execute `rustup`\");".to_owned(),
                Refused::Tool("rustup".to_owned()),
                Allowance {
                    tools: vec!["rustup".to_owned()],
                    ..Allowance::default()
                },
            ),
            (
                format!("std::env::var_os({variable:?}).expect(\"environment variable `{variable}`\");"),
                Refused::Variable(Some(variable.clone())),
                Allowance {
                    env: vec![variable.clone()],
                    ..Allowance::default()
                },
            ),
        ] {
            let package = Package::with_script(&format!("fn main() {{ {script} }}"));
            let Err(Error::Dependency { message, .. }) = package.build(&way.jail()) else {
                panic!("{way:?} {script}: not refused")
            };
            assert_eq!(Refused::read(&message), Some(expected), "{way:?}: {message}");
            let allowed = package.build(&way.jail().with_allowance(allowance));
            assert!(allowed.is_ok(), "{way:?} {script}: {}", allowed.unwrap_err());
        }
    }
}
