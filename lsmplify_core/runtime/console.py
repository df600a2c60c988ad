# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines for a console, whatever it can show: the one function of every command that prints.

Names of files, tracks and people come from outside. A line break in one must not make a second
line, an escape sequence must not reach the terminal, and a character that the console's encoding
lacks must not end a batch.
"""

import codecs
import io
import os
import sys
import unicodedata
from collections.abc import Generator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Final

MOST_CHARACTERS: Final = 4000
"""A line is cut after so many characters; longer ones are names that nobody reads to their end."""
_SPELLED: Final = {
    "→": "->", "←": "<-", "–": "-", "—": "-", "−": "-", "…": "...", "°": " deg", "×": "x", "·": "*",
    "²": "^2", "³": "^3", "σ": "sigma", "≤": "<=", "≥": ">=", "±": "+-", "“": '"', "”": '"',
    "‘": "'", "’": "'", "ö": "oe", "ü": "ue", "ä": "ae", "é": "e",
}  # fmt: skip
"""Our own characters where a console lacks them; others become escapes such as \\u4e2d."""
_HIDDEN: Final = frozenset(("Cc", "Cs", "Zl", "Zp"))
"""Unicode's categories that are never written: controls, lone surrogates, separators of lines."""
_TURNING: Final = frozenset(
    "\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
"""Marks that turn the direction of writing, so that a line reads otherwise than it is."""
_OUR_WORDS: Final = ("error:", "warning:", "note:")
"""How our own lines begin; a file of such a name is shown with its folder."""


def one_line(text: object, most: int = MOST_CHARACTERS) -> str:
    """The text as one line without control characters, which become escapes such as \\x0a.

    Args:
        text: anything; its `str` is taken.
        most: characters that are kept; an ellipsis stands for the rest.
    """
    line = str(text)
    if len(line) > most:
        line = line[: most - 1] + "…"
    if line.isprintable():
        return line
    return "".join(_escaped(c) if _is_hidden(c) else c for c in line)


def shown(path: Path | str) -> str:
    """A file's name in front of a line, told apart from our own words: `./error: x.trc`."""
    text = one_line(path)
    return f"./{text}" if text.lower().startswith(_OUR_WORDS) else text


def fitting(text: str, encoding: str | None) -> str:
    """The text in characters that an encoding has; None and unknown encodings are ASCII."""
    name = encoding or "ascii"
    try:
        return text.encode(name, "lsmplify-spelled").decode(name)
    except (LookupError, UnicodeError):
        return text.encode("ascii", "lsmplify-spelled").decode("ascii")


def say(line: object = "", *, error: bool = False) -> None:
    """Print one line and flush it.

    Args:
        line: text of one line; whatever would break it is escaped.
        error: to standard error, not standard output.

    Raises:
        OSError: the stream cannot be written, as where a pipe's reader is gone.
    """
    stream = sys.stderr if error else sys.stdout
    if stream is None:  # a program without a console
        return
    stream.write(fitting(one_line(line), getattr(stream, "encoding", None)) + "\n")
    stream.flush()


def say_lines(text: str, *, error: bool = False) -> None:
    """Print text of several lines: tables and JSON that we made ourselves."""
    for line in text.split("\n"):
        say(line, error=error)


def say_over(line: str) -> None:
    """Write a line of progress over the one before, on a terminal's standard error."""
    stream = sys.stderr
    if stream is not None:
        stream.write("\r\x1b[K" + fitting(one_line(line), getattr(stream, "encoding", None)))
        stream.flush()


def say_uncut(text: str) -> None:
    """Print JSON to standard output: ASCII already, and as long as it is."""
    sys.stdout.write(fitting(text, getattr(sys.stdout, "encoding", None)) + "\n")
    sys.stdout.flush()


@contextmanager
def kept_lines() -> Generator[list[tuple[bool, str]], None, None]:
    """Within it what is printed is kept and not shown: lines, with whether they are for standard
    error."""
    lines: list[tuple[bool, str]] = []
    with redirect_stdout(_Kept(lines, False)), redirect_stderr(_Kept(lines, True)):
        yield lines


class _Kept(io.TextIOBase):
    """A stream whose lines go into a list."""

    encoding = "utf-8"  # pyright: ignore[reportAssignmentType]

    def __init__(self, lines: list[tuple[bool, str]], error: bool) -> None:
        self._lines, self._error, self._begun = lines, error, ""

    def write(self, text: str, /) -> int:
        *whole, self._begun = (self._begun + text).split("\n")
        self._lines += [(self._error, line) for line in whole]
        return len(text)

    def writable(self) -> bool:
        return True


def close_quietly() -> None:
    """Let nothing more be written to standard output, whose reader is gone."""
    try:
        quiet = os.open(os.devnull, os.O_WRONLY)
        os.dup2(quiet, sys.stdout.fileno())
        os.close(quiet)
    except (OSError, ValueError, AttributeError):  # no stream of the system's
        return


def _is_hidden(character: str) -> bool:
    return character in _TURNING or unicodedata.category(character) in _HIDDEN


def _escaped(character: str) -> str:
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """What stands for characters that an encoding lacks."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    return "".join(_SPELLED.get(c) or _escaped(c) for c in lacking), error.end


codecs.register_error("lsmplify-spelled", _spelled)
