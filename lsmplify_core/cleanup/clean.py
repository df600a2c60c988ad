# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean-up steps that need no choice of frames, in their usual order, and re-solving in one
call."""

from collections.abc import Iterable, Mapping

from ..motion.motion import Motion
from ..runtime.progress import run_steps
from .attached import Attached
from .feet.contacts import find_contacts
from .feet.floor import find_floor
from .feet.lock import lock_feet
from .limits import spread_twist, within_limits
from .resolve.pose_keys import PoseKey
from .resolve.spans import Resolved, ResolveSettings, resolve_steps
from .smoothing import smooth_regions


def clean(
    motion: Motion,
    *,
    feet: bool = True,
    smooth: Mapping[str, float] | None = None,
    limits: float = 0.0,
    twist: float = 0.0,
) -> Motion:
    """Clean up a whole motion; steps that are not asked for leave it bit-identical.

    Args:
        motion: any SMPL motion, metres, Z up.
        feet: find where feet stand, and hold them there.
        smooth: seconds of the filter by region or group ("arms", "legs", "all").
        limits: 0 to 1, how far rotations past a body's ranges are brought back.
        twist: 0 to 1, how far the wrists' twist is shared with the forearms.

    Returns:
        A new motion at the same rate.

    Raises:
        InputError: for unknown regions and numbers out of range.
    """
    if feet:
        floor = find_floor(motion)
        motion = lock_feet(motion, find_contacts(motion, floor), floor)
    if smooth:
        motion = smooth_regions(motion, smooth)
    if limits:
        motion = within_limits(motion, limits)
    return spread_twist(motion, twist) if twist else motion


def resolve(
    motion: Motion,
    points: Attached | None,
    span: tuple[int, int],
    keys: Mapping[int, PoseKey],
    joints: Iterable[int] | None = None,
    settings: ResolveSettings | None = None,
) -> Resolved:
    """Solve an interval of a motion anew from poses set by hand, in one go.

    Args:
        motion: any SMPL motion, metres, Z up.
        points: its tracks (`cleanup.attached.attach`), or None where there are none.
        span: first and last frame, both included, counted from 0.
        keys: poses by frame, inside the interval or one beside it; the result has them exactly.
        joints: only these change; all where None.
        settings: None for the usual ones.

    Returns:
        The motion, bit-identical outside the interval, with what was not followed.

    Raises:
        InputError: for frames that are not in the motion.
    """
    return run_steps(resolve_steps(motion, points, span, keys, joints, settings))
