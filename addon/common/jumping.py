# SPDX-License-Identifier: GPL-3.0-or-later
"""Going through a list with operators: on, back, or to a line."""

from bpy.props import IntProperty


class JumpFields:
    """Mix-in with the two properties that all such operators have."""

    step: IntProperty(name="Step", default=1, description="1 for the next in the list, -1 back")
    index: IntProperty(name="Index", default=-1, description="Which one; -1 goes by Step")

    def wanted(self, now: int, count: int) -> int:
        """The line to go to from line `now` of `count`; behind the last comes the first again."""
        return (self.index if self.index >= 0 else now + self.step) % count
