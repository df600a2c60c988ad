# SPDX-License-Identifier: GPL-3.0-or-later
"""Layouts: which points of a body a set of tracks shows.

A keypoint is a point fixed to a joint, with an offset in that joint's frame on the default body.
Video keypoints and skin markers are then the same thing.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ..files.json_files import read_json
from ..files.values import array_of, list_of, text_of
from ..geometry.skeleton import JOINT_INDEX
from ..runtime.array_types import Floats
from ..runtime.errors import InputError

LAYOUT_FOLDER = Path(__file__).parent
_MOST_POINTS = 10_000
"""Keypoints of a layout, and other names of one; marker sets have a hundred."""
MOST_BYTES = 4 << 20
"""Larger files are not read as layouts; the largest shipped one has a thousandth of it."""


@dataclass(frozen=True)
class Keypoint:
    """One point of a layout. offset: metres in the joint's frame on the default body."""

    name: str
    joint: int
    offset: tuple[float, float, float]
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Layout:
    """A named list of keypoints."""

    name: str
    keypoints: tuple[Keypoint, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The keypoints' names."""
        return tuple(k.name for k in self.keypoints)

    @property
    def joints(self) -> NDArray[np.intp]:
        """(K,) the joint that each keypoint is fixed to."""
        return self._joints.copy()

    @property
    def offsets(self) -> NDArray[np.float64]:
        """(K, 3) metres in the joints' frames."""
        return self._offsets.copy()

    @cached_property
    def _joints(self) -> NDArray[np.intp]:
        return np.array([k.joint for k in self.keypoints], dtype=np.intp)

    @cached_property
    def _offsets(self) -> NDArray[np.float64]:
        return np.array([k.offset for k in self.keypoints], dtype=np.float64).reshape(-1, 3)

    def select(self, indices: list[int]) -> "Layout":
        """Only these keypoints, in this order."""
        return Layout(self.name, tuple(self.keypoints[i] for i in indices))


def keypoints_at(
    names: Sequence[str], joints: NDArray[np.intp], offsets: Floats
) -> tuple[Keypoint, ...]:
    """Keypoints from arrays: joints (K,), offsets (K, 3) metres in the joints' frames."""
    return tuple(
        Keypoint(name, int(joint), (float(x), float(y), float(z)))
        for name, joint, (x, y, z) in zip(names, joints, offsets, strict=True)
    )


def shipped_layouts() -> tuple[str, ...]:
    """Names of the layouts that come with the project."""
    return tuple(sorted(p.stem for p in LAYOUT_FOLDER.glob("*.json")))


def load_layout(name_or_file: str) -> Layout:
    """A shipped layout by name (in any case), or one from a JSON file of the contract's form."""
    known = {name.lower(): name for name in shipped_layouts()}
    if name_or_file.lower() in known:
        path = LAYOUT_FOLDER / f"{known[name_or_file.lower()]}.json"
    else:
        path = Path(name_or_file)
        if not path.is_file():
            raise InputError(
                f"layout {name_or_file!r} is neither a file nor one of "
                f"{', '.join(shipped_layouts())}"
            )
    return layout_from_json(read_json(path, "a layout", MOST_BYTES), str(path))


def layout_from_json(data: Any, source: str) -> Layout:
    """A layout from parsed JSON; InputError names the keypoint that is wrong."""
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    if not isinstance(fields.get("keypoints"), list):
        raise InputError(f'{source}: a layout has the form {{"name": …, "keypoints": […]}}')
    listed = list_of(fields["keypoints"], f"{source}: its keypoints", most=_MOST_POINTS)
    points = tuple(_keypoint(k, i, source) for i, k in enumerate(listed))
    if not points:
        raise InputError(f"{source}: the layout has no keypoints")
    counts = Counter(p.name for p in points)
    twice, count = counts.most_common(1)[0]
    if count > 1:
        raise InputError(f"{source}: keypoint {twice!r} is there twice")
    name = text_of(fields.get("name", Path(source).stem), f"{source}: its name")
    return Layout(name, points)


def layout_to_json(layout: Layout) -> dict[str, Any]:
    """The contract's form, ready for json.dump."""
    from ..geometry.skeleton import JOINT_NAMES

    return {
        "name": layout.name,
        "keypoints": [
            {
                "name": k.name,
                "aliases": list(k.aliases),
                "joint": JOINT_NAMES[k.joint],
                "offset": [round(float(x), 5) for x in k.offset],
            }
            for k in layout.keypoints
        ],
    }


def _keypoint(data: Any, index: int, source: str) -> Keypoint:
    where = f"{source}: keypoint {index}"
    fields = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
    name = fields.get("name")
    if not isinstance(name, str):
        raise InputError(f"{where} has no name")
    name = text_of(name, f"{where}: its name")
    where = f"{source}: keypoint {name!r}"
    joint = fields.get("joint")
    if not isinstance(joint, str) or joint not in JOINT_INDEX:
        raise InputError(f"{where}: joint {joint!r} is not one of {', '.join(JOINT_INDEX)}")
    given = fields.get("offset", (0.0, 0.0, 0.0))
    x, y, z = array_of(given, (3,), f"{where}: its offset in metres", 2.0).tolist()
    what = f"{where}: its aliases"
    aliases = list_of(fields.get("aliases", []), what, most=_MOST_POINTS)
    names = tuple(text_of(a, f"{what}, a list of names,") for a in aliases)
    return Keypoint(name, JOINT_INDEX[joint], (x, y, z), names)
