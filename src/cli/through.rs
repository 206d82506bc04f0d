//! `build`, `run` and `test`: Cargo's own arguments, of which the tool reads what concerns it and takes away only its own.

use super::args::{Color, Common};
use crate::select::Flags;
use crate::ui::Format;
use clap::ValueEnum;

/// Our own option among Cargo's: build the whole application in a jail.
pub(super) const JAIL_APP: &str = "--jail-app";

/// A Cargo command line, read.
#[derive(Debug, Default)]
pub(super) struct CargoLine {
    /// What the tool shares with Cargo.
    pub(super) common: Common,
    /// Which features Cargo will switch on.
    pub(super) flags: Flags,
    /// `--config` values, which may change what `cargo metadata` says.
    pub(super) config: Vec<String>,
    /// The profile, if it is not the usual one.
    pub(super) profile: Option<String>,
    /// Whether Cargo itself runs in a jail.
    pub(super) jail: bool,
    /// Everything for Cargo, in order, without its locking flags, which the tool passes itself.
    pub(super) args: Vec<String>,
}

/// Reads what follows `build`, `run` or `test`, up to a `--`.
pub(super) fn read(args: &[String]) -> Result<CargoLine, String> {
    let end = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let mut line = CargoLine::default();
    let mut rest = args[..end].iter();
    while let Some(arg) = rest.next() {
        let (name, inline) = match arg.split_once('=') {
            Some((name, value)) if name.starts_with("--") => (name, Some(value.to_owned())),
            _ => (arg.as_str(), None),
        };
        let mut taken = None;
        let mut value = || -> Result<String, String> {
            let given = inline.clone().or_else(|| {
                taken = rest.next().cloned();
                taken.clone()
            });
            given.ok_or_else(|| format!("`{name}` needs a value"))
        };
        match name {
            "--manifest-path" => line.common.manifest_path = Some(value()?.into()),
            "--target" => line.common.target = Some(value()?),
            "--color" => line.common.color = Some(Color::from_str(&value()?, true)?),
            "--config" => line.config.push(value()?),
            "--features" | "-F" => line.add_features(&value()?),
            "--format" => line.common.format = Some(Format::from_str(&value()?, true)?),
            "--locked" => line.common.locked = true,
            "--offline" => line.common.offline = true,
            "--frozen" => line.common.frozen = true,
            "--all-features" => line.flags.all = true,
            "--no-default-features" => line.flags.no_default = true,
            "--quiet" | "-q" => line.common.quiet = true,
            "--verbose" | "-v" | "-vv" => line.common.verbose = 1,
            "--release" | "-r" => line.profile = Some("release".to_owned()),
            "--profile" => line.profile = Some(value()?),
            JAIL_APP => line.jail = true,
            _ => {}
        }
        if !matches!(name, "--format" | "--locked" | "--offline" | "--frozen" | JAIL_APP) {
            line.args.push(arg.clone());
            line.args.extend(taken);
        }
    }
    line.args.extend_from_slice(&args[end..]);
    Ok(line)
}

impl CargoLine {
    fn add_features(&mut self, list: &str) {
        self.flags.features.extend(
            list.split([',', ' '])
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
        );
    }
}

/// Words that begin one of our own commands.
const COMMANDS: [&str; 22] = [
    "build",
    "b",
    "run",
    "r",
    "test",
    "t",
    "add",
    "remove",
    "rm",
    "list",
    "ls",
    "explain",
    "update",
    "review",
    "diff",
    "trim",
    "init",
    "check",
    "policy",
    "doctor",
    "completions",
    "help",
];

/// Options that may stand before the command, and whether a value follows.
const LEADING: [(&str, bool); 10] = [
    ("--manifest-path", true),
    ("--target", true),
    ("--color", true),
    ("--format", true),
    ("--locked", false),
    ("--offline", false),
    ("--frozen", false),
    ("-q", false),
    ("--quiet", false),
    ("-v", false),
];

/// Makes the command come first: `cargo-nanobuild nanobuild …` is `cargo-nanobuild …`, options before the command go
/// behind it, and no command at all is `build`.
pub(super) fn normalize(args: impl Iterator<Item = String>) -> Vec<String> {
    let mut args: Vec<String> = args.collect();
    if args.first().is_some_and(|arg| arg == "nanobuild") {
        args.remove(0);
    }
    if matches!(
        args.first().map(String::as_str),
        Some("-h" | "--help" | "-V" | "--version")
    ) {
        return args;
    }
    let mut at = 0;
    while let Some((_, value)) = args
        .get(at)
        .and_then(|arg| LEADING.iter().find(|(name, _)| arg == name || is_inline(arg, name)))
    {
        at += if *value && !args[at].contains('=') { 2 } else { 1 };
    }
    if args.get(at).is_some_and(|arg| COMMANDS.contains(&arg.as_str())) {
        let command = args.remove(at);
        args.insert(0, command);
    } else if args.get(at).is_none_or(|arg| arg.starts_with('-')) {
        args.insert(0, "build".to_owned());
    }
    args
}

fn is_inline(arg: &str, name: &str) -> bool {
    arg.strip_prefix(name).is_some_and(|rest| rest.starts_with('='))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_command_comes_first() {
        for (given, normal) in [
            ("", "build"),
            ("nanobuild", "build"),
            ("nanobuild --release", "build --release"),
            ("run --release -- -x", "run --release -- -x"),
            (
                "--manifest-path a/Cargo.toml add zip",
                "add --manifest-path a/Cargo.toml zip",
            ),
            ("nanobuild -q --color=never test", "test -q --color=never"),
            ("--format json check --quick", "check --format json --quick"),
            ("--help", "--help"),
            ("frobnicate", "frobnicate"),
        ] {
            assert_eq!(normalize(words(given).into_iter()), words(normal), "{given}");
        }
    }

    #[test]
    fn reads_what_concerns_it_and_passes_the_rest() {
        let line = read(&words(
            "--release --locked --features a,b -F c --manifest-path x/Cargo.toml --format json -- --offline",
        ))
        .unwrap();
        assert!(line.common.locked && !line.common.offline);
        assert_eq!(line.flags.features, ["a", "b", "c"].map(str::to_owned).into());
        assert_eq!(line.common.format, Some(Format::Json));
        assert_eq!(
            line.args,
            words("--release --features a,b -F c --manifest-path x/Cargo.toml -- --offline")
        );
        assert!(read(&words("--target")).is_err());
    }
}
