# SPDX-License-Identifier: GPL-3.0-or-later
"""Tells the add-on's own changes to properties from the user's, for update callbacks."""

from collections.abc import Generator
from contextlib import contextmanager


class OwnChanges:
    """True within `with changes.made():`, in which callbacks have nothing to do."""

    def __init__(self) -> None:
        """Nothing is being changed."""
        self._depth = 0

    def __bool__(self) -> bool:
        """Whether the add-on itself is changing properties now."""
        return self._depth > 0

    @contextmanager
    def made(self) -> Generator[None, None, None]:
        """The add-on's own changes; may be nested."""
        self._depth += 1
        try:
            yield
        finally:
            self._depth -= 1
