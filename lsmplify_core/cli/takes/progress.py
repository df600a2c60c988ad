# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a run over many takes is: a bar on a terminal where `tqdm` is installed, else plain
lines."""

import importlib
import sys
from types import TracebackType
from typing import Any, Self

from .outcome import Outcome, shown


class Takes:
    """Lines of takes as they come, with a bar below them on a terminal's standard error."""

    def __init__(self, count: int) -> None:
        """count: how many takes the run has."""
        self._bar = _bar(count) if count > 1 else None

    def __enter__(self) -> Self:
        """The bar is shown."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        """The bar ends where it is."""
        if self._bar is not None:
            self._bar.close()

    def tell(self, outcome: Outcome) -> Outcome:
        """Print what came of one take; returns it."""
        if self._bar is not None:
            self._bar.clear()
        shown(outcome)
        if self._bar is not None:
            self._bar.update(1)
            self._bar.refresh()
        return outcome


def _bar(count: int) -> Any:
    """tqdm's bar, or None without a terminal or without tqdm."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None
    try:
        tqdm: Any = importlib.import_module("tqdm").tqdm
    except ImportError:
        return None
    return tqdm(total=count, unit="take", file=sys.stderr, dynamic_ncols=True)
