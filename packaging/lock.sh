#!/bin/sh
# Writes the lock files: one resolution for all platforms, with hashes, without the address of
# any index. demo.txt and fast.txt are parts of requirements.txt, held to its versions.
# Usage: packaging/lock.sh [options of uv pip compile, such as --upgrade]
set -eu
cd "$(dirname "$0")/.."
lock=packaging/lock

compile() {
    output=$1
    shift
    "${UV:-uv}" pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --quiet \
        --custom-compile-command "make lock" --output-file "$lock/$output" "$@"
}

compile requirements.txt --extra gui --group build --group test --group dev "$@"
compile demo.txt --extra gui --group build --constraint "$lock/requirements.txt" --upgrade
compile fast.txt --group build --group test --constraint "$lock/requirements.txt" --upgrade
