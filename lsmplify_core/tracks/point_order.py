# SPDX-License-Identifier: GPL-3.0-or-later
"""Points without names: the orders that tools write, and which of them a take's points are in.

A number of points does not name them: 17 are COCO's, or Human3.6M's, or MPI-INF-3DHP's. Orders of
the same number are told apart by the body that each of them would make of the points: its bones'
lengths, whether they keep them while it moves, left beside right, and which way it looks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from ..layouts.layout import Layout, load_layout, shipped_layouts
from ..layouts.matching import match_layout
from .body_fit import body_misfit
from .mirror import handedness

Floats = NDArray[np.float64]

_LIMBS_12: Final = " ".join(
    f"{side}_{part}"
    for part in ("shoulder", "elbow", "wrist", "hip", "knee", "foot")
    for side in ("left", "right")
)
_NECK_FIRST: Final = (
    "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist RHip RKnee RAnkle LHip LKnee LAnkle "
)
_ORDERS: Final[dict[str, tuple[str, str]]] = {
    "limbs_12": ("H36M_17", _LIMBS_12),
    "LSP_14": ("H36M_17", "RFoot RKnee RHip LHip LKnee LFoot RWrist RElbow RShoulder LShoulder "
                          "LElbow "
               "LWrist Thorax Head"),
    "OpenPose_MPI_15": ("BODY_25B", "HeadTop UpperNeck RShoulder RElbow RWrist LShoulder LElbow "
                        "LWrist RHip RKnee RAnkle LHip LKnee LAnkle -"),
    "Panoptic_15": ("BODY_25", "Neck Nose MidHip LShoulder LElbow LWrist LHip LKnee LAnkle "
                               "RShoulder "
                    "RElbow RWrist RHip RKnee RAnkle"),
    "ITOP_15": ("H36M_17", "Head Thorax RShoulder LShoulder RElbow LElbow RWrist LWrist Spine RHip "
                "LHip RKnee LKnee RFoot LFoot"),
    "MPII_16": ("H36M_17", "RFoot RKnee RHip LHip LKnee LFoot Hip Thorax - Head RWrist RElbow "
                "RShoulder LShoulder LElbow LWrist"),
    "MPI_INF_3DHP_17": ("H36M_17", "Head Thorax RShoulder RElbow RWrist LShoulder LElbow LWrist "
                                   "RHip "
                        "RKnee RFoot LHip LKnee LFoot Hip Spine Nose"),
    "H36M_17 left first": ("H36M_17", "Hip LHip LKnee LFoot RHip RKnee RFoot Spine Thorax Nose "
                                      "Head "
                           "RShoulder RElbow RWrist LShoulder LElbow LWrist"),
    "OpenPose_18": ("BODY_25", _NECK_FIRST + "REye LEye REar LEar"),
    "BODY_19": ("BODY_25", "Nose Neck RShoulder RElbow RWrist LShoulder LElbow LWrist MidHip RHip "
                "RKnee RAnkle LHip LKnee LAnkle REye LEye REar LEar"),
    "Panoptic_19": ("BODY_25", "Neck Nose MidHip LShoulder LElbow LWrist LHip LKnee LAnkle "
                               "RShoulder "
                    "RElbow RWrist RHip RKnee RAnkle LEye LEar REye REar"),
    "Kinect_20": ("AzureKinect_32", "PELVIS SPINE_NAVEL NECK HEAD SHOULDER_LEFT ELBOW_LEFT "
                                    "WRIST_LEFT "
                  "HAND_LEFT SHOULDER_RIGHT ELBOW_RIGHT WRIST_RIGHT HAND_RIGHT HIP_LEFT KNEE_LEFT "
                  "ANKLE_LEFT FOOT_LEFT HIP_RIGHT KNEE_RIGHT ANKLE_RIGHT FOOT_RIGHT"),
    "Halpe_20": ("HALPE_26", "Nose LEye REye LEar REar LShoulder RShoulder LElbow RElbow LWrist "
                             "RWrist "
                 "LHip RHip LKnee RKnee LAnkle RAnkle Head Neck Hip"),
    "KIT_21": ("SMPL_24", "Pelvis Spine1 Spine3 Neck Head L_Shoulder L_Elbow L_Wrist R_Shoulder "
               "R_Elbow R_Wrist L_Hip L_Knee L_Ankle L_Foot - R_Hip R_Knee R_Ankle R_Foot -"),
    "SMPL_22": ("SMPL_24", "Pelvis L_Hip R_Hip Spine1 L_Knee R_Knee Spine2 L_Ankle R_Ankle Spine3 "
                "L_Foot R_Foot Neck L_Collar R_Collar Head L_Shoulder R_Shoulder L_Elbow R_Elbow "
                "L_Wrist R_Wrist"),
    "COCO_feet_23": ("COCO_133", ""),
    "Kinect_25": ("AzureKinect_32", "PELVIS SPINE_NAVEL NECK HEAD SHOULDER_LEFT ELBOW_LEFT "
                                    "WRIST_LEFT "
                  "HAND_LEFT SHOULDER_RIGHT ELBOW_RIGHT WRIST_RIGHT HAND_RIGHT HIP_LEFT KNEE_LEFT "
                  "ANKLE_LEFT FOOT_LEFT HIP_RIGHT KNEE_RIGHT ANKLE_RIGHT FOOT_RIGHT SPINE_CHEST "
                  "HANDTIP_LEFT THUMB_LEFT HANDTIP_RIGHT THUMB_RIGHT"),
}  # fmt: skip
"""Orders that are no shipped layout's own: the layout that has the points, and its names in the
order, "-" for points that it lacks; no names for the layout's own order."""
_FIRST_OF: Final[dict[int, tuple[str, ...]]] = {
    17: ("COCO_17", "H36M_17"), 21: ("OptiTrack_Bones_21",), 23: ("Xsens_23", "COCO_133"),
    24: ("SMPL_24",), 25: ("BODY_25", "BODY_25B", "Mixamo_25"), 26: ("HALPE_26",),
    32: ("AzureKinect_32",), 33: ("MediaPipe_33",), 45: ("SMPL_24",), 52: ("SMPL_22",),
    55: ("SMPL_22",), 65: ("BODY_25",), 67: ("BODY_25",), 75: ("MediaPipe_33",), 127: ("SMPL_22",),
    133: ("COCO_133",), 135: ("BODY_25",), 136: ("HALPE_26",), 137: ("BODY_25",), 144: ("SMPL_22",),
    543: ("MediaPipe_33",), 553: ("MediaPipe_33",),
}  # fmt: skip
"""Shipped layouts in whose order so many points are; of more points than it has, the first ones:
hands and faces come behind the body."""
_TAILS: Final[dict[int, str]] = {
    67: "left_hand:21 right_hand:21", 75: "left_hand:21 right_hand:21",
    133: "face:68 left_hand:21 right_hand:21", 136: "face:68 left_hand:21 right_hand:21",
    137: "left_hand:21 right_hand:21 face:70", 553: "right_hand:21 left_hand:21 face:478",
}  # fmt: skip
"""What comes behind the body of so many points, in its order: COCO-WholeBody's, Halpe's,
EasyMocap's and FreeMoCap's."""
_GOOD: Final = 0.6
_CLEAR: Final = 0.75
"""A body's misfit up to which an order is believed, and its share of the next best one's."""
_MOST_FRAMES: Final = 60


@dataclass(frozen=True)
class Order:
    """name: as users say it. names: of the points, "" for those that no layout has."""

    name: str
    layout: str
    names: tuple[str, ...]

    def titles(self, count: int) -> list[str]:
        """A name for each of so many points."""
        own = [n or f"point {i}" for i, n in enumerate(self.names[:count])]
        tail = _tail_names(count)
        if len(own) + len(tail) == count:
            return [*own, *tail]
        return [*own, *(f"point {i}" for i in range(len(own), count))]


@dataclass(frozen=True)
class Ranked:
    """order, and how badly its body fits: 0 for a body of usual proportions that keeps its bones'
    lengths, 1 for none at all."""

    order: Order
    misfit: float


def orders_of(count: int) -> list[Order]:
    """The known orders of so many points; the first is what a number alone is usually taken for."""
    found = [Order(n, n, load_layout(n).names) for n in _FIRST_OF.get(count, ()) if n != "SMPL_22"]
    for name, (layout, words) in _ORDERS.items():
        names = tuple("" if w == "-" else w for w in words.split()) or load_layout(layout).names
        if len(names) == count or name in _FIRST_OF.get(count, ()):
            found.append(Order(name, layout, names))
    return found


def known_counts() -> list[int]:
    """Numbers of points of which an order is known, smallest first."""
    own = {len(words.split()) for _, words in _ORDERS.values() if words}
    return sorted(own | set(_FIRST_OF))


def order_named(name: str, count: int) -> Order | None:
    """The order that a user means by a layout's or an order's name, for so many points."""
    wanted = _plain(name)
    for order in orders_of(count):
        if wanted in (_plain(order.name), _plain(order.name.rsplit("_", 1)[0])):
            return order
    for shipped in shipped_layouts():
        if _plain(shipped) == wanted:
            names = load_layout(shipped).names
            return Order(shipped, shipped, names) if len(names) <= count else None
    return None


def ranked_orders(positions: Floats) -> list[Ranked]:
    """The known orders of points (T, K, 3), NaN where unseen, the best first."""
    found = [Ranked(o, order_misfit(positions, o)) for o in orders_of(positions.shape[1])]
    return sorted(found, key=lambda r: r.misfit)


def clear_order(ranked: Sequence[Ranked]) -> Order | None:
    """The order that the points are in, or None where it is not clear."""
    if not ranked or ranked[0].misfit > _GOOD:
        return None
    best = ranked[0]
    others = [r for r in ranked[1:] if r.order.names != best.order.names]
    if not others or best.misfit <= _CLEAR * others[0].misfit:
        return best.order
    return None


def unclear(ranked: Sequence[Ranked], count: int) -> str:
    """What to tell the user where no order is clear."""
    if not ranked:
        return (
            f"{count} points without names; orders are known of "
            f"{', '.join(str(n) for n in known_counts())} points; name the points or give a layout "
            "file (--layout)"
        )
    near = [r for r in ranked if r.misfit <= _GOOD]
    names = ", ".join(r.order.name for r in (near or ranked))
    if near:
        return (
            f"{count} points without names may be in the order of {names}, and the body does not "
            "tell which; say it with --layout NAME"
        )
    return (
        f"{count} points without names make no body in any known order (candidates: {names}); say "
        "the order with --layout NAME, or name the points"
    )


def order_misfit(positions: Floats, order: Order) -> float:
    """How badly the body that an order makes of the points fits, 0 to 1 or more."""
    step = max(1, len(positions) // _MOST_FRAMES)
    shown = positions[::step]
    layout, columns = _layout_of(order)
    if len(columns) < 6 or shown.shape[1] <= max(columns):
        return 9.0
    points = shown[:, list(columns)]
    misfit = body_misfit(points, layout)
    if misfit is None:
        return 9.0
    # the mirrored twin of an order has the same bones: it is the one that looks the other way
    return misfit + (0.3 if handedness(points, layout) < -0.5 else 0.0)


@lru_cache(maxsize=64)
def _layout_of(order: Order) -> tuple[Layout, tuple[int, ...]]:
    """The layout's points that an order has, and their columns."""
    match = match_layout(
        [n or f"?{i}" for i, n in enumerate(order.names)], load_layout(order.layout), strict=False
    )
    pairs = match.matched
    return match.layout.select([k for k, _ in pairs]), tuple(t for _, t in pairs)


def _tail_names(count: int) -> list[str]:
    """Names of the points of hands and face behind a body of so many points in all."""
    groups = [g.partition(":") for g in _TAILS.get(count, "").split()]
    return [f"{part}_{i}" for part, _, size in groups for i in range(int(size))]


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum())
