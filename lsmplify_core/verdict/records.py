# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verdict consists of: a grade, and reasons that each have a sentence and a number."""

from dataclasses import dataclass, field
from typing import Any, Final

from .evidence import Measure

GOOD: Final = "good"
CHECK: Final = "check"
DO_NOT_USE: Final = "do not use"
GRADES: Final = (GOOD, CHECK, DO_NOT_USE)
"""From the best to the worst."""

_BEGINS: Final = {
    CHECK: "check this result: ",
    DO_NOT_USE: "do not use this result, it is not to be trusted: ",
}
"""How the warning of a verdict begins."""


@dataclass(frozen=True)
class Reason:
    """One thing that is wrong with a result, or may be.

    Attributes:
        code: a short name that scripts rely on.
        text: one sentence without a full stop, with the number in it.
        value: the number that decided, in the unit that the sentence names.
        grade: what this reason alone makes of the result, `CHECK` or `DO_NOT_USE`.
        frame: frame of the take where it shows most, counted from 0; None for the whole take.
        tracks: names of the tracks concerned, none where it concerns the body.
        shown: the number as it stands in the sentence.
    """

    code: str
    text: str
    value: float
    grade: str = CHECK
    frame: int | None = None
    tracks: tuple[str, ...] = ()
    shown: str = ""

    def to_json(self) -> dict[str, Any]:
        """The fields of the report."""
        return {"code": self.code, "text": self.text, "value": self.value}


@dataclass(frozen=True)
class Verdict:
    """A grade, and the reasons for it with the weightiest first; none where it is good. measures:
    what it was graded by, by name."""

    grade: str
    reasons: tuple[Reason, ...] = ()
    measures: dict[str, Measure] = field(default_factory=dict[str, Measure], compare=False)

    def to_json(self) -> dict[str, Any]:
        """The report's `verdict`."""
        return {"grade": self.grade, "reasons": [r.to_json() for r in self.reasons]}

    def warnings(self) -> tuple[str, ...]:
        """One sentence for the report's `warnings`; none where the result is good."""
        if self.grade == GOOD:
            return ()
        return (_BEGINS[self.grade] + "; ".join(r.text for r in self.reasons),)


def is_verdict(sentence: str) -> bool:
    """Whether a sentence of a report's `warnings` is the one of its verdict."""
    return sentence.startswith(tuple(_BEGINS.values()))
