# SPDX-License-Identifier: GPL-3.0-or-later
"""The one kind of error that a user is meant to read."""

from .console import one_line


class InputError(Exception):
    """Something from outside is unusable: a file, a track, a setting.

    The message is one line that says what is wrong, where (file, track, frame) and what to do.
    Front ends show it as it is: `error: …` on the command line, a report in Blender.
    """

    def __init__(self, message: object = "") -> None:
        """The message is made one line, whatever names from outside are in it, and not a long
        one."""
        super().__init__(one_line(message))


def brief(error: BaseException, most: int = 120) -> str:
    """The first line of what a library said, cut short: some put a damaged file's bytes into it."""
    lines = str(error).splitlines()
    return lines[0][:most] if lines and lines[0] else type(error).__name__


OUTSIDE = (InputError, MemoryError, OSError)
"""What the world may do to any run, and what the user is told of in one line."""


def error_line(error: BaseException) -> str:
    """One line for the user about any of `OUTSIDE`."""
    if isinstance(error, MemoryError):
        return (
            "the memory is not enough for this take; solve fewer frames at a time, "
            "or close other programs"
        )
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return f"{where}{(error.strerror or str(error) or type(error).__name__).splitlines()[0]}"
    return str(error)
