//! Disks that are full or cannot be written, at every moment of a change. They are small file systems of their own, in a
//! mount namespace: where the system does not allow that, these tests fail.

use std::process::Command;

use crate::program::{be_the_tool, printed, program};
use crate::support::App;

/// How a run on such a disk went.
struct Run {
    code: i32,
    said: String,
    /// What differs from the project as it was.
    differs: String,
}

/// Mounts a file system with these options, copies the project there, does `prepare`, and runs the tool.
fn on_disk(test: &str, app: &App, options: &str, prepare: &str) -> Run {
    let (disk, differs) = (app.outside("disk"), app.outside("differs"));
    std::fs::create_dir_all(&disk).unwrap();
    let _ = std::fs::remove_file(&differs);
    let tool = program(test, app, "add hex");
    let shell = format!(
        "mount -t tmpfs -o {options} none {disk} && cp -R {root}/. {disk} && cd {disk} && {{ {prepare}; }} || exit 99\n\
         \"$@\"\ncode=$?\ndiff -r {root} {disk} > {differs} 2>&1\nexit $code",
        root = app.root(),
    );
    let mut command = Command::new("unshare");
    command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &shell, "sh"]);
    command.arg(tool.get_program()).args(tool.get_args());
    for (name, value) in tool.get_envs() {
        command.env(name, value.unwrap());
    }
    let output = command.output().expect("`unshare` of util-linux makes the small disk");
    let code = output.status.code().unwrap();
    let said = printed(&output);
    assert_ne!(code, 99, "there is no small disk: {said}");
    let differs = std::fs::read_to_string(differs).unwrap_or_else(|_| panic!("it did not run: {said}"));
    Run { code, said, differs }
}

/// The least of something with which the tool gets through, and all below where it fails.
fn sweep(test: &str, option: &str, least: u32, most: u32, step: u32) {
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    let run = |amount: u32| on_disk(test, &app, &option.replace('N', &amount.to_string()), "true");
    let (mut fails, mut works) = (least, most);
    assert_eq!(run(works).code, 0, "{}", run(works).said);
    while works - fails > step {
        let middle = u32::midpoint(fails, works);
        match run(middle).code {
            0 => works = middle,
            _ => fails = middle,
        }
    }
    let near = (1..=10).map(|steps| works.saturating_sub(steps * step));
    let far = (1..=8).map(|part| least + (works - least) * part / 9);
    for amount in near.chain(far).filter(|amount| *amount >= least) {
        let Run { code, said, differs } = run(amount);
        assert_eq!((code, differs.as_str()), (2, ""), "{option} {amount}: {said}");
        assert_eq!(said.matches("No space left on device").count(), 1, "{amount}: {said}");
        assert!(said.contains("help: make room on the disk"), "{amount}: {said}");
    }
}

#[test]
fn no_room_for_bytes() {
    be_the_tool();
    sweep("disks::no_room_for_bytes", "size=Nk", 16, 4096, 4);
}

#[test]
fn no_room_for_files() {
    be_the_tool();
    sweep("disks::no_room_for_files", "nr_inodes=N", 8, 512, 1);
}

#[test]
fn a_disk_that_cannot_be_written() {
    be_the_tool();
    let app = App::with("hex = \"0.4\"");
    app.cargo_ok(&["generate-lockfile"]);
    let test = "disks::a_disk_that_cannot_be_written";
    let Run { code, said, differs } = on_disk(test, &app, "size=4m", "mount -o remount,ro .");
    assert_eq!((code, differs.as_str()), (2, ""), "{said}");
    assert!(
        said.contains(".nanobuild") && said.contains("Read-only file system"),
        "{said}"
    );
    assert!(said.contains("help: make it writable"), "{said}");
}
