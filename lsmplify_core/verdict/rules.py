# SPDX-License-Identifier: GPL-3.0-or-later
"""From a measure that is past its limit to the reason that says so; the limits are in `limits`."""

from dataclasses import dataclass

from .evidence import Measure
from .records import CHECK, DO_NOT_USE, Reason


@dataclass(frozen=True)
class Limit:
    """A measure's limit.

    Attributes:
        code: what scripts know the reason by.
        measure: the measure's name.
        check: from here on the result is to be checked.
        refuse: from here on it is not to be used; None where this measure alone never says so.
        text: the sentence; `{v}` is the value times `scale`, `{track}` the track's name.
        scale: from the measure's unit to the sentence's.
        below: whether the limit is a lower one.
        group: what it is evidence of; several groups together say more than each.
    """

    code: str
    measure: str
    check: float
    refuse: float | None
    text: str
    scale: float = 1.0
    below: bool = False
    group: str = ""

    def reason(self, measures: dict[str, Measure]) -> Reason | None:
        """The reason, or None where the measure is missing or within its limit."""
        found = measures.get(self.measure)
        if found is None or not self._passed(found.value, self.check):
            return None
        refused = self.refuse is not None and self._passed(found.value, self.refuse)
        value = found.value * self.scale
        track = found.tracks[0] if found.tracks else ""
        shown = _plain(value)
        text = self.text.format(v=shown, track=track)
        grade = DO_NOT_USE if refused else CHECK
        return Reason(self.code, text, float(value), grade, found.frame, found.tracks, shown)

    def _passed(self, value: float, limit: float) -> bool:
        return value <= limit if self.below else value >= limit


def _plain(value: float) -> str:
    """A number as a sentence has it."""
    if abs(value) >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if abs(value) >= 1 else f"{value:.2g}"
