# SPDX-License-Identifier: GPL-3.0-or-later
"""What a method says of a take."""

from collections.abc import Callable
from dataclasses import dataclass

from ..motion.motion import Motion
from ..runtime.array_types import Floats
from .takes import Take


@dataclass(frozen=True)
class Answer:
    """A method's result.

    points: (T, K, 3) metres, the layout's points on its body. seconds: what solving took,
    calibration included.
    """

    motion: Motion
    points: Floats
    seconds: float


Method = Callable[[Take], Answer]
