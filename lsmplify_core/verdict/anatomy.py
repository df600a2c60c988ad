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
    turned, placed = evidence.posed
    width = round(_SECOND * evidence.motion.rate)
    knees, knees_window = _knees(turned, placed, evidence.size, width)
    return {
        "stature": Measure(evidence.stature),
        "proportions": _proportions(evidence),
        "knees_back": knees,
        "knees_back_window": knees_window,
        "knees_past": _past_straight(evidence),
        "elbows_back": _elbows(turned, placed, _astray(evidence)),
        "feet_back": _against(turned, (_J["L_Foot"], _J["R_Foot"]), placed),
        "head_back": _head(turned),
        "twisted": _trunk(turned),
        "legs_crossed": _crossed(placed),
    }


def forward_of(turned: Floats) -> Floats:
    """(T, 3): where the pelvis faces; its frame at rest has +Z ahead, +Y up and +X left."""
    return turned[:, 0, :, 2]


def _knees(turned: Floats, placed: Floats, size: float, width: int) -> tuple[Measure, Measure]:
    """Share of the bend of both knees that goes against where pelvis and toes point, over the take
    and over the worst second; knees that hardly bend count nothing."""
    wrong, total = np.zeros(len(placed)), np.zeros(len(placed))
    ahead = forward_of(turned)
    for hip, knee, ankle in _LEGS:
        line = placed[:, ankle] - placed[:, hip]
        line /= np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-9)
        off = placed[:, knee] - placed[:, hip]
        off = off - (off * line).sum(-1, keepdims=True) * line
        bend = np.linalg.norm(off, axis=-1) / size
        front = ahead - (ahead * line).sum(-1, keepdims=True) * line
        front /= np.maximum(np.linalg.norm(front, axis=-1, keepdims=True), 0.3)
        along = (off * front).sum(-1) / np.maximum(bend * size, 1e-9)
        weight = np.maximum(bend - _BENT, 0.0)
        wrong += weight * np.maximum(-along, 0.0)
        total += weight
    share = float(wrong.sum() / max(float(total.sum()), _BENT * 0.2 * len(placed)))
    kernel = np.ones(min(max(width, 1), len(placed)))
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


def _elbows(
    turned: Floats, placed: Floats, astray: tuple[NDArray[np.bool_], NDArray[np.bool_]]
) -> Measure:
    """Share of frames in which an arm hangs along the trunk and its forearm points backwards, which
    no elbow allows, of the worse arm; where tracks on elbow and wrist have it so themselves, it is
    the capture's. Rotations do not tell: an elbow's own axis is the arm's twist."""
    chest = turned[:, _J["Spine3"]]
    down, ahead = -chest[:, :, 1], chest[:, :, 2]
    worst = Measure(0.0)
    for (shoulder, elbow, wrist), unseen in zip(_ARMS, astray, strict=True):
        upper, lower = (
            (placed[:, b] - placed[:, a])
            / np.maximum(np.linalg.norm(placed[:, b] - placed[:, a], axis=-1, keepdims=True), 1e-9)
            for a, b in ((shoulder, elbow), (elbow, wrist))
        )
        hangs = np.asarray((upper * down).sum(-1) > 0.8)
        back = hangs & unseen & np.asarray((lower * ahead).sum(-1) < -0.6)
        if back.mean() > worst.value:
            worst = Measure(float(back.mean()), int(np.argmax(back)))
    return worst


def _against(turned: Floats, joints: tuple[int, ...], placed: Floats) -> Measure:
    """Share of frames in which both feet point against the pelvis, as far as they lie level."""
    ahead = forward_of(turned)
    toes = [placed[:, j] - placed[:, a] for j, a in zip(joints, (_J["L_Ankle"], _J["R_Ankle"]),
                                                        strict=True)]  # fmt: skip
    against = [(t * ahead).sum(-1) / np.maximum(np.linalg.norm(t, axis=-1), 1e-9) for t in toes]
    share = np.asarray((against[0] < -0.2) & (against[1] < -0.2))
    share &= np.asarray(turned[:, 0, 2, 1] > 0.5)  # not of those who lie or tumble
    return Measure(float(share.mean()), int(np.argmax(share)))


def _crossed(placed: Floats) -> Measure:
    """Share of frames in which both knees and both ankles are on the other's side of the hips."""
    across = placed[:, _J["L_Hip"]] - placed[:, _J["R_Hip"]]
    width = np.maximum(np.linalg.norm(across, axis=-1), 1e-9)
    knees, ankles = (
        ((placed[:, _J[f"L_{n}"]] - placed[:, _J[f"R_{n}"]]) * across).sum(-1) / width
        for n in ("Knee", "Ankle")
    )
    crossed = np.asarray((knees < -0.3 * width) & (ankles < -0.3 * width))
    return Measure(float(crossed.mean()), int(np.argmax(crossed)))


def _head(turned: Floats) -> Measure:
    """Share of frames in which the head looks backwards, seen from the chest."""
    chest, head = turned[:, _J["Spine3"], :, 2], turned[:, _J["Head"], :, 2]
    back = (chest * head).sum(-1) < -0.3
    return Measure(float(back.mean()), int(np.argmax(back)))


def _trunk(turned: Floats) -> Measure:
    """Degrees between where pelvis and chest face, over the take's middle."""
    cosine = (turned[:, 0, :, 2] * turned[:, _J["Spine3"], :, 2]).sum(-1)
    degrees = np.degrees(np.arccos(np.clip(cosine, -1, 1)))
    return Measure(float(np.percentile(degrees, 90)), int(np.argmax(degrees)))


def _proportions(evidence: Evidence) -> Measure:
    """How far bones' lengths are from the default body's of that size: the root mean square of
    their logarithms."""
    own = np.linalg.norm(evidence.motion.body.offsets[1:22], axis=-1)
    usual = np.linalg.norm(default_body().offsets[1:22], axis=-1)
    ratio = np.log(np.maximum(own, 1e-6) / usual)
    return Measure(float(np.sqrt(np.mean(np.square(ratio - np.median(ratio))))))
