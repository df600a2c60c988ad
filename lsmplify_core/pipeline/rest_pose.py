# SPDX-License-Identifier: GPL-3.0-or-later
"""A motion to start from whose rig has other palms at rest than SMPL's T-pose."""

import numpy as np

from ..calibration.take_facts import TakeFacts
from ..ik.fit_problem import SolveSettings
from ..motion.anatomical import palms_at_rest, with_palms_turned_back
from ..motion.motion import Motion


def start_with_palms_down(
    init: Motion | None, settings: SolveSettings, facts: TakeFacts | None
) -> tuple[Motion | None, float]:
    """The motion to start from with its palms turned back, and by how many radians.

    Args:
        init: as it was given, None where there is none.
        settings: with the convention; "keep" leaves the palms too.
        facts: of other frames of the take, which say it for these.

    Returns:
        The motion, and radians (`anatomy.palms.palm_rest`), 0 where nothing was turned.
    """
    if init is None or settings.convention == "keep":
        return init, 0.0
    rest = palms_at_rest(init) if facts is None else facts.palms
    return (with_palms_turned_back(init, rest), rest) if rest else (init, 0.0)


def palms_warning(rest: float) -> tuple[str, ...]:
    """A sentence on palms that were turned back by `rest` radians; none for 0."""
    if rest == 0.0:
        return ()
    return (
        f"the motion to start from has both palms turned by {np.degrees(rest):.0f} degrees all the "
        "time, as a rig has it whose palms are not down at rest; they were turned back "
        "(--convention keep leaves them)",
    )
