# SPDX-License-Identifier: GPL-3.0-or-later
"""The way of a take, stage by stage: request, prepare, person, steps, finish, result."""

from .gaps import gap_warnings
from .solution import Scaling, Solution, calibration_of, judged_again
from .steps import STAGES, Progress, SolveSettings, person_steps, solve, solve_steps

__all__ = [
    "STAGES", "Progress", "Scaling", "Solution", "SolveSettings", "calibration_of", "gap_warnings",
    "judged_again", "person_steps", "solve", "solve_steps",
]  # fmt: skip
