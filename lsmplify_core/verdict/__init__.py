# SPDX-License-Identifier: GPL-3.0-or-later
"""A verdict on every result: whether it can be used, and in plain words why not."""

from .evidence import Evidence
from .grading import graded, judge, with_verdict
from .records import CHECK, DO_NOT_USE, GOOD, GRADES, Reason, Verdict

__all__ = [
    "CHECK",
    "DO_NOT_USE",
    "GOOD",
    "GRADES",
    "Evidence",
    "Reason",
    "Verdict",
    "graded",
    "judge",
    "with_verdict",
]
