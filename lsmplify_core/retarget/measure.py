# SPDX-License-Identifier: GPL-3.0-or-later
"""How well a motion came over, measured on the rig's own bones as they are posed."""

from typing import TYPE_CHECKING, Final

import numpy as np

from ..geometry.intervals import intervals_of
from ..runtime.array_types import Floats
from .contacts.soles import sole_offsets
from .posing.figure import Figure
from .posing.performance import LIMBS
from .rest.frames import canonical
from .rig.rig_motion import RetargetReport, RigMotion
from .vectors import apply, unit

if TYPE_CHECKING:
    from .transfer import Transfer

_SLOW: Final = 0.3
"""Metres a second: a sole of the source slower than this is looked at for sliding."""

_LEVEL: Final = 0.005
"""Metres that a standing sole may be off in height."""
_STILL: Final = 0.02
"""Metres that a standing sole may drift farther than its source scaled."""


def joint_places(figure: Figure, motion: RigMotion) -> dict[str, Floats]:
    """Role -> (T, 3) metres: joints of the posed rig, from its bones."""
    places: dict[str, Floats] = {}
    for role in dict.fromkeys(figure.roles):
        chain = figure.of(role)
        places[role] = (
            motion.heads[:, chain].mean(axis=1)
            if role.endswith("_Foot")
            else motion.heads[:, chain[0]]
        )
    return places


def limb_directions(figure: Figure, motion: RigMotion) -> dict[str, Floats]:
    """Limb -> (T, 3) unit: where the posed rig's limb points, from joint to joint."""
    places = joint_places(figure, motion)
    following = {"Shoulder": "Elbow", "Elbow": "Wrist", "Hip": "Knee", "Knee": "Ankle"}
    return {
        limb: unit(places[f"{limb[0]}_{following[limb[2:]]}"] - places[limb])
        for limb in LIMBS
        if limb in places and f"{limb[0]}_{following[limb[2:]]}" in places
    }


def direction_errors(transfer: "Transfer", motion: RigMotion) -> Floats:
    """(T, limbs) degrees between the rig's limbs and the source's."""
    own = limb_directions(transfer.figure, motion)
    errors = [
        _degrees(direction, apply(transfer.world.turn(limb), canonical(limb)))
        for limb, direction in own.items()
    ]
    return np.stack(errors, axis=1) if errors else np.zeros((motion.frames, 1))


def _degrees(a: Floats, b: Floats) -> Floats:
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(a, b), axis=-1), np.sum(a * b, axis=-1)))


def rig_soles(figure: Figure, motion: RigMotion) -> Floats | None:
    """(T, 4, 3) metres: heels and toes of the posed rig; None without feet."""
    offsets = sole_offsets(figure)
    if set(offsets) != {"L", "R"}:
        return None
    parts: list[Floats] = []
    for side in "LR":
        i = figure.of(f"{side}_Ankle")[0]
        turn = motion.axes[:, i] @ figure.rest[i].T
        parts += [motion.heads[:, i] + apply(turn, offset) for offset in offsets[side]]
    return np.stack(parts, axis=1)


def sliding(points: Floats, source: Floats, rate: float) -> float:
    """Millimetres a frame that soles (T, 4, 3) move over the ground while the source's stand, by
    moving less than 0.3 m/s."""
    if len(points) < 2:
        return 0.0
    still = np.linalg.norm(np.diff(source, axis=0), axis=-1) * rate < _SLOW
    moved = np.linalg.norm(np.diff(points[..., :2], axis=0), axis=-1)
    return float(1000.0 * moved[still].mean()) if still.any() else 0.0


def report_of(
    transfer: "Transfer", motion: RigMotion, clipped: int, warnings: list[str]
) -> RetargetReport:
    """The contract's report of a retargeted motion, without its seconds.

    Args:
        transfer: what was to be.
        motion: what the rig does, before its way over the ground is put on a root bone.
        clipped: rotations that the rig's limits drew back.
        warnings: sentences for the user.
    """
    figure, stance = transfer.figure, transfer.stance
    errors = direction_errors(transfer, motion)
    own = rig_soles(figure, motion)
    stands = stance.stands
    slid = {"source": sliding(stance.soles, stance.soles, transfer.rate), "target": 0.0}
    height = {"source": 0.0, "target": 0.0}
    if own is not None:
        slid["target"] = sliding(own, stance.soles, transfer.rate)
        if stands.any():
            height["source"] = float(1000 * stance.floor.above(transfer.goal)[stands].mean())
            height["target"] = float(1000 * stance.floor.above(own)[stands].mean())
    mapped = set(figure.rig_map.mapped)
    return RetargetReport(
        map=figure.rig_map.name, mapped_bones=len(mapped),
        unmapped_bones=[n for n in figure.rig.names if n not in mapped], frames=motion.frames,
        seconds=0.0,
        limb_direction_deg={
            "mean": float(errors.mean()), "p95": float(np.percentile(errors, 95)),
            "max": float(errors.max()),
        },
        foot_sliding_mm=slid, foot_height_mm=height,
        contacts={"found": stance.count, "kept": _kept(transfer, own)},
        touches=dict(zip(("found", "kept"), transfer.touched, strict=True)),
        limits_clipped=clipped, warnings=warnings,
    )  # fmt: skip


def _kept(transfer: "Transfer", own: Floats | None) -> int:
    """Contacts through which the figure's sole stays as high as its source's scaled, within 5 mm in
    nine of ten frames, and drifts no farther over the ground than it and 20 mm."""
    if own is None:
        return 0
    kept = 0
    for part in range(4):
        for first, end in intervals_of(transfer.stance.stands[:, part]):
            here, there = own[first:end, part], transfer.goal[first:end, part]
            level = np.abs(here[:, 2] - there[:, 2]) < _LEVEL
            drift = [float(np.linalg.norm(np.ptp(p[:, :2], axis=0))) for p in (here, there)]
            kept += bool(level.mean() >= 0.9 and drift[0] <= drift[1] + _STILL)
    return kept
