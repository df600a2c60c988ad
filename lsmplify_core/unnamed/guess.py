# SPDX-License-Identifier: GPL-3.0-or-later
"""What the network for nameless points says of a take: windows of frames, put together."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..geometry.skeleton import N_POSED
from ..runtime.array_types import Floats
from ..tracks.axes import AXES, turn_up
from ..tracks.tracks import Tracks
from ..tracks.units import UNITS
from ..tracks.units_and_axes import World
from .inputs import point_inputs
from .network import FRAMES, OFFSET_SCALE, load_point_network

_WINDOWS: Final = 10
_SPANS: Final = (8.0, 4.0, 2.0)
"""Windows spread over the take, and the most seconds that one covers. Short ones find the moments
in which somebody who tumbles stands upright."""
_NEAR: Final = 0.1
"""Windows in which the network is less sure than this beside the surest say nothing."""
_SURE: Final = 0.85
"""No shorter windows are asked where the network is as sure as this in one."""
_SPREAD: Final = 0.47
"""Metres: the root mean square distance of markers from their middle on a standing person."""
_HUMAN: Final = 1.7
_SURER: Final = 0.15
"""Share by which another axis must be the surer one to be believed against the file."""


@dataclass(frozen=True)
class JointLabels:
    """joints (K,) < 22, offsets (K, 3) metres on a body of the default size, certainty (K,) 0 to
    1."""

    joints: NDArray[np.intp]
    offsets: Floats
    certainty: Floats


def guess_points(tracks: Tracks) -> JointLabels:
    """Joints and offsets of all tracks, in metres and Z up."""
    raw, logs, sure = _asked(tracks, _SPANS[0])
    for span in _SPANS[1:]:
        if sure.max() >= _SURE:
            break
        more = _asked(tracks, span)
        raw, logs, sure = (np.concatenate(p) for p in zip((raw, logs, sure), more, strict=True))
    near = sure >= sure.max() - _NEAR
    raw, logs = raw[near], logs[near]
    mean = logs.mean(axis=0)
    joints = mean.argmax(axis=-1)
    chance = np.exp(mean)
    certainty = chance.max(axis=-1) / chance.sum(axis=-1)
    agree = np.exp(logs[:, np.arange(len(joints)), joints])[..., None]
    offsets = (OFFSET_SCALE * raw[..., N_POSED:] * agree).sum(axis=0) / agree.sum(axis=0)
    return JointLabels(joints, offsets.astype(np.float64), certainty)


def guess_world(tracks: Tracks) -> World:
    """Unit and up axis of a nameless body: a unit in which it is of human size, and the axis with
    which the network is surest, the file's own where they are about even."""
    name, unit = _unit(tracks)
    if tracks.up_given and tracks.up is not None:
        return World(name, unit, tracks.up)
    certainty: dict[str, float] = {}
    for axis in AXES:
        turned = tracks.positions * unit @ turn_up(axis).T
        probe = Tracks(turned, tracks.names, tracks.rate, tracks.source)
        certainty[axis] = float(guess_points(probe).certainty.mean())
    best = max(certainty, key=certainty.__getitem__)
    if tracks.up is not None and certainty[tracks.up] > certainty[best] * (1.0 - _SURER):
        best = tracks.up
    return World(name, unit, best)


def guess_unit(tracks: Tracks) -> float:
    """Metres in one unit of nameless tracks: the file's where a body of human size is in it."""
    return _unit(tracks)[1]


def _unit(tracks: Tracks) -> tuple[str, float]:
    shown = tracks.positions[tracks.seen.sum(axis=1) > 1]
    centre = np.nanmean(shown, axis=1, keepdims=True)
    apart = np.sqrt(np.nanmean(np.square(shown - centre).sum(axis=-1), axis=1))
    own = float(np.nanmedian(apart))
    declared = next((n for n, u in UNITS.items() if u == tracks.unit), None)
    if tracks.unit is not None and (tracks.unit_given or _is_human(own * tracks.unit)):
        return declared or "given", tracks.unit
    away = {n: abs(float(np.log(own * unit / _SPREAD))) for n, unit in UNITS.items()}
    name = min(away, key=away.__getitem__)
    return (name, UNITS[name]) if _is_human(own * UNITS[name]) else ("arbitrary", _SPREAD / own)


def _is_human(spread: float) -> bool:
    return 1 / _HUMAN < spread / _SPREAD < _HUMAN


def _asked(tracks: Tracks, seconds: float) -> tuple[Floats, Floats, Floats]:
    """What the network says of windows so long: its outputs (B, K, 25), the joints' chances as
    logarithms (B, K, 22), and how sure it is (B,)."""
    raw = load_point_network()(*point_inputs(*_windows(tracks, seconds)))
    scores = raw[..., :N_POSED]
    scores = scores - scores.max(axis=-1, keepdims=True)
    logs = scores - np.log(np.exp(scores).sum(axis=-1, keepdims=True))
    return raw, logs, np.exp(logs.max(axis=-1)).mean(axis=-1)


def _windows(tracks: Tracks, seconds: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(B, F, K, 3) and (B, F, K): frames that show most, in windows over the whole take."""
    total = tracks.frames
    span = min(total, max(round(seconds * tracks.rate), FRAMES))
    firsts = np.unique(np.linspace(0, total - span, _WINDOWS).round().astype(int))
    count = tracks.seen.sum(axis=1)
    rows: list[list[int]] = []
    for number, first in enumerate(firsts.tolist()):
        # several windows of a short take look at other frames of it
        parts = np.array_split(np.arange(first, first + span), FRAMES)
        rows.append([_best(part, count, number) for part in parts])
    if len(firsts) < _WINDOWS // 2:
        parts = np.array_split(np.arange(total), FRAMES)
        rows += [[_best(p, count, n) for p in parts] for n in range(1, _WINDOWS // 2)]
    frames = np.array(rows)
    points = np.nan_to_num(tracks.positions[frames]).astype(np.float32)
    return points, tracks.seen[frames].astype(np.float32)


def _best(part: NDArray[np.intp], count: NDArray[np.intp], shift: int) -> int:
    """The frame of a part that shows most, another one for each shift."""
    if not len(part):
        return 0
    turned = np.roll(part, -((shift * len(part)) // _WINDOWS))
    return int(turned[np.argmax(count[turned])])
