# SPDX-License-Identifier: GPL-3.0-or-later
"""What a retarget gives and takes: poses of a rig over time, options, and the report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..cleanup.contacts import Contact
from ..cleanup.floor import Floor
from ..runtime.array_types import Floats
from ..runtime.errors import InputError
from .rig import Rig

ROOT_MODES: Final = ("hips", "root", "in-place")
FINGER_MODES: Final = ("transfer", "relaxed", "keep")


@dataclass(frozen=True)
class RigMotion:
    """Poses of a rig over T frames, ready to be keyed.

    rotations: (T, B, 3, 3) each bone's own rotation relative to rest, in its rest axes: the rotation
    of Blender's `pose_bone.matrix_basis`. locations: (T, B, 3) its `location`, in the armature's unit.
    world_rotations, world_heads: (T, B, 3, 3) and (T, B, 3) metres, where the bones then are.
    rotates, moves: (B,) bones whose rotation or location is to be keyed; all others stay at rest.
    """

    rig: Rig
    rate: float
    rotations: Floats
    locations: Floats
    world_rotations: Floats
    world_heads: Floats
    rotates: NDArray[np.bool_]
    moves: NDArray[np.bool_]

    @property
    def frames(self) -> int:
        """Number of frames, T."""
        return len(self.rotations)


@dataclass(frozen=True)
class RigPoses:
    """A posed rig as a source: where its bones are in the world at every frame.

    rotations: (T, B, 3, 3) the bones' axes, heads: (T, B, 3) metres, rate: frames per second.
    """

    rig: Rig
    rotations: Floats
    heads: Floats
    rate: float


@dataclass(frozen=True)
class RetargetOptions:
    """How a motion is brought to a rig.

    root: where the way over the ground goes: "hips", "root" (a root bone), or "in-place" (nowhere).
    contacts: whether feet hold where the source's stand. touches: whether hands that touch the
    source's body, or the floor, touch the target's. limits: whether the rig's joint limits are kept.
    fingers: "transfer" where the motion has them, else relaxed; "relaxed"; "keep" leaves them alone.
    found: contacts said by hand, None to find them. floor: the source's floor, None to find it.
    size: how much longer steps and pelvis height become; None: as the legs are longer.
    """

    root: str = "hips"
    contacts: bool = True
    touches: bool = True
    limits: bool = True
    fingers: str = "transfer"
    found: Sequence[Contact] | None = None
    floor: Floor | None = None
    size: float | None = None


def check_options(options: RetargetOptions) -> None:
    """InputError for a mode that doesn't exist or a size that isn't one."""
    if options.root not in ROOT_MODES:
        raise InputError(f"root {options.root!r} is not one of {', '.join(ROOT_MODES)}")
    if options.fingers not in FINGER_MODES:
        raise InputError(f"fingers {options.fingers!r} is not one of {', '.join(FINGER_MODES)}")
    if options.size is not None and not (np.isfinite(options.size) and options.size > 0):
        raise InputError(f"size {options.size} is not a number above 0")


@dataclass(frozen=True)
class RetargetReport:
    """The contract's retarget report; angles in degrees, lengths in millimetres of the world."""

    map: str
    mapped_bones: int
    unmapped_bones: list[str]
    frames: int
    seconds: float
    limb_direction_deg: dict[str, float]
    foot_sliding_mm: dict[str, float]
    foot_height_mm: dict[str, float]
    contacts: dict[str, int]
    touches: dict[str, int]
    limits_clipped: int
    warnings: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Ready for json.dump."""
        return asdict(self)


@dataclass(frozen=True)
class Retargeted:
    """A motion on a rig, and how well it came over."""

    motion: RigMotion
    report: RetargetReport


@dataclass(frozen=True)
class RetargetProgress:
    """share: 0 to 1 of the work that is done. stage: what is done now, in one or two words."""

    share: float
    stage: str
