"""What an answer is compared with: a value in Protobuf's JSON form, in which these stand for more than themselves.

  $any                anything but nothing: positions, tokens and clocks that run
  {$length: 5}        a text of so many characters
  {$at_least: [...]}  a list that begins so, however it goes on
"""


def differences(expected, actual, path=""):
    """Yields in words where `actual` is not what was expected."""
    where = path or "the answer"
    if expected == "$any":
        if actual in (None, "", [], {}):
            yield f"{where}: nothing"
    elif isinstance(expected, dict) and "$length" in expected:
        if not isinstance(actual, str) or len(actual) != expected["$length"]:
            found = f"a text of {len(actual)}" if isinstance(actual, str) else repr(actual)
            yield f"{where}: {found}, expected a text of {expected['$length']}"
    elif isinstance(expected, dict) and "$at_least" in expected:
        wanted = expected["$at_least"]
        if not isinstance(actual, list) or len(actual) < len(wanted):
            yield f"{where}: {shown(actual)}, expected at least {len(wanted)}"
        else:
            yield from differences(wanted, actual[:len(wanted)], path)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for key in {**expected, **actual}:
            inner = f"{path}.{key}" if path else key
            if key not in actual:
                yield f"{inner}: missing, expected {shown(expected[key])}"
            elif key not in expected:
                yield f"{inner}: {shown(actual[key])}, expected nothing"
            else:
                yield from differences(expected[key], actual[key], inner)
    elif isinstance(expected, list) and isinstance(actual, list):
        if len(expected) != len(actual):
            yield f"{where}: {len(actual)} of them, expected {len(expected)}: {shown(actual)}"
        for place, (wanted, found) in enumerate(zip(expected, actual)):
            yield from differences(wanted, found, f"{path}[{place}]")
    elif type(expected) is bool or type(actual) is bool:
        if expected is not actual:
            yield f"{where}: {shown(actual)}, expected {shown(expected)}"
    elif expected != actual:
        yield f"{where}: {shown(actual)}, expected {shown(expected)}"


def shown(value):
    text = repr(value)
    return text if len(text) <= 300 else text[:300] + "..."
