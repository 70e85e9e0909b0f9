"""The languages, and what each takes. README.md says how to add one.

usage: languages.py NAME: whether it can be built here; if not, says why and ends with 1
"""

import dataclasses
import pathlib
import re
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
SOURCE = HERE.parent.parent


@dataclasses.dataclass(frozen=True)
class Language:
    name: str
    # What it takes, besides what `make setup` installs: programs with the arguments that show their version, and the
    # least version.
    tools: tuple = ()
    # Whether client/examples has the program `crisis` in it.
    has_example: bool = True

    @property
    def folder(self):
        return HERE / self.name

    @property
    def example(self):
        return SOURCE / "client" / "examples" / self.name

    def missing(self):
        """Why it cannot be built here; empty where it can."""
        for program, arguments, least in self.tools:
            if shutil.which(program) is None:
                return f"there is no {program}"
            shown = subprocess.run([program, *arguments], capture_output=True, text=True)
            found = re.search(r"(\d+)\.(\d+)", shown.stdout + shown.stderr)
            if found is None or tuple(int(part) for part in found.groups()) < least:
                return f"{program} is older than {'.'.join(map(str, least))}"
        return ""


LANGUAGES = (
    Language("cpp", has_example=False),
    Language("cli", has_example=False),
    Language("python"),
    Language("go", tools=(("go", ["version"], (1, 26)), ("protoc", ["--version"], (3, 15)))),
    Language("node", tools=(("node", ["--version"], (18, 20)), ("npm", ["--version"], (9, 0)))),
    Language("java", tools=(("javac", ["-version"], (17, 0)), ("mvn", ["--version"], (3, 8)))),
    Language("rust", tools=(("cargo", ["--version"], (1, 88)),)),
)

if __name__ == "__main__":
    sys.exit(next(language for language in LANGUAGES if language.name == sys.argv[1]).missing() or 0)
