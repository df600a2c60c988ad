# SPDX-License-Identifier: GPL-3.0-or-later
"""The mannequin's shape on the default body: tables of cross-sections, one row a ring.

Breadths, depths and girths are rounded means of adults (as in NASA-STD-3000, volume 1, section 3,
and de Leva 1996) at the default body's size; the rest is modelling by eye. Metres in SMPL's rest
frame: Y up, facing +Z, left is +X. Only the left limbs are described.
"""

from typing import Final

import numpy as np

from ...geometry.skeleton import JOINT_INDEX
from ...runtime.array_types import Floats
from .loft import Part, tube

_X, _Y, _Z = np.eye(3)

TORSO: Final = np.array([
    # height, half breadth, front, back
    (-0.404, 0.000, 0.005, 0.005), (-0.396, 0.052, 0.050, -0.050), (-0.378, 0.104, 0.080, -0.084),
    (-0.345, 0.146, 0.098, -0.108), (-0.300, 0.166, 0.106, -0.120), (-0.252, 0.167, 0.108, -0.114),
    (-0.205, 0.155, 0.106, -0.096), (-0.155, 0.139, 0.104, -0.080), (-0.105, 0.128, 0.102, -0.076),
    (-0.055, 0.127, 0.103, -0.080), (-0.005, 0.133, 0.107, -0.090), (0.045, 0.142, 0.115, -0.102),
    (0.095, 0.152, 0.121, -0.111), (0.140, 0.161, 0.117, -0.115), (0.180, 0.165, 0.102, -0.113),
    (0.212, 0.161, 0.080, -0.106), (0.238, 0.143, 0.060, -0.095), (0.258, 0.111, 0.045, -0.084),
    (0.276, 0.076, 0.038, -0.073), (0.300, 0.056, 0.039, -0.064), (0.330, 0.050, 0.045, -0.058),
    (0.362, 0.046, 0.048, -0.050), (0.380, 0.000, 0.010, 0.010),
])  # fmt: skip

_HEAD: Final = np.array([
    (0.312, 0.000, 0.085, 0.085), (0.316, 0.024, 0.106, 0.040), (0.332, 0.042, 0.116, -0.004),
    (0.354, 0.055, 0.119, -0.034), (0.378, 0.063, 0.120, -0.055), (0.402, 0.069, 0.119, -0.069),
    (0.426, 0.073, 0.116, -0.077), (0.450, 0.075, 0.117, -0.081), (0.474, 0.074, 0.114, -0.079),
    (0.496, 0.068, 0.104, -0.071), (0.514, 0.056, 0.085, -0.055), (0.527, 0.037, 0.060, -0.032),
    (0.533, 0.000, 0.015, 0.015),
])  # fmt: skip

LEG: Final = np.array([
    # along hip (0) – knee (1) – ankle (2), half breadth, front, back, shift outwards
    (-0.26, 0.000, 0.000, 0.000, 0.008), (-0.23, 0.036, 0.038, 0.042, 0.008),
    (-0.15, 0.063, 0.068, 0.074, 0.010), (-0.05, 0.076, 0.084, 0.091, 0.013),
    (0.05, 0.082, 0.090, 0.097, 0.015), (0.15, 0.084, 0.091, 0.096, 0.014),
    (0.30, 0.080, 0.088, 0.088, 0.009),
    (0.48, 0.073, 0.080, 0.074, 0.003), (0.66, 0.063, 0.070, 0.061, 0.000),
    (0.82, 0.055, 0.061, 0.053, 0.000), (0.92, 0.052, 0.058, 0.049, 0.000),
    (0.98, 0.051, 0.059, 0.048, 0.000), (1.04, 0.050, 0.056, 0.050, 0.000),
    (1.12, 0.051, 0.049, 0.058, 0.000), (1.24, 0.054, 0.043, 0.069, 0.000),
    (1.38, 0.052, 0.040, 0.070, 0.000), (1.53, 0.045, 0.037, 0.060, 0.000),
    (1.68, 0.037, 0.034, 0.047, 0.000), (1.82, 0.032, 0.031, 0.038, 0.000),
    (1.93, 0.030, 0.031, 0.035, 0.000), (2.01, 0.032, 0.034, 0.036, 0.000),
    (2.07, 0.028, 0.032, 0.034, 0.000), (2.10, 0.000, 0.000, 0.000, 0.000),
])  # fmt: skip

_FOOT: Final = np.array([
    # z, half breadth, instep, sole
    (-0.092, 0.000, -1.140, -1.140), (-0.088, 0.018, -1.120, -1.163),
     (-0.076, 0.027, -1.098, -1.172),
    (-0.050, 0.033, -1.072, -1.175), (-0.018, 0.035, -1.060, -1.175),
     (0.014, 0.036, -1.074, -1.175),
    (0.044, 0.040, -1.098, -1.175), (0.074, 0.045, -1.117, -1.175), (0.100, 0.047, -1.130, -1.175),
    (0.126, 0.044, -1.141, -1.175), (0.148, 0.036, -1.149, -1.173), (0.161, 0.022, -1.154, -1.169),
    (0.166, 0.000, -1.162, -1.162),
])  # fmt: skip

_ARM: Final = np.array([
    # along shoulder (0) – elbow (1) – wrist (2) – knuckles (3), up, down, half depth, drop
    (-0.22, 0.000, 0.000, 0.000, 0.004), (-0.195, 0.025, 0.026, 0.027, 0.004),
    (-0.13, 0.042, 0.046, 0.047, 0.003), (-0.04, 0.050, 0.057, 0.059, 0.002),
    (0.07, 0.051, 0.058, 0.060, 0.000), (0.20, 0.049, 0.053, 0.055, 0.000),
    (0.38, 0.044, 0.048, 0.049, 0.000), (0.58, 0.041, 0.043, 0.045, 0.000),
    (0.78, 0.037, 0.037, 0.040, 0.000), (0.92, 0.035, 0.035, 0.038, 0.000),
    (1.00, 0.034, 0.034, 0.038, 0.000), (1.08, 0.035, 0.036, 0.040, 0.000),
    (1.20, 0.036, 0.037, 0.042, 0.000), (1.38, 0.033, 0.034, 0.040, 0.000),
    (1.58, 0.028, 0.029, 0.034, 0.000), (1.78, 0.023, 0.024, 0.029, 0.000),
    (1.93, 0.020, 0.021, 0.027, 0.000), (2.06, 0.019, 0.020, 0.028, 0.000),
    (2.30, 0.018, 0.019, 0.035, 0.000), (2.62, 0.017, 0.018, 0.041, 0.001),
    (2.95, 0.015, 0.016, 0.042, 0.002), (3.25, 0.013, 0.014, 0.040, 0.005),
    (3.55, 0.012, 0.012, 0.037, 0.009), (3.82, 0.011, 0.011, 0.032, 0.014),
    (4.02, 0.008, 0.008, 0.021, 0.018), (4.09, 0.000, 0.000, 0.000, 0.020),
])  # fmt: skip

_THUMB: Final = np.array([
    # along its own axis in metres, radius
    (-0.014, 0.000), (-0.010, 0.010), (0.012, 0.014), (0.032, 0.012), (0.050, 0.010),
    (0.060, 0.007), (0.064, 0.000),
])  # fmt: skip


def torso(rest: Floats) -> Part:
    """Crotch to neck. rest: (24, 3) the default body. station: height."""
    middle = float(rest[0, 0])
    part = _upright(TORSO, middle, around=22)
    return Part(squarer(part.vertices, middle), part.faces, part.station)


def head(rest: Floats) -> Part:
    """An egg with a nose, brows and a chin. station: height."""
    part = _upright(_HEAD, float(rest[0, 0]), around=20)
    v = part.vertices.copy()
    x, y = v[:, 0] - rest[0, 0], v[:, 1]
    in_front = v[:, 2] > 0.07
    nose = 0.021 * np.exp(-((x / 0.014) ** 2)) * np.clip((0.452 - y) / 0.05, 0, 1) * (y > 0.395)
    eyes = -0.009 * np.exp(-(((np.abs(x) - 0.032) / 0.018) ** 2) - ((y - 0.428) / 0.016) ** 2)
    v[:, 2] += in_front * (nose + eyes)
    return Part(v, part.faces, part.station)


def leg(rest: Floats) -> Part:
    """Left hip to ankle. station: 0 at the hip, 1 at the knee, 2 at the ankle."""
    t, breadth, front, back, out = LEG.T[:, :, None]
    line = along(rest, ("L_Hip", "L_Knee", "L_Ankle"), t[:, 0]) + out * _X
    return tube(line, breadth * _X, front * _Z, -back * _Z, t[:, 0], around=14)


def foot(rest: Floats) -> Part:
    """Left heel to toe. station: z."""
    z, breadth, instep, sole = _FOOT.T[:, :, None]
    ankle, ball = rest[JOINT_INDEX["L_Ankle"]], rest[JOINT_INDEX["L_Foot"]]
    outwards = (ball[0] - ankle[0]) / (ball[2] - ankle[2])
    x = ankle[0] + outwards * np.minimum(z - ankle[2], 0.1)
    line = x * _X + 0.5 * (instep + sole) * _Y + z * _Z
    half = 0.5 * (instep - sole) * _Y
    return tube(line, breadth * _X, half, -half, z[:, 0], around=12)


def arm(rest: Floats) -> Part:
    """Left shoulder to a mitten's tip. station: 0 at the shoulder, 1 elbow, 2 wrist, 3 knuckles."""
    t, up, down, depth, drop = _ARM.T[:, :, None]
    line = along(rest, ("L_Shoulder", "L_Elbow", "L_Wrist", "L_Hand"), t[:, 0]) - drop * _Y
    return tube(line, depth * _Z, -down * _Y, up * _Y, t[:, 0], around=12)


def thumb(rest: Floats) -> Part:
    """Left thumb, out of the mitten's front. station: along it."""
    s, radius = _THUMB.T[:, :, None]
    direction = np.array([0.66, -0.18, 0.73])
    base = rest[JOINT_INDEX["L_Wrist"]] + np.array([0.030, -0.003, 0.022])
    side = np.array([0.0, 1.0, 0.0]) + 0.18 * direction
    side /= np.linalg.norm(side)
    ahead = np.cross(direction, side)
    return tube(
        base + s * direction, radius * side, radius * ahead, -radius * ahead, s[:, 0], around=8
    )


def _upright(table: Floats, middle: float, around: int) -> Part:
    """A tube from rows of height, half breadth, front and back."""
    y, breadth, front, back = table.T[:, :, None]
    z = 0.5 * (front + back)
    half = 0.5 * (front - back) * _Z
    line = middle * _X + y * _Y + z * _Z
    return tube(line, -breadth * _X, half, -half, y[:, 0], around)


def squarer(vertices: Floats, middle: float, by: float = 0.16) -> Floats:
    """Fill the corners of elliptical sections a little, as a trunk does between belt and
    armpits.

    Args:
        vertices: (V, 3) of the trunk.
        middle: its plane of symmetry, x.
        by: how much.
    """
    v = vertices.copy()
    inside = np.clip((v[:, 1] + 0.40) / 0.1, 0, 1) * np.clip((0.24 - v[:, 1]) / 0.08, 0, 1)
    x = v[:, 0] - middle
    widest = np.maximum(np.interp(v[:, 1], TORSO[:, 0], TORSO[:, 1]), 1e-6)
    corner = np.clip(np.abs(x) / widest, 0, 1)
    v[:, 0] += by * inside * x * corner * (1 - corner**2)
    centre = 0.5 * np.interp(v[:, 1], TORSO[:, 0], TORSO[:, 2] + TORSO[:, 3])
    v[:, 2] += by * inside * (v[:, 2] - centre) * corner * (1 - corner**2) * 2
    return v


def along(rest: Floats, names: tuple[str, ...], t: Floats) -> Floats:
    """Points (N, 3) at t on the chain of joints, straight on past both ends.

    Args:
        rest: (24, 3) the joints.
        names: of the chain's joints.
        t: (N,) 0 at the first, 1 at the second, and so on.
    """
    chain = rest[[JOINT_INDEX[n] for n in names]]
    low = np.clip(np.floor(t).astype(int), 0, len(names) - 2)
    return chain[low] + (t - low)[:, None] * (chain[low + 1] - chain[low])
