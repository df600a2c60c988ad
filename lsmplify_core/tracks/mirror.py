# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a take is a mirror image: a world with left-handed axes, or left and right exchanged.

In a right-handed world a person's left × up points forward. What shows where forward is: toes
before heels, the face, the chest before the back, and the way that knees bend.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import JOINT_INDEX, MIRROR, among
from ..geometry.vectors import all_finite, crossed, dots, lengths
from ..layouts.layout import Layout
from .body_fit import TORSO, rest_points

Floats = NDArray[np.float64]

_MOST_FRAMES: Final = 200
_DEEP: Final = 0.025
"""Metres: a group of points has a front and a back where its points are spread so far in depth."""
_NOSE: Final = 0.04
"""Metres that a nose stands out from the line of neck and head on the resting body, at least."""
_BENT: Final = 0.06
"""Of the leg's length: a knee is bent where it is so far from the line of hip and ankle."""
_ASIDE: Final = 0.04
"""Metres from the body's middle of a marker that says which side is which."""
_PARTNER: Final = 0.06
"""Metres: a marker whose mirror image has one so near has a partner."""
MIRRORED: Final = -0.4
"""Below this a take is taken for a mirror image; people come to 0.3 and more, most to 1."""
_HEAD: Final = frozenset((JOINT_INDEX["Head"],))
_SIDES: Final = (
    ("L_Hip", "L_Knee", "L_Ankle", "L_Foot"), ("R_Hip", "R_Knee", "R_Ankle", "R_Foot"),
)  # fmt: skip


def handedness(points: Floats, layout: Layout) -> float:
    """Right-handed or mirrored, in any unit and world.

    Args:
        points: (T, K, 3) of the layout's points, NaN where unseen.
        layout: what they are.

    Returns:
        From 1 (left × up is forward in all that is seen) to -1 (a mirror image); 0 where nothing
        tells.
    """
    shown = points[:: max(1, len(points) // _MOST_FRAMES)]
    with np.errstate(all="ignore"):
        votes = [v for v in _votes(shown, layout) if v is not None and np.isfinite(v)]
    return float(np.mean(votes)) if votes else 0.0


def exchanged_names(points: Floats, layout: Layout) -> bool | None:
    """What makes a mirror image of a take whose `handedness` says so: its names or its axes.

    A marker that a layout has on one side alone (RBAC on the right shoulder blade) sits on the side
    that is called right where the axes are left-handed, and on the other where the names of left
    and right were exchanged.

    Args:
        points: (T, K, 3) of the layout's points, NaN where unseen.
        layout: what they are.

    Returns:
        True for exchanged names, False for left-handed axes, None where the layout has no such
        marker or it is not clear: both then look the same.
    """
    rest = rest_points(layout)
    left = _left(points, rest, layout.joints)
    if left is None:
        return None
    across = left / np.maximum(np.linalg.norm(left, axis=1, keepdims=True), 1e-9)
    trunk = among(layout.joints, TORSO)
    middle = _mean(points[:, trunk]) if trunk.any() else points.mean(axis=1)
    scale = np.linalg.norm(left, axis=1) / max(_width(rest, layout.joints), 1e-9)
    votes: list[float] = []
    for k in np.flatnonzero(_one_sided(layout)):
        own = ((points[:, k] - middle) * across).sum(axis=1) / np.maximum(scale, 1e-9)
        own = own[np.isfinite(own)]
        if len(own):
            votes.append(float(np.median(own) * np.sign(rest[k, 0])))
    if not votes or abs(np.mean(votes)) < _ASIDE:
        return None
    return bool(np.mean(votes) < 0)


def _one_sided(layout: Layout) -> NDArray[np.bool_]:
    """(K,) points of the torso beside the middle without one on the other side."""
    torso = among(layout.joints, TORSO)
    found = np.zeros(len(layout.joints), dtype=bool)
    for k in np.flatnonzero(torso & (np.abs(layout.offsets[:, 0]) > _ASIDE)):
        mirrored = layout.offsets[k] * [-1.0, 1.0, 1.0]
        same = layout.joints == MIRROR[int(layout.joints[k])]
        away = np.linalg.norm(layout.offsets - mirrored, axis=1)
        found[k] = not (same & (away < _PARTNER)).any()
    return found


def _width(rest: Floats, joints: NDArray[np.intp]) -> float:
    """Metres between the torso's left and right points on the resting body."""
    torso = among(joints, TORSO)
    left, right = (rest[torso & (sign * rest[:, 0] > 0.04)].mean(axis=0) for sign in (1.0, -1.0))
    return float(np.linalg.norm(left - right))


def _votes(points: Floats, layout: Layout) -> Iterable[float | None]:
    rest = rest_points(layout)
    joints = layout.joints
    left = _left(points, rest, joints)
    yield _solid(
        points, rest, among(joints, TORSO | {JOINT_INDEX["Spine1"], JOINT_INDEX["Spine2"]})
    )
    yield _head(points, rest, joints)
    if left is None:
        return
    yield _face(points, rest, joints, left)
    yield _feet(points, rest, joints, left)
    yield _knees(points, rest, joints, left)


def _left(points: Floats, rest: Floats, joints: NDArray[np.intp]) -> Floats | None:
    """(T, 3) from the body's right to its left, by the torso's points."""
    torso = among(joints, TORSO)
    sides = [torso & (sign * rest[:, 0] > 0.04) for sign in (1.0, -1.0)]
    if not all(s.any() for s in sides):
        return None
    return _mean(points[:, sides[0]]) - _mean(points[:, sides[1]])


def _solid(points: Floats, rest: Floats, chosen: NDArray[np.bool_]) -> float | None:
    """By the rotation or reflection that brings the resting points onto the seen ones (Kabsch): the
    sign of the determinant, weighed by the depth that decides it."""
    if chosen.sum() < 4:
        return None
    own, seen = rest[chosen], points[:, chosen]
    whole = np.isfinite(seen).all(axis=(1, 2))
    if not whole.any():
        return None
    own = own - own.mean(axis=0)
    if np.linalg.svd(own, compute_uv=False)[-1] < _DEEP * np.sqrt(len(own)):
        return None
    seen = seen[whole] - seen[whole].mean(axis=1, keepdims=True)
    sums = np.einsum("ki,tkj->tij", own, seen)
    u, s, vt = np.linalg.svd(sums)
    sign = np.sign(np.linalg.det(u @ vt))
    return float((sign * s[:, 2]).sum() / max(float(s[:, 2].sum()), 1e-12))


def _head(points: Floats, rest: Floats, joints: NDArray[np.intp]) -> float | None:
    """The head's own points and the middle of the shoulders, which it cannot turn away from."""
    head = among(joints, _HEAD)
    below = among(
        joints, [JOINT_INDEX["L_Shoulder"], JOINT_INDEX["R_Shoulder"], JOINT_INDEX["Neck"]]
    )
    if head.sum() < 3 or not below.any():
        return None
    middle = rest[below].mean(axis=0)
    if not (np.ptp(rest[head, 0]) > 0.04 and np.ptp(rest[head, 2]) > 0.04):
        return None
    own = np.concatenate([rest[head], [middle]])
    seen = np.concatenate([points[:, head], _mean(points[:, below])[:, None]], axis=1)
    return _solid(seen, own, np.ones(len(own), dtype=bool))


def _face(points: Floats, rest: Floats, joints: NDArray[np.intp], left: Floats) -> float | None:
    """A nose before the line from the neck to the head's top, where the head shows no sides."""
    head = np.flatnonzero(among(joints, _HEAD))
    below = among(joints, [JOINT_INDEX[n] for n in ("Neck", "Spine3", "L_Shoulder", "R_Shoulder")])
    if len(head) != 2 or not below.any():
        return None
    front, top = sorted(head, key=lambda k: -float(rest[k, 2]))
    neck = _mean(points[:, below])
    line = points[:, top] - neck
    own = rest[top] - rest[below].mean(axis=0)
    ahead = rest[front] - rest[below].mean(axis=0)
    ahead = ahead - (ahead @ own) / (own @ own) * own
    if ahead[2] < _NOSE:
        return None
    out = points[:, front] - neck
    share = (out * line).sum(axis=1) / np.maximum(np.square(line).sum(axis=1), 1e-12)
    vote, size = _summed(left, line, out - share[:, None] * line)
    return vote / size if size > 0 else None


def _feet(points: Floats, rest: Floats, joints: NDArray[np.intp], left: Floats) -> float | None:
    """Toes before heels or ankles, seen from the leg above them."""
    total, weight = 0.0, 0.0
    for _, knee, ankle, foot in _SIDES:
        own = among(joints, [JOINT_INDEX[ankle], JOINT_INDEX[foot]]) & (rest[:, 1] < -1.0)
        knees = joints == JOINT_INDEX[knee]
        if own.sum() < 2 or np.ptp(rest[own, 2]) < 0.07 or not knees.any():
            continue
        ahead = rest[:, 2] > np.median(rest[own, 2])
        toes, heel = own & ahead, own & ~ahead
        if not (toes.any() and heel.any()):
            continue
        forward = _mean(points[:, toes]) - _mean(points[:, heel])
        up = _mean(points[:, knees]) - _mean(points[:, own])
        vote, size = _summed(left, up, forward)
        total, weight = total + vote, weight + size
    return total / weight if weight > 0 else None


def _knees(points: Floats, rest: Floats, joints: NDArray[np.intp], left: Floats) -> float | None:
    """Knees before the line from hip to ankle, where they are bent."""
    total, weight = 0.0, 0.0
    for hip, knee, ankle, _ in _SIDES:
        at = [_of(points, rest, joints, j) for j in (hip, knee, ankle)]
        if any(a is None for a in at):
            continue
        a, b, c = (np.asarray(x) for x in at)
        line = a - c
        length = np.linalg.norm(line, axis=1)
        share = ((b - c) * line).sum(axis=1) / np.maximum(length**2, 1e-12)
        out = b - c - share[:, None] * line
        bend = np.linalg.norm(out, axis=1) / np.maximum(length, 1e-12)
        out = np.where((bend > _BENT)[:, None], out, np.nan)
        vote, size = _summed(left, line, out)
        total, weight = total + vote, weight + size
    return total / weight if weight > 0 else None


def _of(points: Floats, rest: Floats, joints: NDArray[np.intp], name: str) -> Floats | None:
    """(T, 3) about where a joint is: the mean of its points that lie near it on the resting
    body."""
    from ..body.body import default_body

    near = np.linalg.norm(rest - default_body().rest_joints[JOINT_INDEX[name]], axis=1) < 0.1
    chosen = (joints == JOINT_INDEX[name]) & near
    return _mean(points[:, chosen]) if chosen.any() else None


def _summed(left: Floats, up: Floats, forward: Floats) -> tuple[float, float]:
    """The sum over frames of (left × up) · forward for unit vectors, and of its size."""
    across = crossed(left, up)
    size = lengths(across) * lengths(forward)
    with np.errstate(invalid="ignore", divide="ignore"):
        votes = dots(across, forward) / size
    votes = votes[np.isfinite(votes)]
    return float(votes.sum()), float(np.abs(votes).sum())


def _mean(points: Floats) -> Floats:
    """(T, K, 3) to (T, 3): the mean of what is seen; NaN unless most of it is."""
    seen = all_finite(points)
    if seen.all():
        return points.sum(axis=1) / points.shape[1]
    total = np.where(seen[..., None], points, 0.0).sum(axis=1)
    count = seen.sum(axis=1)[:, None]
    enough = count * 2 > points.shape[1]
    return np.where(enough, total / np.maximum(count, 1), np.nan)
