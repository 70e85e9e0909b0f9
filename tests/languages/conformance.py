"""Puts the cases of cases.yaml to one language's adapter. README.md has the protocol."""

import json
import queue
import subprocess
import threading

import yaml

from expectation import differences

DEADLINE_SECONDS = 20.0
NO_ERROR = {"code": "OK", "reason": "", "metadata": {}, "fields": [], "resource": ""}
ERROR_KEYS = {"code", "message", "reason", "metadata", "fields", "resource"}
CASE_KEYS = {"name", "why", "server", "method", "deadline", "request", "script", "cli", "not_for", "responses", "error"}


class Loader(yaml.SafeLoader):
    """YAML without its dates: 1962-10-27 is a text, as it is in JSON."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def spelled_out(value):
    """A request with {$repeat: [text, count]} made into that text."""
    if isinstance(value, list):
        return [spelled_out(element) for element in value]
    if not isinstance(value, dict):
        return value
    if "$repeat" in value:
        text, count = value["$repeat"]
        return text * count
    return {key: spelled_out(element) for key, element in value.items()}


def read_cases(path, wanted=None):
    cases = yaml.load(path.read_text(), Loader)
    for case in cases:
        if unknown := set(case) - CASE_KEYS:
            raise SystemExit(f"{path}: case {case['name']}: no such key: {unknown}")
        if unknown := set(case.get("error", {})) - ERROR_KEYS:
            raise SystemExit(f"{path}: case {case['name']}: an error has no {unknown}")
        if ("request" in case) == ("script" in case):
            raise SystemExit(f"{path}: case {case['name']}: one of request and script is wanted")
    return [case for case in cases if wanted is None or case["name"] in wanted]


class Adapter:
    """A running adapter: answers lines with lines."""

    def __init__(self, language):
        self.process = subprocess.Popen([language.folder / "adapter"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True, encoding="utf-8")
        self.lines, self.errors = queue.Queue(), []
        threading.Thread(target=self._read, daemon=True).start()
        threading.Thread(target=self._read_errors, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line)
        self.lines.put(None)

    def _read_errors(self):
        for line in self.process.stderr:
            self.errors.append(line)

    def ask(self, question, seconds):
        """Returns the answer, or a text that says why there is none."""
        try:
            self.process.stdin.write(json.dumps(question) + "\n")
            self.process.stdin.flush()
            line = self.lines.get(timeout=seconds)
        except (BrokenPipeError, queue.Empty):
            line = None
        if line is None:
            self.process.kill()
            return "the adapter gave no answer; it wrote: " + "".join(self.errors[-40:])
        try:
            return json.loads(line)
        except json.JSONDecodeError:
            return f"the adapter's answer is no JSON: {line[:300]}"

    def close(self):
        """Ends its input. Returns what was wrong."""
        try:
            self.process.stdin.close()
        except BrokenPipeError:
            pass
        try:
            code = self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return ["it did not end with its input"]
        return [] if code == 0 else [f"exit code {code}; it wrote: " + "".join(self.errors[-40:])]


def applies(case, language):
    return language.name not in case.get("not_for", {}) and (language.name != "cli" or "cli" in case)


def wrong_with(case, answer):
    if isinstance(answer, str):
        return [answer]
    if "refused" in answer:
        return [f"not sent: {answer['refused']}"]
    found = [] if answer.get("name") == case["name"] else [f"answers {answer.get('name')}"]
    expected = {**NO_ERROR, **case.get("error", {})}
    found += differences(case.get("responses", []), answer["responses"], "responses")
    for key, value in expected.items():
        found += differences(value, answer.get(key), key)
    return found


def run(language, cases, addresses, show):
    """Yields (case's name, what was wrong); None in place of the latter where the case is none for the language."""
    adapter = Adapter(language)
    for case in cases:
        if not applies(case, language):
            yield case["name"], None
            continue
        if adapter.process.poll() is not None:
            adapter = Adapter(language)
        question = {
            "name": case["name"],
            "server": addresses[case.get("server", "shipped")],
            "method": "hotline.v1." + case["method"],
            "deadline": case.get("deadline", DEADLINE_SECONDS),
            "script": case.get("script") or [{"message": spelled_out(case["request"])}],
        }
        if language.name == "cli":
            question["cli"] = case["cli"]
        answer = adapter.ask(question, 2 * DEADLINE_SECONDS)
        if show:
            print(f"{language.name}, {case['name']}: {json.dumps(answer, ensure_ascii=False)}", flush=True)
        yield case["name"], wrong_with(case, answer)
    yield "ends with its input", adapter.close()
