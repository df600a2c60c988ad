# SPDX-License-Identifier: GPL-3.0-or-later
"""Feet that stand where the source's stand, on legs of other lengths.

A figure that only takes the source's rotations has its soles a little off: its thighs and shins
have another ratio, its hips another width. While a heel or toe of the source stands, the figure's
is brought to the floor and held; between two stands what it was moved by is blended over the whole
swing, so that nothing pops. What both feet need alike the pelvis does, slowly; only the rest bends
the knees.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...cleanup.feet.contacts import Contact, ContactSettings, contact_table, find_contacts
from ...cleanup.feet.floor import Floor, find_floor, sole_points
from ...geometry.intervals import intervals_of, ramps
from ...ik.smoothing import gaussian_filter
from ...motion.motion import Motion
from ...runtime.array_types import Floats

_FADE: Final = 0.5
"""Seconds over which a correction fades where no other stand is near."""
_DRIFT: Final = 0.15
"""Seconds of the average whose path a standing foot follows; more holds it harder."""
_PELVIS: Final = 0.1
"""Seconds that the pelvis's share of the corrections is averaged over."""
_EDGE: Final = 0.02
"""Seconds that corrections are averaged over at last, so that a lock sets in softly."""
_GRIP: Final = 0.07
"""Seconds over which a foot is held more and more."""
_FREE: Final = 0.25
"""Seconds after a stand, and before the next, from which on a foot goes with the pelvis."""
_ROLL: Final = 0.05
"""Seconds over which a foot's hold goes from heel to toe."""
_LIFT: Final = (0.4, 0.03)
"""Seconds and metres under which a lift between two stands is no step."""
_STANDS: Final = ContactSettings(speed=0.3, height=0.08, shortest=0.08)
"""What counts as standing: a little more than for clean-up, for a source that is clean already."""


@dataclass(frozen=True)
class Stance:
    """The source's feet: soles (T, 4, 3) metres, heel and toe left, then right; stands (T, 4) which
    of them stand; its floor, and how many contacts there are."""

    soles: Floats
    stands: NDArray[np.bool_]
    floor: Floor
    count: int


def stance_of(motion: Motion, floor: Floor | None, found: list[Contact] | None) -> Stance:
    """Contacts and floor of a source, found where they aren't told."""
    floor = floor or find_floor(motion)
    contacts = find_contacts(motion, floor, _STANDS) if found is None else found
    table = contact_table(contacts, motion.frames)
    return Stance(sole_points(motion), table, floor, len(contacts))


def corrections(own: Floats, stance: Stance, goal: Floats, rate: float, size: float) -> Floats:
    """What each foot is to be moved by.

    Args:
        own: (T, 4, 3) metres, the figure's soles as they are.
        stance: of the source.
        goal: (T, 4, 3) metres, the source's soles brought to the figure's size and place.
        rate: frames per second.
        size: how much larger the figure moves; a standing foot slides no farther than its source.

    Returns:
        (T, 2, 3) metres, for the left and the right foot.
    """
    away = np.zeros((len(own), 2, 3))
    for foot in range(2):
        part = slice(2 * foot, 2 * foot + 2)
        stands = stance.stands[:, part]
        known = _without_lifts(stance, part, rate)
        for first, end in intervals_of(known):
            span = slice(first, end)
            firm = ramps(span, len(own), round(_GRIP * rate))
            away[span, foot] = _hold(
                own[span, part], goal[span, part], stands[span], firm, rate, 1.0 / max(size, 1.0)
            )
        away[:, foot] = _between(away[:, foot], known, rate)
    if len(own) < 3:
        return away
    return gaussian_filter(away.reshape(len(own), -1), max(_EDGE * rate, 1e-3)).reshape(away.shape)


def _without_lifts(stance: Stance, part: slice, rate: float) -> NDArray[np.bool_]:
    """(T,) frames in which a foot stands, with those of lifts that are too short and too small to
    be steps."""
    known = np.asarray(stance.stands[:, part].any(axis=1))
    points = stance.soles[:, part]
    for first, end in intervals_of(~known):
        if first == 0 or end == len(known) or end - first > _LIFT[0] * rate:
            continue
        way = np.linalg.norm(points[end] - points[first - 1], axis=-1).max()
        known[first:end] |= bool(way < _LIFT[1])
    return known


def _hold(
    own: Floats, goal: Floats, stands: NDArray[np.bool_], firm: Floats, rate: float, share: float
) -> Floats:
    """(t, 3) metres that bring a foot through one stand: heights to the goal's, the ground path
    held.

    Over the ground the standing point follows that share of its source's slow path; from heel to
    toe the correction goes on where the one before left it, and in the middle of the stand it is as
    small as can be. firm: (t,) 0 to 1, how much the ground path is held: less at both ends, where a
    foot still moves.
    """
    weight = stands + 1e-3
    if len(own) > 2:
        weight = gaussian_filter(weight, _ROLL * rate).clip(1e-3)
    weight = weight / weight.sum(axis=1, keepdims=True)
    slow = _slow(goal, rate)
    step = share * np.diff(slow, axis=0) - np.diff(own, axis=0)
    step *= (0.5 * (firm[1:] + firm[:-1]))[:, None, None]
    both = 0.5 * (weight[1:] + weight[:-1])
    both = both / np.maximum(both.sum(axis=1, keepdims=True), 1e-9)
    path = np.zeros((len(own), 3))
    path[1:] = np.cumsum(np.sum(both[..., None] * step, axis=1), axis=0)
    path -= path.mean(axis=0)
    height = (goal - own)[..., 2]
    path[:, 2] = np.sum(weight * height, axis=1)
    return path


def _slow(points: Floats, rate: float) -> Floats:
    """Points (t, 2, 3) without their trembling."""
    if len(points) < 3:
        return np.broadcast_to(points.mean(axis=0), points.shape)
    return gaussian_filter(points.reshape(len(points), -1), _DRIFT * rate).reshape(points.shape)


def _between(away: Floats, known: NDArray[np.bool_], rate: float) -> Floats:
    """Corrections (T, 3) blended over the frames (T,) without one: from the last to the next where
    they are near each other in time, else down to none and up again."""
    at, free = np.flatnonzero(known), np.flatnonzero(~known)
    if not len(at) or not len(free):
        return away
    after = np.searchsorted(at, free)
    last, following = at[np.maximum(after - 1, 0)], at[np.minimum(after, len(at) - 1)]
    has_last, has_next = after > 0, after < len(at)
    fade = _FADE * rate
    gap = np.where(has_last & has_next, following - last, np.inf)
    across = np.clip((free - last) / np.where(np.isfinite(gap), gap, 1.0), 0.0, 1.0)
    long = np.clip(gap / (2.0 * fade) - 1.0, 0.0, 1.0)
    down = ease(1.0 - (free - last) / fade) * has_last
    up = ease(1.0 - (following - free) / fade) * has_next
    down = np.where(np.isfinite(gap), (1.0 - long) * (1.0 - ease(across)) + long * down, down)
    up = np.where(np.isfinite(gap), (1.0 - long) * ease(across) + long * up, up)
    result = away.copy()
    result[free] = down[:, None] * away[last] + up[:, None] * away[following]
    return result


def ease(t: Floats) -> Floats:
    """0 to 1 with no slope and no curvature at both ends: 6t⁵ - 15t⁴ + 10t³."""
    t = np.clip(t, 0.0, 1.0)
    return t**3 * (t * (6.0 * t - 15.0) + 10.0)


def tied_to_ground(stance: Stance, rate: float) -> Floats:
    """(T, 2) 0 to 1: how much each foot is where it is because of the ground: all of it while it
    stands, the less the longer since and until then, when it goes where the pelvis goes."""
    parts = [slice(0, 2), slice(2, 4)]
    away = [frames_away(_without_lifts(stance, part, rate)) for part in parts]
    return ease(1.0 - np.stack(away, axis=1) / (_FREE * rate))


def frames_away(marked: NDArray[np.bool_]) -> Floats:
    """(T,) frames to the nearest one that is marked (T,); infinite where none is."""
    at, frames = np.flatnonzero(marked), np.arange(len(marked))
    if not len(at):
        return np.full(len(marked), np.inf)
    after = np.searchsorted(at, frames)
    last, following = at[np.maximum(after - 1, 0)], at[np.minimum(after, len(at) - 1)]
    return np.minimum(np.abs(frames - last), np.abs(following - frames)).astype(np.float64)


def pelvis_share(away: Floats, stance: Stance, rate: float, hands: Floats | None = None) -> Floats:
    """What the pelvis takes of the limbs' corrections: the slow part of what the standing ones
    need.

    Args:
        away: (T, 2, 3) metres, the feet's corrections.
        stance: of the source.
        rate: frames per second.
        hands: (T, 2, 4) metres that hands on the floor are to be moved by, and how much (0 to 1)
            each is on it; None where none ever is.

    Returns:
        (T, 3) metres.
    """
    stands = np.stack((stance.stands[:, :2].any(axis=1), stance.stands[:, 2:].any(axis=1)), axis=1)
    stands = stands.astype(np.float64)
    if hands is not None:
        away = np.concatenate((away, hands[..., :3]), axis=1)
        stands = np.concatenate((stands, hands[..., 3]), axis=1)
    if len(away) < 3:
        return np.asarray(away.mean(axis=1))
    weight = gaussian_filter(stands, 0.5 * _PELVIS * rate).clip(0.0)
    weight[:, :2] += 0.05 if hands is None else 0.01
    share = weight / weight.sum(axis=1, keepdims=True)
    return gaussian_filter(np.sum(share[..., None] * away, axis=1), _PELVIS * rate)
