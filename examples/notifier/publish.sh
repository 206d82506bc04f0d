#!/usr/bin/env bash
# Publishes a crate that depends on nothing in a registry that is a folder: publish.sh REGISTRY CRATE
# Prints what Cargo's configuration has to say for the registry to be found.
set -euo pipefail

mkdir -p "$1/index"
registry=$(cd "$1" && pwd)
index=$registry/index
git() { command git -C "$index" -c user.name=registry -c user.email=registry@localhost "$@"; }
if ! [ -e "$index/config.json" ]; then
    git init --quiet --initial-branch main
    printf '{"dl": "file://%s/{crate}-{version}.crate"}\n' "$registry" > "$index/config.json"
fi

# Cargo leaves a lockfile where it packages.
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cp -r "$2" "$scratch/crate"
(cd "$scratch/crate" && cargo package --quiet --offline --no-verify --allow-dirty --target-dir "$scratch/out")
file=$(basename "$scratch"/out/package/*.crate)
cp "$scratch/out/package/$file" "$registry"

stem=${file%.crate} && name=${stem%-*} && version=${stem##*-}
checksum=$(sha256sum "$registry/$file" | cut -d ' ' -f 1)
mkdir -p "$index/${name:0:2}/${name:2:2}"
printf '{"name":"%s","vers":"%s","deps":[],"cksum":"%s","features":{},"yanked":false}\n' "$name" "$version" "$checksum" \
    >> "$index/${name:0:2}/${name:2:2}/$name"
git add .
git commit --quiet --message "$stem"
printf '[registries.local]\nindex = "file://%s"\n' "$index"
