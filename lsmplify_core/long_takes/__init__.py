# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes that are longer than memory: some frames say who and where, the rest follows in blocks.

In: a take whose frames are read as they are needed. Out: the motion's file, and a report. The
stages are those of `pipeline`, on one block after the other.
"""

from .solve import LongRequest, LongSolution, NotInBlocksError, solve_long, solve_long_steps

__all__ = ["LongRequest", "LongSolution", "NotInBlocksError", "solve_long", "solve_long_steps"]
