#!/bin/bash
# Installs the example with its stubs into a virtual environment of its own.
set -eu
cd "$(dirname "$0")/../../.."
venv=build/languages/python
[ -x "$venv/bin/python" ] || /usr/bin/python3 -m venv "$venv"
"$venv/bin/pip" install -q --disable-pip-version-check ./client/examples/python
