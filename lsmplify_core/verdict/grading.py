# SPDX-License-Identifier: GPL-3.0-or-later
"""From measures to a verdict: every limit that is passed is a reason."""

from typing import Any, Final

from ..runtime.progress import run_steps
from ..runtime.threads import parallel_map
from . import anatomy, coverage, fit, movement, standing, stretch, world
from .evidence import Evidence, Measure
from .limits import LIMITS, SEVERAL
from .records import CHECK, DO_NOT_USE, GOOD, Verdict, is_verdict

_SIDE_BY_SIDE: Final = 256
"""Frames from which on measures are taken side by side: of fewer, handing them to threads takes
longer than they do."""


def judge(evidence: Evidence) -> Verdict:
    """The verdict on a solved take.

    Args:
        evidence: motion, tracks and what is known of how they came about.

    Returns:
        The grade and its reasons, the weightiest first.
    """
    return graded(measured(evidence))


def with_verdict(report: dict[str, Any], evidence: Evidence) -> tuple[dict[str, Any], Verdict]:
    """A report with the verdict of changed evidence in the place of its old one.

    Args:
        report: of a solve; not changed.
        evidence: of the same take, with another motion.

    Returns:
        The new report and the verdict that stands in it.
    """
    verdict = judge(evidence)
    kept = [w for w in report["warnings"] if not is_verdict(w)]
    told = [*verdict.warnings(), *kept]
    return {**report, "warnings": told, "verdict": verdict.to_json()}, verdict


def measured(evidence: Evidence) -> dict[str, Measure]:
    """All numbers by name that the grading looks at."""
    evidence.prepare()
    # what takes longest first, so that threads end together
    parts = (standing, movement, stretch, coverage, fit, anatomy, world)
    found: dict[str, Measure] = {}
    if evidence.motion.frames < _SIDE_BY_SIDE:
        several = [part.measures(evidence) for part in parts]
    else:
        several = run_steps(parallel_map(lambda part: part.measures(evidence), parts))
    for measures in several:
        found |= measures
    if evidence.certainty is not None:
        found["certainty"] = Measure(evidence.certainty)
    if not evidence.sized:
        del found["stature"]
    found["walks_wrong"] = _walks_wrong(found)
    return found


def _walks_wrong(found: dict[str, Measure]) -> Measure:
    """The share of the way that is walked backwards, 0 where limbs bend the right way: people do
    walk backwards."""
    wrong = ("knees_back", 0.03), ("feet_back", 0.02), ("head_back", 0.02)
    if not any(found[name].value > least for name, least in wrong):
        return Measure(0.0)
    return found["backwards"]


def graded(measures: dict[str, Measure]) -> Verdict:
    """The verdict that follows from the measures."""
    passed = [(limit, r) for limit in LIMITS if (r := limit.reason(measures)) is not None]
    groups = {limit.group for limit, _ in passed if limit.group}
    reasons = sorted((r for _, r in passed), key=lambda r: r.grade != DO_NOT_USE)
    if len(groups) >= SEVERAL or any(r.grade == DO_NOT_USE for r in reasons):
        return Verdict(DO_NOT_USE, tuple(reasons), measures)
    return Verdict(CHECK if reasons else GOOD, tuple(reasons), measures)
