# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a take, what is printed of it, and the exit code of one or several of them."""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from ..verdict import CHECK, DO_NOT_USE, GOOD

FAILED: Final = 2
"""Exit code where a take could not be solved."""
NOT_GOOD: Final = 3
"""Exit code of `--strict` where a result's verdict is not good."""


@dataclass(frozen=True)
class Judged:
    """One person's result: the name that the lines begin with, the grade, and the first reason."""

    name: str
    grade: str
    reason: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a take.

    Attributes:
        code: exit code, 0 where all went well.
        text: lines to print; those that begin with "error: " or "warning: " on standard error.
        judged: the verdict on each person that was solved.
    """

    code: int
    text: str
    judged: tuple[Judged, ...] = ()


def failure(text: str) -> Outcome:
    """The outcome of a take that could not be solved; text: the line without "error: "."""
    return Outcome(FAILED, f"error: {text}")


def solved(name: str, line: str, report: dict[str, Any], strict: bool) -> Outcome:
    """The outcome of one person that was solved.

    Args:
        name: file and person, as the lines begin.
        line: what is printed of the result.
        report: with its verdict and warnings, each of which becomes a line.
        strict: whether a verdict that is not good changes the exit code.
    """
    verdict = report["verdict"]
    grade, reasons = verdict["grade"], verdict["reasons"]
    lines = [line, *(f"warning: {name}: {w}" for w in report["warnings"])]
    judged = Judged(name, grade, reasons[0]["text"] if reasons else "")
    code = NOT_GOOD if strict and grade != GOOD else 0
    return Outcome(code, "\n".join(lines), (judged,))


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Several as one; failures count more than verdicts that are not good."""
    every = list(outcomes)
    codes = {o.code for o in every}
    code = FAILED if FAILED in codes else NOT_GOOD if NOT_GOOD in codes else 0
    return Outcome(
        code, "\n".join(o.text for o in every), tuple(j for o in every for j in o.judged)
    )


def shown(outcome: Outcome) -> Outcome:
    """Print its lines, errors and warnings on standard error; returns it."""
    for line in outcome.text.splitlines():
        bad = line.startswith(("error: ", "warning: "))
        print(line, file=sys.stderr if bad else sys.stdout, flush=True)
    return outcome


def finished(outcomes: Iterable[Outcome]) -> int:
    """Print how many of several takes are good, and those that are not, the worst first; returns
    the exit code."""
    outcome = together(outcomes)
    count = {g: sum(j.grade == g for j in outcome.judged) for g in (GOOD, CHECK, DO_NOT_USE)}
    if count[CHECK] or count[DO_NOT_USE]:
        print(", ".join(f"{n} {grade}" for grade, n in count.items()) + "; the worst first:")
        for grade in (DO_NOT_USE, CHECK):
            for judged in (j for j in outcome.judged if j.grade == grade):
                print(f"  {grade}: {judged.name}: {judged.reason}", flush=True)
    return outcome.code
