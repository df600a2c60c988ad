# SPDX-License-Identifier: GPL-3.0-or-later
"""A performance brought to a figure's proportions: rotations of its joints, place of its hips."""

from dataclasses import dataclass

import numpy as np

from ..body.body import default_body
from ..cleanup.feet.floor import SOLES
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Floats
from .contacts.body_parts import figure_posture, source_posture
from .contacts.feet import Stance, corrections, pelvis_share, stance_of, tied_to_ground
from .contacts.limbs import Limb, bring, limb_of, reach
from .contacts.soles import levelled, soles
from .contacts.touches import (
    bring_hands,
    count_touches,
    find_touches,
    hand_corrections,
    touch_goal,
)
from .posing.channels import place_bones
from .posing.figure import Figure
from .posing.joint_turns import bone_axes, role_turns
from .posing.performance import Performance, World, in_world
from .rig.rig_motion import RetargetOptions
from .vectors import apply


@dataclass
class Transfer:
    """A figure being posed: turns as `role_turns`, hips (T, 3) metres, and what it came from.

    size: how much larger the figure moves. goal: (T, 4, 3) the source's soles at the figure's size
    and place. stance: the source's feet. touched: touches found and kept.
    """

    figure: Figure
    world: World
    turns: dict[str, list[Floats]]
    hips: Floats
    size: float
    goal: Floats
    stance: Stance
    rate: float
    touched: tuple[int, int] = (0, 0)


def started(source: Performance, figure: Figure, options: RetargetOptions) -> Transfer:
    """The figure with the source's rotations, its hips as high as its legs are long.

    Places are scaled about where the source starts, on its floor: p' = c + size · (p - c).
    """
    world = in_world(source)
    motion = source.motion
    stance = stance_of(
        motion, options.floor, None if options.found is None else list(options.found)
    )
    size = options.size or figure.leg / source_leg(motion.body.offsets)
    start = world.place("Pelvis")[0].copy()
    start[2] -= stance.floor.above(start)
    hips = 0.5 * (world.place("L_Hip") + world.place("R_Hip"))
    lift = ankle_height(figure) - size * source_ankle_height(stance, motion.body.offsets)
    hips = start + size * (hips - start) + np.array([0.0, 0.0, lift])
    goal = start + size * (stance.soles - start)
    turns = role_turns(figure, world)
    return Transfer(figure, world, turns, hips, size, goal, stance, motion.rate)


def source_leg(offsets: Floats) -> float:
    """Metres: thigh and shin of a body with bone offsets (24, 3), the mean of both sides."""
    joints = [JOINT_INDEX[f"{s}_{n}"] for s in "LR" for n in ("Knee", "Ankle")]
    return float(np.linalg.norm(offsets[joints], axis=1).sum() / 2.0)


def source_ankle_height(stance: Stance, offsets: Floats) -> float:
    """Metres from the sole to the ankle of the source's body."""
    size = source_leg(offsets) / source_leg(default_body().offsets)
    return float(-SOLES[0, 1] * size)


def ankle_height(figure: Figure) -> float:
    """Metres from the ground to the ankle at rest, the mean of both sides."""
    heights = [
        figure.points.joints[f"{s}_Ankle"][2] - figure.floor
        for s in "LR"
        if figure.has(f"{s}_Ankle")
    ]
    return float(np.mean(heights)) if heights else 0.0


def hip_places(transfer: Transfer) -> dict[str, Floats]:
    """Side -> (T, 3) metres of the hip joints about the hips' middle."""
    figure, pelvis = transfer.figure, transfer.turns["Pelvis"][0]
    centre = figure.points.hip_centre
    return {
        s: transfer.hips
        + apply(pelvis, figure.frames["Pelvis"].T @ (figure.points.joints[f"{s}_Hip"] - centre))
        for s in "LR"
    }


def plant_feet(transfer: Transfer, touches: bool) -> None:
    """Hold the feet where the source's stand, in place. touches: whether hands on the floor move
    the pelvis too."""
    legs = {s: limb_of(transfer.figure, s, "Hip") for s in "LR"}
    if any(leg is None for leg in legs.values()):
        return
    pairs = {s: leg for s, leg in legs.items() if leg is not None}
    tied = tied_to_ground(transfer.stance, transfer.rate)
    own = soles(transfer.figure, transfer.turns, _ankles(transfer, pairs))
    for side, turn in zip("LR", np.moveaxis(levelled(own, transfer.goal, tied), 1, 0), strict=True):
        foot = f"{side}_Ankle"
        transfer.turns[foot] = [turn @ t for t in transfer.turns[foot]]
    own = soles(transfer.figure, transfer.turns, _ankles(transfer, pairs))
    away = corrections(own, transfer.stance, transfer.goal, transfer.rate, transfer.size)
    hands = _hands_on_floor(transfer) if touches else None
    shift = pelvis_share(away, transfer.stance, transfer.rate, hands)
    away = away + (1.0 - tied)[..., None] * shift[:, None]
    goals = {s: a + away[:, i] for i, (s, a) in enumerate(_ankles(transfer, pairs).items())}
    transfer.hips = transfer.hips + shift
    places = hip_places(transfer)
    for side, leg in pairs.items():
        bring(leg, transfer.turns, goals[side] - places[side], transfer.rate)


def _hands_on_floor(transfer: Transfer) -> Floats | None:
    """(T, 2, 4) metres that hands on the floor are to be moved by, and how much each is on it; None
    where none ever is."""
    own_size, size = sizes(transfer)
    before = source_posture(transfer.world, size)
    touches = find_touches(before, transfer.stance.floor, size, transfer.rate, floor_only=True)
    if not touches:
        return None
    axes = bone_axes(transfer.figure, transfer.turns)
    heads = place_bones(transfer.figure, axes, transfer.hips)
    own = figure_posture(transfer.figure, transfer.world, transfer.turns, heads, own_size)
    result = np.zeros((len(heads), 2, 4))
    for touch in touches:
        goal = touch_goal(touch, before, own, transfer.size)
        if goal is not None:
            hand = "LR".index(touch.side)
            result[:, hand, :3] = goal - own.points[f"{touch.side}_hand"]
            result[:, hand, 3] = touch.pull
    return result


def sizes(transfer: Transfer) -> tuple[float, float]:
    """Sizes of the figure's and of the source's body beside the default one, by their legs."""
    own = transfer.figure.leg / source_leg(default_body().offsets)
    return own, own / transfer.size


def _ankles(transfer: Transfer, legs: dict[str, Limb]) -> dict[str, Floats]:
    places = hip_places(transfer)
    return {s: places[s] + reach(leg, transfer.turns) for s, leg in legs.items()}


def keep_touches(transfer: Transfer, axes: Floats, heads: Floats) -> tuple[Floats, Floats]:
    """Bring hands to what the source's touch; the bones' axes and heads (T, n, …) afterwards."""
    figure, world = transfer.figure, transfer.world
    own_size, size = sizes(transfer)
    before = source_posture(world, size)
    touches = find_touches(before, transfer.stance.floor, size, transfer.rate)
    if not touches:
        return axes, heads
    for last in (False, False, True):
        own = figure_posture(figure, world, transfer.turns, heads, own_size)
        if last:
            transfer.touched = count_touches(touches, before, own, transfer.size, transfer.rate)
            break
        away = hand_corrections(touches, before, own, transfer.size)
        bring_hands(figure, transfer.turns, own, away, transfer.rate)
        axes = bone_axes(figure, transfer.turns)
        heads = place_bones(figure, axes, transfer.hips)
    return axes, heads
