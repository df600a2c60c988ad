# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin (`-p test_contexts`): coverage notes which test ran a line, and how long it took.

The seconds go beside coverage's own data, into build/coverage/seconds-PID.json, and what was in the
files of the code and of these tests into contents-PID.json.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest
from tests_of_line import digest

SECONDS = "build/coverage"
_took: dict[str, float] = {}
_failed: set[str] = set()
_ended_with: list[int] = []
"""The exit code of the tests, once they are done."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Name what runs now after the test; what runs between tests has no name."""
    running = coverage.Coverage.current()
    began = time.perf_counter()
    if running is not None:
        running.switch_context(item.nodeid)
    try:
        return (yield)
    finally:
        if item.nodeid not in _failed:
            _took[item.nodeid] = time.perf_counter() - began
        if running is not None:
            running.switch_context("")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what failed: it can say nothing about a change."""
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Keep the seconds, and what was in the files, for `scripts/tests_of_line.py`."""
    _ended_with.append(int(exitstatus))
    folder = Path(session.config.rootpath) / SECONDS
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"seconds-{os.getpid()}.json").write_text(json.dumps(_took))
    root = Path(session.config.rootpath)
    code = [f for top in ("lsmplify_core", "addon") for f in (root / top).rglob("*.py")]
    own = {root / test.partition("::")[0] for test in _took}
    contents = {str(f.relative_to(root)): digest(f) for f in (*code, *own)}
    (folder / f"contents-{os.getpid()}.json").write_text(json.dumps(contents))


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Leave a Blender before its own clean-up, which can wait for ever where lines are traced."""
    running = coverage.Coverage.current()
    if "bpy" not in sys.modules or running is None:
        return
    running.stop()
    running.save()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(_ended_with[-1] if _ended_with else 1)
