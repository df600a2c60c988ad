# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests belong to a place in the code: what coverage noted, or what imports the module.

`make coverage` leaves in build/coverage which test ran which line, how long it took, and what was
in every file then: files that have changed since are not believed. A line that runs when its module
is loaded (a constant) belongs to the tests of the lines that use its name. Where nothing was noted,
a module has the tests of its name (tests/PACKAGE/test_MODULE.py), those that import it, and those
of its package.
"""

import ast
import hashlib
import importlib.util
import json
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOTED = ROOT / "build/coverage"
QUICK_SECONDS = 40.0
"""Seconds that tests of other packages may take together, the quickest first; more are left out.
Those of the package itself may take three times as long."""


def tests_of(path: Path, line: int, quick: float) -> list[list[str]]:
    """Groups of tests that may notice a change of a line: to be run in this order until one
    fails.

    quick: seconds that tests of other packages, or of all the add-on, may take together.
    """
    own = _package_tests(path)
    found = _noted(path, line)
    if "addon" not in path.parts:  # Blender is not in that Python
        found = {t for t in found if not t.startswith("tests/addon")}
    if found:
        newer = _newer(own) | _newer(sorted(_importing(path)))
        if "addon" in path.parts:  # all of it is one folder: those that name the module
            newer = {t for t in newer if path.stem in (ROOT / t).read_text("utf-8")}
        else:
            newer = {t for t in newer if not t.startswith("tests/addon")}
        found -= {t for t in found if t.partition("::")[0] in newer}
        near = {t for t in found if any(t.startswith(f) for f in own)}
        return [[*within(near, 3.0 * quick), *sorted(newer)], within(found - near, quick)]
    named = sorted(_named(path) | _importing(path))
    if "addon" not in path.parts:
        named = [t for t in named if not t.startswith("tests/addon")]
    if own == ["tests/addon"]:  # half an hour
        own = within({t for t in _seconds() if t.startswith(own[0])}, quick) or own
    return [named, own] if named else [own]


def passed_before(test: str) -> bool:
    """Whether a test passed when coverage noted it."""
    return test in _seconds()


def by_time(tests: Iterable[str]) -> list[str]:
    """The quickest first, but a file's together."""
    seconds = _seconds()
    files: dict[str, list[str]] = defaultdict(list)
    for test in tests:
        files[test.partition("::")[0]].append(test)
    took = {f: sum(seconds.get(t, 0.1) for t in own) for f, own in files.items()}
    return [
        test
        for file in sorted(files, key=lambda f: took[f])
        for test in sorted(files[file], key=lambda t: seconds.get(t, 0.1))
    ]


def within(tests: Iterable[str], most: float) -> list[str]:
    """The quickest of these tests that take so many seconds together."""
    seconds = _seconds()
    kept, spent = list[str](), 0.0
    for test in sorted(tests, key=lambda t: seconds.get(t, 0.1)):
        spent += seconds.get(test, 0.1)
        if spent > most:
            break
        kept.append(test)
    return by_time(kept)


def _package_tests(path: Path) -> list[str]:
    parts = path.relative_to(ROOT).parts
    if parts[0] == "addon":
        return ["tests/addon"]
    package = parts[1].removesuffix(".py")
    own = f"tests/{package}"
    return [own] if (ROOT / own).is_dir() else ["tests/pipeline"]


def _named(path: Path) -> set[str]:
    """Tests that have the module's name, or the name of its folder."""
    names = {f"test_{path.stem}.py", f"test_{path.parent.name}.py"}
    return {str(t.relative_to(ROOT)) for t in _test_files() if t.name in names}


def _importing(path: Path) -> set[str]:
    """Tests that import a module, or something of it."""
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    package, _, name = module.rpartition(".")
    words = re.compile(rf"{re.escape(module)}\b|from {re.escape(package)} import [^\n]*\b{name}\b")
    return {str(t.relative_to(ROOT)) for t in _test_files() if words.search(t.read_text("utf-8"))}


@cache
def _test_files() -> list[Path]:
    return sorted((ROOT / "tests").rglob("test_*.py"))


# --- what coverage noted ---------------------------------------------------------------------


def _noted(path: Path, line: int) -> set[str]:
    """Tests that ran a line, or a use of the name that it gives a value to; those of the whole
    file for other lines that run when it is loaded, by whichever test is the first."""
    contexts = _contexts(path)
    if _in_function(path, line):
        return set(contexts.get(line, set()))
    found = set[str]()
    names = _names_of(path, line)
    for use in _uses(path, names) if names else ():
        found |= contexts.get(use, set())
    return found or set[str]().union(*contexts.values())


def _in_function(path: Path, line: int) -> bool:
    """Whether a line is in a function's body, where it runs when the function is called."""
    return any(
        node.body[0].lineno <= line <= (node.end_lineno or node.lineno)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@cache
def _contexts(path: Path) -> dict[int, set[str]]:
    """Tests by line; nothing where the file has changed since, for lines have moved then."""
    files = sorted(NOTED.glob(".coverage*"))
    if not files or not importlib.util.find_spec("coverage"):
        return {}
    import coverage

    found: dict[int, set[str]] = defaultdict(set)
    if _changed(path):
        return {}
    for file in files:
        data = coverage.CoverageData(str(file))
        data.read()
        for line, tests in data.contexts_by_lineno(str(path.relative_to(ROOT))).items():
            found[line] |= {t for t in tests if t}
    return {line: tests for line, tests in found.items() if tests}


def _names_of(path: Path, line: int) -> set[str]:
    """Names that the statement of a line gives a value to, outside functions."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if node.lineno <= line <= (node.end_lineno or node.lineno):
            targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", 0)]
            return {n.id for t in targets if isinstance(t, ast.AST)
                    for n in ast.walk(t) if isinstance(n, ast.Name)}  # fmt: skip
    return set()


def _uses(path: Path, names: set[str]) -> set[int]:
    """Lines of a file that use one of these names, and constants made of it."""
    tree = ast.parse(path.read_text("utf-8"))
    lines = {n.lineno for n in ast.walk(tree) if isinstance(n, ast.Name) and n.id in names}
    more = set().union(*(_names_of(path, line) for line in lines)) - names if lines else set()
    return lines | (_uses(path, more | names) if more else set())


def _newer(places: list[str]) -> set[str]:
    """Files of tests that were written or changed since coverage noted."""
    files = [f for f in _test_files() if any(_within(f, place) for place in places)]
    return {str(f.relative_to(ROOT)) for f in files if _changed(f)}


@cache
def _changed(path: Path) -> bool:
    """Whether a file is another than it was when coverage noted."""
    return _contents().get(str(path.relative_to(ROOT))) != digest(path)


@cache
def _contents() -> dict[str, str]:
    """What was in every file that was noted, the oldest note first."""
    found: dict[str, str] = {}
    for file in sorted(NOTED.glob("contents-*.json"), key=lambda f: f.stat().st_mtime):
        found |= json.loads(file.read_text("utf-8"))
    return found


def digest(path: Path) -> str:
    """What is in a file, in a few letters."""
    return hashlib.sha256(path.read_bytes()).hexdigest()[:16]


def _within(file: Path, place: str) -> bool:
    return file == ROOT / place or ROOT / place in file.parents


@cache
def _seconds() -> dict[str, float]:
    found: dict[str, float] = {}
    for file in sorted(NOTED.glob("seconds-*.json")):
        found |= json.loads(file.read_text("utf-8"))
    return found
