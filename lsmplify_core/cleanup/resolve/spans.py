# SPDX-License-Identifier: GPL-3.0-or-later
"""A span solved anew from poses set by hand.

The learned solver starts from the keyed poses and from the poses beside the span, in both
directions, and meets in the middle; tracks that the keys contradict are not followed; the keys and
the span's neighbours are observations that the smoother knows for sure. Outside the span nothing
changes.
"""

from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from ...body.body import default_body
from ...body.markers import MarkerObservations, PoseSequence
from ...geometry.rotations import matrix_to_quaternion, quaternion_to_matrix, slerp
from ...geometry.skeleton import N_JOINTS, N_POSED
from ...ik.fit_problem import SolveSettings
from ...ik.learned.network import FRAME_RATE, load_network
from ...ik.learned.predictor import predict_steps
from ...ik.refinement.robust import downweight_outliers
from ...ik.root_alignment import align_root
from ...ik.smoothing import smooth_poses
from ...motion.motion import Motion
from ...pipeline import Progress
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from ...runtime.progress import with_progress
from ...runtime.threads import thread_pool
from ...tracks.noise import prior_weight_for, smoothing_for
from ..attached import Attached
from .constrained import KnownPoses, solve_constrained
from .pose_keys import PoseKey, anchors_of, insert_solved, spread_corrections
from .trust import TrackTrust, judge_tracks

_MOST_NOISE: Final = 0.08
"""Metres of noise at which tracks are trusted least."""
_NOISY: Final = 0.02
_MORE: Final = 0.05
"""From so many metres of noise on a span is smoothed more, over so many seconds more at the
most."""
_SPIKE: Final = 0.06
"""Metres from the body at which a track counts a quarter, or three times its noise."""
_SURE: Final = 0.01
"""Radians, and metres of the root: how far known poses may be off in the smoother."""


@dataclass(frozen=True)
class ResolveSettings:
    """rounds: of the network. passes: of the smoother after it. memory: seconds over which a key
    tells of the frames around. smooth: seconds, None for what the tracks' noise asks for. ease:
    seconds over which what is left between result and keys, or result and neighbours, is spread."""

    rounds: int = 3
    passes: int = 2
    memory: float = 1.0
    smooth: float | None = None
    ease: float = 0.25


@dataclass(frozen=True)
class Resolved:
    """motion: bit-identical outside the span. expected: (T, 22) radians, the error that the network
    expects, NaN outside. trust: (T, K) how far each track was followed, 1 outside. notes: sentences
    about tracks that were not followed, or were put right."""

    motion: Motion
    expected: Floats
    trust: Floats
    notes: tuple[str, ...]


def resolve_steps(
    motion: Motion,
    points: Attached | None,
    span: tuple[int, int],
    keys: Mapping[int, PoseKey],
    joints: Iterable[int] | None = None,
    settings: ResolveSettings | None = None,
) -> Generator[Progress, None, Resolved]:
    """Solve frames `span` (first, last, both included) anew; yields the share done.

    motion: any SMPL motion. points: its tracks (`attach`), or None where there are none: then the
    keys' corrections are spread over the span. keys: poses by frame, inside the span or one
    beside it; the result has them exactly. Without keys the span is solved from its neighbours.
    joints: only these change (and the root's place only with joint 0); all where None.
    Raises InputError for frames that are not in the motion.
    """
    settings = settings or ResolveSettings()
    chosen = _chosen(joints)
    _check(motion, points, span, keys)
    anchors = anchors_of(motion, span, keys, chosen)
    if points is None or not points.seen[span[0] : span[1] + 1].any():
        yield Progress("clean", 1.0)
        corrected = spread_corrections(motion, anchors, span)
        return Resolved(
            insert_solved(motion, corrected, span, anchors, chosen, settings.ease),
            np.full((motion.frames, N_POSED), np.nan), np.ones((motion.frames, 0)), (),
        )  # fmt: skip
    with thread_pool():
        return (yield from _resolved(motion, points, span, anchors, chosen, settings))


def _chosen(joints: Iterable[int] | None) -> list[int]:
    chosen = list(range(N_JOINTS)) if joints is None else sorted(set(joints))
    if not chosen or not 0 <= chosen[0] <= chosen[-1] < N_JOINTS:
        raise InputError(f"joints {chosen} to solve anew: choose some of 0 to {N_JOINTS - 1}")
    return chosen


def _check(
    motion: Motion, points: Attached | None, span: tuple[int, int], keys: Mapping[int, PoseKey]
) -> None:
    first, last = span
    if not 0 <= first <= last < motion.frames:
        raise InputError(
            f"frames {first} to {last} are not in the motion, which has frames 0 to "
            f"{motion.frames - 1}"
        )
    for frame in keys:
        if not max(first - 1, 0) <= frame <= min(last + 1, motion.frames - 1):
            raise InputError(f"the pose key at frame {frame} is not within {first} to {last}")
    if points is not None and len(points.positions) != motion.frames:
        raise InputError(
            f"{points.source}: has {len(points.positions)} frames and the motion has "
            f"{motion.frames}; they must be the same take at the same rate"
        )


def _resolved(
    motion: Motion, points: Attached, span: tuple[int, int], anchors: dict[int, PoseKey],
    chosen: list[int], settings: ResolveSettings,
) -> Generator[Progress, None, Resolved]:  # fmt: skip
    judged = _judged(motion, points, span, anchors)
    window = _window(motion, span)
    unit = motion.body.height / default_body().height
    origin = np.median(motion.root[window], axis=0)
    target = _local(motion, judged, window, origin, unit)
    existing = _scaled(PoseSequence(motion.rotations[window], motion.root[window]), origin, unit)
    known = _known(existing, span, window, anchors, chosen, origin, unit)
    start = _start(existing, known, target, span, window)
    noise = float(np.clip(np.median(judged.noise), 0.001, _MOST_NOISE)) / unit
    smooth = _smoothing(noise) if settings.smooth is None else settings.smooth
    learned = yield from with_progress(
        predict_steps(
            load_network(), start, target, motion.rate, settings.rounds, prior_weight_for(noise)
        ),
        lambda done: Progress("solve", 0.6 * done),
    )
    guess = smooth_poses(
        learned.poses, motion.rate, max(SolveSettings().prior_smoothing, 2.0 * smooth)
    )
    far = np.maximum(_SPIKE, 3.0 * judged.noise / unit)
    state = learned.refined
    for turn in range(settings.passes):
        state = yield from with_progress(
            solve_constrained(
                state, downweight_outliers(state, target, far), guess,
                learned.sigma, noise, motion.rate, known, settings.memory,
            ),
            lambda done, turn=turn: Progress("refine", 0.6 + 0.4 * turn / settings.passes),
        )  # fmt: skip
    state = smooth_poses(state, motion.rate, smooth)
    result = insert_solved(motion, _in_world(motion, state, window, origin, unit), span, anchors,
                    chosen, settings.ease)  # fmt: skip
    expected = np.full((motion.frames, N_POSED), np.nan)
    inside = slice(span[0], span[1] + 1)
    expected[inside] = learned.sigma[span[0] - window.start : span[1] + 1 - window.start]
    trust = np.ones(judged.weights.shape)
    trust[inside] = judged.weights[inside]
    yield Progress("clean", 1.0)
    return Resolved(result, expected, trust, judged.notes)


def _smoothing(noise: float) -> float:
    """Seconds of smoothing for tracks of so many metres of noise: more than a take's own, for a
    span may be far noisier than any take that is solved as it is."""
    more = np.clip((noise - _NOISY) / (_MOST_NOISE - _NOISY), 0.0, 1.0)
    return float(smoothing_for(noise) + more * _MORE)


def _judged(
    motion: Motion, points: Attached, span: tuple[int, int], anchors: dict[int, PoseKey]
) -> TrackTrust:
    keyed: dict[int, Floats] = {}
    for frame, key in anchors.items():
        posed = replace(motion, rotations=key.rotations[None], root=key.root[None])
        keyed[frame] = points.on_body(posed)[0]
    return judge_tracks(points, span, keyed, motion.rate)


def _window(motion: Motion, span: tuple[int, int]) -> slice:
    """The span and what the network sees beside it."""
    reach = round(sum(load_network().dilations) * max(1.0, motion.rate / FRAME_RATE))
    return slice(max(0, span[0] - reach), min(motion.frames, span[1] + 1 + reach))


def _local(
    motion: Motion, judged: TrackTrust, window: slice, origin: Floats, unit: float
) -> MarkerObservations:
    points = judged.points
    return MarkerObservations(
        (motion.body.offsets / unit).astype(np.float32),
        points.joints,
        (points.offsets / unit).astype(np.float32),
        np.nan_to_num((points.positions[window] - origin) / unit).astype(np.float32),
        judged.weights[window].astype(np.float32),
    )


def _scaled(state: PoseSequence, origin: Floats, unit: float) -> PoseSequence:
    root = (state.root - origin) / unit
    return PoseSequence(state.rotations.astype(np.float32), root.astype(np.float32))


def _known(
    existing: PoseSequence, span: tuple[int, int], window: slice, anchors: dict[int, PoseKey],
    chosen: list[int], origin: Floats, unit: float,
) -> KnownPoses:  # fmt: skip
    """What is known of the window's poses: all outside the span, the keys, the joints that stay."""
    rotations, root = existing.rotations.copy(), existing.root.copy()
    spread = np.full((len(root), N_POSED + 1), np.inf)
    spread[: span[0] - window.start] = _SURE
    spread[span[1] + 1 - window.start :] = _SURE
    stay = [j for j in range(N_POSED) if j not in chosen]
    spread[:, stay] = 0.1 * _SURE
    if 0 not in chosen:
        spread[:, N_POSED] = 0.1 * _SURE
    for frame, key in anchors.items():
        at = frame - window.start
        rotations[at] = key.rotations
        root[at] = (key.root - origin) / unit
        spread[at] = np.minimum(spread[at], _SURE)
    return KnownPoses(PoseSequence(rotations, root), spread)


def _start(
    existing: PoseSequence,
    known: KnownPoses,
    target: MarkerObservations,
    span: tuple[int, int],
    window: slice,
) -> PoseSequence:
    """Poses between the known ones, set on each frame's torso; known joints as they are."""
    frames = len(existing.root)
    sure = np.flatnonzero((known.spread <= _SURE).all(axis=1))
    if not len(sure):
        return existing
    at = np.arange(frames)
    after = np.searchsorted(sure, at)
    low, high = sure[np.maximum(after - 1, 0)], sure[np.minimum(after, len(sure) - 1)]
    exact = np.isin(at, sure)
    low, high = np.where(exact, at, low), np.where(exact, at, high)
    t = np.where(high > low, (at - low) / np.maximum(high - low, 1), 0.0)
    q = matrix_to_quaternion(known.state.rotations)
    mixed = quaternion_to_matrix(slerp(q[low], q[high], np.repeat(t[:, None], N_JOINTS, axis=1)))
    mixed = mixed.astype(np.float32)
    stay = np.isfinite(known.spread[:, :N_POSED]).all(axis=0)
    placed = align_root(mixed, target)
    rotations = placed.rotations.copy()
    rotations[:, :N_POSED][:, stay] = existing.rotations[:, :N_POSED][:, stay]
    rotations[exact], root = known.state.rotations[exact], placed.root.copy()
    root[exact] = known.state.root[exact]
    if np.isfinite(known.spread[:, N_POSED]).all():
        root = existing.root
    return PoseSequence(rotations, root.astype(np.float32))


def _in_world(
    motion: Motion, state: PoseSequence, window: slice, origin: Floats, unit: float
) -> Motion:
    rotations, root = motion.rotations.copy(), motion.root.copy()
    rotations[window] = state.rotations
    root[window] = state.root.astype(np.float64) * unit + origin
    return replace(motion, rotations=rotations, root=root)
