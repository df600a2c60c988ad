# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of a take, what is printed of it, and the exit code of one or several of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from ...runtime.console import one_line, say
from ...verdict import CHECK, DO_NOT_USE, GOOD, GRADES

FAILED: Final = 2
"""Exit code where a take could not be solved."""
NOT_GOOD: Final = 3
"""Exit code of `--strict` where a result's verdict is not good."""

Line = tuple[bool, str]
"""A line to print, with whether it goes to standard error. What it is is said here and not read off
its words: a file may be named `error: x.trc`."""


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
        lines: what is printed.
        judged: the verdict on each person that was solved.
        record: what the manifest keeps of it.
    """

    code: int
    lines: tuple[Line, ...]
    judged: tuple[Judged, ...] = ()
    record: dict[str, Any] = field(default_factory=dict[str, Any])


def to_message(outcome: Outcome) -> dict[str, Any]:
    """An outcome as plain values, for another process."""
    judged = [(j.name, j.grade, j.reason) for j in outcome.judged]
    return {
        "code": outcome.code, "lines": outcome.lines, "judged": judged, "record": outcome.record
    }  # fmt: skip


def from_message(found: dict[str, Any]) -> Outcome:
    """The outcome that `to_message` made plain values of."""
    lines = tuple((bool(error), str(line)) for error, line in found["lines"])
    judged = tuple(Judged(*fields) for fields in found["judged"])
    return Outcome(int(found["code"]), lines, judged, found["record"])


def failure(text: str) -> Outcome:
    """The outcome of a take that could not be solved; text: the line without "error: "."""
    why = one_line(text)
    return Outcome(FAILED, ((True, f"error: {why}"),), record={"error": why})


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
    warnings = ((True, f"warning: {name}: {w}") for w in report["warnings"])
    judged = Judged(name, grade, reasons[0]["text"] if reasons else "")
    kept = {
        "frames": report["frames"],
        "track_error_mm": report["track_error_mm"],
        "verdict": grade,
    }
    code = NOT_GOOD if strict and grade != GOOD else 0
    return Outcome(code, ((False, line), *warnings), (judged,), kept)


def together(outcomes: Iterable[Outcome]) -> Outcome:
    """Several as one; failures count more than verdicts that are not good."""
    every = list(outcomes)
    codes = {o.code for o in every}
    code = FAILED if FAILED in codes else NOT_GOOD if NOT_GOOD in codes else 0
    return Outcome(
        code, tuple(line for o in every for line in o.lines),
        tuple(j for o in every for j in o.judged), _kept([o.record for o in every]),
    )  # fmt: skip


def _kept(records: list[dict[str, Any]]) -> dict[str, Any]:
    """A take's record from those of its people: figures are those of the worst."""
    whole: dict[str, Any] = {}
    found = [r for r in records if "track_error_mm" in r]
    if found:
        whole |= max(found, key=lambda r: r["track_error_mm"]["mean"])
        whole["outputs"] = {k: v for r in found for k, v in r.get("outputs", {}).items()}
        whole["verdict"] = max((r["verdict"] for r in found), key=GRADES.index)
    errors = [r["error"] for r in records if r.get("error")]
    return whole | ({"error": "; ".join(errors)} if errors else {})


def shown(outcome: Outcome) -> Outcome:
    """Print its lines, errors and warnings on standard error; returns it."""
    for error, line in outcome.lines:
        say(line, error=error)
    return outcome


def finished(outcomes: Iterable[Outcome]) -> int:
    """Print how many of several takes are good, which are not, the worst first, and in the last
    line how many were solved and failed; returns the exit code."""
    every = list(outcomes)
    outcome = together(every)
    count = {g: sum(j.grade == g for j in outcome.judged) for g in (GOOD, CHECK, DO_NOT_USE)}
    if count[CHECK] or count[DO_NOT_USE]:
        say(", ".join(f"{n} {grade}" for grade, n in count.items()) + "; the worst first:")
        for grade in (DO_NOT_USE, CHECK):
            for judged in (j for j in outcome.judged if j.grade == grade):
                say(f"  {grade}: {judged.name}: {judged.reason}")
    failed = sum(o.code == FAILED for o in every)
    say(f"{len(every) - failed} solved, {failed} failed")
    return outcome.code
