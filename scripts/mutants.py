# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the code on purpose, a place at a time, and sees whether a test notices.

Usage: mutants.py [--count N] [--seconds S] [--seed K] [--jobs J] [--far F] [--listed FILE.tsv]
                  [FOLDER or FILE…]

Samples places of the folders (those of `FOLDERS` where none is named) evenly by file, changes each
in a copy of the checkout, and runs the tests that belong to it (`tests_of_line.py`: after
`make coverage`, those that run the line) until one fails. --listed takes the changes from a table
(module, code, changed to, and the tests that are to notice, if it tells) instead. Prints a line a
change, then the score by folder: the share that was noticed, without the changes that nobody can
see (tests/equal_changes.tsv). A change that only touches a docstring, a message or a type is not
made. --jobs: so many side by side, each in a copy of its own; all run at low priority and with one
thread each. What is drawn depends on the seed alone. --far: seconds of other packages' tests that
are tried where the package's own notice nothing.
"""

import argparse
import ast
import compileall
import csv
import os
import py_compile
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from queue import SimpleQueue

from tests_of_line import QUICK_SECONDS, passed_before, tests_of

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (
    "lsmplify_core/reading", "lsmplify_core/tracks", "lsmplify_core/ik",
    "lsmplify_core/calibration", "lsmplify_core/repair", "lsmplify_core/cleanup",
    "lsmplify_core/retarget", "lsmplify_core/verdict", "lsmplify_core/geometry",
    "lsmplify_core/files", "lsmplify_core/props", "lsmplify_core/long_takes", "addon/bake",
    "addon/character", "addon/export",
)  # fmt: skip
PATIENCE = 240
"""Seconds for the tests of one change; one that hangs is noticed, if they don't without it."""
_HANGS = "hangs"
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
EQUAL = ROOT / "tests/equal_changes.tsv"
"""Changes that nobody can see, each with the reason."""
_COMPARED = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
}  # fmt: skip
_TURNED = {ast.Lt: ">", ast.LtE: ">", ast.Gt: "<", ast.GtE: "<"}
"""For limits that are no whole numbers: no measured value lies on one, so that `<` and `<=` are the
same there."""
_SUMS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
_SAID = ("InputError", "say", "Repair", "append", "print", "report", "reshape")
"""Calls whose texts are for people: their arguments are left alone; so are those of reshape, to
which all numbers below zero are the same."""


@dataclass(frozen=True)
class Change:
    """Characters start to stop of a file become `text`. tests: that are to notice; those of the
    file's package where there are none."""

    path: Path
    line: int
    start: int
    stop: int
    text: str
    tests: tuple[str, ...] = ()


def changes_in(path: Path) -> Iterator[Change]:
    """All places of a file that can be changed so that it still compiles."""
    source = path.read_text(encoding="utf-8")
    starts = [0]
    for line in source.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    data = source.encode()

    def place(node: ast.expr) -> tuple[int, int]:
        return (
            starts[node.lineno - 1] + node.col_offset,
            starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0),
        )

    def between(left: ast.expr, right: ast.expr, text: str) -> Change:
        start, stop = place(left)[1], place(right)[0]
        inside = data[start:stop].decode()
        kept = "".join(c for c in inside if c in "() \n\\")
        cut = kept.rfind(")") + 1
        return Change(path, left.lineno, start, stop, kept[:cut] + f" {text} " + kept[cut:])

    tree = ast.parse(source)
    floats = _float_names(tree)
    for node in _walked(tree):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
            words = _TURNED if _measured(node, floats) else _COMPARED
            word = words.get(type(node.ops[0]), _COMPARED[type(node.ops[0])])
            yield between(node.left, node.comparators[0], word)
        elif isinstance(node, ast.BinOp) and type(node.op) in _SUMS:
            yield between(node.left, node.right, _SUMS[type(node.op)])
        elif isinstance(node, ast.BoolOp):
            word = "or" if isinstance(node.op, ast.And) else "and"
            yield between(node.values[0], node.values[1], word)
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            start, _ = place(node)
            yield Change(path, node.lineno, start, place(node.operand)[0], "")
        elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
            new = repr(node.value * 3 if node.value else 1)
            yield Change(path, node.lineno, *place(node), new)


def _float_names(tree: ast.Module) -> set[str]:
    """Constants of a module that are numbers with a fraction."""
    return {
        node.target.id
        for node in tree.body
        if isinstance(node, ast.AnnAssign)
        and isinstance(node.target, ast.Name)
        and any(isinstance(n, ast.Constant) and type(n.value) is float for n in ast.walk(node))
    }


def _measured(compared: ast.Compare, floats: set[str]) -> bool:
    """Whether something is held against a number with a fraction."""
    return any(
        (isinstance(n, ast.Constant) and type(n.value) is float)
        or (isinstance(n, ast.Name) and n.id in floats)
        for n in ast.walk(compared)
    )


def _walked(tree: ast.AST) -> Iterator[ast.AST]:
    """Expressions of the code itself: no annotations, no texts for people."""
    for name, value in ast.iter_fields(tree):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if not isinstance(child, ast.AST) or isinstance(child, ast.JoinedStr):
                continue
            if isinstance(child, ast.Call):
                called = child.func
                word = getattr(called, "id", getattr(called, "attr", ""))
                if word in _SAID:
                    continue
            yield child
            yield from _walked(child)


def listed(path: Path) -> list[Change]:
    """Changes from a table; places that are no longer there are named and left out."""
    found: list[Change] = []
    for row in csv.DictReader(path.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE):
        old, new = (row[k].replace("\\n", "\n").encode() for k in ("code", "changed to"))
        own = ROOT / row["module"]
        files = [own] if own.is_file() else _by_name(own.name)
        file = next((f for f in files if f.read_bytes().count(old) == 1), None)
        if file is None:
            print(f"not there any more: {row['module']}: {row['code']}")
            continue
        start = file.read_bytes().index(old)
        line = file.read_bytes()[:start].count(b"\n") + 1
        text = "pass" if new == b"(removed)" else new.decode()
        tests = tuple((row.get("tests") or "").split())
        found.append(Change(file, line, start, start + len(old), text, tests))
    return found


def _by_name(name: str) -> list[Path]:
    """Files for a module that has moved: those of its name first."""
    files = [f for top in ("lsmplify_core", "addon") for f in sorted((ROOT / top).rglob("*.py"))]
    return sorted(files, key=lambda f: f.name != name)


def noticed(change: Change, copy: Path, far: float) -> bool | None:
    """Whether a test fails with the change made; None where it does not compile, or where the tests
    do not pass without it."""
    inside = copy / change.path.relative_to(ROOT)
    old = inside.read_bytes()
    new = old[: change.start] + change.text.encode() + old[change.stop :]
    try:
        compile(new, str(inside), "exec")
    except SyntaxError:
        return None
    python = ".venv-bpy/bin/python" if "addon" in change.path.parts else ".venv/bin/python"
    groups = [list(change.tests)] if change.tests else tests_of(change.path, change.line, far)
    for tests in filter(None, groups):
        inside.write_bytes(new)
        try:
            failed = failing(copy, python, tests)
        finally:
            inside.write_bytes(old)
        if failed == _HANGS:  # by the change, or is the machine busy?
            return True if failing(copy, python, tests) != _HANGS else None
        if failed:
            return True if passed_before(failed) or passes(copy, python, failed) else None
    return False


def failing(copy: Path, python: str, tests: Sequence[str]) -> str:
    """The first of the tests that fails; "all" where none can be loaded, `_HANGS`, or ""."""
    command = [str(ROOT / python), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider",
               "--assert=plain", "--tb=no", "-W", "ignore", *tests]  # fmt: skip
    env = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"} | ONE_THREAD
    try:
        done = subprocess.run(
            command, cwd=copy, env=env, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return _HANGS
    if not done.returncode:
        return ""
    named = re.search(r"^(?:FAILED|ERROR) (\S+?)(?: - .*)?$", done.stdout.decode(), re.MULTILINE)
    return named[1] if named else "all"


@cache
def passes(copy: Path, python: str, test: str) -> bool:
    """Whether a test does without a change; else it can say nothing about one."""
    found = test == "all" or not failing(copy, python, [test])
    if not found:
        print(f"fails without any change: {test}", flush=True)
    return found


def sampled(folders: list[str], count: int, seed: int) -> list[Change]:
    """So many changes, evenly by file."""
    chosen = random.Random(seed)
    paths = [p for f in folders for p in _python_files(ROOT / f)]
    by_file = {p: list(changes_in(p)) for p in paths}
    files = [p for p, found in by_file.items() if found]
    return [chosen.choice(by_file[chosen.choice(files)]) for _ in range(count)] if files else []


def _python_files(place: Path) -> list[Path]:
    return [place] if place.is_file() else sorted(place.rglob("*.py"))


@cache
def equal() -> set[tuple[str, str, str]]:
    """Module, line's code and what replaces what: changes that nobody can see."""
    if not EQUAL.is_file():
        return set()
    rows = csv.DictReader(EQUAL.open(encoding="utf-8"), delimiter="\t", quoting=csv.QUOTE_NONE)
    return {(r["module"], r["code"], r["changed to"]) for r in rows}


def whole_lines(change: Change, copy: Path) -> tuple[str, str, str]:
    """Module, the line's code, and what it becomes, as `equal_changes.tsv` has them."""
    data = (copy / change.path.relative_to(ROOT)).read_bytes()
    begin = data.rfind(b"\n", 0, change.start) + 1
    end = data.find(b"\n", change.stop)
    old = data[begin:end].decode()
    new = (data[begin : change.start] + change.text.encode() + data[change.stop : end]).decode()
    flat = [" ".join(text.split()) for text in (old, new)]
    return str(change.path.relative_to(ROOT)), flat[0], flat[1]


def main() -> int:
    """Make the changes, print the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=list(FOLDERS))
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--far", type=float, default=QUICK_SECONDS)
    parser.add_argument("--listed", type=Path)
    args = parser.parse_args()
    os.nice(10)
    changes = listed(args.listed) if args.listed else sampled(args.folders, args.count, args.seed)
    score: dict[str, Counter[str]] = defaultdict(Counter)
    ends = time.monotonic() + args.seconds
    with tempfile.TemporaryDirectory() as folder:
        copies = [_copied(Path(folder) / str(i)) for i in range(max(args.jobs, 1))]
        free: SimpleQueue[Path] = SimpleQueue()
        for copy in copies:
            free.put(copy)

        def tried(change: Change) -> tuple[tuple[str, str, str], str] | None:
            copy = free.get()
            try:
                return judged(change, copy, args.far) if time.monotonic() < ends else None
            finally:
                free.put(copy)

        with ThreadPoolExecutor(len(copies)) as pool:
            for change, found in zip(changes, pool.map(tried, changes), strict=True):
                if found is None:
                    continue
                (module, before, after), word = found
                print(f"{word:12} {module}:{change.line}\t{before}\t{after}", flush=True)
                score[str(Path(module).parent)][word] += 1
    total = sum(score.values(), Counter())
    for name, counts in (*sorted(score.items()), ("all", total)):
        made = counts["noticed"] + counts["NOT NOTICED"]
        if made:
            print(f"{name:28} {counts['noticed']:4} of {made:4}  {counts['noticed'] / made:.0%}")
    return 0


def judged(change: Change, copy: Path, far: float) -> tuple[tuple[str, str, str], str] | None:
    """The change in words, and whether it was noticed; None where no test can say."""
    place = whole_lines(change, copy)
    if place in equal():
        return place, "equal"
    found = noticed(change, copy, far)
    return None if found is None else (place, "noticed" if found else "NOT NOTICED")


def _copied(folder: Path) -> Path:
    """A copy of the checkout to change, with what it needs beside it."""
    copy = folder / "checkout"
    kept = shutil.ignore_patterns(".git", ".venv*", "build", "__pycache__", "images")
    shutil.copytree(ROOT, copy, ignore=kept, symlinks=True)
    (folder / "shared").symlink_to(ROOT.parent / "shared")
    # By what is in them, not by their date, so that a change is never missed.
    compileall.compile_dir(
        copy, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH
    )
    return copy


if __name__ == "__main__":
    sys.exit(main())
