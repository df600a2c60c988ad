# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands tried in children of one process that has everything loaded: what they print, how long
they take, how much memory, and whether that is within the contract."""

import contextlib
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from lsmplify_core.cli.main import main

SECONDS = 20.0
MEGABYTES = 1024.0
_GOOD = (0, 2, 3)


@dataclass(frozen=True)
class Tried:
    """One run of a command. code: None where it was killed for its time."""

    code: int | None
    out: str
    err: str
    seconds: float
    megabytes: float

    def problem(self, expected: Sequence[int] = _GOOD) -> str:
        """What is outside the contract, or nothing."""
        lines = [line for line in self.err.splitlines() if line]
        if self.code is None:
            return f"hangs: {self.seconds:.0f} s"
        if "Traceback" in self.err + self.out:
            return f"traceback: {lines[-1][:160] if lines else ''}"
        if self.code not in expected:
            return f"exit code {self.code}: {lines[-1][:160] if lines else ''}"
        strange = [x for x in lines if not x.startswith(("error: ", "warning: "))]
        if strange:
            return f"a line of another kind: {strange[0][:120]!r}"
        errors = [x for x in lines if x.startswith("error: ")]
        if bool(errors) != (self.code == 2):
            return f"exit code {self.code} with {len(errors)} lines of error"
        if self.seconds > SECONDS or self.megabytes > MEGABYTES:
            return f"{self.seconds:.1f} s, {self.megabytes:.0f} MB"
        return ""


def command(
    words: Sequence[object], folder: Path, encoding: str = "utf-8", errors: str = "strict"
) -> Tried:
    """`lsmplify WORDS` in a folder, on a console of an encoding."""
    plain = [str(word) for word in words]

    def work() -> int:
        for name, handle in (("stdout", 1), ("stderr", 2)):
            stream = io.TextIOWrapper(
                io.FileIO(handle, "w", closefd=False), encoding=encoding, errors=errors,
                write_through=True,
            )  # fmt: skip
            setattr(sys, name, stream)
        try:
            return main(plain)
        except SystemExit as done:  # argparse's way to end after --help
            return int(done.code or 0)

    return in_child(work, folder)


def in_child(work: Callable[[], int], folder: Path, seconds: float = SECONDS + 5.0) -> Tried:
    """Call `work` in a forked child whose working folder is `folder`."""
    out, err = folder.parent / "stdout", folder.parent / "stderr"
    began = time.monotonic()
    child = os.fork()
    if child == 0:
        _run(work, folder, out, err)
    while True:
        ended, status, used = os.wait4(child, os.WNOHANG)
        if ended:
            break
        if time.monotonic() - began > seconds:
            os.kill(child, signal.SIGKILL)
            _, status, used = os.wait4(child, 0)
            break
        time.sleep(0.005)
    code = os.waitstatus_to_exitcode(status)
    return Tried(
        None if code == -signal.SIGKILL else code, _text(out), _text(err),
        time.monotonic() - began, used.ru_maxrss / 1024.0,
    )  # fmt: skip


def _run(work: Callable[[], int], folder: Path, out: Path, err: Path) -> None:
    code = 1
    try:
        os.setsid()
        for path, handle in ((os.devnull, 0), (out, 1), (err, 2)):
            opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o644)
            os.dup2(opened, handle)
        os.chdir(folder)
        code = work()
    except BaseException:
        with contextlib.suppress(OSError):
            os.write(2, traceback.format_exc().encode("utf-8", "backslashreplace"))
    finally:
        os._exit(code & 0xFF)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "backslashreplace")
