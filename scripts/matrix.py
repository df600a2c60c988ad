# SPDX-License-Identifier: GPL-3.0-or-later
"""The add-on's and the package's tests on several Blenders, each in a folder of its own.

Usage: matrix.py [--tests FOLDER…] [--optional VERSION]… VERSION…

Blender up to 5.0 needs Python 3.11, from 5.1 on 3.13; PYTHON311 and PYTHON313 name them. A file of
tests runs in a process of its own, so that a Blender that crashes or hangs takes nothing with it.
An optional version whose Python is not on this machine is skipped; any other fails then.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parents[1]
OUT = ROOT / "build/matrix"
PATIENCE = 900
"""Seconds after which a file of tests is given up."""


@dataclass
class Row:
    """What became of one Blender."""

    blender: str
    python: str = ""
    numpy: str = ""
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    setup_seconds: float = 0.0
    seconds: float = 0.0
    trouble: list[str] = field(default_factory=list)
    absent: str = ""


def main() -> int:
    """Run, print the table, say with the exit code whether all passed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("versions", nargs="+")
    parser.add_argument("--tests", nargs="+", default=["tests/addon", "tests/packaging"])
    parser.add_argument("--optional", action="append", default=[])
    args = parser.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)
    rows = [_run(version, args.tests, version in args.optional) for version in args.versions]
    (OUT / "summary.json").write_text(json.dumps([asdict(r) for r in rows], indent=2) + "\n")
    print("\n".join(table(rows)))
    return 1 if any(r.trouble for r in rows) else 0


def table(rows: list[Row]) -> Iterator[str]:
    """The summary, a line a Blender, and what failed."""
    yield (
        f"{'Blender':9}{'Python':9}{'NumPy':8}{'passed':>7}{'failed':>7}{'skipped':>8}"
        f"{'setup s':>8}{'tests s':>8}"
    )
    for r in rows:
        if r.absent:
            yield f"{r.blender:9}skipped: {r.absent}"
            continue
        yield (
            f"{r.blender:9}{r.python:9}{r.numpy:8}{r.passed:7}{r.failed:7}{r.skipped:8}"
            f"{r.setup_seconds:8.0f}{r.seconds:8.0f}"
        )
    for r in rows:
        yield from (f"{r.blender}: {line}" for line in r.trouble)
    # A closing line in words that every reader of logs counts.
    yield f"{sum(r.passed for r in rows)} passed, {sum(r.failed for r in rows)} failed"


def _run(version: str, tests: list[str], optional: bool) -> Row:
    row = Row(version)
    python = find_python(
        "3.11" if version.startswith("4.") or version.startswith("5.0.") else "3.13"
    )
    if python is None:
        row.absent = "its Python is not on this machine"
        if not optional:
            row.trouble.append(row.absent)
        return row
    began = time.monotonic()
    try:
        blender = _environment(version, python)
    except subprocess.CalledProcessError:
        row.trouble.append("could not be installed")
        return row
    row.setup_seconds = time.monotonic() - began
    code = "import numpy, platform; print(platform.python_version(), numpy.__version__)"
    row.python, row.numpy = subprocess.check_output([blender, "-c", code], text=True).split()
    for path in _files(tests):
        _run_file(row, blender, path)
    return row


def find_python(version: str) -> str | None:
    """A Python of that version: the one named by PYTHON311 or PYTHON313, on the path, or
    pyenv's."""
    named = os.environ.get("PYTHON" + version.replace(".", ""))
    homes = sorted(Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob("versions/*"))
    found = [named or "", f"python{version}"]
    found += [str(h / "bin/python") for h in homes if h.name.startswith(version + ".")]
    for candidate in found:
        if candidate and shutil.which(candidate) and _is(candidate, version):
            return candidate
    return None


def _is(python: str, version: str) -> bool:
    """A shim may be on the path without the Python that it stands for."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
    return done.returncode == 0 and done.stdout.strip() == version


def _environment(version: str, python: str) -> Path:
    """The Python of a folder with this Blender; made the first time and when what it needs
    changed."""
    folder, needs = OUT / f"bpy-{version}", (ROOT / "requirements-bpy.txt").read_text()
    blender, ready = folder / "bin/python", folder / ".ready"
    if not ready.exists() or ready.read_text() != needs:
        print(f"== Blender {version}: setting up", flush=True)
        if not blender.exists():
            subprocess.run([python, "-m", "venv", folder], check=True)
        pip = [blender, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run(
            [*pip, f"bpy=={version}", "--requirement", ROOT / "requirements-bpy.txt"], check=True
        )
        ready.write_text(needs)
    return blender


def _files(tests: list[str]) -> list[Path]:
    found = [ROOT / t for t in tests]
    return [f for t in found for f in (sorted(t.rglob("test_*.py")) if t.is_dir() else [t])]


def _run_file(row: Row, blender: Path, path: Path) -> None:
    """One file of tests in a process of its own; its result is added to the row."""
    name = str(path.relative_to(ROOT))
    print(f"== Blender {row.blender}: {name}", flush=True)
    result = OUT / f"result-{row.blender}.xml"
    result.unlink(missing_ok=True)
    command = [
        blender,
        "-m",
        "pytest",
        name,
        f"--junitxml={result}",
        "-o",
        "faulthandler_timeout=300",
    ]
    began = time.monotonic()
    try:
        code = subprocess.run(command, cwd=ROOT, timeout=PATIENCE, check=False).returncode
        word = f"left with code {code}"
    except subprocess.TimeoutExpired:
        code, word = 1, f"given up after {PATIENCE} s"
    row.seconds += time.monotonic() - began
    failures = _count(row, result) if result.exists() else []
    row.trouble += [f"{name}: {f}" for f in failures]
    if code not in (0, 5) and not failures:  # 5: no test in it
        row.failed += 1
        row.trouble.append(f"{name}: {word}")


def _count(row: Row, result: Path) -> list[str]:
    """Add a file's numbers to the row; names of the tests that failed."""
    failures = []
    for case in ElementTree.parse(result).iter("testcase"):
        kinds = {child.tag for child in case}
        if kinds & {"failure", "error"}:
            failures.append(case.get("name", "?"))
        elif "skipped" in kinds:
            row.skipped += 1
        else:
            row.passed += 1
    row.failed += len(failures)
    return failures


if __name__ == "__main__":
    sys.exit(main())
