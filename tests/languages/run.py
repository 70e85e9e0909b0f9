"""Puts Hotline's clients in every language to the same cases, and prints a matrix of what came of it.

usage: run.py BIN_DIR [--language=NAME,...] [--case=NAME,...] [--every-language] [--no-build] [--show] [--matrix=FILE]

README.md says what the rows are. The matrix goes to standard output, or to the FILE. A language whose tools are missing is skipped, and a line says so; with
--every-language, which `make test-languages` gives in CI, that is a failure. --show prints the answers to the cases.
"""

import argparse
import concurrent.futures
import os
import pathlib
import subprocess
import sys
import time

import conformance
import examples
import odd_corpus
import servers
from languages import HERE, LANGUAGES, SOURCE

BUILD_SECONDS = 1200


def names(text):
    return set(text.split(","))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=pathlib.Path)
    parser.add_argument("--language", type=names, default={language.name for language in LANGUAGES})
    parser.add_argument("--case", type=names)
    parser.add_argument("--every-language", action="store_true")
    parser.add_argument("--no-build", action="store_true")
    parser.add_argument("--show", action="store_true")
    parser.add_argument("--matrix", type=argparse.FileType("w"))
    options = parser.parse_args()
    if unknown := options.language - {language.name for language in LANGUAGES}:
        parser.error(f"no such language: {', '.join(unknown)}")
    return options


def build(language):
    """Returns what was wrong; empty where it was built."""
    begun = time.monotonic()
    result = subprocess.run([language.folder / "build.sh"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True, timeout=BUILD_SECONDS)
    print(f"  {language.name}: {time.monotonic() - begun:.0f} s", flush=True)
    return "" if result.returncode == 0 else f"build.sh failed:\n{result.stdout[-4000:]}"


def build_all(languages):
    """Builds two at a time: much of it is waiting for registries. Returns {name: what was wrong}."""
    print("Building", flush=True)
    (SOURCE / "build" / "languages").mkdir(parents=True, exist_ok=True)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return dict(zip((language.name for language in languages), pool.map(build, languages)))


def run_language(language, cases, started, programs, folder, options):
    """Yields (row, what was wrong); None in place of the latter where the row is none for this language."""
    addresses = {name: server.address for name, server in started.items()}
    yield from conformance.run(language, cases, addresses, options.show)
    yield from examples.run(language, started["shipped"].address, programs, folder, options.case)


def matrix(results, languages):
    """Yields its lines."""
    rows = list(dict.fromkeys(row for found in results.values() for row in found))
    width = max(map(len, rows), default=0)
    yield ""
    yield " " * width + "  " + "  ".join(f"{language.name:6}" for language in languages)
    for row in rows:
        cells = []
        for language in languages:
            wrong = results[language.name].get(row)
            cells.append("-" if wrong is None else "FAIL" if wrong else "ok")
        yield f"{row:{width}}  " + "  ".join(f"{cell:6}" for cell in cells).rstrip()
    ok = sum(1 for found in results.values() for wrong in found.values() if wrong is not None and not wrong)
    bad = sum(1 for found in results.values() for wrong in found.values() if wrong)
    yield f"\n{ok} ok, {bad} failed, in {len(languages)} of {len(LANGUAGES)} languages"


def main():
    options = arguments()
    failed = False
    chosen, missing = [], {}
    for language in LANGUAGES:
        if language.name not in options.language:
            continue
        if why := language.missing():
            print(f"{language.name} is skipped: {why}", flush=True)
            failed |= options.every_language
        else:
            chosen.append(language)
    broken = {} if options.no_build else build_all(chosen)
    for name, wrong in broken.items():
        if wrong:
            print(f"{name}: {wrong}")
            failed = True
    chosen = [language for language in chosen if not broken.get(language.name)]
    cases = conformance.read_cases(HERE / "cases.yaml", options.case)

    results = {}
    with servers.logs() as folder:
        folder = pathlib.Path(folder)
        python = {**os.environ, "PYTHONPATH": str(SOURCE / "proto")}
        started = {
            "shipped": servers.hotlined(options.bin, folder / "shipped.log"),
            "odd": servers.hotlined(options.bin, folder / "odd.log", odd_corpus.write(folder / "odd")),
            "later": servers.Server([sys.executable, HERE / "later_server.py"], folder / "later.log", python),
        }
        try:
            for server in started.values():
                server.start()
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                running = {
                    language.name: pool.submit(lambda language=language: dict(
                        run_language(language, cases, started, options.bin, folder, options)))
                    for language in chosen
                }
                results = {name: future.result() for name, future in running.items()}
        finally:
            for server in started.values():
                server.stop()

    for name, found in results.items():
        for row, wrong in found.items():
            if wrong:
                failed = True
                print(f"\n{name}, {row}:\n  " + "\n  ".join(wrong))
    print("\n".join(matrix(results, chosen)), file=options.matrix or sys.stdout)
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())
