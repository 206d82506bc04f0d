//! Files with one mistake each, and what is said about them. `SNAPSHOTS=overwrite` accepts what is said now.

use std::path::Path;

use nanobuild_policy::config::Config;
use snapbox::Data;
use snapbox::assert::DEFAULT_ACTION_ENV;

#[test]
fn each_mistake_is_told_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 30, "{}", files.len());
    let assert = snapbox::Assert::new()
        .action_env(DEFAULT_ACTION_ENV)
        .normalize_paths(false);
    for file in files {
        let error = Config::parse(&std::fs::read_to_string(&file).unwrap()).expect_err(&file.display().to_string());
        assert_eq!(error.mistakes.len(), 1, "{}: {error}", file.display());
        let expected = file.with_extension("txt");
        assert.eq(format!("{error}\n"), Data::read_from(&expected, None));
    }
}
