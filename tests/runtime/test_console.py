# SPDX-License-Identifier: GPL-3.0-or-later
"""One line is one line on every console, and what is left of faults is one line too."""

import io
import os
import signal
import sys
import warnings
from pathlib import Path

import pytest

from lsmplify_core.runtime import console, guard
from lsmplify_core.runtime.errors import InputError


@pytest.mark.parametrize(
    "encoding", ["ascii", "cp1252", "latin-1", "cp437", "utf-8", "utf-16", None]
)
def test_every_console_shows_something_of_every_line(monkeypatch, encoding) -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding or "ascii", errors="strict")
    monkeypatch.setattr(sys, "stdout", stream)
    console.say("a → b: 3° × 漢 \ud800 \U0001f600 é – …")
    text = raw.getvalue().decode(encoding or "ascii")
    assert text.count("\n") == 1
    assert "a" in text
    if encoding == "ascii":
        assert text == r"a -> b: 3 deg x \u6f22 \ud800 \U0001f600 e - ..." + "\n"


@pytest.mark.parametrize(
    "bad", ["\n", "\r", "\x1b[2J", "\0", "\u2028", "\u2029", "\x85", "\u202e", "\udcff"]
)
def test_nothing_breaks_a_line_or_reaches_the_terminal(bad: str) -> None:
    line = console.one_line(f"error: a{bad}error: b")
    assert bad not in line
    assert len(line.splitlines()) == 1
    assert line.isprintable()


def test_long_lines_are_cut_and_our_words_are_no_files() -> None:
    assert len(console.one_line("x" * 10_000)) == console.MOST_CHARACTERS
    assert console.shown(Path("error: x.trc")) == "./error: x.trc"
    assert console.shown("walk.trc") == "walk.trc"


def failing(error: BaseException):
    def work() -> int:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (InputError("x.trc: a\nb"), 2, r"error: x.trc: a\x0ab"), (MemoryError(), 2, "memory"),
        (OSError(28, "No space left", "f"), 2, "f: No space left"), (KeyError("x"), 2, "KeyError"),
        (RecursionError("deep"), 2, "RecursionError"), (KeyboardInterrupt(), 130, "the user"),
        (guard.Terminated(), 143, "signal"), (UnicodeEncodeError("ascii", "→", 0, 1, "x"), 2,
                                              "Unicode"),
    ],
)  # fmt: skip
def test_whatever_is_left_is_one_line_and_a_code(capsys, error, code: int, says: str) -> None:
    assert guard.guarded(failing(error)) == code
    told = capsys.readouterr()
    assert not told.out
    lines = told.err.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("error: ")
    assert says in lines[0]


def test_a_fault_of_ours_names_its_log_and_debug_shows_it(capsys, tmp_path: Path) -> None:
    line = guard.sentence(ZeroDivisionError("x"), tmp_path)
    log = Path(line.partition("details: ")[2])
    assert log.parent == tmp_path
    assert "ZeroDivisionError" in log.read_text()
    assert guard.guarded(failing(ZeroDivisionError("x")), debug=True) == 2
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert said.splitlines()[-1].startswith("error: ")


def test_libraries_are_quiet_but_for_debug(recwarn) -> None:
    def work() -> int:
        warnings.warn("divide by zero", RuntimeWarning, stacklevel=1)
        return 0

    assert guard.guarded(work) == 0
    assert not recwarn.list
    assert guard.guarded(work, debug=True) == 0
    assert len(recwarn.list) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process at once")
def test_a_wish_to_end_is_heard_and_the_handler_goes(capsys) -> None:
    before = signal.getsignal(signal.SIGTERM)

    def work() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    assert guard.guarded(work) == 143
    assert signal.getsignal(signal.SIGTERM) == before
