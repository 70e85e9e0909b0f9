"""Generates the stubs from proto/ while the package is built; everything else is in pyproject.toml."""

import pathlib

from setuptools import setup
from setuptools.command.build_py import build_py

PROTO = pathlib.Path(__file__).resolve().parent.parent.parent.parent / "proto"


class BuildWithStubs(build_py):
    def run(self):
        super().run()
        import grpc_tools  # which the build alone needs
        from grpc_tools import protoc

        includes = [f"-I{PROTO}", f"-I{pathlib.Path(grpc_tools.__file__).parent / '_proto'}"]
        files = sorted(str(path) for path in PROTO.glob("hotline/v1/*.proto"))
        out = pathlib.Path(self.build_lib)
        out.mkdir(parents=True, exist_ok=True)
        code = protoc.main(["protoc", *includes, f"--python_out={out}", f"--grpc_python_out={out}", *files])
        if code != 0 or not files:
            raise SystemExit(f"no stubs could be made from {PROTO}")


setup(cmdclass={"build_py": BuildWithStubs})
