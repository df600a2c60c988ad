# SPDX-License-Identifier: GPL-3.0-or-later
"""The last guard: whatever a run meets becomes one line for the user and an exit code.

What is a user's to mend has its sentence already (`InputError`). What is left is a fault of ours:
it becomes one line too, and its traceback goes to a file that the line names.
"""

import os
import signal
import sys
import tempfile
import threading
import traceback
import warnings
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from .console import close_quietly, one_line, say
from .errors import OUTSIDE, brief, error_line

BAD_INPUT: Final = 2
"""The exit code of bad usage and bad input, and of our own faults."""
INTERRUPTED: Final = 130
"""The exit code after Ctrl-C, as shells have it."""
TERMINATED: Final = 143
"""The exit code after SIGTERM, as shells have it."""


class Terminated(BaseException):  # no error: a wish, as KeyboardInterrupt is
    """Somebody asked this process to end (SIGTERM)."""


def sentence(error: BaseException, folder: Path | None = None) -> str:
    """One line for the user about any exception.

    Args:
        error: what was caught. Those of `OUTSIDE` have their own words; the traceback of any other
            is written to a log file, which the line names.
        folder: where the log file goes; None for the system's folder of temporary files.
    """
    if isinstance(error, OUTSIDE):
        return one_line(error_line(error))
    log = write_log(error, folder)
    where = f"; details: {log}" if log is not None else ""
    what = f"{type(error).__name__}: {brief(error)}"
    return one_line(f"LSMPLify met a fault of its own ({what}); please report it{where}")


def write_log(error: BaseException, folder: Path | None = None) -> Path | None:
    """Write an exception's traceback to a new file; None where no file can be written.

    Args:
        error: the exception, with its causes.
        folder: an existing folder; None for the system's folder of temporary files.
    """
    try:
        handle, name = tempfile.mkstemp(".log", "lsmplify-", folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write("".join(traceback.format_exception(error)))
    except OSError:
        return None
    return Path(name)


def guarded(work: Callable[[], int], debug: bool = False) -> int:
    """Run a command; its exit code, or that of what ended it, with one line on standard error.

    Args:
        work: the command, which returns its exit code.
        debug: print tracebacks and warnings of libraries too.

    Returns:
        0 or what `work` returns, 2 for bad input and faults, 130 and 143 where it was stopped.
    """
    try:
        with quiet_libraries(debug), termination_raised():
            return work()
    except BrokenPipeError:
        close_quietly()
        return _refused("the reader of standard output is gone; not all was printed", BAD_INPUT)
    except (KeyboardInterrupt, Terminated) as stop:
        by, code = ("the user", INTERRUPTED) if isinstance(stop, KeyboardInterrupt) else (
            "a signal to end", TERMINATED)  # fmt: skip
        return _refused(f"stopped by {by}; files not yet finished were not written", code)
    except Exception as error:
        if debug:
            say_traceback(error)
        return _refused(sentence(error), BAD_INPUT)


def say_traceback(error: BaseException) -> None:
    """An exception's traceback on standard error, for `--debug`."""
    for line in "".join(traceback.format_exception(error)).splitlines():
        say(line, error=True)


def _refused(text: str, code: int) -> int:
    try:
        say(f"error: {text}", error=True)
    except OSError:  # nobody reads standard error either
        return code
    return code


@contextmanager
def quiet_libraries(debug: bool = False) -> Generator[None, None, None]:
    """Within it no library's warning reaches standard error: its lines are ours alone."""
    with warnings.catch_warnings():
        if not debug:
            warnings.simplefilter("ignore")
        yield


@contextmanager
def termination_raised() -> Generator[None, None, None]:
    """Within it SIGTERM raises `Terminated`, so that helpers are ended and nothing is left behind.

    Only in the main thread, and only where nobody handles the signal otherwise.
    """
    ours = threading.current_thread() is threading.main_thread() and (
        sys.platform != "win32" and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    )
    if not ours:
        yield
        return

    def ended(_number: int, _frame: Any) -> None:
        raise Terminated

    signal.signal(signal.SIGTERM, ended)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def interrupt_raised() -> Generator[None, None, None]:
    """Within it SIGINT raises `KeyboardInterrupt`, which Blender would keep to itself.

    Only in the main thread; the handler that was there is put back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.getsignal(signal.SIGINT)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        # what was set outside Python cannot be set from it again
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
