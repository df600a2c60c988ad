# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether space itself is stretched: bones that are longer in one direction than in another.

A bone's length does not depend on where it points. Points of a picture whose width and height have
different measures, or of a camera whose depth is scaled wrongly, have bones that are longer along
one axis. With d the vector between two points of neighbouring bones, n its direction, and E the
small symmetric strain of space without change of volume,

    log |d| = log (the bone's length) + nᵀ E n ,

which is linear in E (5 numbers) and in each bone's length. That lengths are about those of a person
holds it where bones always point one way.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..geometry.kinematics import attached_points
from ..geometry.medians import seen_medians
from ..geometry.skeleton import PARENTS
from ..runtime.array_types import Floats
from .evidence import Evidence, Measure

_NEAR: Final = 0.15
_FAR: Final = 0.6
"""Metres on the default body between which pairs of points are looked at."""
_PEOPLE_DIFFER: Final = 0.12
"""Standard deviation of the logarithm of a bone's length beside the default body's of the same
size, with markers that sit elsewhere than their layout has them."""
_MOST_FRAMES: Final = 200
_ROUNDS: Final = 4
"""Times that the linear equation is solved again about the last strain."""
_ROBUST: Final = 0.15
"""Logarithm of a length: samples further off count less."""
_MOST_STRAIN: Final = 3.0
"""Logarithm of a length: points that ask for more are no body's, which other reasons say."""
_LEAST_WEIGHT: Final = 1e-3
"""Of a sample: holds directions still in which no bone points."""
_LEAST_PAIRS: Final = 8
_MOST_PAIRS: Final = 250


def measures(evidence: Evidence) -> dict[str, Measure]:
    """The strain by name: how much longer lengths are in one direction than square to it."""
    if evidence.tracks is None or evidence.joints is None or evidence.usual is None:
        return {}
    joints = np.asarray(evidence.joints)
    eye = np.broadcast_to(np.eye(3), (24, 3, 3))
    rest = attached_points(eye, default_body().rest_joints, joints, evidence.usual)
    every = max(1, evidence.motion.frames // _MOST_FRAMES)
    strain = find_strain(evidence.tracks.positions[::every], rest, joints)
    return {} if strain is None else {"stretched": Measure(strain_of(strain))}


def strain_of(strain: Floats) -> float:
    """The share by which lengths in the longest direction exceed those in the shortest."""
    values = np.linalg.eigvalsh(strain)
    return float(np.exp(values[-1] - values[0]) - 1.0)


def find_strain(points: Floats, rest: Floats, joints: NDArray[np.intp]) -> Floats | None:
    """The strain of space, or None where too few pairs of points are seen together.

    Args:
        points: (T, K, 3) in any unit, NaN where unseen.
        rest: (K, 3) metres, the same points on the default body at rest.
        joints: (K,) the joint that carries each.

    Returns:
        (3, 3) symmetric, without trace: E of the equation above.
    """
    first, second, usual = _pairs(rest, joints)
    if len(first) < _LEAST_PAIRS:
        return None
    apart = points[:, first] - points[:, second]
    length = np.linalg.norm(apart, axis=-1)
    seen = np.isfinite(length) & (length > 1e-9)
    if seen.sum() < 5 * _LEAST_PAIRS:
        return None
    apart = np.where(seen[..., None], apart, 1.0)
    size = np.median((np.log(np.where(seen, length, 1.0)) - np.log(usual))[seen])
    apart = apart / np.exp(size)
    strain = np.zeros((3, 3))
    for _ in range(_ROUNDS):
        with np.errstate(all="ignore"):
            step = _step(apart @ _grown(-strain), seen, usual)
        if step is None or np.abs(strain + step).max() > _MOST_STRAIN:
            return None
        strain = strain + step
        strain -= np.eye(3) * np.trace(strain) / 3.0
    return strain


def _pairs(
    rest: Floats, joints: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp], Floats]:
    """Points on neighbouring joints, or on one, and their distances at rest; points on one joint
    next to each other are left to calibration."""
    apart = np.linalg.norm(rest[:, None] - rest[None], axis=-1)
    i, j = np.nonzero((apart > _NEAR) & (apart < _FAR))
    parents = np.asarray(PARENTS)
    near = (parents[joints[i]] == joints[j]) | (parents[joints[j]] == joints[i])
    near |= joints[i] == joints[j]
    keep = np.flatnonzero((i < j) & near)
    keep = keep[:: max(1, len(keep) // _MOST_PAIRS)]
    return i[keep], j[keep], apart[i[keep], j[keep]]


def _grown(strain: Floats) -> Floats:
    """(3, 3) the matrix that stretches by a strain: its exponential."""
    values, vectors = np.linalg.eigh(strain)
    return (vectors * np.exp(values)) @ vectors.T


def _step(apart: Floats, seen: NDArray[np.bool_], usual: Floats) -> Floats | None:
    """One Gauss-Newton step: the strain that is left, each pair's own length taken out by least
    squares with a person's as the prior; None for lengths that are no numbers."""
    length = np.linalg.norm(apart, axis=-1)
    n = apart / np.maximum(length, 1e-12)[..., None]
    terms = np.stack(
        [n[..., 0] ** 2 - n[..., 2] ** 2, n[..., 1] ** 2 - n[..., 2] ** 2,
         2 * n[..., 0] * n[..., 1], 2 * n[..., 0] * n[..., 2], 2 * n[..., 1] * n[..., 2]], axis=-1
    )  # fmt: skip
    off = np.log(np.maximum(length, 1e-12) / usual)
    middle = seen_medians(off, seen, 0.0)
    weight = seen / (1.0 + np.square((off - middle) / _ROBUST))
    count = weight.sum(axis=0)
    prior = _ROBUST**2 / _PEOPLE_DIFFER**2
    share = 1.0 / (count + prior)
    mean_terms = np.einsum("tp,tpd->pd", weight, terms) * share[:, None]
    mean_off = (weight * off).sum(axis=0) * share
    normal = np.einsum("tp,tpd,tpe->de", weight, terms, terms)
    normal -= np.einsum("pd,pe,p->de", mean_terms, mean_terms, 1.0 / share)
    right = np.einsum("tp,tpd,tp->d", weight, terms, off)
    right -= np.einsum("pd,p,p->d", mean_terms, mean_off, 1.0 / share)
    if not (np.isfinite(normal).all() and np.isfinite(right).all()):
        return None
    held = normal + _LEAST_WEIGHT * np.eye(5)
    a, b, ab, ac, bc = np.linalg.solve(held, right)
    return np.array([[a, ab, ac], [ab, b, bc], [ac, bc, -a - b]])
