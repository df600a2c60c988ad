# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a long take, from those on its blocks.

The take as a whole is graded by the means of its blocks' measures. A part that cannot be used does
not vanish in them: blocks that are not good are told one by one, and enough of them make the take's
grade.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from ..verdict import CHECK, DO_NOT_USE, GOOD, GRADES, Reason, Verdict, graded
from ..verdict.evidence import Measure
from .blocks import Block

_ENOUGH: Final = 0.1
"""Share of a take's frames whose blocks have a grade, from which on the take has it too."""
_TOLD: Final = 5
"""Blocks that are told one by one, the worst first."""


def verdict_on(blocks: Sequence[tuple[Block, Verdict]]) -> Verdict:
    """The take's verdict.

    Args:
        blocks: each block's frames and its verdict; at least one.

    Returns:
        The grade; its reasons are those of the take, then one for each block that is not good.
    """
    if len(blocks) == 1:
        return blocks[0][1]
    whole = graded(_mean(blocks))
    bad = sorted((b for b in blocks if b[1].grade != GOOD), key=lambda b: -_rank(b[1].grade))
    grade = max((whole.grade, _of_parts(blocks)), key=_rank)
    parts = [_reason(block, verdict) for block, verdict in bad[:_TOLD]]
    return Verdict(grade, (*whole.reasons, *parts), whole.measures)


def _of_parts(blocks: Sequence[tuple[Block, Verdict]]) -> str:
    """The grade that the blocks' own grades make: a part that cannot be used is to be looked at,
    and a tenth of the take spoils it."""
    total = sum(block.end - block.first for block, _ in blocks)

    def share(grade: str) -> float:
        return sum(b.end - b.first for b, v in blocks if _rank(v.grade) >= _rank(grade)) / total

    if share(DO_NOT_USE) > _ENOUGH:
        return DO_NOT_USE
    return CHECK if share(DO_NOT_USE) > 0 or share(CHECK) > _ENOUGH else GOOD


def _rank(grade: str) -> int:
    return GRADES.index(grade)


def _mean(blocks: Sequence[tuple[Block, Verdict]]) -> dict[str, Measure]:
    """Means of the blocks' measures by their frames; each with frame and tracks of the block that
    is furthest from it."""
    found: dict[str, Measure] = {}
    names = {name for _, verdict in blocks for name in verdict.measures}
    for name in sorted(names):
        own = [(b, v.measures[name]) for b, v in blocks if name in v.measures]
        frames = sum(b.end - b.first for b, _ in own)
        mean = sum((b.end - b.first) * m.value for b, m in own) / frames
        block, far = max(own, key=lambda pair: abs(pair[1].value - mean))
        frame = None if far.frame is None else far.frame + block.low
        found[name] = Measure(mean, frame, far.tracks)
    return found


def _reason(block: Block, verdict: Verdict) -> Reason:
    first = verdict.reasons[0]
    frame = None if first.frame is None else first.frame + block.low
    text = f"frames {block.first} to {block.end - 1}: {first.text}"
    return replace(first, text=text, grade=verdict.grade, frame=frame)
