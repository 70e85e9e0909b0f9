#!/bin/bash
# Builds the example and the adapter into build/languages/rust. What a debugger or a second build would want is left
# out: that takes a quarter of the processor's time.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
export CARGO_TARGET_DIR=$here/../../../build/languages/rust
export CARGO_PROFILE_DEV_DEBUG=0 CARGO_INCREMENTAL=0
cargo build -q --locked --manifest-path "$here/../../../client/examples/rust/Cargo.toml"
cargo build -q --locked --manifest-path "$here/Cargo.toml"
