#!/usr/bin/env bash
# What the GitHub Action, the GitLab job and the commit hook run: cargo nanobuild check, told by the environment.
#
#   NANOBUILD_FORMAT         human, json, github or junit (github on GitHub, else human)
#   NANOBUILD_BASE           report only what came since this revision
#   NANOBUILD_QUICK          true: trust what lies ready instead of building the guests again
#   NANOBUILD_SARIF          write a SARIF report to this file, too
#   NANOBUILD_JUNIT          write a JUnit report to this file, too
#   NANOBUILD_MANIFEST_PATH  Cargo.toml of the workspace
set -euo pipefail

default=human
[ "${GITHUB_ACTIONS:-}" != true ] || default=github
arguments=(--format "${NANOBUILD_FORMAT:-$default}")

# A branch that is pushed for the first time has a base of zeros.
base=${NANOBUILD_BASE:-}
if [ -n "${base//0/}" ]; then
    # Continuous integration often clones the newest commit only.
    if ! git rev-parse --verify --quiet --end-of-options "$base^{commit}" >/dev/null; then
        git fetch --quiet --depth=1 -- origin "$base"
    fi
    arguments+=(--base "$base")
fi
[ "${NANOBUILD_QUICK:-}" != true ] || arguments+=(--quick)
[ -z "${NANOBUILD_SARIF:-}" ] || arguments+=(--write "sarif=$NANOBUILD_SARIF")
[ -z "${NANOBUILD_JUNIT:-}" ] || arguments+=(--write "junit=$NANOBUILD_JUNIT")
[ -z "${NANOBUILD_MANIFEST_PATH:-}" ] || arguments+=(--manifest-path "$NANOBUILD_MANIFEST_PATH")

exec cargo nanobuild check "${arguments[@]}"
