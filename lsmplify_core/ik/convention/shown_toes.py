# SPDX-License-Identifier: GPL-3.0-or-later
"""What points of a foot show of its toes' extension.

Forefoot markers lie before or behind the ball, wherever a layout fixes them. Those that lie beyond
it move with the toes; heel, ankle and the others hold the foot. The extension θ and a small turn ω
of the foot about its ankle minimise, for every frame by itself,

    sum_k w_k |y_k - exp(ω) p_k(θ)|² + noise² (|ω|² / σ_ω² + θ² / σ_θ²)

with the tracks y in the foot's frame and the places p, of which those beyond the ball turn about
it. The inverse of its normal matrix says how sure θ is.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ...anatomy.toes import FEET
from ...anatomy.turns import turn_about
from ...body.markers import MarkerObservations
from ...geometry.rotations import axis_angle_to_matrix, skew
from ...runtime.array_types import Floats

EXTENDS: Final = np.array([-1.0, 0.0, 0.0])
"""The axis about which toes extend, in the foot's frame at rest."""
_ACROSS: Final = skew(EXTENDS).T
"""What a row vector is multiplied by for the cross product of that axis and it."""
_TURNS: Final = skew(-np.eye(3)).reshape(3, 9)
"""What a row vector p is multiplied by for the elements of the matrix of ω × p = -p × ω."""
_BEYOND: Final = (0.02, 0.03)
"""Metres ahead of the ball from which on a point of the toes' bone, and of the foot's, shows the
toes; nearer ones are on the hinge, and layouts place the foot's to a centimetre."""
_SURE: Final = (0.1, 0.5)
"""Radians, σ_ω and σ_θ: what the foot's turn is off by, and what toes extend by."""
_STEPS: Final = 2
"""Gauss–Newton steps; the second changes an extension of 40 degrees by less than one."""
_LEAST: Final = 3
"""Points that a foot needs, the ankle's place counting as one."""


@dataclass(frozen=True)
class FootPoints:
    """The points of one foot that are seen anywhere in a take.

    Attributes:
        index: (M,) which points.
        toe: (M,) those that lie beyond the ball.
        places: (M, 3) metres from the ankle in the foot's frame, the toes straight.
        ball: (3,) metres, the ball from the ankle.
        own: whether one of those beyond the ball is fixed to the toes' bone.
    """

    index: NDArray[np.intp]
    toe: NDArray[np.bool_]
    places: Floats
    ball: Floats
    own: bool


@dataclass(frozen=True)
class ShownBend:
    """bend: (T,) radians that the toes extend by. sigma: (T,) radians, how uncertain it is,
    infinite where no point beyond the ball is seen. turn: (T, 3) radians, of the foot about its
    ankle. residual: metres along an axis, in the root mean square."""

    bend: Floats
    sigma: Floats
    turn: Floats
    residual: float


def foot_points(observed: MarkerObservations, side: int) -> FootPoints | None:
    """Find the points of one foot.

    Args:
        observed: the points of T frames; lengths in metres.
        side: 0 for the left foot, 1 for the right one.

    Returns:
        Those that are seen anywhere; None where none of them shows the toes.
    """
    ankle, ball = FEET[side]
    joints, offsets = np.asarray(observed.joints), np.asarray(observed.offsets, dtype=np.float64)
    at = np.asarray(observed.bones, dtype=np.float64)[ball]
    index = np.flatnonzero(
        ((joints == ankle) | (joints == ball)) & (observed.weights > 0).any(axis=0)
    )
    on_toes = joints[index] == ball
    places = offsets[index] + np.where(on_toes[:, None], at, 0.0)
    ahead = places[:, 2] - at[2]
    toe = ahead > np.where(on_toes, *_BEYOND)
    if not toe.any() or len(index) + 1 < _LEAST or toe.all():
        return None
    return FootPoints(index, toe, places, at, bool((toe & on_toes).any()))


def in_foot_frame(
    foot: FootPoints,
    side: int,
    posed: tuple[Floats, Floats],
    observed: MarkerObservations,
    frames: slice | NDArray[np.intp],
) -> tuple[Floats, Floats]:
    """A foot's tracks in its own frame.

    Args:
        foot: its points.
        side: 0 for the left one, 1 for the right one.
        posed: the joints' rotations (T, 24, 3, 3) and places (T, 24, 3) in the world.
        observed: the tracks of the same frames.
        frames: the N of them that are asked for.

    Returns:
        (N, M, 3) metres from the ankle on, and the square roots of the weights (N, M).
    """
    ankle, _ = FEET[side]
    turned, placed = (part[frames, ankle] for part in posed)
    away = observed.points[frames][:, foot.index] - placed[:, None]
    sqrt_weights = np.sqrt(observed.weights[frames][:, foot.index])
    return (away @ turned).astype(np.float64), sqrt_weights.astype(np.float64)


def recalibrated(
    foot: FootPoints, tracks: Floats, sqrt_weights: Floats, shown: ShownBend
) -> FootPoints:
    """Put the points of a foot where their tracks are in the median, the toes straightened.

    Args:
        foot: the points.
        tracks: (N, M, 3) metres in the foot's frame (`in_foot_frame`).
        sqrt_weights: (N, M) square roots of the weights, zero for unseen samples.
        shown: how the toes extend and the foot is turned in the same N frames.

    Returns:
        The foot with new places.
    """
    straight = turn_about(EXTENDS, shown.bend)
    own = tracks @ axis_angle_to_matrix(shown.turn)
    back = np.where(foot.toe[:, None], foot.ball + (own - foot.ball) @ straight, own)
    places = foot.places.copy()
    for k in range(len(places)):
        seen = sqrt_weights[:, k] > 0
        if seen.any():
            places[k] = np.median(back[seen, k], axis=0)
    return replace(foot, places=places)


def shown_bend(
    foot: FootPoints,
    tracks: Floats,
    sqrt_weights: Floats,
    noise: float,
    start: ShownBend | None = None,
    hold: bool = False,
) -> ShownBend:
    """Extension of the toes by the points.

    Args:
        foot: the points.
        tracks: (T, M, 3) metres in the foot's frame (`in_foot_frame`).
        sqrt_weights: (T, M) square roots of the weights, zero for unseen samples.
        noise: metres along an axis, of the tracks.
        start: where to begin, so that one step is enough; None for straight toes.
        hold: keep the start's extension and find the foot's turn alone.

    Returns:
        The extension and the foot's turn in T frames; with `hold` its `sigma` and `residual` are
        zero and say nothing.
    """
    frames = len(tracks)
    theta = np.zeros(frames) if start is None else start.bend
    turn = np.zeros((frames, 3)) if start is None else start.turn
    prior = (noise / np.array([_SURE[0]] * 3 + [_SURE[1]])) ** 2
    unknown = slice(0, 3 if hold else 4)
    normal = np.zeros((frames, 4, 4))
    for _ in range(_STEPS if start is None else 1):
        normal, asked = _equations(foot, tracks, sqrt_weights, theta, turn, unknown)
        diagonal = prior[unknown]
        normal = normal + np.diag(diagonal)
        value = np.concatenate((turn, theta[:, None]), axis=1)[:, unknown]
        step = np.linalg.solve(normal, (asked - diagonal * value)[..., None])[..., 0]
        turn = turn + step[:, :3]
        theta = theta if hold else theta + step[:, 3]
    if hold:
        return ShownBend(theta, np.zeros(frames), turn, 0.0)
    residual = _residual(foot, tracks, sqrt_weights, theta, turn)
    sigma = max(noise, residual) * np.sqrt(np.linalg.inv(normal)[:, 3, 3])
    shows = (sqrt_weights[:, foot.toe] > 0).any(axis=1)
    return ShownBend(theta, np.where(shows, sigma, np.inf), turn, residual)


def _posed(foot: FootPoints, theta: Floats, turn: Floats) -> tuple[Floats, Floats, Floats]:
    """The points (T, M, 3) of a foot that is turned, its toes extended; how they move with the
    extension; and the turn as matrices (T, 3, 3)."""
    arms = np.where(foot.toe[:, None], foot.places - foot.ball, 0.0)
    bent = arms @ np.swapaxes(turn_about(EXTENDS, theta), -1, -2)
    fixed = np.where(foot.toe[:, None], foot.ball, foot.places)
    whole = axis_angle_to_matrix(turn)
    back = np.swapaxes(whole, -1, -2)
    return (fixed + bent) @ back, bent @ _ACROSS @ back, whole


def _equations(
    foot: FootPoints,
    tracks: Floats,
    sqrt_weights: Floats,
    theta: Floats,
    turn: Floats,
    unknown: slice,
) -> tuple[Floats, Floats]:
    """Normal matrix and right-hand side of a step of (ω, θ)."""
    placed, with_bend, _ = _posed(foot, theta, turn)
    # exp(dω) p = p + dω × p: the matrix of -p
    columns = np.concatenate(
        (np.reshape(placed @ _TURNS, (*placed.shape, 3)), with_bend[..., None]), axis=-1
    )[..., unknown]
    columns = columns * sqrt_weights[..., None, None]
    flat = columns.reshape(len(tracks), -1, columns.shape[-1])
    away = ((tracks - placed) * sqrt_weights[..., None]).reshape(len(tracks), -1, 1)
    across = np.swapaxes(flat, -1, -2)
    return across @ flat, (across @ away)[..., 0]


def _residual(
    foot: FootPoints, tracks: Floats, sqrt_weights: Floats, theta: Floats, turn: Floats
) -> float:
    placed, _, _ = _posed(foot, theta, turn)
    squares = np.square((tracks - placed) * sqrt_weights[..., None])
    return float(np.sqrt(squares.sum() / max(3.0 * np.square(sqrt_weights).sum(), 1.0)))
