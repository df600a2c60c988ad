# SPDX-License-Identifier: GPL-3.0-or-later
"""A person made by formulas: walks in, waves, squats, turns.

Feet are planted by a list of steps and the legs follow by two-bone inverse kinematics, so the feet
do not slide; trunk and arms are smooth functions of time. World Z up, metres; heading 0 faces -Y.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lsmplify_core.body.body import Body
from lsmplify_core.geometry.kinematics import forward
from lsmplify_core.geometry.rotations import axis_angle_to_matrix, rotation_x
from lsmplify_core.geometry.skeleton import JOINT_INDEX, N_JOINTS
from lsmplify_core.motion.motion import Motion

Floats = NDArray[np.float64]

SECONDS = 8.0
FOOT_APART = 0.095
BALL_HEIGHT = 0.03
BALL_TO_HEEL = 0.2


@dataclass(frozen=True)
class Step:
    """One foot's way through the air. ahead: metres along -Y; heading: degrees to the left."""

    side: str
    start: float
    end: float
    ahead: float
    heading: float = 0.0


STEPS = (
    Step("R", 0.20, 0.75, 0.35),
    Step("L", 0.70, 1.25, 0.85),
    Step("R", 1.20, 1.75, 1.35),
    Step("L", 1.70, 2.25, 1.80),
    Step("R", 2.20, 2.70, 1.80),
    Step("L", 6.30, 6.75, 1.80, 55.0),
    Step("R", 6.70, 7.20, 1.80, 90.0),
    Step("L", 7.15, 7.55, 1.80, 90.0),
)


def perform(body: Body, rate: float) -> Motion:
    """The whole performance by this body at `rate` frames per second."""
    time = np.arange(round(SECONDS * rate)) / rate
    rotations = np.broadcast_to(np.eye(3), (len(time), N_JOINTS, 3, 3)).copy()
    feet = {side: _foot(side, time) for side in "LR"}
    root = _pelvis_position(time, feet)
    rotations[:, 0] = _pelvis_rotation(time, feet)
    _trunk(rotations, time)
    for side in "LR":
        _arm(rotations, time, side)
        _leg(rotations, root, body, side, feet[side])
    return Motion(rotations, root, rate, body)


@dataclass(frozen=True)
class Foot:
    """ball (T, 3) metres, heading (T,) and pitch (T,) radians, toes down positive."""

    ball: Floats
    heading: Floats
    pitch: Floats


def _ease(time: Floats, start: float, end: float) -> Floats:
    """From 0 to 1 with minimum jerk."""
    x = np.clip((time - start) / (end - start), 0.0, 1.0)
    return x**3 * (10 - 15 * x + 6 * x**2)


def _during(time: Floats, start: float, end: float, ramp: float = 0.5) -> Floats:
    return _ease(time, start, start + ramp) - _ease(time, end - ramp, end)


def _bell(time: Floats, middle: float, width: float) -> Floats:
    return np.exp(-(((time - middle) / width) ** 2))


def _smooth(values: Floats, time: Floats, seconds: float) -> Floats:
    kernel = _bell(np.arange(-3 * seconds, 3 * seconds, time[1] - time[0]), 0.0, seconds)
    half = len(kernel) // 2
    padded = np.concatenate(
        (np.repeat(values[:1], half, 0), values, np.repeat(values[-1:], half, 0))
    )
    columns = [np.convolve(c, kernel / kernel.sum(), "valid") for c in padded.T]
    return np.stack(columns, axis=-1)[: len(values)]


def _about(axis: int, degrees: Floats | float) -> Floats:
    vector = np.zeros((*np.shape(degrees), 3))
    vector[..., axis] = np.radians(degrees)
    return axis_angle_to_matrix(vector)


def _foot(side: str, time: Floats) -> Foot:
    out = FOOT_APART if side == "L" else -FOOT_APART
    ahead, heading = np.zeros_like(time), np.zeros_like(time)
    height, pitch = np.full_like(time, BALL_HEIGHT), np.zeros_like(time)
    last = Step(side, 0.0, 0.0, 0.0)
    for step in (s for s in STEPS if s.side == side):
        swing = _ease(time, step.start, step.end)
        long = min(1.0, 0.3 + abs(step.ahead - last.ahead))
        ahead += swing * (step.ahead - last.ahead)
        heading += swing * (step.heading - last.heading)
        middle = 0.5 * (step.start + step.end)
        height += 0.07 * _bell(time, middle, 0.3 * (step.end - step.start))
        pitch += np.radians(32 * long) * _bell(time, step.start + 0.02, 0.14)
        pitch -= np.radians(16 * long) * _bell(time, step.end - 0.03, 0.09)
        last = step
    height += BALL_TO_HEEL * np.sin(np.maximum(-pitch, 0.0))
    turn = np.radians(heading)
    ball = np.stack((out * np.cos(turn), out * np.sin(turn) - ahead, height), axis=-1)
    return Foot(ball, turn, pitch)


def _pelvis_position(time: Floats, feet: dict[str, Foot]) -> Floats:
    lift = feet["R"].ball[:, 2] - feet["L"].ball[:, 2]
    on_left = (0.5 + np.clip(2.5 * lift, -0.22, 0.22))[:, None]
    ground = on_left * feet["L"].ball[:, :2] + (1 - on_left) * feet["R"].ball[:, :2]
    ground = _smooth(ground, time, 0.16)
    heading = _smooth(_mean_heading(feet), time, 0.12)[:, 0]
    squat = _squat(time)
    # The pelvis stands over the ankles, a little behind the balls of the feet, more in a squat.
    back = 0.10 + 0.13 * squat
    ground += back[:, None] * np.stack((-np.sin(heading), np.cos(heading)), axis=-1)
    walking = _during(time, 0.0, 2.9)
    bob = 0.012 * np.cos(2 * np.pi * (time - 0.45) / 0.5) * walking
    height = 0.945 - 0.03 * walking + bob - 0.33 * squat
    return np.concatenate((ground, height[:, None]), axis=-1)


def _squat(time: Floats) -> Floats:
    return _during(time, 4.6, 6.2, ramp=0.75)


def _mean_heading(feet: dict[str, Foot]) -> Floats:
    return 0.5 * (feet["L"].heading + feet["R"].heading)[:, None]


def _stride(time: Floats) -> Floats:
    """Rhythm of the walk: +1 where the left foot is ahead, -1 where the right one is."""
    return np.sin(2 * np.pi * (time - 0.95) / 1.0) * _during(time, 0.15, 2.7)


def _pelvis_rotation(time: Floats, feet: dict[str, Foot]) -> Floats:
    heading = np.degrees(_smooth(_mean_heading(feet), time, 0.12)[:, 0])
    yaw = heading - 6.0 * _stride(time)
    pitch = 3.0 + 22.0 * _squat(time)
    return _about(2, yaw) @ rotation_x(90.0) @ _about(0, pitch)


def _trunk(rotations: Floats, time: Floats) -> None:
    wave, squat, stride = _during(time, 2.6, 4.7), _squat(time), _stride(time)
    breath = 1.5 * np.sin(2 * np.pi * time / 3.5)
    look = 25.0 * _during(time, 6.0, 7.2, 0.4)
    for name, share in (("Spine1", 0.3), ("Spine2", 0.4), ("Spine3", 0.3)):
        rotations[:, JOINT_INDEX[name]] = (
            _about(0, share * (18.0 * squat - 3.0) + 0.3 * breath)
            @ _about(1, share * 12.0 * stride)
            @ _about(2, share * 8.0 * wave)
        )
    for name, share in (("Neck", 0.5), ("Head", 0.5)):
        nod = -22.0 * squat + 3.0 + 4.0 * _bell(time, 3.6, 0.4)
        tilt = -10.0 * wave
        rotations[:, JOINT_INDEX[name]] = (
            _about(1, share * (look - 5.0 * stride)) @ _about(0, share * nod)
        ) @ _about(2, share * tilt)


def _arm(rotations: Floats, time: Floats, side: str) -> None:
    left = 1.0 if side == "L" else -1.0
    squat, stride = _squat(time), _stride(time)
    wave = _during(time, 2.6, 4.5, 0.55) if side == "R" else np.zeros_like(time)
    beat = np.sin(2 * np.pi * 1.9 * (time - 3.0)) * _during(time, 2.9, 4.2, 0.3)
    rest = 1.0 - wave
    swing = rest * (22.0 * left * stride - 78.0 * squat - 2.0)
    lift = rest * -72.0 + wave * (16.0 + 5.0 * beat)
    roll = wave * -82.0 + rest * (8.0 - 10.0 * squat)
    bend = rest * (16.0 - 9.0 * left * stride + 8.0 * squat) + wave * (78.0 + 24.0 * beat)
    rotations[:, JOINT_INDEX[f"{side}_Collar"]] = _about(2, left * (6.0 * wave - 4.0 * rest))
    rotations[:, JOINT_INDEX[f"{side}_Shoulder"]] = (
        _about(0, swing) @ _about(2, left * lift) @ _about(0, roll)
    )
    rotations[:, JOINT_INDEX[f"{side}_Elbow"]] = _about(1, -left * bend)
    rotations[:, JOINT_INDEX[f"{side}_Wrist"]] = _about(1, -left * (6.0 + 10.0 * wave * beat))


def _leg(rotations: Floats, root: Floats, body: Body, side: str, foot: Foot) -> None:
    """Two bones from the hip to the ankle, the knee ahead; the foot as it is planted."""
    hip, knee, ankle, toe = (JOINT_INDEX[f"{side}_{n}"] for n in ("Hip", "Knee", "Ankle", "Foot"))
    offsets = body.offsets
    turned, placed = forward(rotations, offsets, root)
    sole = (
        _about(2, np.degrees(foot.heading)) @ rotation_x(90.0) @ _about(0, np.degrees(foot.pitch))
    )
    heel = foot.ball - sole @ offsets[toe]
    splay = np.radians(8.0 if side == "L" else -8.0) + 0.5 * foot.heading
    splay += 0.5 * np.arctan2(turned[:, 0, 1, 0], turned[:, 0, 0, 0])
    ahead = np.stack((np.sin(splay), -np.cos(splay), np.zeros_like(splay)), axis=-1)
    middle = _knee_position(placed[:, hip], heel, ahead, offsets[knee], offsets[ankle])
    hinge = np.cross(ahead, np.array([0.0, 0.0, 1.0])) * -1.0
    thigh = _aim(middle - placed[:, hip], hinge) @ _aim(offsets[knee], np.eye(3)[0]).T
    shank = _aim(heel - middle, hinge) @ _aim(offsets[ankle], np.eye(3)[0]).T
    rotations[:, hip] = np.swapaxes(turned[:, 0], -1, -2) @ thigh
    rotations[:, knee] = np.swapaxes(thigh, -1, -2) @ shank
    rotations[:, ankle] = np.swapaxes(shank, -1, -2) @ sole
    rotations[:, toe] = _about(0, -0.7 * np.degrees(np.maximum(foot.pitch, 0.0)))


def _knee_position(
    hip: Floats, ankle: Floats, ahead: Floats, upper: Floats, lower: Floats
) -> Floats:
    a, b = np.linalg.norm(upper), np.linalg.norm(lower)
    line = ankle - hip
    far = np.linalg.norm(line, axis=-1, keepdims=True)
    unit = line / far
    reach = np.minimum(far, 0.999 * (a + b))
    along = (a**2 - b**2 + reach**2) / (2 * reach)
    side = ahead - np.sum(ahead * unit, axis=-1, keepdims=True) * unit
    side /= np.linalg.norm(side, axis=-1, keepdims=True)
    return hip + along * unit + np.sqrt(np.maximum(a**2 - along**2, 0.0)) * side


def _aim(direction: Floats, hinge: Floats) -> Floats:
    """(..., 3, 3): columns are the bone's direction, the hinge made orthogonal, their product."""
    d = direction / np.linalg.norm(direction, axis=-1, keepdims=True)
    h = hinge - np.sum(hinge * d, axis=-1, keepdims=True) * d
    h = h / np.linalg.norm(h, axis=-1, keepdims=True)
    return np.stack((d, h, np.cross(d, h)), axis=-1)
