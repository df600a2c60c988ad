# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the solved body is a person's: size, proportions, and joints that bend the right way."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..body.body import default_body
from ..geometry.rotations import matrix_to_axis_angle
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Floats
from .evidence import Evidence, Measure
from .posed_body import PosedBody, directions, dot, length

_J: Final = JOINT_INDEX
_LEGS: Final = tuple(tuple(_J[f"{s}_{n}"] for n in ("Hip", "Knee", "Ankle")) for s in "LR")
_ARMS: Final = tuple(tuple(_J[f"{s}_{n}"] for n in ("Shoulder", "Elbow", "Wrist")) for s in "LR")
_BENT: Final = 0.04
"""Metres that a knee must be off the line from hip to ankle to say which way it bends."""
_SLACK: Final = 10.0
"""Degrees that knees bend past straight in healthy people."""
_SECOND: Final = 1.0
_BORNE_OUT: Final = 0.03
"""Metres on a body of the default size: a track that is so near bears out where its joint is."""


def measures(evidence: Evidence) -> dict[str, Measure]:
    """Numbers by name."""
    body = evidence.body
    width = round(_SECOND * evidence.motion.rate)
    knees, knees_window = _knees(body, evidence.size, width)
    return {
        "stature": Measure(evidence.stature),
        "proportions": _proportions(evidence),
        "knees_back": knees,
        "knees_back_window": knees_window,
        "knees_past": _past_straight(evidence),
        "elbows_back": _elbows(body, _astray(evidence)),
        "feet_back": _against(body),
        "head_back": _head(body),
        "twisted": _trunk(body),
        "legs_crossed": _crossed(body.placed),
    }


def _knees(body: PosedBody, size: float, width: int) -> tuple[Measure, Measure]:
    """Share of the bend of both knees that goes against where pelvis and toes point, over the take
    and over the worst second; knees that hardly bend count nothing."""
    placed, ahead = body.placed, body.ahead
    frames = placed.shape[-1]
    wrong, total = np.zeros(frames), np.zeros(frames)
    for hip, knee, ankle in _LEGS:
        line = directions(placed[:, ankle] - placed[:, hip])
        off = placed[:, knee] - placed[:, hip]
        off = off - dot(off, line) * line
        bend = length(off) / size
        front = directions(ahead - dot(ahead, line) * line, 0.3)
        along = dot(off, front) / np.maximum(bend * size, 1e-9)
        weight = np.maximum(bend - _BENT, 0.0)
        wrong += weight * np.maximum(-along, 0.0)
        total += weight
    share = float(wrong.sum() / max(float(total.sum()), _BENT * 0.2 * frames))
    kernel = np.ones(min(max(width, 1), frames))
    part = np.convolve(wrong, kernel, "valid") / np.maximum(
        np.convolve(total, kernel, "valid"), _BENT * len(kernel)
    )
    first = int(np.argmax(part))
    frame = first + len(kernel) // 2
    return Measure(share, int(np.argmax(wrong))), Measure(float(part[first]), frame)


def _past_straight(evidence: Evidence) -> Measure:
    """Degrees that a knee bends past straight in its own frame, over the take."""
    knees = evidence.motion.rotations[:, [_J["L_Knee"], _J["R_Knee"]]]
    turns = np.degrees(matrix_to_axis_angle(knees))[..., 0]
    over = np.maximum(-turns - _SLACK, 0.0).max(axis=1)
    return Measure(float(over.mean()), int(np.argmax(over)))


def _astray(evidence: Evidence) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """(T,) for the left and the right arm: frames in which no track bears out where elbow and wrist
    are, since none is seen or they are off the body."""
    frames = evidence.motion.frames
    if evidence.joints is None:
        return np.ones(frames, dtype=bool), np.ones(frames, dtype=bool)
    found: list[NDArray[np.bool_]] = []
    for _, elbow, wrist in _ARMS:
        worst = np.zeros(frames)
        for joint in (elbow, wrist):
            own = evidence.error[:, np.asarray(evidence.joints) == joint]
            error = np.where(np.isfinite(own), own, np.inf)
            worst = np.maximum(worst, error.min(axis=1) if own.shape[1] else np.inf)
        found.append(np.asarray(worst > _BORNE_OUT))
    return found[0], found[1]


def _elbows(body: PosedBody, astray: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> Measure:
    """Share of frames in which an arm hangs along the trunk and its forearm points backwards, which
    no elbow allows, of the worse arm; where tracks on elbow and wrist have it so themselves, it is
    the capture's. Rotations do not tell: an elbow's own axis is the arm's twist."""
    placed, down, ahead = body.placed, -body.chest[:, 1], body.chest[:, 2]
    worst = Measure(0.0)
    for (shoulder, elbow, wrist), unseen in zip(_ARMS, astray, strict=True):
        upper, lower = (
            directions(placed[:, b] - placed[:, a]) for a, b in ((shoulder, elbow), (elbow, wrist))
        )
        back = (dot(upper, down) > 0.8) & unseen & (dot(lower, ahead) < -0.6)
        if back.mean() > worst.value:
            worst = Measure(float(back.mean()), int(np.argmax(back)))
    return worst


def _against(body: PosedBody) -> Measure:
    """Share of frames in which both feet point against the pelvis, as far as they lie level."""
    placed = body.placed
    share = body.pelvis[2, 1] > 0.5  # not of those who lie or tumble
    for side in "LR":
        toes = directions(placed[:, _J[f"{side}_Foot"]] - placed[:, _J[f"{side}_Ankle"]])
        share = share & (dot(toes, body.ahead) < -0.2)
    return Measure(float(share.mean()), int(np.argmax(share)))


def _crossed(placed: Floats) -> Measure:
    """Share of frames in which both knees and both ankles are on the other's side of the hips."""
    across = placed[:, _J["L_Hip"]] - placed[:, _J["R_Hip"]]
    width = np.maximum(length(across), 1e-9)
    knees, ankles = (
        dot(placed[:, _J[f"L_{n}"]] - placed[:, _J[f"R_{n}"]], across) / width
        for n in ("Knee", "Ankle")
    )
    crossed = np.asarray((knees < -0.3 * width) & (ankles < -0.3 * width))
    return Measure(float(crossed.mean()), int(np.argmax(crossed)))


def _head(body: PosedBody) -> Measure:
    """Share of frames in which the head looks backwards, seen from the chest."""
    back = dot(body.chest[:, 2], body.head[:, 2]) < -0.3
    return Measure(float(back.mean()), int(np.argmax(back)))


def _trunk(body: PosedBody) -> Measure:
    """Degrees between where pelvis and chest face, over the take's middle."""
    cosine = dot(body.pelvis[:, 2], body.chest[:, 2])
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return Measure(float(np.percentile(degrees, 90)), int(np.argmax(degrees)))


def _proportions(evidence: Evidence) -> Measure:
    """How far bones' lengths are from the default body's of that size: the root mean square of
    their logarithms."""
    own = np.linalg.norm(evidence.motion.body.offsets[1:22], axis=-1)
    usual = np.linalg.norm(default_body().offsets[1:22], axis=-1)
    ratio = np.log(np.maximum(own, 1e-6) / usual)
    return Measure(float(np.sqrt(np.mean(np.square(ratio - np.median(ratio))))))
