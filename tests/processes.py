# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes as Linux has them: whose children run, and which of them are left after a while."""

import time
from collections.abc import Callable
from pathlib import Path

PATIENCE = 600.0
"""Seconds after which something that hangs is given up; a busy machine needs many."""


def until(true: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Wait for something to become true; whether it did."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.02)
    return False


def children(parent: int) -> list[int]:
    """The processes that a process has started and that have not ended."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        words = _state(status)
        if words and int(words[1]) == parent and words[0] != "Z":
            found.append(int(status.parent.name))
    return found


def left(processes: list[int], seconds: float) -> int:
    """How many of these still run after a while."""
    end = time.monotonic() + seconds
    running = processes
    while running and time.monotonic() < end:
        running = [p for p in running if runs(p)]
        time.sleep(0.05 if running else 0.0)
    return len(running)


def runs(process: int) -> bool:
    """Whether a process is there and has not ended."""
    words = _state(Path(f"/proc/{process}/stat"))
    return bool(words) and words[0] != "Z"


def _state(status: Path) -> list[str]:
    """State, parent and so on of a process; nothing where it is gone."""
    try:
        return status.read_text().rpartition(")")[2].split()
    except OSError:
        return []
