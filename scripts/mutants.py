# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes the code on purpose, a place at a time, and sees whether a test notices.

Usage: mutants.py [--count N] [--seconds S] [--seed K] [--listed FILE.tsv] [FOLDER…]

Samples places of the folders (those of `FOLDERS` where none is named) evenly by file, changes each
in a copy of the checkout, and runs that package's tests until one fails. --listed takes the changes
from a table (module, code, changed to, and the tests that are to notice, if it tells) instead.
Prints a line a change, then the score by folder: the share that was noticed. A change that only
touches a docstring, a message or a type is not made.
"""

import argparse
import ast
import csv
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = (
    "lsmplify_core/reading", "lsmplify_core/tracks", "lsmplify_core/ik",
    "lsmplify_core/calibration",
    "lsmplify_core/repair", "lsmplify_core/cleanup", "lsmplify_core/geometry", "addon/bake",
)  # fmt: skip
PATIENCE = 240
"""Seconds for the tests of one change; one that hangs is noticed."""
_COMPARED = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==",
}  # fmt: skip
_SUMS = {ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*"}
_SAID = ("InputError", "say", "Repair", "append", "print", "report")
"""Calls whose texts are for people: their arguments are left alone."""


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

    for node in _walked(ast.parse(source)):
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
            yield between(node.left, node.comparators[0], _COMPARED[type(node.ops[0])])
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


def tests_of(path: Path) -> tuple[str, list[str]]:
    """The Python and the tests that are to notice a change of a file."""
    parts = path.relative_to(ROOT).parts
    if parts[0] == "addon":
        return ".venv-bpy/bin/python", ["tests/addon"]
    package = parts[1].removesuffix(".py")
    own = [f"tests/{package}"] if (ROOT / "tests" / package).is_dir() else []
    return ".venv/bin/python", [*own, "tests/test_pipeline.py"]


def noticed(change: Change, copy: Path) -> bool | None:
    """Whether a test fails with the change made; None where it does not compile, or where the tests
    do not pass without it."""
    inside = copy / change.path.relative_to(ROOT)
    old = inside.read_bytes()
    new = old[: change.start] + change.text.encode() + old[change.stop :]
    try:
        compile(new, str(inside), "exec")
    except SyntaxError:
        return None
    python, tests = tests_of(change.path)
    tests = [*change.tests] or tests
    if not passes(copy, python, tuple(tests)):
        return None
    inside.write_bytes(new)
    try:
        return not run_tests(copy, python, tests)
    finally:
        inside.write_bytes(old)


def run_tests(copy: Path, python: str, tests: Sequence[str]) -> bool:
    """Whether the tests pass, and in time."""
    command = [str(ROOT / python), "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    env = os.environ | {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        return not subprocess.run(
            command, cwd=copy, env=env, capture_output=True, timeout=PATIENCE, check=False
        ).returncode
    except subprocess.TimeoutExpired:
        return False


@cache
def passes(copy: Path, python: str, tests: tuple[str, ...]) -> bool:
    """Whether they do without a change; else they can say nothing about one."""
    found = run_tests(copy, python, tests)
    if not found:
        print(f"fail without any change, or take too long: {' '.join(tests)}", flush=True)
    return found


def sampled(folders: list[str], count: int, seed: int) -> list[Change]:
    """So many changes, evenly by file."""
    chosen = random.Random(seed)
    by_file = {p: list(changes_in(p)) for f in folders for p in sorted((ROOT / f).rglob("*.py"))}
    files = [p for p, found in by_file.items() if found]
    return [chosen.choice(by_file[chosen.choice(files)]) for _ in range(count)] if files else []


def main() -> int:
    """Make the changes, print the score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", default=list(FOLDERS))
    parser.add_argument("--count", type=int, default=120)
    parser.add_argument("--seconds", type=float, default=1800.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--listed", type=Path)
    args = parser.parse_args()
    changes = listed(args.listed) if args.listed else sampled(args.folders, args.count, args.seed)
    score: dict[str, Counter[str]] = defaultdict(Counter)
    ends = time.monotonic() + args.seconds
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "checkout"
        kept = shutil.ignore_patterns(".git", ".venv*", "build", "__pycache__", "images")
        shutil.copytree(ROOT, copy, ignore=kept, symlinks=True)
        (Path(folder) / "shared").symlink_to(ROOT.parent / "shared")
        for change in changes:
            if time.monotonic() > ends:
                break
            found = noticed(change, copy)
            if found is None:
                continue
            name = str(change.path.relative_to(ROOT))
            old = change.path.read_bytes()[change.start : change.stop].decode()
            word = "noticed" if found else "NOT NOTICED"
            print(
                f"{word:12} {name}:{change.line}  {old.strip()!r} -> {change.text.strip()!r}",
                flush=True,
            )
            score[str(Path(name).parent)][word] += 1
    total = sum(score.values(), Counter())
    for name, counts in (*sorted(score.items()), ("all", total)):
        made = sum(counts.values())
        if made:
            print(f"{name:28} {counts['noticed']:4} of {made:4}  {counts['noticed'] / made:.0%}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
