# SPDX-License-Identifier: GPL-3.0-or-later
"""Rigid groups among nameless tracks that a posed body carries and that are none of its limbs."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..geometry.kinematics import forward
from ..geometry.skeleton import JOINT_INDEX, PARENTS
from ..layouts.matching import LEAST_POINTS
from ..props.rigid_groups import LEAST_TRACKS, Distances, distances, rigid_groups
from ..runtime.array_types import Floats
from ..tracks.tracks import Tracks
from .fit import Fit
from .guess import JointLabels, guess_points

_ON_SKIN: Final = 0.13
"""Metres from the nearest bone of a body of the default size within which markers of arms lie."""
_ON_ONE_LIMB: Final = 0.012
"""Metres: markers on one limb keep their distance as well as that; what a hand holds does not."""
_AWAY: Final = 0.25
"""Metres from the nearest bone: no marker on skin lies so far out. Those of heads come to 0.19."""
_RESTLESS: Final = 0.008
"""Metres by which a rigid group moves on every joint, if it is none of the body's."""
_LIMB_AT_REST: Final = 4.0
"""A group is restless where it moves so many times more than other tracks do on their joints."""
_MOST_TRIED: Final = 4
"""Suspects that the body is posed without."""
_CERTAIN: Final = 0.95
"""Groups of which the network is surer than this are limbs."""
_LEAST_GAIN: Final = 0.04
"""By how much surer the network must be of all others without a group that does not lie on a bone,
if nothing else speaks against it. Without a limb it is less sure of them."""
_BETTER: Final = 0.9
"""Without a prop the others' movement on their joints falls to this share at least."""
_ARMS: Final = tuple(
    (
        frozenset(JOINT_INDEX[f"{side}_{name}"] for name in ("Elbow", "Wrist", "Hand")),
        frozenset(
            JOINT_INDEX[f"{side}_{name}"]
            for name in ("Collar", "Shoulder", "Elbow", "Wrist", "Hand")
        ),
    )
    for side in "LR"
)
"""Forearm and hand, and the whole arm, of both sides."""
_HEAD: Final = 0.2
"""Metres from the head's joint to the crown of a body of the default size."""


@dataclass(frozen=True)
class PosedTracks:
    """Nameless tracks with the body that was posed under them.

    tracks: metres, Z up. labels: what the network says of them. fit: the body, of `labels`.
    """

    tracks: Tracks
    labels: JointLabels
    fit: Fit

    @property
    def deviation(self) -> Floats:
        """(K,) metres that each track moves by on its joint."""
        joints = self.fit.layout.joints
        return np.asarray(self.fit.deviation[np.arange(len(joints)), joints])


@dataclass(frozen=True)
class WithoutProp:
    """prop: indices of the group that was left out; where less than three of its tracks are off
    the skin, the markers on skin that move as one with them are told too. kept: indices of the
    tracks that are left. posed: these, with their body."""

    prop: NDArray[np.intp]
    kept: NDArray[np.intp]
    posed: PosedTracks


def carried_prop(
    posed: PosedTracks,
    again: Callable[[NDArray[np.intp]], PosedTracks],
    known: Collection[int] = (),
) -> WithoutProp | None:
    """Leave out the rigid group that is least of all part of the body, and pose the others.

    Suspect are groups with a track far from every bone, those that move on every joint, those that
    the network gives to an arm and to somewhere else, and those without which it is surer of all
    others. One at a time, since what a prop spoils looks wrong beside it: the one without which the
    others lie nearest to the bones and are most at rest.

    Args:
        posed: all tracks that are left.
        again: poses some of these tracks, by their indices.
        known: tracks that are said to be of the body.

    Returns:
        The other tracks; None where all groups are limbs.
    """
    between = distances(posed.tracks.positions)
    groups = [g for g in rigid_groups(between) if set(g.tolist()).isdisjoint(known)]
    away = distance_to_bones(posed)
    found: list[tuple[tuple[int, float], WithoutProp]] = []
    for suspect in _suspects(posed, groups, away):
        group = _without_skin(suspect, away, posed, between)
        rest = np.setdiff1d(np.arange(len(away)), group)
        if len(rest) < LEAST_POINTS or _is_an_arm_lost(posed.labels.joints, rest):
            continue
        others = again(rest)
        if _is_an_arm_lost(posed.labels.joints, np.arange(len(rest)), others.labels.joints):
            continue
        far = int((distance_to_bones(others) > _AWAY).sum())
        left, before = float(others.deviation.mean()), float(posed.deviation[rest].mean())
        fewer_far = far < int((away[rest] > _AWAY).sum()) or bool((away[group] > _AWAY).any())
        if fewer_far or left < _BETTER * before:
            whole = group if len(group) >= LEAST_TRACKS else suspect
            found.append(((far, left), WithoutProp(whole, rest, others)))
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _is_an_arm_lost(
    joints: NDArray[np.intp], rest: NDArray[np.intp], again: NDArray[np.intp] | None = None
) -> bool:
    """Whether a forearm and hand that had tracks have none among the rest: what moves as one with
    the whole of it cannot be told from it."""
    left = set((joints[rest] if again is None else again).tolist())
    before = set(joints.tolist())
    return any(before & lower and not left & lower for lower, _ in _ARMS)


def _suspects(
    posed: PosedTracks, groups: Sequence[NDArray[np.intp]], away: Floats
) -> list[NDArray[np.intp]]:
    """Groups that may be props, the most suspicious first."""
    restless = max(_RESTLESS, _LIMB_AT_REST * float(np.median(posed.deviation)))
    found: list[tuple[float, NDArray[np.intp]]] = []
    for group in groups:
        far = float(away[group].max())
        moves = min(
            float(posed.fit.deviation[group].mean(axis=0).min()),
            float(posed.deviation[group].mean()),
        )
        sure = float(posed.labels.certainty[group].mean())
        mixed = _on_arm_and_elsewhere(posed.labels.joints[group])
        plain = far < _AWAY and moves < restless and not mixed
        if plain and (sure > _CERTAIN or far < _ON_SKIN):
            continue
        gain = _gain(posed, group)
        if plain and gain < _LEAST_GAIN:
            continue
        found.append((gain + 0.2 * moves + 0.1 * (1.0 - sure) + 0.1 * far, group))
    return [g for _, g in sorted(found, key=lambda pair: -pair[0])][:_MOST_TRIED]


def _on_arm_and_elsewhere(joints: NDArray[np.intp]) -> bool:
    """Whether joints are of a forearm or hand, and of other parts than this arm."""
    given = set(joints.tolist())
    return any(given & lower and not given <= arm for lower, arm in _ARMS)


def _gain(posed: PosedTracks, group: NDArray[np.intp]) -> float:
    """How much surer the network is of the others without a group."""
    rest = np.setdiff1d(np.arange(len(posed.tracks.names)), group)
    alone = guess_points(posed.tracks.select(rest))
    return float(alone.certainty.mean() - posed.labels.certainty[rest].mean())


def _without_skin(
    group: NDArray[np.intp], away: Floats, posed: PosedTracks, between: Distances
) -> NDArray[np.intp]:
    """A group without the markers on skin that move as one with what the hand holds.

    These lie near a bone, at rest on their joint, and are on another joint than the farthest, all
    that their joint has, or fixed to another marker of it.
    """
    joints = posed.fit.layout.joints
    outermost = joints[group[int(np.argmax(away[group]))]]
    others = np.setdiff1d(np.arange(len(joints)), group)
    beside = joints[group][:, None] == joints[others]
    fixed = (beside & (between.slack[np.ix_(group, others)] < _ON_ONE_LIMB)).any(axis=1)
    of_limb = (joints[group] != outermost) | ~beside.any(axis=1) | fixed
    of_limb &= (away[group] < _ON_SKIN) & (posed.deviation[group] < _ON_ONE_LIMB)
    kept = np.setdiff1d(group, group[of_limb])
    return kept if len(kept) >= 2 else group


def distance_to_bones(posed: PosedTracks) -> Floats:
    """(K,) metres, on a body of the default size: how far each track is from the nearest bone of
    the posed body, the median over the frames that were fitted."""
    found, tracks = posed.fit.calibration, posed.tracks
    turned, at = forward(found.poses.rotations, found.body.offsets, found.poses.root)
    size = found.body.height / default_body().height
    head = JOINT_INDEX["Head"]
    crown = at[:, head] + _HEAD * size * turned[:, head, :, 1]
    origin = np.nanmedian(tracks.positions.reshape(-1, 3), axis=0)
    points = tracks.positions[found.frames] - origin
    heads = np.concatenate((at[:, list(PARENTS[1:])], at[:, None, head]), axis=1)
    along = np.concatenate((at[:, 1:], crown[:, None]), axis=1) - heads
    square = np.square(along).sum(axis=-1)
    nearest = np.full(points.shape[:2], np.inf)
    for bone in range(along.shape[1]):
        from_head = points - heads[:, None, bone]
        share = (from_head * along[:, None, bone]).sum(axis=-1) / square[:, None, bone]
        closest = np.clip(share, 0.0, 1.0)[..., None] * along[:, None, bone]
        nearest = np.minimum(nearest, np.linalg.norm(from_head - closest, axis=-1))
    masked = np.ma.masked_invalid(np.where(np.isfinite(points).all(axis=-1), nearest, np.nan))
    return np.asarray(np.ma.median(masked, axis=0).filled(0.0), dtype=np.float64) / size
