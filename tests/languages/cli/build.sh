#!/bin/bash
# The command line is built by `make build`.
[ -x "$(dirname "$0")/../../../build/release/bin/hotline" ]
