# SPDX-License-Identifier: GPL-3.0-or-later
"""What a step is asked for, as plain values: from an operator, or from an action to make it
anew."""

from dataclasses import dataclass, field
from typing import Any

import bpy
import numpy as np

from ...lsmplify_core.cleanup.keys.plan import KeyPlan
from ...lsmplify_core.cleanup.resolve.pose_keys import PoseKey
from ...lsmplify_core.files.packing import pack, unpack
from ...lsmplify_core.motion.motion import Motion
from ...lsmplify_core.runtime.array_types import Floats
from ..takes import properties as groups


@dataclass(frozen=True)
class Order:
    """kind: of groups.KINDS. values: of the settings group of that kind. pose_keys: frames and
    poses as text. contacts: as text. refined: the motion at full strength as text, where known."""

    kind: str
    values: dict[str, Any] = field(default_factory=dict)
    pose_keys: tuple[tuple[float, str], ...] = ()
    contacts: str = ""
    refined: str = ""


@dataclass(frozen=True)
class Outcome:
    """motion: what the step makes of the take's. plan: the keys to keep, where that is the step.
    expected: (T, 22) radians that the network expects. refined: as Order's. notes: for the artist.
    changes: what it changed in its own words, where that is not measured."""

    motion: Motion
    plan: KeyPlan | None = None
    expected: Floats | None = None
    refined: str = ""
    notes: tuple[str, ...] = ()
    changes: str = ""


GROUP = {"RESOLVE": "resolve", "REFINE": "refine", "FEET": "feet", "SMOOTH": "smooth",
         "LIMITS": "limits", "KEYS": "keys",
         "PLACE": "place"}  # fmt: skip
"""Which settings a kind of step has."""


def order_of(action: bpy.types.Action) -> Order:
    """The order that made an action."""
    step = action.lsmplify_step
    values = groups.values_of(getattr(step, GROUP[step.kind]))
    keys = tuple((k.frame, k.pose) for k in step.pose_keys)
    return Order(step.kind, values, keys, step.contacts, step.refined)


def store(action: bpy.types.Action, order: Order, outcome: Outcome) -> None:
    """Keep the order on the action that it made."""
    step = action.lsmplify_step
    groups.fill(getattr(step, GROUP[order.kind]), order.values)
    step.pose_keys.clear()
    for frame, pose in order.pose_keys:
        kept = step.pose_keys.add()
        kept.frame, kept.pose = frame, pose
    step.contacts, step.refined = order.contacts, outcome.refined


def pose_text(key: PoseKey) -> str:
    """A pose as text."""
    return pack(rotations=np.asarray(key.rotations), root=np.asarray(key.root))


def pose_of(text: str, where: str) -> PoseKey:
    """The pose again; InputError for a damaged one."""
    kept = unpack(text, where)
    return PoseKey(kept["rotations"], kept["root"])
