# SPDX-License-Identifier: GPL-3.0-or-later
"""What a retarget gives and takes: poses of a rig over time, options, and the report."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...cleanup.feet.contacts import Contact
from ...cleanup.feet.floor import Floor
from ...runtime.array_types import Floats
from ...runtime.errors import InputError
from .rig import Rig

ROOT_MODES: Final = ("hips", "root", "in-place")
FINGER_MODES: Final = ("transfer", "relaxed", "keep")


@dataclass(frozen=True)
class RigMotion:
    """Poses of a rig over T frames, ready to be keyed.

    bones: (n,) indices of the bones that are driven; all others stay at rest.
    turns: (T, n, 3, 3) their rotations relative to rest in their rest axes: Blender's
    `pose_bone.matrix_basis`. shifts: (T, n, 3) their `location`, in the armature's unit.
    axes: (T, n, 3, 3), heads: (T, n, 3) metres: where the driven bones then are in the world.
    moving, turning: (n,) whether a bone's location or rotation is to be keyed.
    """

    rig: Rig
    rate: float
    bones: NDArray[np.intp]
    turns: Floats
    shifts: Floats
    axes: Floats
    heads: Floats
    moving: NDArray[np.bool_]
    turning: NDArray[np.bool_]

    @property
    def frames(self) -> int:
        """Number of frames, T."""
        return len(self.turns)

    @property
    def rotations(self) -> Floats:
        """(T, B, 3, 3) of every bone, the identity for those that aren't driven."""
        full = np.broadcast_to(np.eye(3), (self.frames, self.rig.count, 3, 3)).copy()
        full[:, self.bones] = self.turns
        return full

    @property
    def locations(self) -> Floats:
        """(T, B, 3) `location` of every bone, zero for those that don't move."""
        full = np.zeros((self.frames, self.rig.count, 3))
        full[:, self.bones] = self.shifts
        return full

    @property
    def rotates(self) -> NDArray[np.bool_]:
        """(B,) bones whose rotation is to be keyed."""
        return self._flags(self.turning)

    @property
    def moves(self) -> NDArray[np.bool_]:
        """(B,) bones whose location is to be keyed."""
        return self._flags(self.moving)

    def _flags(self, own: NDArray[np.bool_]) -> NDArray[np.bool_]:
        full = np.zeros(self.rig.count, dtype=bool)
        full[self.bones] = own
        return full

    @cached_property
    def posed(self) -> tuple[Floats, Floats]:
        """World axes (T, B, 3, 3) and heads (T, B, 3) of all bones; those that aren't driven follow
        their parents as at rest."""
        axes = np.empty((self.frames, self.rig.count, 3, 3))
        heads = np.empty((self.frames, self.rig.count, 3))
        at = {int(b): i for i, b in enumerate(self.bones)}
        for bone in self.rig.parents_first():
            above = int(self.rig.parents[bone])
            if bone in at:
                axes[:, bone], heads[:, bone] = self.axes[:, at[bone]], self.heads[:, at[bone]]
                continue
            axes[:, bone], heads[:, bone] = self.rig.axes[bone], self.rig.heads[bone]
            if above >= 0:
                carry = axes[:, above] @ self.rig.axes[above].T
                heads[:, bone] = heads[:, above] + carry @ (
                    self.rig.heads[bone] - self.rig.heads[above]
                )
                if self.rig.inherits[bone]:
                    axes[:, bone] = carry @ self.rig.axes[bone]
        return axes, heads

    @property
    def world_rotations(self) -> Floats:
        """(T, B, 3, 3) the bones' axes in the world."""
        return self.posed[0]

    @property
    def world_heads(self) -> Floats:
        """(T, B, 3) metres, the bones' heads in the world."""
        return self.posed[1]


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
    source's body, or the floor, touch the target's. limits: whether the rig's joint limits are
    kept. fingers: "transfer" where the motion has them, else relaxed; "relaxed"; "keep" leaves them
    alone. found: contacts said by hand, None to find them. floor: the source's floor, None to find
    it. size: how much longer steps and pelvis height become; None: as the legs are longer.
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
